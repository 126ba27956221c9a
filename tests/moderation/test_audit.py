"""The audit log: nobody can change it, and if somebody does all the same, it shows."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from io import StringIO
from itertools import pairwise

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.db.models import CharField, DateTimeField, F, Field, JSONField, TextField

from accounts.models import Role, User
from forum.models import Revision
from moderation import audit
from moderation.models import AuditEvent, AuditHead, Decision, DecisionKind
from tests.conftest import triggers_off
from tests.factories import (
    decided,
    make_board,
    make_member,
    make_staff,
    submit_thread,
)
from tests.racing import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(texts: None) -> User:
    return make_staff("admin-one", Role.ADMIN)


@pytest.fixture
def entries(admin: User) -> list[AuditEvent]:
    """Five entries."""
    return [
        audit.record(
            actor=admin if number % 2 else None,
            verb=f"verb_{number}",
            subject_kind="post",
            subject_public_id=f"subject{number}",
            data={"number": number, "codes": ["a", "b"], "deep": {"x": None}},
        )
        for number in range(1, 6)
    ]


@pytest.fixture
def decision(texts: None) -> Decision:
    """A decision with its post and revision."""
    post = submit_thread(
        make_member("author"), make_board("school"), title="Today", text="It was a quiet day."
    )
    decided(post, DecisionKind.PUBLISH)
    return Decision.objects.get()


@contextmanager
def tampering() -> Iterator[None]:
    """Somebody with all rights takes the triggers away for a while."""
    connection.check_constraints()  # PostgreSQL alters no table with checks that wait
    with triggers_off("default"):
        yield
        connection.check_constraints()


def faults() -> list[str]:
    return list(audit.faults())


def verified() -> str:
    """What the command says; raises ``CommandError`` where it found something."""
    out = StringIO()
    call_command("verify_audit", stdout=out, stderr=out)
    return out.getvalue()


# The chain -------------------------------------------------------------------------------------


def test_a_log_that_nobody_touched_is_whole(entries):
    assert faults() == []
    assert "whole: 5 entries" in verified()


def test_an_empty_log_is_whole(db):
    assert "whole: 0 entries" in verified()


def test_each_entry_carries_the_hash_of_the_one_before(entries):
    assert [event.number for event in entries] == [1, 2, 3, 4, 5]
    assert entries[0].previous_hash == ""
    assert all(later.previous_hash == earlier.hash for earlier, later in pairwise(entries))


@pytest.mark.parametrize(
    "change",
    [
        {"verb": "nothing_happened"},
        {"actor": None},
        {"actor_public_id": "somebodyelse00"},
        {"subject_public_id": "another"},
        {"subject_kind": "case"},
        {"data": {"number": 4}},
        {"previous_hash": "0" * 64},
        {"hash": "0" * 64},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_changed_entry_is_found(entries, change):
    with tampering():
        AuditEvent.objects.filter(number=3).update(**change)
    assert any("entry 3" in fault for fault in faults())
    with pytest.raises(CommandError):
        verified()


def test_a_changed_time_is_found(entries):
    with tampering():
        later = entries[2].at + timedelta(microseconds=1)
        AuditEvent.objects.filter(number=3).update(at=later)
    assert faults() == ["entry 3 was changed"]


def test_an_entry_changed_together_with_its_hash_is_found_by_the_next(entries):
    with tampering():
        event = AuditEvent.objects.get(number=3)
        event.verb = "nothing_happened"
        event.hash = audit.hash_of(event)
        event.save()
    assert faults() == ["entry 4 does not follow the entry before it"]


@pytest.mark.parametrize("number", [1, 3])
def test_a_removed_entry_is_found(entries, number):
    with tampering():
        AuditEvent.objects.filter(number=number).delete()
    assert any(f"entry {number} is missing" in fault for fault in faults())


def test_an_entry_removed_with_the_numbers_closed_up_is_found(entries):
    with tampering():
        AuditEvent.objects.filter(number=3).delete()
        for number in (4, 5):
            AuditEvent.objects.filter(number=number).update(number=number - 1)
    assert "entry 3 does not follow the entry before it" in faults()


def test_entries_cut_off_at_the_end_are_found(entries):
    with tampering():
        AuditEvent.objects.filter(number__gt=3).delete()
    assert faults() == ["the log ends at 3, its head says 5"]


def test_a_log_that_was_emptied_is_found(entries):
    with tampering():
        AuditEvent.objects.all().delete()
    assert faults() == ["the log ends at 0, its head says 5"]


def test_a_head_that_was_removed_is_found(entries):
    AuditHead.objects.all().delete()
    assert faults() == ["the log ends at 5, its head says nothing"]


def test_two_entries_that_changed_places_are_found(entries):
    with tampering():
        AuditEvent.objects.filter(number=2).update(number=99)
        AuditEvent.objects.filter(number=3).update(number=2)
        AuditEvent.objects.filter(number=99).update(number=3)
    found = faults()
    assert "entry 2 was changed" in found
    assert "entry 3 was changed" in found


def test_an_entry_added_past_the_code_is_found(entries):
    forged = AuditEvent.objects.get(number=5)
    forged.pk, forged.number, forged.verb = None, 6, "nothing_happened"
    forged.previous_hash = entries[-1].hash
    forged.hash = audit.hash_of(forged)
    forged.save(force_insert=True)
    assert faults() == ["the log ends at 6, its head says 5"]


@pytest.mark.skipif(connection.vendor != "sqlite", reason="REPLACE is SQLite's own")
def test_an_entry_replaced_past_the_triggers_is_found(entries):
    """SQLite runs no DELETE trigger for the row that REPLACE throws away."""
    with connection.cursor() as cursor:
        cursor.execute(
            "REPLACE INTO moderation_auditevent (id, number, at, actor_public_id, verb,"
            " subject_kind, subject_public_id, data, previous_hash, hash)"
            " SELECT id, number, at, actor_public_id, 'nothing_happened',"
            " subject_kind, subject_public_id, data, previous_hash, hash"
            " FROM moderation_auditevent WHERE number = 3"
        )
    assert faults() == ["entry 3 was changed"]


def test_an_entry_is_undone_with_what_it_tells_of(entries, admin):
    with transaction.atomic():
        audit.record(actor=admin, verb="x", subject_kind="post", subject_public_id="y")
        transaction.set_rollback(True)
    assert AuditEvent.objects.count() == 5
    assert faults() == []


# The triggers ----------------------------------------------------------------------------------


def assert_forbidden(statement: str) -> None:
    """The database refuses this statement."""
    refused = pytest.raises(DatabaseError, match="only added to")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_the_database_refuses_to_change_or_remove_entries(entries):
    assert_forbidden("UPDATE moderation_auditevent SET verb = 'x' WHERE number = 3")
    assert_forbidden("UPDATE moderation_auditevent SET verb = verb")
    assert_forbidden("DELETE FROM moderation_auditevent WHERE number = 5")
    assert_forbidden("DELETE FROM moderation_auditevent")
    with pytest.raises(DatabaseError), transaction.atomic():
        AuditEvent.objects.update(number=F("number") + 10)
    assert faults() == []


def test_the_database_refuses_to_change_or_remove_decisions(decision):
    assert_forbidden("UPDATE moderation_decision SET message = 'x'")
    assert_forbidden("DELETE FROM moderation_decision")
    assert Decision.objects.get().message == decision.message


def another_value(field: Field) -> str:
    """A value in SQL that the column of a decision does not have."""
    if isinstance(field, DateTimeField):
        return "'2001-01-01 00:00:00'"
    if isinstance(field, JSONField):
        return "'{}'"
    return "'x'" if isinstance(field, CharField | TextField) else "77"


@pytest.mark.parametrize(
    "field",
    [field for field in Decision._meta.fields if field.name != "undone_at"],
    ids=lambda field: field.name,
)
def test_the_database_lets_nothing_else_change_while_a_decision_is_undone(decision, field):
    change = f"{field.column} = {another_value(field)}"
    assert_forbidden(", ".join(["UPDATE moderation_decision SET undone_at = decided_at", change]))


def test_the_database_lets_a_decision_be_undone_once(decision):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE moderation_decision SET undone_at = decided_at")
    assert_forbidden("UPDATE moderation_decision SET undone_at = NULL")
    assert_forbidden("UPDATE moderation_decision SET undone_at = '2099-01-01 00:00:00'")
    assert_forbidden("DELETE FROM moderation_decision")


def test_the_database_refuses_to_change_revisions(decision):
    assert_forbidden("UPDATE forum_revision SET text = 'I never said that.'")
    assert Revision.objects.get().text == "It was a quiet day."


@pytest.mark.postgres
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no TRUNCATE")
@pytest.mark.parametrize("table", ["moderation_auditevent", "moderation_decision"])
def test_the_database_refuses_to_empty_a_table(decision, table):
    connection.check_constraints()  # else the checks that wait forbid it, and not the trigger
    assert_forbidden(f"TRUNCATE {table} CASCADE")
    assert AuditEvent.objects.exists()
    assert Decision.objects.exists()


# At once ---------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_entries_added_at_once_make_one_chain(texts):
    admin = make_staff("admin-one", Role.ADMIN)

    def add(name: str) -> None:
        for number in range(10):
            audit.record(actor=admin, verb=name, subject_kind="post", subject_public_id=str(number))

    assert at_once(*(lambda n=name: add(n) for name in ("ada", "ben", "cleo", "dan"))) == [None] * 4
    assert list(AuditEvent.objects.values_list("number", flat=True)) == list(range(1, 41))
    assert faults() == []
    for name in ("ada", "ben", "cleo", "dan"):
        own = AuditEvent.objects.filter(verb=name).values_list("subject_public_id", flat=True)
        assert list(own) == [str(number) for number in range(10)]
