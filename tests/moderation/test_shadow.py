"""The first decisions of a professional are proposed, and somebody else confirms them."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import HcpChoice, Role, User
from accounts.viewer import viewer_of
from forum.errors import NotVisible, Refused
from forum.models import Board, HcpAccess, Post, Status
from forum.models.board import HoldPolicy
from forum.states import Audience, Track
from moderation.actions.decide import decide
from moderation.actions.proposals import approve, decide_or_propose
from moderation.actions.second import SecondNeeded
from moderation.models import Decision, DecisionKind, Proposal, ProposalStatus, ShadowDone
from moderation.queue import claim, tickets_for
from moderation.second import SHADOW_DECISIONS, in_shadow, proposals_for, to_confirm
from tests.factories import (
    any_clause,
    fresh,
    make_board,
    make_hcp,
    make_member,
    make_staff,
    submit_thread,
)

pytestmark = pytest.mark.usefixtures("texts")

WORDS = {"title": "Today", "text": "It was a quiet day."}
NOT_HERE, CONFLICT = 404, 409


@pytest.fixture
def board(db: None) -> Board:
    return make_board("feelings", hold_policy=HoldPolicy.ALL)


@pytest.fixture
def learner(texts: None) -> User:
    return make_hcp("learner", in_shadow=True)


@pytest.fixture
def moderator(db: None) -> User:
    return make_staff("calm", Role.MODERATOR)


@pytest.fixture
def held(board: Board) -> Post:
    return submit_thread(make_member("wren"), board, **WORDS)


def propose(post: Post, hcp: User, kind: DecisionKind = DecisionKind.PUBLISH) -> Proposal:
    done = decide_or_propose(post=post, moderator=hcp, kind=kind, version=post.version)
    assert isinstance(done, Proposal)
    return done


def again(proposal: Proposal) -> Proposal:
    return Proposal.objects.get(pk=proposal.pk)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def page_of(proposal: Proposal) -> str:
    return reverse("moderation:proposal", args=[proposal.public_id])


def test_a_decision_in_the_shadow_leaves_the_post_as_it_is(held: Post, learner: User) -> None:
    with pytest.raises(SecondNeeded):
        decide(post=held, moderator=learner, kind=DecisionKind.PUBLISH, version=held.version)
    propose(held, learner)
    post = fresh(held)
    assert (post.status, post.has_ticket) == (Status.HELD, True)
    assert not Decision.objects.exists()
    assert not tickets_for(viewer_of(learner)).exists()


def test_help_never_waits_for_a_second_person(held: Post, learner: User) -> None:
    done = decide_or_propose(
        post=held, moderator=learner, kind=DecisionKind.SAFEGUARD, version=held.version
    )
    assert isinstance(done, Decision)
    assert fresh(held).review_track == Track.SAFEGUARDING


def test_another_reviewer_confirms_it_and_it_counts(
    held: Post, learner: User, moderator: User
) -> None:
    proposal = propose(held, learner)
    assert list(to_confirm(viewer_of(moderator), timezone.now())) == [proposal]
    assert approve(proposal=proposal, person=moderator)
    proposal = again(proposal)
    assert (proposal.status, proposal.closed_by) == (ProposalStatus.APPROVED, moderator)
    assert proposal.decision == Decision.objects.get(post=held)
    assert fresh(held).status == Status.PUBLISHED
    assert not approve(proposal=proposal, person=moderator)


def test_the_same_decision_in_the_queue_confirms_and_another_one_changes(
    board: Board, learner: User, moderator: User
) -> None:
    author = make_member("wren")
    one, two = (submit_thread(author, board, **WORDS) for _ in range(2))
    same, other = propose(one, learner), propose(two, learner)
    for post, kind in ((one, DecisionKind.PUBLISH), (two, DecisionKind.REMOVE)):
        decide(
            post=post,
            moderator=moderator,
            kind=kind,
            version=post.version,
            clause=any_clause(),
            message="Not here.",
        )
    assert again(same).status == ProposalStatus.APPROVED
    assert (again(other).status, again(other).closed_by) == (ProposalStatus.CHANGED, moderator)
    assert in_shadow(learner)


@pytest.mark.parametrize("who", ["learner", "other learner", "member"])
def test_who_may_not_confirm(who: str, held: Post, learner: User) -> None:
    proposal = propose(held, learner)
    person = {
        "learner": lambda: learner,
        "other learner": lambda: make_hcp("other", in_shadow=True),
        "member": lambda: make_member("robin"),
    }[who]()
    with pytest.raises((NotVisible, Refused)):
        approve(proposal=proposal, person=person)
    assert not Decision.objects.exists()
    if who != "learner":
        assert signed_in(person).get(page_of(proposal)).status_code == NOT_HERE


def test_a_professional_out_of_the_shadow_confirms_what_they_may_handle_and_no_more(
    board: Board, learner: User
) -> None:
    nurse = make_hcp("nurse")
    open_one = submit_thread(make_member("wren"), board, **WORDS)
    closed = submit_thread(make_member("lark"), board, **WORDS)
    mine, theirs = propose(open_one, learner), propose(closed, learner)
    Post.objects.filter(pk=closed.pk).update(audience=Audience.PEERS)
    assert list(to_confirm(viewer_of(nurse), timezone.now())) == [mine]
    assert signed_in(nurse).get(page_of(theirs)).status_code == NOT_HERE
    assert signed_in(nurse).get(page_of(mine)).status_code == 200
    assert HcpAccess.objects.filter(hcp=nurse, post=open_one).exists()


def test_professionals_see_no_proposal_about_professionals(board: Board, moderator: User) -> None:
    author = make_hcp("author")
    nurse = make_hcp("nurse")
    post = submit_thread(author, board, **WORDS)
    Post.objects.filter(pk=post.pk).update(
        status=Status.HELD, review_due_at=timezone.now(), review_severity=2, review_track="conduct"
    )
    done = decide_or_propose(
        post=fresh(post),
        moderator=moderator,
        kind=DecisionKind.HIDE,
        version=post.version,
        clause=any_clause(),
        message="Not here.",
    )
    assert isinstance(done, Proposal)
    for hcp in (nurse, author):
        assert not proposals_for(viewer_of(hcp)).exists()
        assert signed_in(hcp).get(page_of(done)).status_code == NOT_HERE


def test_whoever_has_it_in_the_queue_comes_first(
    held: Post, learner: User, moderator: User
) -> None:
    proposal = propose(held, learner)
    claim(post=held, moderator=make_staff("busy", Role.MODERATOR))
    answer = signed_in(moderator).post(page_of(proposal), {"do": "approve"})
    assert "busy is looking at this post" in answer.content.decode()
    assert again(proposal).status == ProposalStatus.WAITING


def test_after_twenty_confirmed_decisions_the_professional_decides_alone(
    board: Board, learner: User, moderator: User
) -> None:
    author = make_member("wren", choice=HcpChoice.OPEN)
    browser = signed_in(learner)
    page = reverse("moderation:proposals")
    assert f"Confirmed so far: 0 of {SHADOW_DECISIONS}" in browser.get(page).content.decode()
    for number in range(SHADOW_DECISIONS):
        assert in_shadow(learner), number
        proposal = propose(submit_thread(author, board, **WORDS), learner)
        assert approve(proposal=proposal, person=moderator)
    assert not in_shadow(learner)
    assert ShadowDone.objects.filter(hcp=learner).count() == 1
    assert "You decide alone now" in browser.get(page).content.decode()
    last = submit_thread(author, board, **WORDS)
    decide(post=last, moderator=learner, kind=DecisionKind.PUBLISH, version=last.version)
    assert fresh(last).status == Status.PUBLISHED


def test_the_list_asks_as_much_for_many_as_for_few(
    board: Board, learner: User, moderator: User, django_assert_max_num_queries: object
) -> None:
    author = make_member("wren")
    for _ in range(12):
        propose(submit_thread(author, board, **WORDS), learner)
    browser = signed_in(moderator)
    with django_assert_max_num_queries(16):  # type: ignore[operator]
        page = browser.get(reverse("moderation:proposals")).content.decode()
    assert page.count("Proposed by learner") == 12
    assert WORDS["text"] not in page


def test_confirming_is_two_clicks_from_the_list(held: Post, learner: User, moderator: User) -> None:
    proposal = propose(held, learner)
    browser = signed_in(moderator)
    assert page_of(proposal) in browser.get(reverse("moderation:proposals")).content.decode()
    page = browser.get(page_of(proposal)).content.decode()
    assert WORDS["text"] in page
    assert browser.post(page_of(proposal), {"do": "approve"}).status_code == 302
    assert fresh(held).status == Status.PUBLISHED
    assert WORDS["text"] not in browser.get(page_of(proposal)).content.decode()
