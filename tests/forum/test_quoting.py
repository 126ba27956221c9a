"""Quoting a passage that somebody marked: found as its author wrote it, or else the beginning."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.http import urlencode

from accounts.models import Block, User
from forum.models import Audience, Draft, Quote, Thread
from forum.models.post import EXCERPT_MAX
from forum.quoting import passage_in
from tests.factories import make_board, make_hcp, make_member, publish_reply, publish_thread

TEXT = "I woke at **three**.\n\nThen I *had* [some juice](https://example.org/a_b), and slept."


@pytest.mark.parametrize(
    "marked, found",
    [
        ("I woke at three", "I woke at **three**."),
        ("woke  at\nthree.", "woke at **three**."),
        ("THREE. Then I had", "**three**.\n\nThen I *had*"),
        ("had some juice, and", "*had* [some juice](https://example.org/a_b), and"),
        ("slept", "slept."),
        ("I woke at four", ""),
        ("at three slept", ""),
        ("ok", "woke"),
        ("oke at thr", "woke at **three**."),
        ("woke a three", ""),
        ("…", ""),
    ],
)
def test_a_passage_is_cut_out_as_it_was_written(marked: str, found: str) -> None:
    assert passage_in(TEXT, marked) == found
    assert found in TEXT


def test_a_long_passage_is_cut_between_words() -> None:
    text = "word " * 400
    found = passage_in(text, text)
    assert EXCERPT_MAX - 10 < len(found) <= EXCERPT_MAX
    assert found.split() == ["word"] * len(found.split())
    assert len(passage_in("x" * 2000, "x" * 2000)) <= EXCERPT_MAX


# On the pages ------------------------------------------------------------------------------------


@pytest.fixture
def writer(texts: None) -> User:
    return make_member("writer", age=19)


@pytest.fixture
def thread(texts: None) -> Thread:
    host = make_member("host", age=20)
    return publish_thread(host, make_board("everyday"), title="Nights", text="How are you?")


@pytest.fixture
def browser(writer: User, client: Client) -> Client:
    client.force_login(writer)
    return client


def reply_address(thread: Thread, **query: str) -> str:
    return reverse("forum:reply", args=[thread.public_id]) + f"?{urlencode(query)}"


@pytest.mark.django_db
def test_the_marked_passage_is_shown_kept_and_sent(browser: Client, thread: Thread) -> None:
    source = publish_reply(thread.author, thread, text=TEXT)
    page = browser.get(
        reply_address(thread, quote=source.public_id, passage="I woke at three")
    ).content.decode()
    assert "I woke at **three**." in page
    assert "juice" not in page
    words = {"key": "2" * 14, "audience": "community", "text": "Me too.", "version": "0"}
    words |= {"quote": source.public_id, "passage": "I woke at three"}
    address = reverse("forum:keep_reply", args=[thread.public_id])
    browser.post(address, words, headers={"Accept": "application/json"})
    assert Draft.objects.get().quoted_excerpt == "I woke at **three**."
    again = browser.get(reverse("forum:draft", args=["2" * 14])).content.decode()
    assert "I woke at **three**." in again
    assert "juice" not in again
    browser.post(reverse("forum:reply", args=[thread.public_id]), words)
    quote = Quote.objects.get()
    assert (quote.excerpt, quote.still_stands) == ("I woke at **three**.", True)


@pytest.mark.django_db
def test_words_that_the_source_does_not_have_cannot_be_put_into_its_mouth(
    browser: Client, thread: Thread
) -> None:
    source = publish_reply(thread.author, thread, text="I like tea.")
    words = {"key": "2" * 14, "audience": "community", "text": "Really?"}
    words |= {"quote": source.public_id, "passage": "I hate tea."}
    browser.post(reverse("forum:reply", args=[thread.public_id]), words)
    assert Quote.objects.get().excerpt == "I like tea."


@pytest.mark.django_db
def test_a_passage_of_what_one_may_not_read_is_not_there(
    browser: Client, thread: Thread, writer: User
) -> None:
    source = publish_reply(make_member("other", age=21), thread, text="Between us.")
    Block.objects.create(blocker=source.author, blocked=writer)
    for passage in ("Between us", "nothing of it"):
        answer = browser.get(reply_address(thread, quote=source.public_id, passage=passage))
        assert answer.status_code == 404


@pytest.mark.django_db
def test_a_marked_passage_travels_no_further_than_its_source(
    browser: Client, thread: Thread
) -> None:
    source = publish_reply(
        thread.author, thread, text="Only for peers, this one.", audience=Audience.PEERS
    )
    words = {"key": "2" * 14, "audience": "community", "text": "I see.", "check": "1"}
    words |= {"quote": source.public_id, "passage": "for peers"}
    browser.post(reverse("forum:reply", args=[thread.public_id]), words | {"audience": "peers"})
    browser.post(reverse("forum:check", args=["2" * 14]), {"do": "send"})
    quote = Quote.objects.get()
    assert (quote.excerpt, quote.post.audience) == ("for peers,", Audience.PEERS)
    nurse = Client()
    nurse.force_login(make_hcp("nurse"))
    page = nurse.get(reverse("forum:thread", args=[thread.public_id])).content.decode()
    assert "for peers" not in page
