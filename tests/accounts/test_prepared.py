"""Queries whose SQL is made once: what they answer is what the queryset itself answers."""

from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.db.models.functions import Length
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from accounts.prepared import (
    SOMEBODY,
    SOMETIME,
    Prepared,
    room_for,
    stand_in,
    stand_in_words,
    stand_ins,
)
from accounts.viewer import viewer_of
from forum.models import Post
from tests.factories import make_board, make_hcp, make_member, publish_reply, publish_thread

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


def test_models_come_as_from_the_queryset_itself(texts: None) -> None:
    nurse = make_hcp("nurse")
    board = make_board("daily")
    thread = publish_thread(make_member("Fern"), board, title="Football", text="Who plays?")
    post = publish_reply(nurse, thread, text="Keep a snack by the bed.")
    name = stand_in_words("a_name")

    def build(_: None) -> QuerySet:
        posts = Post.objects.filter(author_id=SOMEBODY, author__pseudonym=name)
        return posts.select_related("author__hcp_profile", "removed_under").annotate(
            length=Length("text")
        )

    (found,) = Prepared(build).rows(None, person=nurse.pk, a_name=nurse.pseudonym)
    (right,) = Post.objects.filter(pk=post.pk).annotate(length=Length("text"))
    with CaptureQueriesContext(connection) as asked:
        assert found.author == nurse
        assert found.author.hcp_profile == nurse.hcp_profile
        assert found.removed_under is None
    assert len(asked) == 0
    assert found == right
    assert found.length == len(post.text)
    for field in Post._meta.concrete_fields:
        assert getattr(found, field.attname) == getattr(right, field.attname), field.name
    assert not found._state.adding
    assert found._state.db == "default"


def test_a_list_that_is_shorter_than_its_places_finds_no_more() -> None:
    people = [make_member(name) for name in ("Fern", "Otter", "Wren")]

    def build(number: int) -> QuerySet:
        return User.objects.filter(pk__in=stand_ins("people", number)).order_by("pk").values("pk")

    prepared: Prepared[int] = Prepared(build, for_everybody=True)
    for wanted in ([people[0].pk], [people[2].pk, people[1].pk], [one.pk for one in people]):
        found = prepared.rows(room_for(len(wanted)), people=wanted)
        assert [row["pk"] for row in found] == sorted(wanted)


def test_a_value_that_is_not_given_is_asked_for() -> None:
    number = stand_in("a_number")
    prepared: Prepared[None] = Prepared(
        lambda _: Post.objects.filter(author_id=SOMEBODY, position=number).values("pk")
    )
    with pytest.raises(ValueError, match="a_number"):
        prepared.rows(None, person=1)


def test_a_moment_that_would_stand_still_is_refused() -> None:
    prepared: Prepared[None] = Prepared(
        lambda _: User.objects.filter(pk=SOMEBODY, joined_at__lte=timezone.now()).values("pk")
    )
    with pytest.raises(ValueError, match="stand still"):
        prepared.rows(None, person=1)


def test_words_that_a_person_sends_are_never_taken_for_a_place() -> None:
    fern, otter = make_member("Fern"), make_member("Otter")
    name = stand_in_words("another_name")
    prepared: Prepared[None] = Prepared(
        lambda _: User.objects.filter(pk=SOMEBODY, pseudonym=name).values("pk")
    )
    for sent in (name, str(SOMEBODY), "%s", "%(person)s", "' OR 1=1 --"):
        assert prepared.rows(None, person=fern.pk, another_name=sent) == []
    assert prepared.rows(None, person=otter.pk, another_name="Otter") == [{"pk": otter.pk}]


def test_the_person_in_a_shape_is_nobody() -> None:
    fern = viewer_of(make_member("Fern"))
    assert fern.shape.user_id == SOMEBODY
    assert fern.shape == viewer_of(make_member("Otter")).shape
