"""What all tests share: settings that differ from a real site, and an empty database again.

Only what would need a service, HTTPS or a built folder is changed. Tests that ask for no database
get none.
"""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import caches
from django.db import transaction
from django.test import TransactionTestCase, override_settings
from django.test.utils import setup_databases, teardown_databases
from huey.contrib.djhuey import HUEY
from pytest_django.plugin import DjangoDbBlocker

from accounts.kept import EVERYTHING
from accounts.prepared import EVERY
from forum import visibility
from tests.clauses import GROUPS_OF_CLAUSES
from tests.databases import (
    do_not_wait_for_the_disk,
    put_migrated_database,
    triggers_off,
    world_of_its_own,
)
from tests.published import publish_texts_again

AGES = 10_000.0  # seconds, longer than any run
# Fixtures that bring a database with them.
WITH_DATABASE = {"db", "transactional_db", "module_db", "open_database", "texts", "live_server"}


@pytest.fixture(scope="session", autouse=True)
def settings_of_tests(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No HTTPS, no rate limits, no manifest of static files, caches in this process."""
    changed: dict[str, Any] = {
        "ACCOUNT_RATE_LIMITS": False,
        "CACHES": {
            name: {
                "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
                "LOCATION": f"tests-{name}",
            }
            for name in settings.CACHES
        },
        "CSRF_COOKIE_SECURE": False,
        "DEBUG": False,
        "DEMO": False,
        "PICTURE_DIR": tmp_path_factory.mktemp("pictures"),
        "QUIET_HOURS": (0, 0),  # else mails would wait for the morning in tests that run at night
        "SECURE_HSTS_SECONDS": 0,
        "SECURE_SSL_REDIRECT": False,
        "SESSION_COOKIE_SECURE": False,
        "STATIC_ROOT": tmp_path_factory.mktemp("static"),
        "STORAGES": {
            **settings.STORAGES,
            "staticfiles": {
                "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage",
            },
        },
    }
    immediate, HUEY.immediate = HUEY.immediate, True
    with override_settings(**changed):
        yield
    HUEY.immediate = immediate


@pytest.fixture(autouse=True)
def empty_caches(settings_of_tests: None) -> Iterator[None]:
    """No test finds what another has left in a cache."""
    yield
    for cache in caches.all(initialized_only=True):
        cache.clear()


@pytest.fixture(autouse=True)
def nothing_set_for_the_site() -> None:
    """What is kept in the process is as on a new site, until a test changes it."""
    for kept in EVERYTHING:
        kept.hold(kept.empty, seconds=AGES)


@pytest.fixture
def switch_off(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Take one clause out of the rules of visibility, to see that a test would notice."""

    def switch(clause: str) -> None:
        for group in GROUPS_OF_CLAUSES:
            kept = tuple(one for one in getattr(visibility, group) if one.__name__ != clause)
            monkeypatch.setattr(visibility, group, kept)
        put_into_sql_anew()

    def put_into_sql_anew() -> None:
        for prepared in EVERY:
            prepared.forget()

    yield switch
    put_into_sql_anew()


@pytest.fixture
def texts(db: None) -> None:
    """The rules for everyone and the code for professionals, as they come with the project."""
    publish_texts_again()


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None,
    django_db_modify_db_settings: None,
    django_db_blocker: DjangoDbBlocker,
    request: pytest.FixtureRequest,
) -> Iterator[None]:
    """The database for tests, whoever asks for it.

    pytest-django's own makes it only where a test has its mark. A module that comes by
    ``module_db`` alone would then meet the database of the site itself.
    """
    keep = request.config.getvalue("reuse_db") and not request.config.getvalue("create_db")
    do_not_wait_for_the_disk()
    with django_db_blocker.unblock():
        copied = not keep and put_migrated_database()
        databases = setup_databases(verbosity=0, interactive=False, keepdb=keep or copied)
    yield
    if not keep:
        with django_db_blocker.unblock():
            teardown_databases(databases, verbosity=0)


@pytest.fixture(scope="module")
def module_db(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """A database for a whole module, for worlds that take long to build. Use with ``undone``."""
    with django_db_blocker.unblock(), world_of_its_own():
        yield


@pytest.fixture(scope="module")
def open_database(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """An empty database without a transaction. What is written within must clean up after it."""
    with django_db_blocker.unblock():
        yield


@pytest.fixture
def undone(module_db: None) -> Iterator[None]:
    """What one test of a module with ``module_db`` writes is undone after it."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture(scope="session", autouse=True)
def flush_empties_every_table() -> Iterator[None]:
    """Let tests with real transactions clean up after themselves.

    Triggers forbid removing entries of the audit log and decisions. They stand while a test
    runs, and are out of the way only while Django empties the tables after it.
    """
    patch = pytest.MonkeyPatch()
    with_triggers = TransactionTestCase._fixture_teardown  # type: ignore[attr-defined]

    def without_triggers(test: TransactionTestCase) -> None:
        with triggers_off("default"):
            with_triggers(test)

    patch.setattr(TransactionTestCase, "_fixture_teardown", without_triggers)
    yield
    patch.undo()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs one database and what needs both, and put first what takes long.

    Tests that no database takes part in need not run again on PostgreSQL. Those with real
    transactions run on both, wherever they stand.
    """
    for item in items:
        names = set(getattr(item, "fixturenames", ()))
        database = item.get_closest_marker("django_db")
        if not names & WITH_DATABASE and database is None:
            item.add_marker(pytest.mark.one_database)
        elif database is not None and database.kwargs.get("transaction"):
            item.add_marker(pytest.mark.both_databases)
    # Else the last process is still busy with a walk when the others have nothing left to do.
    long_ones = {item.path for item in items if _takes_long(item)}
    items.sort(key=lambda item: item.path not in long_ones)


def _takes_long(item: pytest.Item) -> bool:
    is_slow = item.get_closest_marker("slow") and not item.get_closest_marker("walk")
    return bool(is_slow) or "module_db" in getattr(item, "fixturenames", ())
