"""The review card: likely rules first, the usual words to read before sending, what changed."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from accounts.models import Role, User
from accounts.worddiff import Change, word_diff
from forum.actions.edit import edit_post
from forum.models import Board, Notice, Post, Status
from forum.rules import rules_in_force
from forum.screening import explain
from moderation.forms import current_clauses
from moderation.messages import MOST_LIKELY, likely_anchors, usual_message
from moderation.models import Decision, DecisionKind
from moderation.models.decision import LIMITING
from tests.factories import (
    any_clause,
    decided,
    fresh,
    make_board,
    make_member,
    make_staff,
    submit_thread,
)

pytestmark = [pytest.mark.usefixtures("texts"), pytest.mark.one_database]


@pytest.fixture
def author(db: None) -> User:
    return make_member("wren")


@pytest.fixture
def board(db: None) -> Board:
    return make_board("feelings")


@pytest.fixture
def held(author: User, board: Board) -> Post:
    return submit_thread(author, board, title="Socks", text="My sensor came off in my sock.")


@pytest.fixture
def reviewer(client: Client) -> Client:
    client.force_login(make_staff("kim", Role.MODERATOR))
    return client


def address(post: Post) -> str:
    return reverse("moderation:item", args=[post.public_id])


def page(reviewer: Client, post: Post) -> str:
    return reviewer.get(address(post)).content.decode()


@pytest.mark.parametrize(
    "text, first",
    [
        ("Ring me on 07700 900123 tonight.", "stay-anonymous"),
        ("You should take 4 units for pizza.", "no-doses"),
        ("You are a stupid idiot, kys.", "be-kind"),
    ],
)
def test_the_five_likeliest_rules_stand_first_by_what_was_found(
    reviewer, author, board, text, first
):
    post = submit_thread(author, board, title="Today", text=text)
    shown = page(reviewer, post).split('name="clause" value="')[1:]
    anchors = [part.split('"')[0] for part in shown]
    assert anchors[:2] == ["", first]
    before_more = page(reviewer, post).split("More rules")[0]
    assert before_more.count('name="clause"') == MOST_LIKELY + 1


def test_every_rule_stands_on_the_card_once(reviewer, held):
    text = page(reviewer, held)
    for clause in current_clauses():
        assert text.count(f'value="{clause.anchor}"') == 1


def test_every_rule_has_a_usual_message_for_every_limiting_decision(db):
    for clause in current_clauses():
        for kind in LIMITING:
            message = usual_message(kind, clause)
            assert clause.line not in message
            assert message.count(".") >= 2


def test_a_rule_that_was_added_later_is_named_in_the_usual_words(db):
    clause = any_clause()
    clause.anchor, clause.line = "brand-new", "Feed the cat."
    assert "Feed the cat." in usual_message(DecisionKind.HIDE, clause)


def test_an_unknown_language_gets_english_and_no_file_from_elsewhere(db):
    words = usual_message(DecisionKind.HIDE, any_clause())
    assert usual_message(DecisionKind.HIDE, any_clause(), "xx-yy") == words
    assert usual_message(DecisionKind.HIDE, any_clause(), "../en") == words


def test_rules_that_are_no_longer_in_force_are_not_offered(held):
    assert likely_anchors(held, ["no-selling", "be-kind"]) == ["be-kind", "no-selling"]


@pytest.mark.parametrize("kind", LIMITING)
def test_an_empty_message_is_filled_and_shown_and_only_then_sent(reviewer, held, kind):
    rule = any_clause()
    sent = {"version": held.version, "kind": kind, "clause": rule.anchor, "message": " "}
    sent["passages"] = "sensor" if kind == DecisionKind.HIDE_PART else ""
    answer = reviewer.post(address(held), sent)
    usual = usual_message(kind, rule)
    assert answer.status_code == 422
    assert usual.replace("'", "&#x27;") in answer.content.decode()
    assert not Decision.objects.exists()
    reviewer.post(address(held), {**sent, "message": usual})
    assert Decision.objects.get().message == usual


def test_a_limiting_decision_without_a_rule_is_refused_through_a_raw_post(reviewer, held):
    for fields in ({}, {"clause": "no-such-rule"}, {"clause": str(any_clause().pk)}):
        sent = {"version": held.version, "kind": "remove", "message": "Because.", **fields}
        assert reviewer.post(address(held), sent).status_code == 422
    assert not Decision.objects.exists()
    assert fresh(held).status == Status.HELD


# Sent again -------------------------------------------------------------------------------------


def test_a_changed_post_comes_back_to_the_queue_and_says_so(reviewer, held, author):
    decided(held, DecisionKind.ASK_CHANGE)
    Notice.objects.all().delete()
    edit_post(
        post=held, author=author, version=fresh(held).version, text="My sensor came off at lunch."
    )
    post = fresh(held)
    assert (post.status, post.has_ticket) == (Status.HELD, True)
    text = page(reviewer, post)
    assert "Changed by its author" in text
    assert "sock.</del>" in text
    assert "lunch.</ins>" in text


def test_the_changes_are_counted_from_the_wording_that_was_decided_on(reviewer, held, author):
    decided(held, DecisionKind.ASK_CHANGE)
    for words in ("My sensor came off in my shoe.", "My sensor came off in my hat."):
        edit_post(post=held, author=author, version=fresh(held).version, text=words)
    text = page(reviewer, fresh(held))
    assert "<del>sock.</del>" in text
    assert "<ins>hat.</ins>" in text
    assert "shoe" not in text


def test_a_post_that_nobody_changed_shows_no_changes(reviewer, held):
    assert "What its author changed" not in page(reviewer, held)


def test_words_in_a_difference_are_never_taken_for_html(reviewer, held, author):
    decided(held, DecisionKind.ASK_CHANGE)
    edit_post(post=held, author=author, version=fresh(held).version, text="My <b>sensor</b> & me.")
    assert "<b>sensor" not in page(reviewer, fresh(held))


@pytest.mark.one_database
@pytest.mark.parametrize(
    "before, after, pieces",
    [
        ("one two", "one two", [("same", "one two")]),
        ("one two", "one three", [("same", "one "), ("gone", "two"), ("new", "three")]),
        ("", "one", [("new", "one")]),
        ("one", "", [("gone", "one")]),
        ("a\n\nb", "a\n\nb c", [("same", "a\n\nb"), ("new", " c")]),
    ],
)
def test_a_difference_in_words(before, after, pieces):
    diff = word_diff(before, after)
    assert [(piece.change.value, piece.text) for piece in diff] == pieces
    kept = "".join(piece.text for piece in diff if piece.change != Change.GONE)
    assert kept == after


def test_each_reason_says_what_its_rule_looks_for(reviewer, author, board):
    post = submit_thread(author, board, title="Today", text="You should take 4 units for pizza.")
    rules = {reason["rule"] for reason in post.review_reasons if "rule" in reason}
    words = [explain(rule, rules_in_force()) for rule in rules]
    assert words
    assert all(words)
    shown = page(reviewer, post)
    assert [each for each in words if escape(each) not in shown] == []
