"""The queue, an item and a decision ask the database the same for few and for many tickets."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role, User
from forum.models import Board, Post, Status
from tests.factories import fresh, make_board, make_hcp, make_member, make_staff, submit_thread

pytestmark = pytest.mark.usefixtures("texts")

MANY = 120
# With what a professional's standing and the log cost on top.
MOST = {"queue": 20, "item": 42, "decision": 67}


@pytest.fixture
def board(db: None) -> Board:
    return make_board("feelings")


@pytest.fixture
def author(db: None) -> User:
    return make_member("wren")


@pytest.fixture(params=[Role.MODERATOR, Role.HCP])
def reviewer(request: pytest.FixtureRequest, board: Board) -> Client:
    role = request.param
    user = make_hcp("nurse") if role == Role.HCP else make_staff("kim", role)
    client = Client()
    client.force_login(user)
    return client


def many_more(like: Post) -> None:
    """As many tickets again, in the same thread."""
    Post.objects.bulk_create(
        Post(
            thread=like.thread,
            author=like.author,
            text="Words.",
            html="<p>Words.</p>",
            audience=like.audience,
            status=Status.HELD,
            created_at=timezone.now(),
            review_due_at=like.review_due_at,
            review_severity=like.review_severity,
            review_track=like.review_track,
            review_reasons=like.review_reasons,
        )
        for _ in range(MANY)
    )


def queries(action: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as captured:
        action()
    return len(captured)


def test_many_tickets_ask_no_more_than_few(reviewer: Client, author: User, board: Board) -> None:
    posts = [submit_thread(author, board, title="T", text=f"Day {n}.") for n in range(4)]
    items = [reverse("moderation:item", args=[post.public_id]) for post in posts]

    def decide(number: int) -> None:
        sent = {"version": fresh(posts[number]).version, "kind": "publish"}
        assert reviewer.post(items[number], sent).status_code == 302

    def counts(number: int) -> dict[str, int]:
        reviewer.get(items[number])
        return {
            "queue": queries(lambda: reviewer.get(reverse("moderation:queue"))),
            "item": queries(lambda: reviewer.get(items[number])),
            "decision": queries(lambda: decide(number)),
        }

    counts(0)  # the first of a sitting
    few = counts(1)
    many_more(fresh(posts[2]))
    many = counts(2)
    assert many == few
    assert all(many[name] <= most for name, most in MOST.items()), many
