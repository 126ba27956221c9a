"""Lists of threads that wait for somebody; a reply that one may not see is none."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import AgeGroup, Block, HcpChoice, HiddenHcp, Role, User
from accounts.viewer import viewer_of
from forum.models import Audience, Board, HcpAccess, Post, Status, Thread
from forum.queries.unanswered import NOT_OLDER, PAGE_SIZE, asking_professionals, unanswered
from tests.factories import (
    in_state,
    make_board,
    make_hcp,
    make_member,
    make_staff,
    publish_reply,
    publish_thread,
)

pytestmark = pytest.mark.usefixtures("texts")

ALONE = reverse("forum:unanswered")
ASKS = reverse("forum:for_professionals")
HOUR = timedelta(hours=1)


@pytest.fixture
def board(db: None) -> Board:
    return make_board("everyday")


@pytest.fixture
def author(db: None) -> User:
    return make_member("wren")


@pytest.fixture
def reader(db: None) -> User:
    return make_member("fern")


@pytest.fixture
def nurse(db: None) -> User:
    return make_hcp("nurse")


@pytest.fixture
def kim(db: None) -> User:
    return make_staff("kim", Role.MODERATOR)


def old_thread(author: User, board: Board, hours: float = 5, **more) -> Thread:
    at = timezone.now() - timedelta(hours=hours)
    words = {"title": "Anyone?", "text": "Is anybody there?", **more}
    return publish_thread(author, board, at=at, **words)


def alone(user: User, waited: timedelta = 2 * HOUR) -> list[Thread]:
    return unanswered(viewer_of(user), waited=waited, at=timezone.now()).threads


def asking(user: User) -> list[Thread]:
    return asking_professionals(viewer_of(user), at=timezone.now()).threads


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_a_thread_is_on_the_list_until_somebody_else_replies(author, reader, board):
    thread = old_thread(author, board)
    assert alone(reader) == [thread]
    publish_reply(author, thread, text="Still me.")
    assert alone(reader) == [thread]
    publish_reply(make_member("moth"), thread, text="I am here.")
    assert alone(reader) == []


def test_a_reply_that_waits_for_a_look_or_was_removed_is_none(author, reader, board):
    thread = old_thread(author, board)
    reply = publish_reply(make_member("moth"), thread, text="Hm.")
    assert alone(reader) == []
    in_state(reply, Status.REMOVED)
    assert alone(reader) == [thread]


def test_new_old_locked_and_own_threads_are_not_on_it(author, reader, board):
    old_thread(author, board, hours=1)
    old_thread(author, board, hours=NOT_OLDER.total_seconds() / 3600 + 1)
    locked = old_thread(author, board)
    Thread.objects.filter(pk=locked.pk).update(is_locked=True)
    own = old_thread(reader, board)
    assert alone(reader) == []
    assert alone(author) == [own]


def test_members_see_threads_of_their_own_age_group_alone(author, board):
    old_thread(author, make_board("adults", groups=[AgeGroup.ADULT]))
    assert alone(make_member("kid", age=14)) == []


def test_whoever_is_kept_apart_from_an_author_has_no_trace_of_them(author, reader, board):
    thread = old_thread(author, board)
    other = make_member("moth")
    publish_reply(other, thread, text="Hello.")
    own = old_thread(other, board, hours=6)
    assert alone(reader) == [own]
    Block.objects.create(blocker=reader, blocked=other)
    # Their thread is gone, and their reply is none.
    assert alone(reader) == [thread]


def test_for_a_professional_a_peers_only_reply_is_none_and_a_peers_only_thread_is_not_there(
    author, nurse, board
):
    thread = old_thread(author, board)
    private = make_member("quiet", choice=HcpChoice.NONE)
    publish_reply(private, thread, text="Between us.", audience=Audience.PEERS)
    old_thread(private, board, hours=9)
    old_thread(author, board, hours=8, audience=Audience.PEERS)
    assert alone(nurse) == [thread]
    page = signed_in(nurse).get(ALONE).content.decode()
    assert page.count('class="row"') == 1


def test_pages_meet_every_thread_once_longest_waiting_first(author, reader, board):
    threads = [old_thread(author, board, hours=5 + n / 10) for n in range(PAGE_SIZE + 3)]
    client = signed_in(reader)
    first = client.get(ALONE).context["page"]
    second = client.get(f"{ALONE}?after={first.next_after}").context["page"]
    assert [*first.threads, *second.threads] == threads[::-1]
    assert second.next_after == ""


def test_a_mark_of_a_thread_that_one_may_not_see_is_none(author, reader, board):
    thread = old_thread(author, board)
    hidden = old_thread(author, board, hours=3)
    in_state(Post.objects.get(thread=hidden), Status.HIDDEN)
    page = signed_in(reader).get(f"{ALONE}?after={hidden.public_id}").context["page"]
    assert page.threads == [thread]


@pytest.mark.parametrize("hours, shown", [("", 1), ("2", 1), ("12", 0), ("x", 1), ("9999", 1)])
def test_one_can_choose_how_long_they_have_waited(hours, shown, author, reader, board):
    old_thread(author, board)
    assert len(signed_in(reader).get(f"{ALONE}?hours={hours}").context["page"].threads) == shown


# Ask a professional ------------------------------------------------------------------------------


def test_a_question_to_professionals_waits_until_one_replies(author, nurse, kim, board):
    thread = old_thread(author, board, asks_professional=True)
    old_thread(author, board)
    publish_reply(make_member("moth"), thread, text="I am no nurse.")
    assert asking(nurse) == asking(kim) == [thread]
    publish_reply(nurse, thread, text="In general, ask your team.")
    assert asking(nurse) == asking(kim) == []


def test_who_wants_no_advice_is_not_on_that_list(author, nurse, board):
    old_thread(author, board, asks_professional=True, no_advice=True)
    assert asking(nurse) == []


def test_a_professional_from_whom_the_member_hides_does_not_find_the_question(
    author, nurse, kim, board
):
    thread = old_thread(author, board, asks_professional=True)
    HiddenHcp.objects.create(member=author, hcp=nurse)
    assert (asking(nurse), asking(kim)) == ([], [thread])


def test_members_have_no_such_page(reader):
    assert signed_in(reader).get(ASKS).status_code == 404


@pytest.mark.parametrize("address", [ALONE, ASKS])
def test_titles_that_a_professional_is_shown_are_written_down(address, author, nurse, board):
    thread = old_thread(author, board, asks_professional=True)
    signed_in(nurse).get(address)
    assert HcpAccess.objects.get().post.thread == thread


@pytest.mark.parametrize("address", [ALONE, ASKS])
def test_the_lists_ask_the_same_for_few_and_for_many(address, author, nurse, board):
    client = signed_in(nurse)

    def queries() -> int:
        client.get(address)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address).status_code == 200
        return len(captured)

    old_thread(author, board, asks_professional=True)
    few = queries()
    for n in range(8):
        old_thread(author, board, hours=5 + n, asks_professional=True)
    assert queries() == few
