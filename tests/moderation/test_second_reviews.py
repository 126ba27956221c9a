"""Second reviews: independent, blind, without power over the post; what they tell of the team."""

from datetime import UTC, datetime, timedelta
from math import isclose

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import HcpChoice, Role, User
from accounts.viewer import viewer_of
from forum.errors import NotVisible
from forum.models import Board, Post, Status
from moderation import quality, second_reviews
from moderation.actions import second_reviews as actions
from moderation.actions.decide import ReasonsMissing, decide
from moderation.models import Claim, Decision, DecisionKind, HardItem, SecondReview
from moderation.queue import tickets_for
from moderation.second_reviews import OFFERED_FOR, is_picked, next_look, open_looks
from moderation.wellbeing import set_away
from tests.factories import (
    any_clause,
    fresh,
    make_board,
    make_hcp,
    make_member,
    make_staff,
    submit_thread,
)
from tests.seasoned import make_seasoned

pytestmark = pytest.mark.usefixtures("texts")

SOON = timedelta(minutes=11)


@pytest.fixture
def board(db: None) -> Board:
    return make_board("everyday")


@pytest.fixture
def author(db: None) -> User:
    return make_member("wren")


@pytest.fixture
def kim(db: None) -> User:
    return make_staff("kim", Role.MODERATOR)


@pytest.fixture
def robin(db: None) -> User:
    return make_staff("robin", Role.MODERATOR)


@pytest.fixture
def lead(db: None) -> User:
    return make_staff("lead", Role.ADMIN)


