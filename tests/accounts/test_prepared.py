"""Queries whose SQL is made once: what they answer is what the queryset itself answers."""

from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from accounts.prepared import SOMEBODY, SOMETIME, Prepared
from tests.factories import make_member

pytestmark = pytest.mark.django_db


def joined_before(_: object) -> QuerySet:
    return User.objects.filter(pk=SOMEBODY, joined_at__lte=SOMETIME).values(
        "pseudonym", "joined_at", "is_active"
    )


def test_each_person_gets_their_own_rows_in_pythons_own_values() -> None:
    fern, otter = make_member("Fern"), make_member("Otter")
    prepared = Prepared(joined_before)
    for person in (fern, otter, fern):
        (row,) = prepared.rows(None, person=person.pk, at=timezone.now() + timedelta(days=1))
        assert row == {
            "pseudonym": person.pseudonym,
            "joined_at": person.joined_at,
            "is_active": True,
        }


def test_the_moment_is_the_one_that_was_given() -> None:
    fern = make_member("Fern")
    prepared = Prepared(joined_before)
    before = fern.joined_at - timedelta(seconds=1)
    assert prepared.rows(None, person=fern.pk, at=before) == []
    assert len(prepared.rows(None, person=fern.pk, at=fern.joined_at)) == 1


def test_each_shape_is_put_into_sql_once_and_asked_each_time() -> None:
    fern = make_member("Fern")
    made = []

    def build(name: str) -> QuerySet:
        made.append(name)
        return User.objects.filter(pk=SOMEBODY, pseudonym=name).values("pk")

    prepared = Prepared(build)
    with CaptureQueriesContext(connection) as asked:
        assert prepared.rows("Fern", person=fern.pk) == [{"pk": fern.pk}]
        assert prepared.rows("Fern", person=fern.pk) == [{"pk": fern.pk}]
        assert prepared.rows("Otter", person=fern.pk) == []
    assert made == ["Fern", "Otter"]
    assert len(asked) == 3


def test_a_query_that_can_find_nothing_is_not_asked() -> None:
    prepared: Prepared[None] = Prepared(
        lambda _: User.objects.filter(pk=SOMEBODY).filter(pk__in=[]).values("pk")
    )
    with CaptureQueriesContext(connection) as asked:
        assert prepared.rows(None, person=1) == []
    assert len(asked) == 0


def test_a_query_about_nobody_is_refused() -> None:
    prepared: Prepared[None] = Prepared(lambda _: User.objects.values("pk"))
    with pytest.raises(ValueError, match="somebody"):
        prepared.rows(None, person=1)


def test_a_query_that_asks_for_a_moment_gets_one() -> None:
    with pytest.raises(ValueError, match="moment"):
        Prepared(joined_before).rows(None, person=1)
