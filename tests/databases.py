"""Emptying a database whose triggers forbid just that."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management import call_command
from django.db import connection, connections, transaction


@contextmanager
def world_of_its_own() -> Iterator[None]:
    """What is written within is gone afterwards.

    SQLite takes it back. PostgreSQL commits it and empties the tables: hundreds of savepoints in
    one transaction that all lock the same rows make each statement slower than the one before.
    """
    if connection.vendor == "sqlite":
        with transaction.atomic():
            yield
            transaction.set_rollback(True)
        return
    try:
        yield
    finally:
        with triggers_off("default"):
            call_command("flush", verbosity=0, interactive=False)


@contextmanager
def triggers_off(alias: str) -> Iterator[None]:
    """Take the project's triggers away for a while, on SQLite and PostgreSQL."""
    connection = connections[alias]
    quoted = connection.ops.quote_name
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            # Those that forbid; others keep the search index true, also while tables are emptied.
            cursor.execute(
                "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND sql LIKE '%RAISE(%'"
            )
            triggers = cursor.fetchall()
            for name, _ in triggers:
                cursor.execute(f"DROP TRIGGER {quoted(name)}")
        try:
            yield
        finally:
            with connection.cursor() as cursor:
                for _, statement in triggers:
                    cursor.execute(statement)
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
            " WHERE NOT t.tgisinternal AND t.tgenabled <> 'D'"
        )
        tables = [name for (name,) in cursor.fetchall()]
        for table in tables:
            cursor.execute(f"ALTER TABLE {quoted(table)} DISABLE TRIGGER USER")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            for table in tables:
                cursor.execute(f"ALTER TABLE {quoted(table)} ENABLE TRIGGER USER")
