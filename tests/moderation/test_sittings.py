"""A sitting in the queue: keeping and giving back an item, progress, stopping, the summary."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role, User
from forum.models import Board, Post
from moderation.actions.decide import ClaimedByOther, decide
from moderation.models import Claim, Decision, DecisionKind, Sitting
from moderation.queue import CLAIM_LASTS, claim
from moderation.sittings import IDLE, keep_sitting, stop, summary_of
from moderation.views.worklist import mark_of_claim
from tests.factories import any_clause, fresh, make_board, make_member, make_staff, submit_thread

pytestmark = pytest.mark.usefixtures("texts")

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
STOP = reverse("moderation:stop")
SUMMARY = reverse("moderation:summary")
CONFLICT = 409
NOT_HERE = 404


@pytest.fixture
def board(db: None) -> Board:
    return make_board("feelings")


@pytest.fixture
def moderator(db: None) -> User:
    return make_staff("kim", Role.MODERATOR)


@pytest.fixture
def other(db: None) -> User:
    return make_staff("robin", Role.MODERATOR)


@pytest.fixture
def held(board: Board) -> Post:
    return submit_thread(make_member("wren"), board, title="Socks", text="In my sock.")


@pytest.fixture
def reviewer(client: Client, moderator: User) -> Client:
    client.force_login(moderator)
    return client


def at(post: Post, name: str = "item") -> str:
    return reverse(f"moderation:{name}", args=[post.public_id])


# Keeping and giving back -------------------------------------------------------------------------


def test_renewing_keeps_the_post_for_five_more_minutes(reviewer, held):
    with time_machine.travel(NOON, tick=False) as clock:
        reviewer.get(at(held))
        clock.shift(timedelta(minutes=4))
        answer = reviewer.post(at(held, "renew"))
        assert answer.status_code == 200
        until = timezone.now() + CLAIM_LASTS
        assert Claim.objects.get().until == until
        assert answer.json() == {"until": mark_of_claim(until)}


def test_renewing_takes_nothing_from_a_colleague_who_took_it_meanwhile(reviewer, held, other):
    with time_machine.travel(NOON, tick=False) as clock:
        reviewer.get(at(held))
        clock.shift(CLAIM_LASTS)
        theirs = claim(post=held, moderator=other)
        answer = reviewer.post(at(held, "renew"))
        assert answer.status_code == CONFLICT
        assert Claim.objects.get() == theirs
        assert Claim.objects.get().until == timezone.now() + CLAIM_LASTS


def test_a_claim_that_ran_out_and_that_nobody_took_is_renewed(reviewer, held, moderator):
    with time_machine.travel(NOON, tick=False) as clock:
        reviewer.get(at(held))
        clock.shift(CLAIM_LASTS + timedelta(minutes=1))
        assert reviewer.post(at(held, "renew")).status_code == 200
        assert Claim.objects.get().moderator == moderator


def test_after_the_claim_ran_out_the_first_to_decide_decides_and_the_other_loses_no_words(
    reviewer, held, other, moderator
):
    with time_machine.travel(NOON, tick=False) as clock:
        reviewer.get(at(held))
        version = fresh(held).version
        clock.shift(CLAIM_LASTS + timedelta(seconds=1))
        decide(post=held, moderator=other, kind=DecisionKind.PUBLISH, version=version)
        answer = reviewer.post(
            at(held),
            {"version": version, "kind": "remove", "clause": any_clause().anchor, "message": "No."},
        )
    assert answer.status_code == CONFLICT
    assert "robin" in answer.content.decode()
    assert Decision.objects.get().moderator == other


def test_while_a_colleague_has_taken_it_nobody_decides_past_them(held, other, moderator):
    claim(post=held, moderator=moderator, at=NOON)
    late = NOON + CLAIM_LASTS + timedelta(seconds=1)
    claim(post=held, moderator=other, at=late)
    with pytest.raises(ClaimedByOther):
        decide(
            post=held,
            moderator=moderator,
            kind=DecisionKind.PUBLISH,
            version=fresh(held).version,
            at=late + timedelta(seconds=1),
        )
    assert not Decision.objects.exists()


def test_each_look_at_an_item_renews_the_claim_without_a_script(reviewer, held):
    with time_machine.travel(NOON, tick=False) as clock:
        reviewer.get(at(held))
        clock.shift(timedelta(minutes=4))
        reviewer.post(at(held), {"version": fresh(held).version, "kind": "remove"})  # incomplete
        assert Claim.objects.get().until == timezone.now() + CLAIM_LASTS


def test_leaving_a_page_gives_its_own_claim_back(reviewer, held):
    page = reviewer.get(at(held))
    until = page.context["claim_until"]
    reviewer.post(at(held, "release"), {"until": until})
    assert not Claim.objects.exists()


def test_a_late_farewell_does_not_end_the_claim_of_the_next_page(reviewer, held):
    with time_machine.travel(NOON, tick=False) as clock:
        until = reviewer.get(at(held)).context["claim_until"]
        clock.shift(timedelta(seconds=2))
        reviewer.get(at(held))
        reviewer.post(at(held, "release"), {"until": until})
    assert Claim.objects.exists()


@pytest.mark.parametrize("until", ["x", "-1", "9" * 40])
def test_a_farewell_without_a_moment_gives_the_post_back(until, reviewer, held):
    reviewer.get(at(held))
    reviewer.post(at(held, "release"), {"until": until})
    assert not Claim.objects.exists()


@pytest.mark.parametrize("name", ["renew", "release"])
def test_there_is_nothing_to_keep_of_ones_own_posts(name, board, moderator, reviewer):
    own = submit_thread(moderator, board, title="Mine", text="I want to die.")
    assert own.has_ticket
    assert reviewer.post(at(own, name)).status_code == NOT_HERE


# The sitting -------------------------------------------------------------------------------------


def test_an_item_says_how_far_one_is(reviewer, held, board):
    other = submit_thread(make_member("fern"), board, title="Two", text="Words.")
    sent = {"version": fresh(held).version, "kind": "publish"}
    reviewer.get(at(held))
    reviewer.post(at(held), sent)
    page = reviewer.get(at(other))
    assert (page.context["handled"], page.context["left"]) == (1, 1)
    assert "1 done in this sitting." in page.content.decode()


def test_stopping_gives_everything_back_and_sums_up(reviewer, held, board, moderator):
    submit_thread(make_member("fern"), board, title="Two", text="Words.")
    with time_machine.travel(NOON, tick=False) as clock:
        there = reviewer.post(reverse("moderation:next"), {"start": "1"})["Location"]
        reviewer.get(there)
        version = reviewer.get(there).context["post"].version
        clock.shift(timedelta(minutes=12))
        second = reviewer.post(there, {"version": version, "kind": "publish"})["Location"]
        reviewer.get(second)
        assert Claim.objects.filter(moderator=moderator).count() == 1
        assert reviewer.post(STOP)["Location"] == SUMMARY
    assert not Claim.objects.exists()
    page = reviewer.get(SUMMARY).content.decode()
    assert "You looked after 1 post." in page
    assert "It took 12 minutes." in page
    assert "1 post is left" in page


def test_what_was_decided_before_the_sitting_does_not_count(moderator, held, board):
    decide(
        post=held,
        moderator=moderator,
        kind=DecisionKind.PUBLISH,
        version=fresh(held).version,
        at=NOON - timedelta(hours=1),
    )
    keep_sitting(moderator=moderator, at=NOON)
    sitting = stop(moderator=moderator, at=NOON + timedelta(minutes=1))
    assert sitting is not None
    assert summary_of(sitting).handled == 0


def test_who_comes_back_after_half_an_hour_starts_a_new_sitting(moderator):
    first = keep_sitting(moderator=moderator, at=NOON)
    assert keep_sitting(moderator=moderator, at=NOON + IDLE) == first
    later = NOON + 2 * IDLE + timedelta(seconds=1)
    second = keep_sitting(moderator=moderator, at=later)
    assert second != first
    first.refresh_from_db()
    assert first.ended_at == NOON + IDLE
    assert Sitting.objects.filter(ended_at__isnull=True).get() == second


def test_a_sitting_that_was_forgotten_ends_when_it_was_last_seen(moderator):
    keep_sitting(moderator=moderator, at=NOON)
    sitting = stop(moderator=moderator, at=NOON + timedelta(days=1))
    assert sitting is not None
    assert sitting.ended_at == NOON


def test_stopping_twice_is_no_error(reviewer, moderator):
    keep_sitting(moderator=moderator)
    assert reviewer.post(STOP)["Location"] == SUMMARY
    assert reviewer.post(STOP)["Location"] == reverse("moderation:queue")


def test_nobody_sees_the_summary_of_another(reviewer, other):
    keep_sitting(moderator=other)
    stop(moderator=other)
    assert reviewer.get(SUMMARY).context["summary"] is None
