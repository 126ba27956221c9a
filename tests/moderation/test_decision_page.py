"""The statement of reasons for an author, and a reviewer's own list of decisions."""

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Clause, Document, HcpChoice, Role, User
from forum.actions.audience import take_back
from forum.actions.edit import edit_post
from forum.models import Board, Notice, Post
from forum.models.board import HoldPolicy
from moderation.actions.decide import decide
from moderation.actions.undo import undo
from moderation.decisions import LIST_SIZE
from moderation.models import Decision, DecisionKind
from moderation.models.decision import LIMITING, SAYING, UNDO_FOR
from tests.factories import (
    any_clause,
    fresh,
    make_board,
    make_hcp,
    make_member,
    make_staff,
    submit_thread,
)

pytestmark = [pytest.mark.usefixtures("texts"), pytest.mark.one_database]

NOT_HERE = 404
MESSAGE = "Could you leave out the school?"


@pytest.fixture
def board(db: None) -> Board:
    return make_board("feelings")


@pytest.fixture
def author(db: None) -> User:
    return make_member("wren")


@pytest.fixture
def moderator(db: None) -> User:
    return make_staff("kim", Role.MODERATOR)


@pytest.fixture
def held(author: User, board: Board) -> Post:
    return submit_thread(author, board, title="Socks", text="My sensor came off in my sock.")


def a_while_ago() -> datetime:
    return timezone.now() - 2 * UNDO_FOR


def do(post: Post, moderator: User, kind: DecisionKind, *, at: datetime | None = None) -> Decision:
    """Decide some minutes ago, so that it was told."""
    return decide(
        post=post,
        moderator=moderator,
        kind=kind,
        version=fresh(post).version,
        clause=any_clause() if kind in LIMITING else None,
        message=MESSAGE if kind in SAYING else "",
        private_note="Third time.",
        passages=("in my sock",) if kind == DecisionKind.HIDE_PART else (),
        at=at or a_while_ago(),
    )


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def page(user: User, decision: Decision) -> tuple[int, str]:
    answer = client_of(user).get(reverse("moderation:decision", args=[decision.public_id]))
    return answer.status_code, answer.content.decode()


@pytest.mark.parametrize("kind", LIMITING)
def test_the_author_reads_what_when_why_and_on_which_words(author, held, moderator, kind):
    decision = do(held, moderator, kind)
    status, text = page(author, decision)
    assert status == 200
    rule = any_clause()
    wording = "My sensor came off" if kind == DecisionKind.HIDE_PART else held.text
    for words in (rule.line, rule.why, rule.source, MESSAGE, wording, "A community moderator"):
        assert words.replace("'", "&#x27;") in text
    assert f'href="/rules/{rule.document.version}/#{rule.anchor}"' in text
    assert decision.decided_at.isoformat(timespec="seconds")[:10] in text
    assert "A person decided this." in text


def test_the_author_never_learns_who_decided_nor_the_note_for_the_team(author, held, moderator):
    _, text = page(author, do(held, moderator, DecisionKind.REMOVE))
    assert moderator.pseudonym not in text
    assert "Third time." not in text


@pytest.mark.parametrize(
    "make, words",
    [
        (lambda: make_staff("ada", Role.ADMIN), "An admin"),
        (lambda: make_hcp("nurse"), "A health professional who checks posts here"),
    ],
)
def test_the_page_names_the_role_of_who_decided(author, held, make, words):
    _, text = page(author, do(held, make(), DecisionKind.HIDE))
    assert words in text


def test_the_notice_leads_to_the_reasons(author, held, moderator):
    decision = do(held, moderator, DecisionKind.REMOVE)
    text = client_of(author).get(reverse("forum:notices")).content.decode()
    assert reverse("moderation:decision", args=[decision.public_id]) in text


def test_nobody_but_the_author_reads_the_reasons(held, moderator):
    decision = do(held, moderator, DecisionKind.REMOVE)
    for user in (
        make_member("other"),
        moderator,
        make_staff("ada", Role.ADMIN),
        make_hcp("nurse"),
    ):
        assert page(user, decision)[0] == NOT_HERE


def test_there_are_no_reasons_to_read_before_the_minute_is_over(author, held, moderator):
    assert page(author, do(held, moderator, DecisionKind.HIDE, at=timezone.now()))[0] == NOT_HERE


def test_an_undone_decision_has_no_page(author, held, moderator):
    at = a_while_ago()
    decision = do(held, moderator, DecisionKind.HIDE, at=at)
    undo(decision=decision, moderator=moderator, at=at)
    assert page(author, decision)[0] == NOT_HERE


def test_passing_a_post_to_the_safeguarding_lead_has_no_page(author, held, moderator):
    assert page(author, do(held, moderator, DecisionKind.SAFEGUARD))[0] == NOT_HERE


def test_a_suspended_author_still_reads_the_reasons_but_no_posts(author, held, moderator):
    decision = do(held, moderator, DecisionKind.REMOVE)
    author.suspended_until = timezone.now() + timedelta(days=7)
    author.save()
    status, text = page(author, decision)
    assert status == 200
    assert MESSAGE in text
    assert held.text not in text


