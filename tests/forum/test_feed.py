"""A member's feed: titles of what they follow and may see now; nothing else, and nobody else's."""

import logging
import xml.etree.ElementTree as ET
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts import token_access
from accounts.consent import NO, record_consent
from accounts.models import Block, MemberToken, Method, Purpose, Role, User
from accounts.tokens import new_feed, stop_token
from forum.actions.reading import FollowKind, follow_board, follow_thread, mute_word
from forum.models import Board, Post, Status, Thread
from tests.factories import (
    agree,
    in_state,
    make_board,
    make_hcp,
    make_staff,
    publish_reply,
    publish_thread,
)
from tests.keys import feed_address

pytestmark = pytest.mark.django_db
ATOM = "{http://www.w3.org/2005/Atom}"
UNKNOWN = "islet_" + "x" * 43


@pytest.fixture
def reader(seasoned: Callable[..., User], board: Board) -> User:
    """A member who follows ``board``."""
    user = seasoned("reader")
    follow_board(user=user, board=board, on=True)
    return user


@pytest.fixture
def secret(reader: User) -> str:
    made = new_feed(user=reader)
    assert made is not None
    return made[1]


def titles(secret: str) -> list[str]:
    answer = Client().get(feed_address(secret))
    assert answer.status_code == 200, answer.content
    root = ET.fromstring(answer.content)  # noqa: S314 - our own
    found = [entry.findtext(f"{ATOM}title") for entry in root.iter(f"{ATOM}entry")]
    return [title for title in found if not title.endswith("came here")]  # tests/seasoned.py


def test_new_threads_of_followed_boards_and_replies_of_followed_threads(
    reader: User, secret: str, thread: Thread, guest: User, board: Board
) -> None:
    other = make_board("elsewhere")
    followed = publish_thread(guest, other, title="Elsewhere", text="Hello there.")
    publish_thread(guest, other, title="Not followed", text="Hello there.")
    publish_reply(guest, thread, text="On a followed board, in a thread that is not.")
    follow_thread(user=reader, thread=followed, kind=FollowKind.FOLLOW)
    publish_reply(guest, followed, text="More of it.")
    publish_reply(reader, followed, text="My own words.")
    assert titles(secret) == ["New reply: Elsewhere", "Football"]


def test_it_holds_titles_and_links_and_no_words_and_no_names(
    secret: str, thread: Thread, host: User
) -> None:
    answer = Client().get(feed_address(secret))
    body = answer.content.decode()
    assert "Football" in body
    for word in ("football with a pump", host.public_id, host.email, "reader", secret):
        assert word not in body
    root = ET.fromstring(body)  # noqa: S314
    entry = next(each for each in root.iter(f"{ATOM}entry") if each[0].text == "Football")
    opening = Post.objects.get(thread=thread)
    link = entry.find(f"{ATOM}link").get("href")
    assert link.endswith(reverse("forum:post", args=[opening.public_id]))
    assert entry.findtext(f"{ATOM}id").startswith("urn:uuid:")
    assert {child.tag for child in entry} == {
        f"{ATOM}{name}" for name in ("title", "link", "published", "updated", "id")
    }
    assert answer["Content-Type"] == "application/atom+xml; charset=utf-8"
    assert answer["Cache-Control"] == "private, no-store"
    assert answer["X-Robots-Tag"] == "noindex, nofollow"
    assert answer["Referrer-Policy"] == "no-referrer"
    assert "Set-Cookie" not in answer


def test_ids_stay_the_same_and_no_row_number_is_in_it(secret: str, thread: Thread) -> None:
    first, again = (Client().get(feed_address(secret)).content for _ in range(2))
    assert first == again


@pytest.mark.parametrize(
    "status", [Status.HELD, Status.HIDDEN, Status.REMOVED, Status.CHANGES, Status.WITHDRAWN]
)
def test_what_is_taken_down_is_gone_at_once(secret: str, thread: Thread, status: Status) -> None:
    assert titles(secret) == ["Football"]
    in_state(Post.objects.get(thread=thread), status)
    assert titles(secret) == []


def test_a_block_counts_at_the_next_request(
    reader: User, secret: str, thread: Thread, host: User
) -> None:
    Block.objects.create(blocker=host, blocked=reader)
    assert titles(secret) == []


