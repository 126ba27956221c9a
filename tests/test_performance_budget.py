"""How many questions a page asks the database: few, and no more when there is more to show."""

import pytest
from django.core.cache import caches
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Block, HiddenHcp, Role, User
from forum.actions.reactions import toggle_reaction
from forum.models import Board, ReactionKind, Thread
from moderation.actions.labels import answer, propose_note
from tests.factories import (
    fresh,
    make_board,
    make_hcp,
    make_member,
    publish_reply,
    publish_thread,
)

pytestmark = pytest.mark.usefixtures("texts")

MOST_ON_A_THREAD_PAGE = 12
MOST_ON_A_BOARD_PAGE = 8
# On top for professionals: their standing (profile, code in force, second factor) and the log.
MOST_FOR_STANDING = 5
# What keeping people apart may cost on top, however many they are.
MOST_FOR_EXCLUSIONS = 4


@pytest.fixture
def board() -> Board:
    return make_board("everyday")


@pytest.fixture
def authors() -> list[User]:
    return [make_member(f"author{number}", age=21) for number in range(4)]


@pytest.fixture
def reader() -> User:
    return make_member("reader", age=20)


@pytest.fixture
def nurse() -> User:
    return make_hcp("nurse")


def queries(user: User, address: str) -> list[str]:
    """What a signed-in person's page asks the second time, with no post card in the cache."""
    client = Client()
    client.force_login(user)
    assert client.get(address).status_code == 200
    caches["cards"].clear()
    with CaptureQueriesContext(connection) as captured:
        response = client.get(address)
    assert response.status_code == 200
    return [query["sql"] for query in captured.captured_queries]


def thread_of(board: Board, authors: list[User], nurse: User, *, replies: int) -> Thread:
    """A thread with quotes, reactions, replies by a professional, and a note under the last one."""
    thread = publish_thread(authors[0], board, title="Nights", text="How do you sleep?")
    last = None
    for number in range(replies):
        author = nurse if number % 5 == 4 else authors[number % 4]
        quote = last if number % 3 == 2 else None
        last = publish_reply(author, thread, text=f"Like this: {number}.", quote=quote)
        if author != authors[1]:
            toggle_reaction(post=last, author=authors[1], kind=ReactionKind.CARE)
    assert last is not None
    writer = User.objects.filter(pseudonym="adds-notes").first() or make_hcp("adds-notes")
    note = propose_note(
        post=last, writer=writer, version=fresh(last).version, note="A note.", source="A leaflet"
    )
    assert answer(label=note, person=last.author, agrees=True)
    return thread


def budget(user: User, most: int) -> int:
    """The budget of a page for this person."""
    return most + (MOST_FOR_STANDING if user.role == Role.HCP else 0)


def same_number(few: list[str], many: list[str]) -> bool:
    """Whether more to show asked no more; prints both for when it did."""
    print(len(few), *few, "", len(many), *many, sep="\n")  # noqa: T201
    return len(few) == len(many)


@pytest.fixture(params=["member", "professional"])
def who(request: pytest.FixtureRequest, reader: User, nurse: User) -> User:
    return reader if request.param == "member" else nurse


def test_a_thread_page_asks_the_same_for_few_and_for_many_posts(
    who: User, board: Board, authors: list[User], nurse: User
) -> None:
    short = thread_of(board, authors, nurse, replies=6)
    long = thread_of(board, authors, nurse, replies=39)
    few = queries(who, reverse("forum:thread", args=[short.public_id]))
    many = queries(who, reverse("forum:thread", args=[long.public_id]) + "?page=2")
    assert same_number(few, many)
    assert len(many) <= budget(who, MOST_ON_A_THREAD_PAGE)


def test_a_board_page_asks_the_same_for_few_and_for_many_threads(
    who: User, authors: list[User]
) -> None:
    quiet, busy = make_board("quiet"), make_board("busy")
    for board, threads in ((quiet, 2), (busy, 30)):
        for number in range(threads):
            author = authors[number % 4]
            thread = publish_thread(author, board, title=f"T {number}", text="Words.")
            publish_reply(authors[(number + 1) % 4], thread, text="More words.")
    few = queries(who, reverse("forum:board", args=["quiet"]))
    many = queries(who, reverse("forum:board", args=["busy"]))
    assert same_number(few, many)
    assert len(many) <= budget(who, MOST_ON_A_BOARD_PAGE)


def test_the_list_of_boards_asks_the_same_for_few_and_for_many(
    who: User, authors: list[User]
) -> None:
    publish_thread(authors[0], make_board("first"), title="One", text="Words.")
    few = queries(who, reverse("forum:boards"))
    for number in range(12):
        publish_thread(authors[0], make_board(f"b{number}"), title="More", text="Words.")
    many = queries(who, reverse("forum:boards"))
    assert same_number(few, many)
    # One more: the first steps of who has not written yet.
    assert len(many) <= budget(who, MOST_ON_A_BOARD_PAGE + 1)


@pytest.mark.parametrize("surface", ["forum:thread", "forum:board"])
def test_ten_people_kept_apart_cost_as_much_as_one(
    surface: str, who: User, board: Board, authors: list[User], nurse: User
) -> None:
    thread = thread_of(board, authors, nurse, replies=25)
    argument = thread.public_id if surface == "forum:thread" else board.slug
    address = reverse(surface, args=[argument])
    nobody = queries(who, address)
    counts = []
    for number in range(10):
        other = make_member(f"kept{number}", age=20)
        publish_reply(other, thread, text=f"Kept {number}.")
        if who == nurse:
            HiddenHcp.objects.create(member=other, hcp=who)
        else:
            Block.objects.create(blocker=who, blocked=other)
        if number in (0, 9):
            counts.append(queries(who, address))
    one, ten = counts
    assert same_number(one, ten)
    assert len(ten) <= len(nobody) + MOST_FOR_EXCLUSIONS


def test_notices_and_my_posts_ask_the_same_for_few_and_for_many(
    board: Board, authors: list[User], reader: User
) -> None:
    thread = publish_thread(reader, board, title="Mine", text="Words.")
    addresses = [reverse("forum:notices"), reverse("forum:my_posts")]
    publish_reply(authors[0], thread, text="A reply.")
    few = [queries(reader, address) for address in addresses]
    for number in range(15):
        publish_reply(authors[number % 4], thread, text=f"A reply {number}.")
        publish_reply(reader, thread, text=f"An answer {number}.")
    many = [queries(reader, address) for address in addresses]
    for before, after in zip(few, many, strict=True):
        assert same_number(before, after)
