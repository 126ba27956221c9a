"""Versions of the site's settings refuse UPDATE and DELETE, on SQLite and PostgreSQL."""

from django.db import migrations

SQLITE = [
    """
    CREATE TRIGGER site_settings_no_update BEFORE UPDATE ON accounts_sitesettings
    BEGIN SELECT RAISE(ABORT, 'settings are only added to'); END
    """,
    """
    CREATE TRIGGER site_settings_no_delete BEFORE DELETE ON accounts_sitesettings
    BEGIN SELECT RAISE(ABORT, 'settings are only added to'); END
    """,
]
SQLITE_UNDO = ["DROP TRIGGER site_settings_no_update", "DROP TRIGGER site_settings_no_delete"]
POSTGRESQL = [
    """
    CREATE TRIGGER site_settings_append_only BEFORE UPDATE OR DELETE ON accounts_sitesettings
    FOR EACH ROW EXECUTE FUNCTION islet_consent_only_added_to()
    """,
]
POSTGRESQL_UNDO = ["DROP TRIGGER site_settings_append_only ON accounts_sitesettings"]


def run(statements):
    """A migration step that runs the statements of the database in use."""

    def step(apps, schema_editor):
        for statement in statements[schema_editor.connection.vendor]:
            # None, not (): otherwise psycopg takes a % for a placeholder.
            schema_editor.execute(statement, params=None)

    return step


class Migration(migrations.Migration):
    dependencies = [("accounts", "0012_announcements_invitations_settings")]

    operations = [
        migrations.RunPython(
            run({"sqlite": SQLITE, "postgresql": POSTGRESQL}),
            run({"sqlite": SQLITE_UNDO, "postgresql": POSTGRESQL_UNDO}),
        ),
    ]
