"""Notices by key."""

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Block, User
from forum.actions.notices import notify
from forum.models import Board, NoticeKind, Thread
from tests.factories import publish_reply, publish_thread

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]


@pytest.fixture
def own(reader: User, board: Board) -> Thread:
    return publish_thread(reader, board, title="Mine", text="Words.")


def test_notices_are_those_of_the_site(api: Client, reader: User, guest: User, own: Thread) -> None:
    before = api.get("/api/v1/unread").json()["notices"]
    publish_reply(guest, own, text="Zebra.")
    assert api.get("/api/v1/unread").json()["notices"] == before + 1
    answer = api.get("/api/v1/notices")
    row = answer.json()["items"][0]
    assert (row["kind"], row["by"], row["thread"], row["count"]) == ("reply", "guest", "Mine", 1)
    assert row["is_new"]
    assert "/p/" in row["url"]
    assert "Zebra" not in answer.content.decode()
    publish_reply(guest, own, text="Again.")
    row = api.get("/api/v1/notices").json()["items"][0]
    assert (row["by"], row["count"]) == ("", 2)
    assert api.post("/api/v1/notices/read").json()["marked"] >= 2
    assert api.get("/api/v1/unread").json() == {"notices": 0}
    assert not api.get("/api/v1/notices").json()["items"][0]["is_new"]


def test_of_somebody_who_is_blocked_nothing_is_told(
    api: Client, reader: User, guest: User, own: Thread
) -> None:
    publish_reply(guest, own, text="Zebra.")
    Block.objects.create(blocker=reader, blocked=guest)
    assert "guest" not in api.get("/api/v1/notices").content.decode()


def test_words_of_the_team_come_along(api: Client, reader: User) -> None:
    notify(
        recipient=reader,
        kind=NoticeKind.AGE,
        same_as="x",
        at=timezone.now(),
        message="Happy birthday.",
    )
    row = next(row for row in api.get("/api/v1/notices").json()["items"] if row["kind"] == "age")
    assert row["message"] == "Happy birthday."
