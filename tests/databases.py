"""Making a database for tests quickly, and emptying one whose triggers forbid just that."""

import fcntl
import hashlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import django
from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections, transaction
from django.test.utils import setup_databases

# All that decides what an empty database looks like.
SHAPES = ("*/migrations/*.py", "config/sqlite/*.py", "requirements.txt")


def put_migrated_database() -> bool:
    """Put a migrated, empty database where tests expect theirs; false where that cannot be done.

    All migrations together take half a minute, and each process of each run would need it. The
    first one keeps what they made in ``var/``, named by what all migrations say; others copy it.
    """
    settings.VAR_DIR.mkdir(exist_ok=True)
    with (settings.VAR_DIR / "tests-migrated.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if connection.vendor == "sqlite":
            _put_sqlite()
            return True
        if "PG_BIN" in os.environ:
            _put_postgresql(Path(os.environ["PG_BIN"]))
            return True
    return False


def _put_sqlite() -> None:
    wanted = connection.settings_dict["TEST"]["NAME"]
    kept = _kept("sqlite3")
    if not kept.exists():
        making = kept.with_suffix(".making")
        making.unlink(missing_ok=True)
        with _migrated(str(making)):
            connection.close()  # SQLite folds its write-ahead log into the file
        making.rename(kept)
    shutil.copyfile(kept, wanted)


def _put_postgresql(programs: Path) -> None:
    test = connection.settings_dict["TEST"]
    wanted = test["NAME"] or f"test_{connection.settings_dict['NAME']}"
    reached_by = connection.get_connection_params()
    server = ["-h", reached_by["host"], "-U", reached_by["user"]]
    kept = _kept("sql")
    if not kept.exists():
        making = kept.with_suffix(".making")
        with _migrated("migrated"):
            connection.close()
        _run(programs / "pg_dump", *server, "--no-owner", f"--file={making}", "migrated")
        making.rename(kept)
    _run(programs / "createdb", *server, wanted)
    _run(programs / "psql", *server, "-q", "-v", "ON_ERROR_STOP=1", "-f", str(kept), "-d", wanted)


@contextmanager
def _migrated(name: str) -> Iterator[None]:
    """A database of this name after all migrations; the connection is the site's again after it."""
    site, test = connection.settings_dict["NAME"], connection.settings_dict["TEST"]["NAME"]
    connection.settings_dict["TEST"]["NAME"] = name
    setup_databases(verbosity=0, interactive=False)
    yield
    connection.settings_dict["NAME"] = settings.DATABASES["default"]["NAME"] = site
    connection.settings_dict["TEST"]["NAME"] = test


def _run(*command: Path | str) -> None:
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def _kept(ending: str) -> Path:
    """Where this shape of a database is kept. Files of other shapes go."""
    kept = settings.VAR_DIR / f"tests-migrated-{_shape()}.{ending}"
    for old in settings.VAR_DIR.glob(f"tests-migrated-*.{ending}"):
        if old != kept:
            old.unlink()
    return kept


def _shape() -> str:
    digest = hashlib.sha256(django.__version__.encode())
    for pattern in SHAPES:
        for path in sorted(settings.BASE_DIR.glob(pattern)):
            digest.update(str(path.relative_to(settings.BASE_DIR)).encode() + path.read_bytes())
    return digest.hexdigest()[:16]


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