def test_muted_threads_and_words_are_left_out_and_a_content_note_stands_for_the_title(
    reader: User, secret: str, guest: User, board: Board, thread: Thread
) -> None:
    publish_thread(guest, board, title="Night", text="It was dark.", content_note="bad hypos")
    publish_thread(guest, board, title="About needles", text="Ouch.")
    publish_thread(guest, board, title="Ouch", text="All about needles.")
    muted = publish_thread(guest, board, title="Muted", text="Words.")
    follow_thread(user=reader, thread=muted, kind=FollowKind.MUTE)
    mute_word(user=reader, word="needles")
    assert titles(secret) == ["Content note: bad hypos", "Football"]


def test_letters_that_xml_cannot_hold_are_taken_out(secret: str, guest: User, board: Board) -> None:
    made = publish_thread(guest, board, title="Plain", text="Words.")
    Thread.objects.filter(pk=made.pk).update(title="A\x0bB <b>&\uffff</b> \U0001f9e6")
    assert titles(secret) == ["AB <b>&</b> \U0001f9e6"]


def test_thirty_entries_within_sixty_days_in_as_many_queries_as_for_one(
    reader: User, secret: str, guest: User, board: Board
) -> None:
    old = timezone.now() - timedelta(days=61)
    publish_thread(guest, board, title="Old", text="Words.", at=old)
    publish_thread(guest, board, title="New 0", text="Words.")
    Client().get(feed_address(secret))  # the day of the use is written once
    with CaptureQueriesContext(connection) as few:
        assert titles(secret) == ["New 0"]
    for number in range(1, 34):
        publish_thread(guest, board, title=f"New {number}", text="Words.")
    with CaptureQueriesContext(connection) as many:
        assert titles(secret) == [f"New {number}" for number in range(33, 3, -1)]
    assert len(few) == len(many) <= 6


# Who gets none ---------------------------------------------------------------------------------


def answer_of(address_secret: str) -> tuple[int, bytes, list[tuple[str, str]]]:
    answer = Client().get(feed_address(address_secret))
    return answer.status_code, answer.content, sorted(answer.items())


def suspend(user: User) -> None:
    User.objects.filter(pk=user.pk).update(suspended_until=timezone.now() + timedelta(days=1))


def close(user: User) -> None:
    User.objects.filter(pk=user.pk).update(closed_at=timezone.now())


def become_professional(user: User) -> None:
    User.objects.filter(pk=user.pk).update(role=Role.HCP)


def grow_out(user: User) -> None:
    User.objects.filter(pk=user.pk).update(birth_year=1990)


def deactivate(user: User) -> None:
    User.objects.filter(pk=user.pk).update(is_active=False)


def end_key(user: User) -> None:
    stop_token(user=user, public_id=MemberToken.objects.get(user=user).public_id)


@pytest.mark.parametrize(
    "what",
    [suspend, close, become_professional, grow_out, deactivate, end_key],
    ids=lambda what: what.__name__,
)
def test_the_answer_is_that_of_an_address_that_never_was(
    what: Callable[[User], None], reader: User, secret: str, thread: Thread
) -> None:
    assert titles(secret) == ["Football"]
    what(reader)
    assert answer_of(secret) == answer_of(UNKNOWN)
    assert answer_of(secret)[0] == 404


def test_it_waits_until_somebody_agrees_again(reader: User, secret: str, thread: Thread) -> None:
    record_consent(user=reader, purpose=Purpose.JOIN, value=NO, method=Method.JOINING)
    assert answer_of(secret) == answer_of(UNKNOWN)
    agree(reader)
    assert titles(secret) == ["Football"]


def test_a_session_does_not_count(secret: str, thread: Thread, reader: User, host: User) -> None:
    """What is shown is what the owner may see, whoever's browser asks."""
    Block.objects.create(blocker=host, blocked=reader)
    client = Client()
    client.force_login(host)
    answer = client.get(feed_address(secret))
    assert answer.status_code == 200
    assert b"Football" not in answer.content


# Asking again ----------------------------------------------------------------------------------


