"""Reading by key: what the member sees on the site, and no more."""

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.core.signing import b64_decode
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import AgeGroup, Block, HcpChoice, Scope, User
from accounts.tokens import live_tokens
from forum.actions.reactions import toggle_reaction
from forum.actions.reading import FollowKind, follow_thread, mute_word
from forum.models import Audience, Board, Post, ReactionKind, Status, Thread
from tests.factories import (
    fresh,
    in_state,
    make_board,
    make_member,
    publish_reply,
    publish_thread,
)
from tests.keys import key_of, with_key

pytestmark = pytest.mark.django_db


def titles(answer) -> list[str]:
    assert answer.status_code == 200, answer.content
    rows = [row["title"] for row in answer.json()["items"]]
    return [title for title in rows if not title.endswith("came here")]  # tests/seasoned.py


def test_me_says_who_and_what_they_may_and_nothing_private(api: Client, reader: User) -> None:
    answer = api.get("/api/v1/me")
    told = answer.json()
    assert (told["id"], told["name"]) == (reader.public_id, "reader")
    assert told["may_write"]
    assert told["scopes"] == ["read", "write", "notices"]
    assert reader.email not in answer.content.decode()
    assert str(reader.birth_year) not in answer.content.decode()
    assert live_tokens(reader)[0].last_used_on == timezone.localdate()
    assert answer["Cache-Control"] == "private, no-store"
    assert "Set-Cookie" not in answer


def test_boards_are_those_of_the_own_age_group(board: Board) -> None:
    make_board("adults", groups=[AgeGroup.ADULT])
    teen = make_member("teen", age=14)
    told = with_key(key_of(teen)).get("/api/v1/boards").json()
    assert [row["slug"] for row in told["items"]] == [board.slug]


def test_threads_and_posts_as_on_the_site(
    api: Client, reader: User, host: User, thread: Thread, board: Board, threads_address: str
) -> None:
    reply = publish_reply(host, thread, text="I *do*.")
    toggle_reaction(post=reply, author=reader, kind=ReactionKind.CARE)
    row = next(
        row for row in api.get(threads_address).json()["items"] if row["title"] == "Football"
    )
    assert (row["replies"], row["last_author"], row["is_new"]) == (1, "host", True)
    assert row["author"] == {"id": host.public_id, "name": "host", "role": "member"}
    told = api.get(f"/api/v1/threads/{row['id']}").json()
    assert (told["page"], told["pages"], told["thread"]["may_reply"]) == (1, 1, True)
    assert [post["text"] for post in told["posts"]] == [
        "Who plays football with a pump?",
        "I *do*.",
    ]
    shown = told["posts"][1]
    assert shown["html"].strip() == '<p dir="auto">I <em>do</em>.</p>'
    assert shown["reactions"] == {"care": 1}
    assert shown["own_reactions"] == ["care"]


def test_a_removed_post_leaves_a_stone_without_words(
    api: Client, host: User, thread: Thread, thread_address: str
) -> None:
    reply = publish_reply(host, thread, text="Zebra.")
    in_state(reply, Status.REMOVED)
    answer = api.get(thread_address)
    stone = answer.json()["posts"][1]
    assert (stone["state"], stone["author"], stone["text"], stone["html"]) == (
        "removed",
        None,
        None,
        None,
    )
    assert stone["rule"]
    assert "Zebra" not in answer.content.decode()


def test_own_posts_that_wait_are_there_for_their_author_alone(
    api: Client, reader: User, guest: User, thread: Thread, thread_address: str
) -> None:
    in_state(publish_reply(reader, thread, text="Mine."), Status.CHANGES)
    told = api.get(thread_address).json()
    assert [post["state"] for post in told["posts"] + told["waiting"]] == ["published", "changes"]
    theirs = with_key(key_of(guest)).get(thread_address).json()
    assert len(theirs["posts"] + theirs["waiting"]) == 1


def test_words_that_are_muted_are_marked_for_folding(
    api: Client, reader: User, thread_address: str
) -> None:
    mute_word(user=reader, word="pump")
    assert api.get(thread_address).json()["posts"][0]["has_muted_word"]


# What is not there -----------------------------------------------------------------------------


