"""Several posts that are spam, at once: each by its own version, each saying what came of it."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Clause, HcpChoice, Role, User
from forum.actions.edit import edit_post
from forum.models import Audience, Board, HcpAccess, Notice, Post, Severity, Status
from moderation.actions.bulk import Came, decide_spam
from moderation.models import AuditEvent, Decision, DecisionKind
from moderation.queue import claim
from moderation.spam import MOST_AT_ONCE, is_plain_spam
from tests.factories import (
    any_clause,
    decided,
    fresh,
    make_board,
    make_hcp,
    make_member,
    make_staff,
    submit_reply,
    submit_thread,
)
from tests.seasoned import make_seasoned

pytestmark = pytest.mark.usefixtures("texts")

PAGE = reverse("moderation:spam")
SELLS = "Buy my course, 20% off with the code SWEET20 in my shop."


@pytest.fixture
def board(db: None) -> Board:
    return make_board("everyday")


@pytest.fixture
def seller(board: Board) -> User:
    return make_seasoned("seller", board)


@pytest.fixture
def kim(db: None) -> User:
    return make_staff("kim", Role.MODERATOR)


@pytest.fixture
def spam(seller: User, board: Board) -> list[Post]:
    return [submit_thread(seller, board, title=f"Deal {n}", text=SELLS) for n in range(4)]


@pytest.fixture
def clause(texts: None) -> Clause:
    return any_clause()


def decide_all(posts: list[Post], kim: User, clause: Clause, **changes) -> list[Came]:
    items = [(post.public_id, changes.pop("version", None) or post.version) for post in posts]
    arguments = {
        "items": items,
        "moderator": kim,
        "kind": DecisionKind.REMOVE,
        "clause": clause,
        "message": "No selling here, please.",
    }
    return [result.came for result in decide_spam(**{**arguments, **changes})]


def page_for(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_the_example_is_plain_spam(spam):
    assert all(is_plain_spam(post) for post in spam)
    assert {post.review_severity for post in spam} == {Severity.S3}


def test_each_is_decided_by_itself_with_rule_message_and_audit(spam, kim, clause, seller):
    assert decide_all(spam, kim, clause) == [Came.DONE] * 4
    assert {fresh(post).status for post in spam} == {Status.REMOVED}
    assert Decision.objects.filter(clause=clause, message="No selling here, please.").count() == 4
    assert AuditEvent.objects.filter(verb="decide_remove").count() == 4
    assert Notice.objects.filter(recipient=seller).count() == 4


def test_one_that_changed_one_that_is_taken_and_one_that_is_decided_stop_no_other(
    spam, kim, clause, seller
):
    versions = {post.pk: post.version for post in spam}
    edit_post(post=spam[0], author=seller, version=versions[spam[0].pk], text=SELLS + " Now!")
    claim(post=spam[1], moderator=make_staff("robin", Role.MODERATOR))
    decided(spam[2], DecisionKind.PUBLISH)
    came = decide_all(spam, kim, clause)
    assert came == [Came.CHANGED, Came.TAKEN, Came.GONE, Came.DONE]
    assert [fresh(post).status for post in spam] == [
        Status.HELD,
        Status.HELD,
        Status.PUBLISHED,
        Status.REMOVED,
    ]


def test_a_version_that_is_not_the_one_seen_is_not_decided(spam, kim, clause):
    assert decide_all(spam[:1], kim, clause, version=7) == [Came.CHANGED]
    assert fresh(spam[0]).status == Status.HELD


@pytest.mark.parametrize(
    "text",
    [
        f"{SELLS} I want to die and I have a plan.",
        f"{SELLS} I have been skipping my insulin to lose weight.",
        f"{SELLS} Ring me on 07700 900123.",
        "I want to die and I have a plan.",
        "It was a quiet day.",
    ],
)
def test_what_is_more_than_spam_is_never_decided_with_others(text, seller, board, kim, clause):
    board.hold_policy = "all"
    board.save()
    post = submit_thread(seller, board, title="Hm", text=text)
    assert not is_plain_spam(post)
    assert decide_all([post], kim, clause) == [Came.CHANGED]
    assert fresh(post).status == Status.HELD


def test_a_welfare_track_is_kept_out_whatever_the_reasons_say(spam, kim, clause):
    Post.objects.filter(pk=spam[0].pk).update(review_track="welfare")
    assert decide_all(spam[:1], kim, clause) == [Came.CHANGED]


@pytest.mark.parametrize("kind", [DecisionKind.PUBLISH, DecisionKind.SAFEGUARD])
def test_only_hiding_and_removing_is_done_at_once(kind, spam, kim, clause):
    with pytest.raises(ValueError, match="not for this"):
        decide_all(spam, kim, clause, kind=kind)


def test_too_many_at_once_are_refused(kim, clause):
    items = [(f"id{n}", 1) for n in range(MOST_AT_ONCE + 1)]
    with pytest.raises(ValueError, match="not for this"):
        decide_all([], kim, clause, items=items)


def test_a_professional_decides_nothing_peers_only_and_sees_none_of_it(board, clause, seller):
    nurse = make_hcp("nurse")
    private = make_seasoned("private", board, choice=HcpChoice.NONE)
    kept = submit_thread(private, board, title="Hush", text=SELLS, audience=Audience.PEERS)
    shown = submit_thread(seller, board, title="Deal", text=SELLS)
    page = page_for(nurse).get(PAGE)
    assert [row["post"] for row in page.context["rows"]] == [shown]
    assert "Hush" not in page.content.decode()
    assert HcpAccess.objects.get(reason="").post == shown
    assert decide_all([kept], nurse, clause) == [Came.GONE]


# The page ----------------------------------------------------------------------------------------


def test_the_page_shows_the_words_and_writes_the_reading_down(spam, kim):
    page = page_for(kim).get(PAGE)
    assert page.content.decode().count("SWEET20") == 4
    assert "seller" not in page.content.decode()
    assert AuditEvent.objects.filter(verb="read_for_review", actor=kim).count() == 4


def test_only_what_was_ticked_is_decided(spam, kim, clause):
    sent = {
        "post": [f"{post.public_id}:{post.version}" for post in spam[:2]],
        "kind": "remove",
        "clause": clause.anchor,
        "message": "No selling.",
    }
    page = page_for(kim).post(PAGE, sent)
    assert page.status_code == 200
    assert "2 posts are decided." in page.content.decode()
    assert [fresh(post).status for post in spam].count(Status.HELD) == 2


def test_what_came_of_the_others_is_said(spam, kim, clause, seller):
    sent = [f"{post.public_id}:{post.version}" for post in spam[:2]]
    edit_post(post=spam[0], author=seller, version=spam[0].version, text=SELLS + " Now!")
    page = page_for(kim).post(
        PAGE, {"post": sent, "kind": "hide", "clause": clause.anchor, "message": "No selling."}
    )
    assert "1 post is decided." in page.content.decode()
    assert "It changed while you were looking" in page.content.decode()


@pytest.mark.parametrize(
    "missing, words",
    [("post", "Tick at least one."), ("message", "Tell the authors why."), ("clause", "required")],
)
def test_what_is_missing_is_said_and_ticks_stay(missing, words, spam, kim, clause):
    sent = {
        "post": [f"{spam[0].public_id}:{spam[0].version}"],
        "kind": "remove",
        "clause": clause.anchor,
        "message": "No selling.",
    }
    del sent[missing]
    page = page_for(kim).post(PAGE, sent)
    assert page.status_code == 422
    assert words in page.content.decode()
    if missing != "post":
        assert page.content.decode().count(" checked") == 2  # the post and the decision
    assert not Decision.objects.exists()


@pytest.mark.parametrize("tick", ["x", "x:", "x:y", "x:-1", ":" + "9" * 30])
def test_a_tick_that_is_none_is_an_error_and_no_crash(tick, spam, kim, clause):
    sent = {"post": [tick], "kind": "remove", "clause": clause.anchor, "message": "No."}
    assert page_for(kim).post(PAGE, sent).status_code == 422


def test_a_newcomers_spam_stands_in_the_queue_as_ever(board, kim):
    post = submit_thread(make_member("new"), board, title="Deal", text=SELLS)
    assert not is_plain_spam(post)
    reply_to = submit_thread(make_seasoned("host", board), board, title="Hi", text="Hello.")
    assert not is_plain_spam(submit_reply(make_member("newer"), reply_to.thread, text=SELLS))