def test_the_words_are_those_that_were_decided_on_not_later_ones(author, held, moderator):
    decision = do(held, moderator, DecisionKind.ASK_CHANGE)
    edit_post(post=held, author=author, version=fresh(held).version, text="It fell into my shoe.")
    _, text = page(author, decision)
    assert "came off in my sock" in text
    assert "fell into my shoe" not in text


@pytest.mark.parametrize(
    "text, policy, told",
    [
        ("Ring me on 07700 900123 tonight.", HoldPolicy.RULES, "A program looks for"),
        ("A quiet day.", HoldPolicy.ALL, "A person reads some posts before"),
    ],
)
def test_the_page_says_whether_a_program_helped_to_find_it(author, moderator, text, policy, told):
    board = make_board("sport", hold_policy=policy)
    post = submit_thread(author, board, title="Call", text=text)
    _, shown = page(author, do(post, moderator, DecisionKind.HIDE))
    assert told in shown
    assert ("A program looks for" in shown) == (told == "A program looks for")


def test_a_post_that_shall_change_has_the_button_until_it_did(author, held, moderator):
    decision = do(held, moderator, DecisionKind.ASK_CHANGE)
    edit = reverse("forum:edit", args=[held.public_id])
    assert edit in page(author, decision)[1]
    edit_post(post=held, author=author, version=fresh(held).version, text="It fell into my shoe.")
    assert edit not in page(author, decision)[1]


@pytest.mark.parametrize("kind", [*LIMITING, DecisionKind.PUBLISH, DecisionKind.PUBLISH_NOTE])
def test_a_second_look_is_offered_where_something_was_taken(author, held, moderator, kind):
    _, text = page(author, do(held, moderator, kind))
    assert ("second look" in text) == (kind in LIMITING)


def test_the_rule_is_shown_in_the_version_that_was_in_force(author, held, moderator):
    decision = do(held, moderator, DecisionKind.REMOVE)
    old = any_clause()
    new = Document.objects.create(
        kind=old.document.kind, version="9.9", title="Newer", published_at=None
    )
    Clause.objects.create(
        document=new, position=1, anchor=old.anchor, line="Other words.", why="W", source="S"
    )
    Document.objects.filter(pk=new.pk).update(published_at=timezone.now())
    _, text = page(author, decision)
    assert "Other words." not in text
    linked = f"/rules/{old.document.version}/"
    assert linked in text
    shown = Client().get(linked).content.decode()
    assert "This is an earlier version." in shown
    assert f'id="{old.anchor}"' in shown
    assert "Other words." in Client().get("/rules/").content.decode()


def test_no_draft_of_the_rules_is_shown_by_its_version(db):
    Document.objects.create(kind="member_rules", version="9.9", title="Draft", published_at=None)
    assert Client().get("/rules/9.9/").status_code == NOT_HERE


# A reviewer's own list -------------------------------------------------------------------------


OWN = reverse("moderation:own_decisions")


def test_reviewers_see_their_own_decisions_newest_first_and_no_words_of_posts(
    held, moderator, author, board
):
    other = submit_thread(author, board, title="Two", text="Something else.")
    do(held, moderator, DecisionKind.REMOVE, at=a_while_ago() - timedelta(hours=1))
    do(other, make_staff("robin", Role.MODERATOR), DecisionKind.HIDE)
    third = submit_thread(author, board, title="Three", text="Something more.")
    do(third, moderator, DecisionKind.PUBLISH)
    text = client_of(moderator).get(OWN).content.decode()
    assert text.index("Publish") < text.index("Remove")
    assert "Hide for now" not in text
    for words in ("sensor", "Socks", "Something", "wren", MESSAGE):
        assert words not in text


def test_a_professionals_list_forgets_posts_that_are_peers_only_now(board):
    author = make_member("private", choice=HcpChoice.OPEN)
    post = submit_thread(author, board, title="Us", text="For all.")
    nurse = make_hcp("nurse")
    do(post, nurse, DecisionKind.REMOVE)
    assert "Remove" in client_of(nurse).get(OWN).content.decode()
    take_back(post=post, author=author)
    assert "Remove" not in client_of(nurse).get(OWN).content.decode()


@pytest.mark.both_databases
def test_the_list_goes_on_on_a_second_page_and_costs_the_same_for_many(
    moderator, author, board, django_assert_max_num_queries
):
    start = a_while_ago() - timedelta(hours=3)
    Board.objects.update(hold_policy=HoldPolicy.ALL)
    board.refresh_from_db()
    for number in range(LIST_SIZE + 2):
        post = submit_thread(author, board, title="T", text=f"Day {number}.")
        do(post, moderator, DecisionKind.PUBLISH, at=start + timedelta(minutes=number))
    Notice.objects.all().delete()
    client = client_of(moderator)
    with django_assert_max_num_queries(12):
        first = client.get(OWN).content.decode()
    assert first.count('class="row"') == LIST_SIZE
    older = first.split('rel="next" href="')[1].split('"')[0]
    assert client.get(OWN + older).content.decode().count('class="row"') == 2


def test_members_have_no_list_of_decisions(author):
    assert client_of(author).get(OWN).status_code == NOT_HERE
