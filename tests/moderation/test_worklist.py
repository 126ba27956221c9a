"""The list of the queue: filters, pages, counts; each person sees only what they may handle."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import HcpChoice, Role, User
from accounts.viewer import viewer_of
from forum.models import Audience, Board, Post
from moderation.models import Claim
from moderation.queue import claim
from moderation.worklist import PAGE_SIZE, Filters, next_ticket, work_page
from tests.factories import make_board, make_hcp, make_member, make_staff, submit_thread

pytestmark = pytest.mark.usefixtures("texts")

QUEUE = reverse("moderation:queue")
NEXT = reverse("moderation:next")
CRISIS = "I want to die and I have a plan."


@pytest.fixture
def board(db: None) -> Board:
    return make_board("feelings")


@pytest.fixture
def school(db: None) -> Board:
    return make_board("school")


@pytest.fixture
def author(db: None) -> User:
    return make_member("wren", age=15)


@pytest.fixture
def moderator(db: None) -> User:
    return make_staff("kim", Role.MODERATOR)


@pytest.fixture
def reviewer(client: Client, moderator: User) -> Client:
    client.force_login(moderator)
    return client


@pytest.fixture
def wait_for_a_look(author: User, board: Board) -> Callable[..., list[Post]]:
    """Make this many posts wait, each with its own due moment unless told otherwise."""

    def make(number: int, **fields: Any) -> list[Post]:
        posts = [submit_thread(author, board, title="T", text=f"Day {n}.") for n in range(number)]
        if fields:
            Post.objects.filter(pk__in=[post.pk for post in posts]).update(**fields)
        return posts

    return make


def page_of(client: Client, address: str = QUEUE) -> Any:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.context["page"]


def walk(client: Client, address: str = QUEUE) -> list[Post]:
    """All rows, page after page."""
    rows: list[Post] = []
    while True:
        answer = client.get(address)
        rows += answer.context["page"].rows
        if not answer.context["older_address"]:
            return rows
        address = QUEUE + answer.context["older_address"]


def test_walking_over_all_pages_meets_each_ticket_once_in_order(reviewer, wait_for_a_look):
    posts = wait_for_a_look(2 * PAGE_SIZE + 3)
    rows = walk(reviewer)
    assert len(rows) == len(posts)
    assert {row.pk for row in rows} == {post.pk for post in posts}
    keys = [(row.review_severity, row.review_due_at, row.public_id) for row in rows]
    assert keys == sorted(keys)


def test_tickets_that_are_due_at_the_same_moment_are_not_skipped_between_pages(
    reviewer, wait_for_a_look
):
    posts = wait_for_a_look(2 * PAGE_SIZE, review_due_at=timezone.now())
    assert len({row.pk for row in walk(reviewer)}) == len(posts)


def test_the_next_page_is_there_when_the_last_row_was_decided_meanwhile(reviewer, wait_for_a_look):
    wait_for_a_look(PAGE_SIZE + 5)
    answer = reviewer.get(QUEUE)
    last = answer.context["page"].rows[-1]
    Post.objects.filter(pk=last.pk).update(
        status="published",
        position=1,
        published_at=timezone.now(),
        review_due_at=None,
        review_severity=None,
        review_track="",
    )
    assert len(page_of(reviewer, QUEUE + answer.context["older_address"]).rows) == 5


@pytest.mark.parametrize("mark", ["", "x", "0", "0.x.y", "9.1.abc", "0." + "9" * 40 + ".a", "...."])
def test_a_mark_that_is_none_shows_the_top(mark, reviewer, wait_for_a_look):
    wait_for_a_look(2)
    assert len(page_of(reviewer, f"{QUEUE}?after={mark}").rows) == 2


def test_no_row_number_stands_in_an_address_of_the_list(reviewer, wait_for_a_look):
    wait_for_a_look(PAGE_SIZE + 1)
    answer = reviewer.get(QUEUE)
    last = answer.context["page"].rows[-1]
    mark = answer.context["older_address"].split("after=")[1]
    assert mark.endswith(last.public_id)
    assert str(last.pk) not in mark.split(".")


def test_filters_show_a_part_and_count_it(reviewer, author, board, school):
    quiet = submit_thread(author, board, title="A", text="Quiet.")
    danger = submit_thread(author, school, title="B", text=CRISIS)
    peers = submit_thread(author, school, title="C", text="Hm.", audience=Audience.PEERS)
    for words, expected in (
        ("severity=0", [danger]),
        ("track=welfare", [danger]),
        ("board=feelings", [quiet]),
        ("audience=peers", [peers]),
        ("board=school&audience=community", [danger]),
        ("board=nowhere", []),
        ("severity=9", [danger, quiet, peers]),
    ):
        page = page_of(reviewer, f"{QUEUE}?{words}")
        assert page.rows == expected, words
        assert (page.wanted, page.total) == (len(expected), 3), words


def test_the_choices_of_a_filter_say_how_many_there_are(reviewer, author, board, school):
    submit_thread(author, board, title="A", text="Quiet.")
    submit_thread(author, school, title="B", text=CRISIS)
    page = page_of(reviewer)
    assert [(o.value, o.count) for o in page.options["severity"]] == [("0", 1), ("2", 1)]
    assert [(o.value, o.count) for o in page.options["board"]] == [("feelings", 1), ("school", 1)]
    assert [(o.value, o.count) for o in page.options["track"]] == [("conduct", 1), ("welfare", 1)]


def test_a_professional_sees_no_trace_of_peers_only_posts(author, board, school):
    nurse = make_hcp("nurse")
    private = make_member("quiet", choice=HcpChoice.NONE)
    open_post = submit_thread(make_member("open"), board, title="A", text="Words.")
    before = work_page(viewer_of(nurse), Filters(), at=timezone.now())
    submit_thread(private, board, title="B", text="Words.")
    submit_thread(private, school, title="C", text=CRISIS, audience=Audience.PEERS)
    submit_thread(author, school, title="D", text="No.", audience=Audience.PEERS)
    after = work_page(viewer_of(nurse), Filters(), at=timezone.now())
    assert (after.rows, after.total, after.overdue) == ([open_post], 1, 0)
    assert after.options == before.options
    client = Client()
    client.force_login(nurse)
    for words in ("", "?audience=peers", "?board=school", "?severity=0"):
        page = client.get(QUEUE + words)
        assert "School" not in page.content.decode()
        assert "Peers only" not in page.content.decode()
        assert page.context["page"].total == 1


def test_nobody_is_counted_their_own_posts(moderator, board):
    before = work_page(viewer_of(moderator), Filters(), at=timezone.now())
    own = submit_thread(moderator, board, title="A", text=CRISIS)
    assert own.has_ticket
    after = work_page(viewer_of(moderator), Filters(), at=timezone.now())
    assert (before.total, after.total, after.options["severity"]) == (0, 0, [])


def test_the_list_asks_the_same_for_few_and_for_many(reviewer, wait_for_a_look):
    def queries(address: str = QUEUE) -> int:
        reviewer.get(address)
        with CaptureQueriesContext(connection) as captured:
            assert reviewer.get(address).status_code == 200
        return len(captured)

    wait_for_a_look(2)
    few = queries()
    wait_for_a_look(PAGE_SIZE + 5)
    assert queries() == few
    assert queries(QUEUE + "?severity=2&board=feelings") == few
    assert few <= 14


def test_the_list_reads_no_words_of_posts(reviewer, wait_for_a_look):
    wait_for_a_look(2)
    with CaptureQueriesContext(connection) as captured:
        reviewer.get(QUEUE)
    assert not [q["sql"] for q in captured if '"forum_post"."text"' in q["sql"]]


# Next --------------------------------------------------------------------------------------------


def test_start_with_filters_stays_within_them_until_another_start(reviewer, author, board, school):
    submit_thread(author, board, title="A", text=CRISIS)
    first = submit_thread(author, school, title="B", text="Hm.")
    second = submit_thread(author, school, title="C", text="Hm.")
    answer = reviewer.post(NEXT, {"start": "1", "board": "school"})
    assert answer["Location"] == reverse("moderation:item", args=[first.public_id])
    answer = reviewer.post(NEXT, {"skip": first.public_id})
    assert answer["Location"] == reverse("moderation:item", args=[second.public_id])
    answer = reviewer.post(NEXT, {"start": "1"})
    assert answer["Location"] != reverse("moderation:item", args=[first.public_id])


def test_leaving_an_item_gives_it_back_and_does_not_bring_it_again_at_once(
    reviewer, moderator, wait_for_a_look
):
    posts = sorted(wait_for_a_look(3), key=lambda post: (post.review_due_at, post.public_id))
    reviewer.get(reverse("moderation:item", args=[posts[0].public_id]))
    assert Claim.objects.get().post == posts[0]
    seen = []
    here = posts[0]
    for _ in range(3):
        there = reviewer.post(NEXT, {"skip": here.public_id})["Location"]
        assert not Claim.objects.filter(post=here).exists()
        here = next(post for post in posts if post.public_id in there)
        seen.append(here)
    assert seen == [posts[1], posts[2], posts[0]]


def test_who_leaves_the_only_post_comes_back_to_the_list(reviewer, wait_for_a_look):
    (post,) = wait_for_a_look(1)
    assert reviewer.post(NEXT, {"skip": post.public_id})["Location"] == QUEUE


def test_next_takes_no_post_that_a_colleague_has(moderator, wait_for_a_look):
    posts = wait_for_a_look(2, review_due_at=timezone.now() + timedelta(hours=1))
    first, second = sorted(posts, key=lambda post: post.public_id)
    claim(post=first, moderator=make_staff("robin", Role.MODERATOR))
    assert next_ticket(viewer_of(moderator), Filters(), at=timezone.now()) == second


def test_filters_of_a_row_are_read_as_carefully_as_those_of_an_address():
    filters = Filters.read({"severity": "0", "track": "x", "audience": "peers", "more": "1"})
    assert filters.chosen() == {"severity": "0", "audience": "peers"}