def test_what_may_not_be_seen_is_word_for_word_what_is_not_there(
    api: Client, host: User, reader: User, thread: Thread, thread_address: str
) -> None:
    adults = make_board("old", groups=[AgeGroup.TEEN])
    assert api.get(thread_address).status_code == 200
    Block.objects.create(blocker=host, blocked=reader)
    answers = [
        api.get(address)
        for address in (
            thread_address,
            "/api/v1/threads/22222222222222",
            "/api/v1/threads/no-such-shape",
            f"/api/v1/boards/{adults.slug}/threads",
            "/api/v1/boards/nowhere/threads",
            "/api/v1/boards/%00/threads",
            f"{thread_address}?page=2",
        )
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    assert len({str(sorted(answer.items())) for answer in answers}) == 1
    assert answers[0]["Content-Type"] == "application/problem+json"


def test_rights_are_worked_out_anew_at_each_request(
    api: Client, reader: User, host: User, thread: Thread, threads_address: str
) -> None:
    assert "Football" in titles(api.get(threads_address))
    block = Block.objects.create(blocker=reader, blocked=host)
    assert "Football" not in titles(api.get(threads_address))
    block.delete()
    User.objects.filter(pk=reader.pk).update(suspended_until=timezone.now() + timedelta(days=1))
    assert api.get(threads_address).status_code == 401


# Pages -----------------------------------------------------------------------------------------


@pytest.fixture
def thirty(guest: User, board: Board) -> list[Thread]:
    start = timezone.now() - timedelta(days=1)
    return [
        publish_thread(
            guest,
            board,
            title=f"Day {number:02}",
            text="Words.",
            at=start + timedelta(hours=number),
        )
        for number in range(30)
    ]


def walk(api: Client, address: str) -> list[str]:
    found, query = [], ""
    while True:
        answer = api.get(address + query)
        found += titles(answer)
        if answer.json()["next"] is None:
            return found
        query = f"?cursor={answer.json()['next']}"


def test_cursors_lead_over_all_threads_once(
    api: Client, thirty: list[Thread], threads_address: str
) -> None:
    days = [title for title in walk(api, threads_address) if title.startswith("Day")]
    assert days == [f"Day {number:02}" for number in range(29, -1, -1)]


def test_a_list_goes_on_where_it_was_though_its_last_thread_moved_up_or_went(
    api: Client, guest: User, thirty: list[Thread], threads_address: str
) -> None:
    first = api.get(threads_address).json()
    last = Thread.objects.get(public_id=first["items"][-1]["id"])
    after = f"{threads_address}?cursor={first['next']}"
    rest = titles(api.get(after))
    publish_reply(guest, last, text="Up it goes.")
    assert titles(api.get(after)) == rest
    in_state(Post.objects.get(thread=last, is_opening=True), Status.HIDDEN)
    assert titles(api.get(after)) == rest


def test_a_cursor_is_signed_and_good_for_one_list_and_one_member_and_one_day(
    api: Client, guest: User, thirty: list[Thread], threads_address: str
) -> None:
    make_board("other")
    cursor = api.get(threads_address).json()["next"]
    last = api.get(threads_address).json()["items"][-1]
    held = json.loads(b64_decode(cursor.split(":")[0].encode()))
    assert [held[0][:19], held[1]] == [last["last_at"][:19], last["id"]]
    tomorrow = timezone.now() + timedelta(days=1, minutes=1)
    with time_machine.travel(tomorrow):
        assert api.get(f"{threads_address}?cursor={cursor}").status_code == 422
    for wrong in (
        api.get(f"{threads_address}?cursor={cursor}x"),
        api.get(f"/api/v1/boards/other/threads?cursor={cursor}"),
        with_key(key_of(guest)).get(f"{threads_address}?cursor={cursor}"),
    ):
        assert wrong.status_code == 422
        assert wrong.json()["errors"][0]["field"] == "cursor"


def test_as_many_queries_for_many_rows_as_for_one(
    api: Client,
    host: User,
    guest: User,
    reader: User,
    board: Board,
    thread: Thread,
    threads_address: str,
    thread_address: str,
) -> None:
    follow_thread(user=reader, thread=thread, kind=FollowKind.FOLLOW)

    def counts() -> list[int]:
        found = []
        for address in (threads_address, thread_address, "/api/v1/notices", "/api/v1/boards"):
            api.get(address)
            with CaptureQueriesContext(connection) as queries:
                assert api.get(address).status_code == 200
            found.append(len(queries))
        return found

    publish_reply(host, thread, text="One.")
    quoted = publish_reply(guest, thread, text="Two.")
    publish_reply(guest, thread, text="Quoting.", quote=fresh(quoted))
    few = counts()
    for number in range(8):
        publish_thread(guest, board, title=f"T{number}", text="Words.")
        reply = publish_reply(host, thread, text=f"R{number}.", quote=fresh(quoted))
        toggle_reaction(post=reply, author=guest, kind=ReactionKind.CARE)
    assert counts() == few
    assert max(few) <= 12, few


def test_professionals_and_peers_only_posts_do_not_meet_here_at_all(
    host: User, board: Board, seasoned: Callable[..., User]
) -> None:
    """Nothing is written down for what a key shows, so a professional must never have one."""
    private = seasoned("private", choice=HcpChoice.NONE)
    made = publish_thread(private, board, title="Peers", text="Words.", audience=Audience.PEERS)
    key = with_key(key_of(host, Scope.READ))
    assert key.get(f"/api/v1/threads/{made.public_id}").json()["thread"]["audience"] == "peers"
