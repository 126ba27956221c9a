"""Making a database for tests quickly, and emptying one whose triggers forbid just that."""

import fcntl
import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import django
from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections, transaction
from django.test.utils import setup_databases

SHAPES = ("*/migrations/*.py", "config/sqlite/*.py", "requirements.txt")
KEPT = 3  # shapes of a database, for work on several branches


def put_migrated_database() -> bool:
    """Put a migrated, empty database where tests expect theirs; false where that cannot be done.

    All migrations together take half a minute, and each process of each run would need it. The
    first one keeps what they made in ``var/``, named by what all migrations say; others copy it,
    and where migrations were added since, only those run.
    """
    kept = keep_migrated_database()
    if kept is None:
        return False
    test = connection.settings_dict["TEST"]
    if connection.vendor == "sqlite":
        shutil.copyfile(kept, test["NAME"])
    else:
        name = test["NAME"] or f"test_{connection.settings_dict['NAME']}"
        _run(*_program("createdb"), name)
        _run(*_program("psql"), "-q", "-v", "ON_ERROR_STOP=1", "-f", str(kept), "-d", name)
    return True


def keep_migrated_database() -> Path | None:
    """Where an empty database after all migrations is kept; made first where it is missing.

    None on a PostgreSQL whose programs are not known.
    """
    settings.VAR_DIR.mkdir(exist_ok=True)
    with (settings.VAR_DIR / "tests-migrated.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if connection.vendor == "sqlite":
            return _keep_sqlite()
        return _keep_postgresql() if "PG_BIN" in os.environ else None


def _keep_sqlite() -> Path:
    kept = _kept("sqlite3")
    if not kept.exists():
        making = kept.with_suffix(".making")
        making.unlink(missing_ok=True)
        start = _start_for_sqlite()
        if start is not None:
            shutil.copyfile(start, making)
        with _migrated(str(making), keepdb=start is not None):
            connection.close()  # SQLite folds its write-ahead log into the file
        kept.with_suffix(".json").write_text(json.dumps(_files()))
        making.rename(kept)
        _forget_old("sqlite3")
    return kept


def _start_for_sqlite() -> Path | None:
    """A kept database that only lacks some of the migrations; None where all must run."""
    files = _files()
    for listed in _newest_first("json"):
        kept, had = listed.with_suffix(".sqlite3"), json.loads(listed.read_text())
        if kept.exists() and all(files.get(name) == digest for name, digest in had.items()):
            return kept
    return None


def _keep_postgresql() -> Path:
    kept = _kept("sql")
    if not kept.exists():
        making = kept.with_suffix(".making")
        with _migrated("migrated"):
            connection.close()
        _run(*_program("pg_dump"), "--no-owner", f"--file={making}", "migrated")
        making.rename(kept)
        _forget_old("sql")
    return kept


def _program(name: str) -> list[str]:
    """A program of PostgreSQL, and how it reaches the server."""
    reached_by = connection.get_connection_params()
    programs = Path(os.environ["PG_BIN"])
    return [str(programs / name), "-h", reached_by["host"], "-U", reached_by["user"]]


@contextmanager
def _migrated(name: str, *, keepdb: bool = False) -> Iterator[None]:
    """A database of this name after all migrations; the connection is the site's again after it."""
    site, test = connection.settings_dict["NAME"], connection.settings_dict["TEST"]["NAME"]
    connection.settings_dict["TEST"]["NAME"] = name
    setup_databases(verbosity=0, interactive=False, keepdb=keepdb)
    yield
    connection.settings_dict["NAME"] = settings.DATABASES["default"]["NAME"] = site
    connection.settings_dict["TEST"]["NAME"] = test


def _run(*command: Path | str) -> None:
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def _kept(ending: str) -> Path:
    """Where this shape of a database is kept."""
    digest = hashlib.sha256(json.dumps(_files()).encode()).hexdigest()[:16]
    return settings.VAR_DIR / f"tests-migrated-{digest}.{ending}"


def _newest_first(ending: str) -> list[Path]:
    found = settings.VAR_DIR.glob(f"tests-migrated-*.{ending}")
    return sorted(found, key=lambda path: path.stat().st_mtime, reverse=True)


def _forget_old(ending: str) -> None:
    for old in _newest_first(ending)[KEPT:]:
        old.unlink()
        old.with_suffix(".json").unlink(missing_ok=True)


@cache
def _files() -> dict[str, str]:
    """All that decides what an empty database looks like: digests by path."""
    found = {"django": django.__version__}
    for pattern in SHAPES:
        for path in sorted(settings.BASE_DIR.glob(pattern)):
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            found[str(path.relative_to(settings.BASE_DIR))] = digest
    return found


class Snapshot:
    """All that a SQLite database holds right now. Outside of a transaction."""

    def __init__(self) -> None:
        connection.ensure_connection()
        self._copy = sqlite3.connect(":memory:", check_same_thread=False)
        connection.connection.backup(self._copy)

    def put_back(self) -> None:
        """Make the database what it was; all that was written since is gone."""
        connection.ensure_connection()
        self._copy.backup(connection.connection)


def do_not_wait_for_the_disk() -> None:
    """No power cut hits a database of tests that matters. A killed process loses nothing by it."""
    options = connection.settings_dict["OPTIONS"]
    if connection.vendor == "sqlite":
        options["init_command"] = options["init_command"].replace(
            "synchronous=FULL", "synchronous=OFF"
        )


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


if __name__ == "__main__":
    django.setup()
    keep_migrated_database()