def test_nothing_new_is_said_in_few_bytes_and_the_tag_tells_nothing_of_what_is_hidden(
    reader: User, secret: str, thread: Thread, guest: User, board: Board
) -> None:
    Block.objects.create(blocker=guest, blocked=reader)
    first = Client().get(feed_address(secret))
    again = {"If-None-Match": first["ETag"]}
    answer = Client().get(feed_address(secret), headers=again)
    assert (answer.status_code, answer.content) == (304, b"")
    assert answer["Cache-Control"] == "private, no-store"
    publish_thread(guest, board, title="Not for the reader", text="Words.")
    assert Client().get(feed_address(secret), headers=again).status_code == 304
    Block.objects.all().delete()
    assert Client().get(feed_address(secret), headers=again).status_code == 200


def test_two_people_who_see_the_same_get_different_tags(
    reader: User, secret: str, guest: User, board: Board, thread: Thread
) -> None:
    follow_board(user=guest, board=board, on=True)
    made = new_feed(user=guest)
    assert made is not None
    tags = {Client().get(feed_address(each))["ETag"] for each in (secret, made[1])}
    assert len(tags) == 2


def test_too_often_is_told_and_another_address_goes_on(
    secret: str, guest: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(token_access, "FEED_LIMITS", (("feed", 3, 3600),))
    other = new_feed(user=guest)
    assert other is not None
    with time_machine.travel(timezone.now().replace(minute=10, second=0), tick=False):
        answers = [Client().get(feed_address(secret)) for _ in range(4)]
        assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
        assert answers[-1]["Retry-After"] == str(50 * 60)
        assert Client().get(feed_address(other[1])).status_code == 200


def test_without_a_cache_there_is_no_feed_and_help_is_there(
    secret: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*args: object, **kwargs: object) -> None:
        raise ConnectionError("no cache")

    monkeypatch.setattr(cache, "add", broken)
    with caplog.at_level(logging.CRITICAL):
        answer = Client().get(feed_address(secret))
    assert answer.status_code == 503
    assert answer["Retry-After"]
    assert Client().get(reverse("guides:help_now")).status_code == 200


def test_its_address_is_not_in_our_log(
    secret: str, reader: User, caplog: pytest.LogCaptureFixture
) -> None:
    suspend(reader)
    with caplog.at_level(logging.DEBUG):
        Client().get(feed_address(secret))
    handlers = logging.getLogger().handlers
    ours = [handler for handler in handlers if any(handler.filters)]
    assert ours
    for record in caplog.records:
        for handler in ours:
            assert handler.filter(record)
        assert secret not in record.getMessage()


# The page --------------------------------------------------------------------------------------


def test_the_page_shows_an_address_once_and_ends_it(reader: User, thread: Thread) -> None:
    client = Client()
    client.force_login(reader)
    page = reverse("forum:feeds")
    assert b"Make an address" in client.get(page).content
    made = client.post(page, {"do": "new"})
    assert made["Cache-Control"] == "private, no-store"
    address = made.context["address"]
    secret = address.rstrip("/").rpartition("/")[2]
    assert address in made.content.decode()
    assert titles(secret) == ["Football"]
    later = client.get(page).content.decode()
    assert secret not in later
    # The same form once more shows nothing and ends nothing.
    assert client.post(page, {"do": "new"}).status_code == 302
    assert titles(secret) == ["Football"]
    token = MemberToken.objects.get(user=reader)
    renewed = client.post(page, {"do": "new", "instead_of": token.public_id})
    assert answer_of(secret)[0] == 404
    newer = renewed.context["address"].rstrip("/").rpartition("/")[2]
    assert titles(newer) == ["Football"]
    assert client.post(page, {"do": "stop"}).status_code == 302
    assert answer_of(newer)[0] == 404


def test_the_team_has_no_such_page(texts: None) -> None:
    for person in (make_hcp("nurse-nia"), make_staff("mo", Role.MODERATOR)):
        client = Client()
        client.force_login(person)
        assert client.get(reverse("forum:feeds")).status_code == 404
        assert client.post(reverse("forum:feeds"), {"do": "new"}).status_code == 404
        assert reverse("forum:feeds") not in client.get(reverse("accounts:me")).content.decode()
