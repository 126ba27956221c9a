"""Each review ticket has a clock that says what the ticket says, whatever is done."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.viewer import viewer_of
from forum.actions.clocks import mark_looked_at
from forum.actions.edit import edit_post
from forum.actions.state import change_state, lock_post
from forum.due import due_at
from forum.models import Post, Status, TicketClock
from forum.policy import Ticket
from forum.states import Severity, Track
from moderation.actions.alerts import heal_clocks
from moderation.actions.decide import decide
from moderation.models import DecisionKind
from moderation.queue import open_item
from tests.factories import fresh, make_member, submit_thread
from tests.racing import at_once

pytestmark = pytest.mark.django_db

NOW = timezone.now()
MINUTE = timedelta(minutes=1)


@pytest.fixture
def held(board):
    """A first post, held at ``NOW``."""
    return submit_thread(make_member("newbie"), board, title="Hi", text="Hello you.", at=NOW)


def clocks(post: Post) -> list[TicketClock]:
    return list(TicketClock.objects.filter(post=post).order_by("pk"))


def test_a_held_post_starts_a_clock_and_one_without_a_ticket_none(held, board, guest):
    (clock,) = clocks(held)
    assert (clock.severity, clock.opened_at, clock.due_at) == (2, NOW, held.review_due_at)
    assert (clock.first_look_at, clock.closed_at) == (None, None)
    post = submit_thread(guest, board, title="Hi", text="Hello you.")
    assert post.status == Status.PUBLISHED
    assert clocks(post) == []


def test_a_post_that_needs_no_look_costs_no_query_of_clocks(guest, board):
    with CaptureQueriesContext(connection) as asked:
        submit_thread(guest, board, title="Hi", text="Hello you.")
    assert not any("ticketclock" in query["sql"] for query in asked.captured_queries)


def test_opening_the_item_is_the_first_look_and_the_second_look_is_none(held, moderator):
    assert open_item(viewer_of(moderator), moderator, held.public_id) is not None
    first = clocks(held)[0].first_look_at
    assert first is not None
    assert open_item(viewer_of(moderator), moderator, held.public_id) is not None
    assert clocks(held)[0].first_look_at == first


def test_a_decision_stops_the_clock_and_counts_as_a_look(held, moderator):
    at = NOW + 20 * MINUTE
    kind = DecisionKind.PUBLISH
    decide(post=held, moderator=moderator, kind=kind, version=held.version, at=at)
    (clock,) = clocks(held)
    assert (clock.first_look_at, clock.closed_at) == (at, at)


def test_a_post_that_its_author_withdraws_was_looked_at_by_nobody(held):
    with transaction.atomic():
        change_state(post=lock_post(held.pk), to=Status.WITHDRAWN, ticket=None, at=NOW + MINUTE)
    (clock,) = clocks(held)
    assert (clock.first_look_at, clock.closed_at) == (None, NOW + MINUTE)


def test_words_of_danger_written_into_a_held_post_start_a_clock_of_their_own(held):
    at = NOW + 30 * MINUTE
    edit_post(
        post=held, author=held.author, version=held.version, text="I want to kill myself.", at=at
    )
    old, new = clocks(held)
    assert (old.severity, old.first_look_at, old.closed_at) == (2, None, at)
    assert (new.severity, new.opened_at, new.closed_at) == (0, at, None)


def test_an_edit_that_changes_no_urgency_lets_the_clock_run_on(held):
    edit_post(
        post=held, author=held.author, version=held.version, text="Hello all.", at=NOW + MINUTE
    )
    (clock,) = clocks(held)
    assert (clock.opened_at, clock.closed_at) == (NOW, None)


def test_passing_to_the_safeguarding_lead_starts_a_new_clock_also_for_danger(board, moderator):
    post = submit_thread(
        make_member("low"), board, title="Tired", text="I want to kill myself.", at=NOW
    )
    at = NOW + 10 * MINUTE
    decide(post=post, moderator=moderator, kind=DecisionKind.SAFEGUARD, version=post.version, at=at)
    old, new = clocks(post)
    assert (old.first_look_at, old.closed_at) == (at, at)
    assert (new.severity, new.due_at, new.closed_at) == (0, due_at(Severity.S0, at), None)


def test_a_ticket_that_comes_back_at_once_is_the_same_one(held):
    ticket = Ticket(Severity.S2, Track.CONDUCT, held.review_due_at, [])

    def move(to: Status, ticket: Ticket | None, later: timedelta) -> None:
        with transaction.atomic():
            change_state(post=lock_post(held.pk), to=to, ticket=ticket, at=NOW + later)

    move(Status.PUBLISHED, None, 2 * MINUTE)
    move(Status.HELD, ticket, 3 * MINUTE)
    assert [clock.closed_at for clock in clocks(held)] == [None]
    move(Status.PUBLISHED, None, 4 * MINUTE)
    move(Status.HELD, ticket, 30 * MINUTE)
    assert [clock.closed_at for clock in clocks(held)] == [NOW + 4 * MINUTE, None]


def test_the_database_lets_one_clock_run_for_a_post(held):
    with pytest.raises(IntegrityError), transaction.atomic():
        TicketClock.objects.create(post=held, severity=1, opened_at=NOW, due_at=NOW)


def test_tickets_written_past_the_actions_get_their_clock_and_gone_ones_lose_it(held, guest, board):
    other = submit_thread(guest, board, title="Hi", text="Hello you.", at=NOW)
    Post.objects.filter(pk=other.pk).update(
        review_due_at=NOW + MINUTE, review_severity=0, review_track="conduct"
    )
    Post.objects.filter(pk=held.pk).update(
        status="published",
        position=99,
        published_at=NOW,
        review_due_at=None,
        review_severity=None,
        review_track="",
    )
    assert heal_clocks() == 2
    assert [(c.severity, c.opened_at, c.closed_at) for c in clocks(other)] == [(0, NOW, None)]
    assert clocks(held)[0].closed_at is not None
    assert heal_clocks() == 0


@pytest.mark.django_db(transaction=True)
def test_two_moderators_who_open_at_once_make_one_first_look(held):
    early, late = NOW + MINUTE, NOW + 2 * MINUTE
    won = at_once(
        lambda: mark_looked_at(held, at=early),
        lambda: mark_looked_at(held, at=late),
    )
    assert sorted(won) == [False, True]
    assert clocks(held)[0].first_look_at == (early if won[0] else late)


@pytest.mark.django_db(transaction=True)
def test_healing_while_a_decision_is_made_leaves_clock_and_ticket_as_one(held, moderator):
    TicketClock.objects.all().delete()
    kind = DecisionKind.PUBLISH
    at_once(
        lambda: decide(post=held, moderator=moderator, kind=kind, version=held.version),
        heal_clocks,
        heal_clocks,
    )
    assert fresh(held).status == Status.PUBLISHED
    assert all(clock.closed_at for clock in clocks(held))