@pytest.fixture
def every(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every decision is picked."""
    monkeypatch.setattr(actions, "is_picked", lambda public_id: True)


@pytest.fixture
def post(author: User, board: Board) -> Post:
    return submit_thread(author, board, title="Socks", text="My sensor came off in my sock.")


def decide_as(post: Post, user: User, kind: DecisionKind = DecisionKind.PUBLISH) -> Decision:
    limiting = kind not in (DecisionKind.PUBLISH, DecisionKind.SAFEGUARD)
    return decide(
        post=post,
        moderator=user,
        kind=kind,
        version=fresh(post).version,
        clause=any_clause() if limiting else None,
        message="Please be kind." if limiting else "",
        at=timezone.now() - SOON,
    )


def asked(post: Post, user: User, kind: DecisionKind = DecisionKind.PUBLISH) -> SecondReview:
    decision = decide_as(post, user, kind)
    actions.ask_for_looks()
    return SecondReview.objects.get(decision=decision)


def look(post: Post, user: User, kind: DecisionKind, **more) -> SecondReview:
    limiting = kind not in (DecisionKind.PUBLISH, DecisionKind.SAFEGUARD)
    clause = any_clause() if limiting else None
    version = fresh(post).version
    return actions.take_look(
        post=post, reviewer=user, kind=kind, version=version, clause=clause, **more
    )


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def item(post: Post) -> str:
    return reverse("moderation:item", args=[post.public_id])


# Asking ------------------------------------------------------------------------------------------


def test_about_a_tenth_is_picked_and_the_same_ones_each_time():
    ids = [f"id-{number}" for number in range(5000)]
    picked = [is_picked(each) for each in ids]
    assert abs(sum(picked) / len(ids) - second_reviews.PERCENT / 100) < 0.02
    assert picked == [is_picked(each) for each in ids]


def test_asking_twice_asks_once(every, post, kim):
    decide_as(post, kim)
    assert [actions.ask_for_looks() for _ in range(2)] == [1, 0]


def test_a_decision_of_a_moment_ago_waits(every, post, kim):
    decide(post=post, moderator=kim, kind=DecisionKind.PUBLISH, version=post.version)
    assert actions.ask_for_looks() == 0


@pytest.mark.parametrize(
    "text",
    ["I want to die and I have a plan.", "You are pathetic, go and kill yourself."],
)
def test_nobody_reads_hard_posts_twice_for_the_sake_of_a_figure(text, every, author, board, kim):
    decide_as(submit_thread(author, board, title="Hm", text=text), kim, DecisionKind.REMOVE)
    assert actions.ask_for_looks() == 0


# Blind -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [DecisionKind.PUBLISH, DecisionKind.REMOVE, DecisionKind.HIDE])
def test_the_page_is_the_same_as_before_the_first_decision(kind, every, post, kim, robin):
    before = signed_in(robin).get(item(post)).content.decode()
    Claim.objects.all().delete()
    asked(post, kim, kind)
    after = signed_in(robin).get(item(post)).content.decode()

    def words(page: str) -> list[str]:
        changing = ("csrf", "data-until", "Due", "wait", 'name="version"', "Written")
        return [line for line in page.splitlines() if not any(word in line for word in changing)]

    assert words(after) == words(before)
    for told in ("kim", "Please be kind", "Removed", "Hidden", "Published"):
        assert told not in after or told in before


def test_the_second_look_is_sent_like_any_decision(every, post, kim, robin):
    asked(post, kim, DecisionKind.REMOVE)
    client = signed_in(robin)
    version = client.get(item(post)).context["post"].version
    answer = client.post(
        item(post),
        {
            "version": version,
            "kind": "remove",
            "clause": any_clause().anchor,
            "message": "Sorry.",
        },
    )
    assert answer.status_code == 302
    row = SecondReview.objects.get()
    assert (row.reviewer, row.kind, row.note) == (robin, DecisionKind.REMOVE, "Sorry.")
    assert not Claim.objects.exists()
    assert client.get(item(post)).status_code == 404


def test_it_comes_when_nothing_else_waits(every, post, kim, robin):
    asked(post, kim)
    answer = signed_in(robin).post(reverse("moderation:next"), {"start": "1"})
    assert answer["Location"] == item(post)


def test_it_is_kept_renewed_and_given_back_like_a_ticket(every, post, kim, robin):
    asked(post, kim)
    client = signed_in(robin)
    client.get(item(post))
    assert client.post(reverse("moderation:renew", args=[post.public_id])).status_code == 200
    assert client.post(reverse("moderation:next"), {"skip": post.public_id})["Location"] == reverse(
        "moderation:queue"
    )
    assert not Claim.objects.exists()


# Who ---------------------------------------------------------------------------------------------


def test_neither_the_first_reviewer_nor_the_author_takes_it(every, board, kim, robin):
    own = submit_thread(robin, board, title="Mine", text="I want to sell you my course, buy now.")
    assert own.has_ticket
    decide_as(own, kim)
    assert actions.ask_for_looks() == 0  # posts of the team are not looked at twice
    theirs = submit_thread(make_member("wren"), board, title="A", text="B.")
    asked(theirs, kim)
    assert not open_looks(viewer_of(kim), at=timezone.now()).exists()
    with pytest.raises(NotVisible):
        look(theirs, kim, DecisionKind.PUBLISH)


def test_the_database_refuses_the_first_reviewer_and_the_author_as_well(every, post, kim, author):
    row = asked(post, kim)
    for person in (kim, author):
        row.reviewer, row.kind, row.done_at = person, DecisionKind.PUBLISH, timezone.now()
        with pytest.raises(IntegrityError), transaction.atomic():
            row.save()


def test_a_professional_gets_none_of_what_is_peers_only(every, board, kim):
    nurse = make_hcp("nurse")
    private = make_member("quiet", choice=HcpChoice.NONE)
    kept = submit_thread(private, board, title="Hush", text="Between us.")
    asked(kept, kim)
    assert next_look(viewer_of(nurse), at=timezone.now()) == ""
    assert signed_in(nurse).get(item(kept)).status_code == 404


def test_who_rests_from_hard_topics_gets_none(every, post, kim, robin):
    asked(post, kim)
    set_away(reviewer=robin, until=timezone.now() + timedelta(hours=1))
    assert next_look(viewer_of(robin), at=timezone.now()) == ""


def test_after_a_week_or_a_change_nobody_is_asked_any_more(every, post, kim, robin):
    asked(post, kim)
    now = timezone.now()
    assert next_look(viewer_of(robin), at=now) == post.public_id
    assert next_look(viewer_of(robin), at=now + OFFERED_FOR) == ""
    Post.objects.filter(pk=post.pk).update(version=fresh(post).version + 1)
    assert next_look(viewer_of(robin), at=now) == ""


# What comes of it --------------------------------------------------------------------------------


def test_the_same_view_changes_nothing(every, post, kim, robin):
    asked(post, kim)
    before = fresh(post)
    look(post, robin, DecisionKind.PUBLISH)
    after = fresh(post)
    assert (after.status, after.version, after.has_ticket) == (before.status, before.version, False)


@pytest.mark.parametrize(
    "first, second, for_admins",
    [
        (DecisionKind.PUBLISH, DecisionKind.REMOVE, True),
        (DecisionKind.REMOVE, DecisionKind.PUBLISH, True),
        (DecisionKind.PUBLISH, DecisionKind.SAFEGUARD, True),
        (DecisionKind.HIDE, DecisionKind.REMOVE, False),
        (DecisionKind.ASK_CHANGE, DecisionKind.HIDE, False),
    ],
)
def test_another_view_changes_no_post_and_where_it_matters_admins_get_a_ticket(
    first, second, for_admins, every, post, kim, robin, lead
):
    asked(post, kim, first)
    status, removed_under = fresh(post).status, fresh(post).removed_under
    look(post, robin, second)
    after = fresh(post)
    assert (after.status, after.removed_under) == (status, removed_under)
    assert after.has_ticket is for_admins
    assert tickets_for(viewer_of(lead)).filter(pk=post.pk).exists() is for_admins
    assert not tickets_for(viewer_of(make_staff("third", Role.MODERATOR))).exists()


def test_a_second_look_is_taken_once(every, post, kim, robin):
    asked(post, kim)
    look(post, robin, DecisionKind.PUBLISH)
    with pytest.raises(NotVisible):
        look(post, make_staff("third", Role.MODERATOR), DecisionKind.REMOVE)


def test_limiting_needs_a_rule_here_too(every, post, kim, robin):
    asked(post, kim)
    with pytest.raises(ReasonsMissing):
        actions.take_look(post=post, reviewer=robin, kind=DecisionKind.HIDE, version=2)


# Figures -----------------------------------------------------------------------------------------


@pytest.mark.one_database
def test_kappa_of_a_table_from_the_literature():
    """Two readers, 50 grant proposals: 20 both yes, 15 both no, 5 and 10 mixed: 0.4."""
    table = {("y", "y"): 20, ("y", "n"): 5, ("n", "y"): 10, ("n", "n"): 15}
    kappa = quality.cohens_kappa(table)
    assert kappa is not None
    assert isclose(kappa, 0.4)


@pytest.mark.one_database
@pytest.mark.parametrize(
    "table, kappa",
    [
        ({("a", "a"): 5, ("b", "b"): 5}, 1.0),
        ({("a", "b"): 5, ("b", "a"): 5}, -1.0),
        ({("a", "a"): 1, ("a", "b"): 1, ("b", "a"): 1, ("b", "b"): 1}, 0.0),
        ({("a", "a"): 2, ("b", "b"): 2, ("c", "c"): 2, ("a", "c"): 3}, 30 / 57),
        ({}, None),
        ({("a", "a"): 7}, None),
    ],
)
def test_kappa_at_the_ends_and_with_three_kinds(table, kappa):
    found = quality.cohens_kappa(table)
    assert found is None if kappa is None else isclose(found, kappa, abs_tol=1e-9)


@pytest.mark.one_database
@pytest.mark.parametrize(
    "hits, tries, low, high",
    [(0, 10, 0.0, 0.27753), (5, 10, 0.23659, 0.76341), (1, 100, 0.00177, 0.05449)],
)
def test_wilson_intervals(hits, tries, low, high):
    found = quality.wilson(hits, tries)
    assert found is not None
    assert isclose(found[0], low, abs_tol=5e-5)
    assert isclose(found[1], high, abs_tol=5e-5)
    assert quality.wilson(0, 0) is None


def test_agreement_and_misses_are_counted_from_what_was_decided(every, board, kim, robin):
    everything = make_board("sampled", sample_percent=100)
    author = make_seasoned("old", board)
    posts = [submit_thread(author, everything, title=f"T{n}", text="Fine.") for n in range(3)]
    first = [DecisionKind.PUBLISH, DecisionKind.PUBLISH, DecisionKind.REMOVE]
    second = [DecisionKind.PUBLISH, DecisionKind.HIDE, DecisionKind.REMOVE]
    for post, kind in zip(posts, first, strict=True):
        asked(post, kim, kind)
    for post, kind in zip(posts, second, strict=True):
        look(post, robin, kind)
    since = timezone.now() - timedelta(days=1)
    found = quality.agreement(since=since)
    assert (found.pairs, found.same) == (3, 2)
    assert quality.misses(since=since) == quality.Misses(looked_at=3, missed=1)
    assert quality.agreement(since=timezone.now()).pairs == 0


def test_what_weighs_on_the_team_is_told_only_where_it_tells_of_nobody(post, kim, robin, lead):
    at = datetime(2026, 3, 2, 12, tzinfo=UTC)
    since = at - timedelta(days=1)
    for number, person in enumerate((kim, robin, lead), start=1):
        HardItem.objects.create(reviewer=person, post=post, day=at.date(), opened_at=at)
        assert quality.hard_items_of_team(since=since) == (3 if number == 3 else None)


def test_the_page_of_figures_names_nobody(every, post, kim, robin, lead):
    page = signed_in(lead).get(reverse("moderation:quality")).content.decode()
    assert "No post was looked at twice yet." in page
    asked(post, kim)
    look(post, robin, DecisionKind.REMOVE)
    page = signed_in(lead).get(reverse("moderation:quality")).content.decode()
    assert "Cohen" in page
    assert "kim" not in page
    assert "robin" not in page
    assert signed_in(kim).get(reverse("moderation:quality")).status_code == 404


def test_a_post_shown_again_keeps_its_state_in_the_database(every, post, kim, robin):
    asked(post, kim)
    signed_in(robin).get(item(post))
    assert fresh(post).status == Status.PUBLISHED
    assert not fresh(post).has_ticket
