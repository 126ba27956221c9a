"""Posting by key: the same screening, the same limits, the same action as on the site."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.consent import NO, record_consent
from accounts.models import HcpChoice, Method, Purpose, User
from forum.actions.threads import set_locked
from forum.models import Audience, Board, Draft, Post, Quote, Status, Thread
from tests.factories import fresh, make_member, publish_reply, publish_thread
from tests.keys import key_of, with_key

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]
KEY = "0123-a-key-of-mine"
CRISIS = "I want to die. I want to kill myself."


def send(client: Client, address: str, key: str = KEY, **words):
    headers = {"Idempotency-Key": key} if key else {}
    return client.post(address, words, content_type="application/json", headers=headers)


@pytest.fixture
def replies(thread_address: str) -> str:
    return f"{thread_address}/posts"


def fields(answer) -> dict[str, str]:
    assert answer.status_code == 422, answer.content
    return {error["field"]: error["message"] for error in answer.json()["errors"]}


def test_a_thread_is_posted_as_on_the_site(api: Client, reader: User, threads_address: str) -> None:
    answer = send(
        api,
        threads_address,
        title="Bakery",
        text="My **first** week.",
        audience="community",
        content_note="early mornings",
        asks_professional=True,
    )
    assert answer.status_code == 201, answer.content
    post = Post.objects.select_related("thread").get(public_id=answer.json()["post"]["id"])
    assert (post.author_id, post.status) == (reader.pk, Status.PUBLISHED)
    assert (post.thread.title, post.thread.content_note) == ("Bakery", "early mornings")
    assert post.thread.asks_professional
    assert answer.json()["thread"] == post.thread.public_id
    assert not Draft.objects.filter(author=reader).exists()


def test_a_reply_with_a_quote(api: Client, guest: User, thread: Thread, replies: str) -> None:
    source = publish_reply(guest, thread, text="First line.\nSecond line.")
    answer = send(
        api,
        replies,
        text="Yes.",
        audience="peers",
        quote=source.public_id,
        excerpt="Second line.",
    )
    assert answer.status_code == 201, answer.content
    assert answer.json()["post"]["quotes"] == [
        {
            "post": source.public_id,
            "author": "guest",
            "content_note": "",
            "text": "Second line.",
        }
    ]
    assert Quote.objects.get().excerpt == "Second line."


def test_words_that_were_not_said_cannot_be_quoted(
    api: Client, guest: User, thread: Thread, replies: str, board: Board
) -> None:
    source = publish_reply(guest, thread, text="First line.")
    words = {"text": "Yes.", "audience": "peers"}
    assert "excerpt" in fields(
        send(api, replies, **words, quote=source.public_id, excerpt="I never said that.")
    )
    elsewhere = publish_thread(guest, board, title="Other", text="Words.")
    other = Post.objects.get(thread=elsewhere)
    for public_id in (other.public_id, "2" * 14):
        found = fields(send(api, replies, **words, quote=public_id))
        assert found == {"quote": "There is no such post in this thread."}


def test_a_newcomers_post_waits_and_says_so(thread: Thread, replies: str) -> None:
    newcomer = make_member("newcomer", age=15)
    answer = send(with_key(key_of(newcomer)), replies, text="Hello.", audience="peers")
    assert answer.status_code == 201
    assert answer.json()["post"]["state"] == "held"


# Once ------------------------------------------------------------------------------------------


def test_the_same_twice_is_one_post(api: Client, reader: User, replies: str) -> None:
    first = send(api, replies, text="Yes.", audience="peers")
    again = send(api, replies, text="Yes.", audience="peers")
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert Post.objects.filter(author=reader, text="Yes.").count() == 1


def test_a_key_is_good_for_one_text_and_one_member(api: Client, guest: User, replies: str) -> None:
    assert send(api, replies, text="Yes.", audience="peers").status_code == 201
    found = fields(send(api, replies, text="No.", audience="peers"))
    assert list(found) == ["Idempotency-Key"]
    other = with_key(key_of(guest))
    assert send(other, replies, text="No.", audience="peers").status_code == 201


@pytest.mark.parametrize("key", ["", "short", "x" * 101, "with space in it"])
def test_without_a_proper_key_nothing_is_posted(
    key: str, api: Client, reader: User, replies: str
) -> None:
    before = Post.objects.count()
    assert list(fields(send(api, replies, key=key, text="Yes.", audience="peers"))) == [
        "Idempotency-Key"
    ]
    assert Post.objects.count() == before


# What the check page is on the site ------------------------------------------------------------


def test_what_screening_finds_is_shown_first_and_help_with_it(
    api: Client, reader: User, replies: str
) -> None:
    answer = send(api, replies, text=CRISIS, audience="peers")
    assert answer.status_code == 409
    told = answer.json()
    assert told["code"] == "check-first"
    assert told["cards"][0]["kind"] == "crisis"
    assert "You can send this" in told["cards"][0]["words"]
    assert "999" in told["help"]["text"]
    assert "116 123" in told["help"]["text"]
    assert told["help"]["url"].endswith("/help/") or "help" in told["help"]["url"]
    assert not Post.objects.filter(author=reader, text=CRISIS).exists()
    assert Draft.objects.get(author=reader).text == CRISIS


def test_crisis_never_blocks_sending_and_the_answer_has_help(
    api: Client, reader: User, replies: str
) -> None:
    answer = send(api, replies, text=CRISIS, audience="peers", confirm=True)
    assert answer.status_code == 201
    assert answer.json()["post"]["state"] == "held"
    assert "999" in answer.json()["help"]["text"]
    assert Post.objects.get(author=reader, text=CRISIS).review_severity is not None
    assert not Draft.objects.filter(author=reader).exists()


def test_contact_details_are_named(api: Client, replies: str) -> None:
    told = send(api, replies, text="Ring me: 07700 900123", audience="peers").json()
    card = next(card for card in told["cards"] if card["kind"] == "contact")
    assert "07700 900123" in card["passages"]


def test_help_comes_with_each_text(api: Client, replies: str) -> None:
    told = send(api, replies, text="All fine.", audience="peers").json()
    assert "999" in told["help"]["text"]
    assert "\n\n" not in told["help"]["text"]
    assert "<" not in told["help"]["text"]


# What cannot be sent ---------------------------------------------------------------------------


def test_the_audience_is_never_wider_than_the_members_choice(
    board: Board, thread: Thread, replies: str
) -> None:
    private = make_member("private", choice=HcpChoice.NONE)
    found = fields(send(with_key(key_of(private)), replies, text="Hello.", audience="community"))
    assert list(found) == ["audience"]


def test_nor_than_a_thread_for_peers(api: Client, host: User, board: Board) -> None:
    peers = publish_thread(host, board, title="P", text="Words.", audience=Audience.PEERS)
    address = f"/api/v1/threads/{peers.public_id}/posts"
    assert list(fields(send(api, address, text="Hi.", audience="community"))) == ["audience"]
    assert send(api, address, text="Hi.", audience="peers").status_code == 201


@pytest.mark.parametrize(
    "wrong, named",
    [
        ({"text": ""}, "text"),
        ({"text": "   "}, "text"),
        ({"text": "x" * 10_001}, "text"),
        ({"text": "a\x00b"}, "text"),
        ({"text": None}, "text"),
        ({"audience": "everybody"}, "audience"),
        ({"title": "x" * 121}, "title"),
        ({"poll": "no"}, "poll"),
        ({"asks_professional": True, "audience": "peers"}, "asks_professional"),
        ({"asks_professional": True, "no_advice": True}, "no_advice"),
    ],
    ids=str,
)
def test_what_is_wrong_is_named_field_by_field(
    wrong: dict, named: str, api: Client, reader: User, threads_address: str
) -> None:
    words = {"title": "T", "text": "Words.", "audience": "community"} | wrong
    before = Post.objects.count()
    found = fields(send(api, threads_address, **words))
    assert list(found) == [named]
    assert found[named]
    assert Post.objects.count() == before


def test_what_is_missing_is_named(api: Client, threads_address: str) -> None:
    assert set(fields(send(api, threads_address))) == {"title", "text", "audience"}


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"words"', b"\xff", b"null"])
def test_what_is_no_json_is_said_so(body: bytes, api: Client, threads_address: str) -> None:
    answer = api.post(
        threads_address,
        body,
        content_type="application/json",
        headers={"Idempotency-Key": KEY},
    )
    assert answer.status_code in (400, 422)
    assert answer["Content-Type"] == "application/problem+json"


def test_half_a_letter_is_no_text(api: Client, replies: str) -> None:
    answer = api.post(
        replies,
        b'{"text": "a\\ud800b", "audience": "peers"}',
        content_type="application/json",
        headers={"Idempotency-Key": KEY},
    )
    assert list(fields(answer)) == ["text"]


def test_a_closed_thread_takes_no_reply(api: Client, thread: Thread, replies: str) -> None:
    set_locked(thread=thread, to=True)
    answer = send(api, replies, text="Yes.", audience="peers")
    assert (answer.status_code, answer.json()["code"]) == (403, "refused")
    assert "closed" in answer.json()["detail"]


def test_somebody_who_is_silenced_or_must_agree_reads_and_does_not_write(
    api: Client, reader: User, replies: str, thread_address: str
) -> None:
    later = timezone.now() + timedelta(days=1)
    User.objects.filter(pk=reader.pk).update(silenced_until=later)
    answer = send(api, replies, text="Yes.", audience="peers")
    assert (answer.status_code, answer.json()["code"]) == (403, "refused")
    User.objects.filter(pk=reader.pk).update(silenced_until=None)
    record_consent(user=reader, purpose=Purpose.JOIN, value=NO, method=Method.JOINING)
    answer = send(api, replies, text="Yes.", audience="peers")
    assert (answer.status_code, answer.json()["code"]) == (403, "refused")
    assert api.get(thread_address).status_code == 200
    assert not Post.objects.filter(author=reader, text="Yes.").exists()


def test_where_it_cannot_be_read_it_cannot_be_written(
    api: Client, host: User, board: Board
) -> None:
    made = fresh(Post.objects.get(thread=publish_thread(host, board, title="H", text="Words.")))
    missing = send(api, "/api/v1/threads/22222222222222/posts", text="Yes.", audience="peers")
    User.objects.filter(pk=host.pk).update(closed_at=None)
    Post.objects.filter(pk=made.pk).update(status=Status.HIDDEN)
    Thread.objects.filter(pk=made.thread_id).update(status=Status.HIDDEN)
    hidden = send(
        api, f"/api/v1/threads/{made.thread.public_id}/posts", text="Yes.", audience="peers"
    )
    assert (hidden.status_code, hidden.content) == (404, missing.content)
