"""How you are doing: for its owner alone, kind, without a score, and help never counts."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape

from accounts.ids import new_public_id
from accounts.models import Role, User
from accounts.viewer import viewer_of
from forum.models import Status, Track
from moderation.actions.appeals import appeal, decide_appeal
from moderation.actions.sanctions import sanction
from moderation.models import AppealStatus, Decision, DecisionKind, SanctionKind
from moderation.standing import LOOKS_BACK, Standing, standing_of
from tests.factories import (
    any_clause,
    decided,
    fresh,
    in_state,
    make_board,
    make_hcp,
    make_member,
    make_staff,
    publish_reply,
    publish_thread,
    submit_reply,
)
from tests.seasoned import make_seasoned

pytestmark = [pytest.mark.usefixtures("texts"), pytest.mark.one_database]
PAGE = reverse("moderation:standing")
EARLIER = timedelta(minutes=5)


def page_for(user: User) -> str:
    client = Client()
    client.force_login(user)
    response = client.get(PAGE)
    assert response.status_code == 200
    return response.content.decode()


def now_of(user: User) -> Standing:
    user.refresh_from_db()
    at = timezone.now()
    return standing_of(user, viewer_of(user, at=at), at=at)


@pytest.fixture
def board():
    return make_board("all")


@pytest.fixture
def wren(board) -> User:
    return make_seasoned("wren", board=board)


@pytest.fixture
def admin() -> User:
    return make_staff("ada", Role.ADMIN)


def limited(user: User, board, *, ago: timedelta = EARLIER, track: str = "") -> Decision:
    """A post of theirs that was hidden, on the track of a ticket."""
    at = timezone.now() - ago
    thread = publish_thread(user, board, title="A day", text="It was long.", at=at)
    post = in_state(thread.posts.get(), Status.HELD, at=at)
    if track:
        type(post).objects.filter(pk=post.pk).update(review_track=track)
    decided(fresh(post), DecisionKind.HIDE, message="Too much for now.", at=at)
    return Decision.objects.get(post=post, kind=DecisionKind.HIDE)


def put_on(user: User, admin: User, kind: SanctionKind, days: int | None = None):
    return sanction(
        user=user,
        moderator=admin,
        kind=kind,
        days=days,
        clause=any_clause(),
        message="Words hurt somebody.",
        key=new_public_id(),
    )


def test_with_nothing_against_them_all_is_well(wren):
    page = page_for(wren)
    assert "All is well" in page
    assert "Right now" not in page
    assert "The last six months" not in page
    assert reverse("moderation:own_appeals") in page
    assert reverse("accounts:rules") in page


def test_it_is_for_members_about_themselves(wren, admin, board):
    limited(make_seasoned("other", board=board), board)
    assert now_of(wren).is_clear
    for user in (admin, make_staff("mo", Role.MODERATOR), make_hcp("nurse")):
        client = Client()
        client.force_login(user)
        assert client.get(PAGE).status_code == 404


def test_what_is_in_force_says_when_it_ends(wren, admin):
    put_on(wren, admin, SanctionKind.SILENCE, 3)
    found = now_of(wren)
    assert [row.kind for row in found.in_force] == [SanctionKind.SILENCE]
    page = page_for(wren)
    assert "You can read, but not post" in page
    assert "It ends by itself on" in page
    assert "All is well" not in page
    later = timezone.now() + timedelta(days=4)
    after = standing_of(wren, viewer_of(wren, at=later), at=later)
    assert after.in_force == []


def test_a_warning_stands_for_six_months(wren, admin):
    put_on(wren, admin, SanctionKind.WARNING)
    assert len(now_of(wren).warnings) == 1
    assert "We asked you to keep to a rule" in page_for(wren)
    later = timezone.now() + LOOKS_BACK + timedelta(days=1)
    assert standing_of(wren, viewer_of(wren, at=later), at=later).is_clear


def test_a_decision_under_a_rule_is_told_with_the_rule(wren, board):
    decision = limited(wren, board)
    page = page_for(wren)
    assert reverse("moderation:decision", args=[decision.public_id]) in page
    assert escape(decision.clause.line) in page
    assert not now_of(wren).is_clear


def test_nothing_is_told_while_it_can_still_be_undone(wren, board):
    limited(wren, board, ago=timedelta(seconds=5))
    assert now_of(wren).is_clear


def test_what_was_done_out_of_care_never_counts(wren, board):
    decision = limited(wren, board, track=Track.WELFARE)
    found = now_of(wren)
    assert found.is_clear
    assert found.caring == [decision]
    page = page_for(wren)
    assert "All is well" in page
    assert "Because we care" in page
    assert "never count against you" in page
    assert "The last six months" not in page


def test_a_decision_that_was_wrong_is_gone(wren, board, admin):
    decision = limited(wren, board)
    asked = appeal(user=wren, decision=decision, words="It was fine.")
    assert not now_of(wren).is_clear
    decide_appeal(appeal=asked, person=admin, outcome=AppealStatus.OVERTURNED, answer="Sorry.")
    assert now_of(wren).is_clear


@pytest.mark.parametrize("age, needed", [(19, 3), (16, 10)])
def test_newcomers_see_how_far_they_are(board, age, needed):
    new = make_member("new", age=age)
    thread = publish_thread(make_seasoned("host", board=board), board, title="T", text="Words.")
    found = now_of(new)
    assert (found.waits, found.looked_at, found.needed) == (True, 0, needed)
    publish_reply(new, thread, text="First.")
    submit_reply(new, thread, text="This one still waits.")
    found = now_of(new)
    assert (found.looked_at, found.needed) == (1, needed)
    page = page_for(new)
    assert f"reads your first {needed} posts" in page
    assert "1 was fine so far." in page


def test_nobody_reads_how_many_posts_they_have(wren, board):
    assert "first" not in page_for(wren).split("<main", 1)[1].split("</main", 1)[0]
    assert (now_of(wren).looked_at, now_of(wren).needed) == (0, 0)
