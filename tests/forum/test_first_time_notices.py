"""What a member reads at their first post and their first question to a professional (P1.5)."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.ids import new_public_id
from accounts.models import HcpChoice, Role, User
from forum.models import Audience, Board, Draft, Thread
from tests.factories import make_hcp, make_member, make_staff, submit_reply, submit_thread
from tests.readability import MAX_GRADE, MAX_WORDS_IN_SENTENCE, main_text, measure

pytestmark = pytest.mark.one_database

FIRST_POST = "Your first post"
FIRST_QUESTION = "If you ask a professional"


def words_for(user: User, address: str) -> str:
    client = Client()
    client.force_login(user)
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.fixture
def ask(board: Board) -> str:
    return reverse("forum:ask", args=[board.slug])


@pytest.fixture
def newcomer(board: Board) -> User:
    return make_member("newcomer")


def test_at_the_first_post_the_form_says_what_to_know(newcomer: User, ask: str) -> None:
    words = words_for(newcomer, ask)
    assert FIRST_POST in words
    assert FIRST_QUESTION in words


@pytest.mark.parametrize("name", ["forum:thread", "forum:reply"])
def test_a_first_reply_gets_the_notice_wherever_it_is_written(
    name: str, newcomer: User, thread: Thread
) -> None:
    address = reverse(name, args=[thread.public_id])
    assert FIRST_POST in words_for(newcomer, address)
    submit_reply(newcomer, thread, text="I keep mine in a sock.")
    assert FIRST_POST not in words_for(newcomer, address)


def test_it_also_stands_where_a_draft_is_changed(
    newcomer: User, board: Board, thread: Thread
) -> None:
    opening, answer = (
        Draft.objects.create(
            author=newcomer, key=new_public_id(), text="Hello.", audience=Audience.PEERS, **place
        )
        for place in ({"board": board, "title": "Hello"}, {"thread": thread})
    )
    for draft in (opening, answer):
        assert FIRST_POST in words_for(newcomer, reverse("forum:draft", args=[draft.key]))


def test_after_one_post_only_the_first_question_is_left(
    newcomer: User, board: Board, ask: str
) -> None:
    submit_thread(newcomer, board, title="Hello", text="Hello all.")
    words = words_for(newcomer, ask)
    assert FIRST_POST not in words
    assert FIRST_QUESTION in words


def test_after_one_question_to_a_professional_both_are_gone(
    newcomer: User, board: Board, ask: str
) -> None:
    submit_thread(newcomer, board, title="Hello", text="Hello all.", asks_professional=True)
    words = words_for(newcomer, ask)
    assert FIRST_POST not in words
    assert FIRST_QUESTION not in words


@pytest.mark.parametrize("choice", [HcpChoice.NONE, ""])
def test_who_lets_no_professional_read_is_not_told_about_asking_one(
    choice: str, board: Board, ask: str
) -> None:
    words = words_for(make_member("private", choice=choice), ask)
    assert FIRST_POST in words
    assert FIRST_QUESTION not in words


@pytest.mark.parametrize(
    "make",
    [lambda: make_staff("calm", Role.MODERATOR), lambda: make_hcp("teal")],
    ids=["moderator", "professional"],
)
def test_the_team_gets_none_of_it(make: Callable[[], User], thread: Thread, ask: str) -> None:
    person = make()
    for address in (ask, reverse("forum:thread", args=[thread.public_id])):
        words = words_for(person, address)
        assert FIRST_POST not in words
        assert FIRST_QUESTION not in words


def test_the_notices_stand_above_the_form_and_block_nothing(newcomer: User, ask: str) -> None:
    words = words_for(newcomer, ask)
    assert words.index(FIRST_POST) < words.index('name="text"')
    client = Client()
    client.force_login(newcomer)
    sent = client.post(
        ask,
        {"key": new_public_id(), "title": "Hi", "text": "Hello.", "audience": Audience.PEERS},
    )
    assert sent.status_code == 302
    assert Draft.objects.filter(author=newcomer).exists()


def test_the_notices_are_easy_to_read(newcomer: User, ask: str) -> None:
    reading = measure(main_text(words_for(newcomer, ask)))
    assert reading.grade <= MAX_GRADE
    assert reading.longest_words <= MAX_WORDS_IN_SENTENCE, reading.longest
