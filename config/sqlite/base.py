"""The database backend for SQLite.

Most changes of a table make SQLite build it anew. That drops the triggers of the table without a
word, and fails where a trigger of another table reads it. Triggers hold what nobody may change, so
they are taken away and put back around it.
"""

from typing import Any

from django.db.backends.sqlite3 import base, schema


class DatabaseSchemaEditor(schema.DatabaseSchemaEditor):
    """Keeps triggers when a table is built anew."""

    def _remake_table(self, *args: Any, **kwargs: Any) -> None:
        with self.connection.cursor() as cursor:
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            triggers = cursor.fetchall()
        quote = self.connection.ops.quote_name
        for name, _ in triggers:
            self.execute(f"DROP TRIGGER {quote(name)}", params=None)
        super()._remake_table(*args, **kwargs)  # type: ignore[misc]
        for _, statement in triggers:
            self.execute(statement, params=None)


class DatabaseWrapper(base.DatabaseWrapper):
    """SQLite with that editor."""

    SchemaEditorClass = DatabaseSchemaEditor
