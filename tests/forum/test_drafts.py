"""Drafts: kept while somebody writes, one window never over the words of another, listed."""

import re
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.ids import new_public_id
from accounts.models import Block, User
from forum.actions.drafts import Kept, keep_draft, save_draft
from forum.actions.submit import submit_post
from forum.errors import Refused
from forum.models import Audience, Board, Draft, HcpAccess, Post, Thread
from forum.models.draft import MOST_DRAFTS, MOST_DRAFTS_IN_ALL
from tests.factories import make_board, make_hcp, make_member, publish_reply, publish_thread

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("texts")]
JSON = {"Accept": "application/json"}


@pytest.fixture
def board() -> Board:
    return make_board("everyday")


@pytest.fixture
def writer() -> User:
    return make_member("writer", age=19)


@pytest.fixture
def host() -> User:
    return make_member("host", age=20)


@pytest.fixture
def thread(board: Board, host: User) -> Thread:
    return publish_thread(host, board, title="Nights", text="How do you sleep?")


@pytest.fixture
def browser(writer: User, client: Client) -> Client:
    client.force_login(writer)
    return client


def keep(client: Client, address: str, **words: Any) -> HttpResponse:
    """What the script sends, three seconds after typing stopped."""
    return client.post(address, {"key": "2" * 14, "version": "0", **words}, headers=JSON)


def question(board: Board) -> str:
    return reverse("forum:keep_question", args=[board.slug])


def test_half_a_question_is_kept_without_a_title(browser: Client, board: Board) -> None:
    answer = keep(browser, question(board), text="I was thinking", content_note="Food")
    assert answer.json() == {"state": "saved", "key": "2" * 14, "version": "1"}
    draft = Draft.objects.get()
    assert (draft.board, draft.text, draft.content_note) == (board, "I was thinking", "Food")


def test_nothing_typed_makes_no_draft(browser: Client, board: Board) -> None:
    assert keep(browser, question(board), text="  ").json() == {"state": "empty"}
    assert not Draft.objects.exists()


def test_each_saving_counts_up_and_the_same_words_do_not(browser: Client, board: Board) -> None:
    for version, text in (("0", "One"), ("1", "One two"), ("2", "One two")):
        answer = keep(browser, question(board), version=version, text=text)
    assert answer.json()["version"] == "2"
    assert Draft.objects.get().text == "One two"


def test_a_saving_whose_answer_was_lost_is_no_conflict(browser: Client, board: Board) -> None:
    keep(browser, question(board), text="One")
    assert keep(browser, question(board), text="One two").json()["state"] == "saved"
    assert Draft.objects.count() == 1


def test_an_older_window_gets_a_draft_of_its_own(browser: Client, board: Board) -> None:
    for version in range(3):
        keep(browser, question(board), version=str(version), text=f"Newer {version}")
    answer = keep(browser, question(board), version="1", text="Older words")
    assert answer.status_code == 409
    assert answer.json()["state"] == "beside"
    assert answer.json()["key"] != "2" * 14
    assert set(Draft.objects.values_list("text", flat=True)) == {"Newer 2", "Older words"}
    again = keep(browser, question(board), version="1", text="Older words")
    assert again.json()["key"] == answer.json()["key"], "asking again makes no third"
    listed = browser.get(reverse("forum:my_drafts")).content.decode()
    assert "Written in another window" in listed


def test_checking_in_an_older_window_keeps_both_texts(browser: Client, board: Board) -> None:
    for version in range(3):
        keep(browser, question(board), version=str(version), text=f"Newer {version}", title="A")
    answer = browser.post(
        reverse("forum:ask", args=[board.slug]),
        {"key": "2" * 14, "version": "1", "title": "A", "text": "Older", "audience": "peers"},
        follow=True,
    )
    assert "Both texts are kept" in answer.content.decode()
    assert "Older" in answer.content.decode()
    assert set(Draft.objects.values_list("text", flat=True)) == {"Newer 2", "Older"}


def test_what_changed_elsewhere_is_not_sent_unseen(
    browser: Client, board: Board, writer: User
) -> None:
    draft = save_draft(author=writer, key="2" * 14, board=board, title="A", text="Seen.")
    check = reverse("forum:check", args=[draft.key])
    keep(browser, question(board), version="1", title="A", text="Not seen.")
    answer = browser.post(check, {"do": "send", "version": "1"}, follow=True)
    assert "in another window" in answer.content.decode()
    assert "Not seen." in answer.content.decode()
    assert not Post.objects.filter(author=writer).exists()
    browser.post(check, {"do": "send", "version": "2"})
    assert Post.objects.get(author=writer).text == "Not seen."


def test_words_saved_while_the_rest_is_sent_stay(board: Board, writer: User) -> None:
    draft = save_draft(author=writer, key="2" * 14, board=board, title="A", text="Sent.")
    keep_draft(author=writer, key=draft.key, version=1, board=board, title="A", text="Newer.")
    post = submit_post(draft=draft, author=writer)
    assert post.text == "Sent."
    left = Draft.objects.get()
    assert (left.text, left.key == draft.key) == ("Newer.", False), "and it can be sent as well"
    assert submit_post(draft=left, author=writer) != post


def test_saving_after_sending_makes_no_draft_of_what_was_sent(board: Board, writer: User) -> None:
    draft = save_draft(author=writer, key="2" * 14, board=board, title="A", text="Sent.")
    submit_post(draft=draft, author=writer)
    words = {"board": board, "title": "A"}
    kept = keep_draft(author=writer, key=draft.key, version=1, text="Sent.", **words)
    assert kept.state == Kept.SENT
    assert not Draft.objects.exists()
    kept = keep_draft(author=writer, key=draft.key, version=1, text="Sent. And more", **words)
    assert kept.state == Kept.BESIDE
    assert Draft.objects.get().text == "Sent. And more"


@pytest.mark.parametrize("place", ["ask", "reply"])
def test_other_words_than_those_sent_from_another_window_are_kept(
    place: str, browser: Client, writer: User, board: Board, thread: Thread
) -> None:
    where = {"board": board, "title": "A"} if place == "ask" else {"thread": thread}
    submit_post(draft=save_draft(author=writer, key="2" * 14, text="Sent.", **where), author=writer)
    argument = board.slug if place == "ask" else thread.public_id
    address = reverse(f"forum:{place}", args=[argument])
    words = {"key": "2" * 14, "version": "0", "title": "A", "audience": "peers"}
    browser.post(address, {**words, "text": "Sent."})
    assert not Draft.objects.exists()
    page = browser.post(address, {**words, "text": "Other words."}, follow=True)
    assert "You sent this from another window" in page.content.decode()
    assert Draft.objects.get().text == "Other words."
    assert Post.objects.filter(author=writer).count() == 1


def test_drafts_are_few_enough_and_empty_ones_go_first(board: Board, writer: User) -> None:
    for number in range(MOST_DRAFTS):
        save_draft(author=writer, key=new_public_id(), board=board, text=f"Number {number}")
    with pytest.raises(Refused):
        keep_draft(author=writer, key="2" * 14, version=0, board=board, text="One more")
    first = Draft.objects.earliest("pk")
    keep_draft(author=writer, key=first.key, version=1, board=board, text="")
    keep_draft(author=writer, key="2" * 14, version=0, board=board, text="One more")
    assert Draft.objects.count() == MOST_DRAFTS
    assert not Draft.objects.filter(pk=first.pk).exists()


def test_too_many_drafts_do_not_keep_anybody_from_sending(
    browser: Client, writer: User, thread: Thread
) -> None:
    for number in range(MOST_DRAFTS):
        save_draft(author=writer, key=new_public_id(), thread=thread, text=f"Number {number}")
    full = keep(browser, reverse("forum:keep_reply", args=[thread.public_id]), text="Words")
    assert (full.status_code, full.json()["state"]) == (422, "full")
    browser.post(
        reverse("forum:reply", args=[thread.public_id]),
        {"key": "2" * 14, "text": "It gets through.", "audience": "community"},
    )
    assert Post.objects.filter(author=writer, text="It gets through.").exists()


def test_where_there_is_no_room_at_all_what_was_typed_stays(
    browser: Client, writer: User, board: Board
) -> None:
    for number in range(MOST_DRAFTS_IN_ALL):
        save_draft(author=writer, key=new_public_id(), board=board, text=f"Number {number}")
    words = {"key": "2" * 14, "title": "A", "text": "Precious words", "audience": "peers"}
    for address in (reverse("forum:ask", args=[board.slug]), question(board)):
        answer = browser.post(address, words).content.decode()
        assert "very many drafts" in answer
        assert "Precious words" in answer


def test_the_button_saves_and_leads_to_my_drafts(browser: Client, thread: Thread) -> None:
    answer = browser.post(
        reverse("forum:keep_reply", args=[thread.public_id]),
        {"key": "2" * 14, "version": "0", "text": "Half a thought", "audience": "peers"},
        follow=True,
    )
    page = answer.content.decode()
    assert "You can go on whenever you like" in page
    assert "Nights" in page
    assert "Half a thought" in page
    here = browser.get(reverse("forum:thread", args=[thread.public_id])).content.decode()
    assert "You have a draft here" in here
    go_on = browser.get(reverse("forum:draft", args=["2" * 14])).content.decode()
    assert "Half a thought</textarea>" in go_on


def test_going_on_brings_everything_back(browser: Client, board: Board, writer: User) -> None:
    save_draft(
        author=writer,
        key="2" * 14,
        board=board,
        title="Sport",
        text="Before or after?",
        audience=Audience.COMMUNITY,
        asks_professional=True,
        content_note="Lows",
    )
    page = browser.get(reverse("forum:draft", args=["2" * 14])).content.decode()
    for piece in ('value="Sport"', "Before or after?</textarea>", 'value="Lows"'):
        assert piece in page
    for name, value in (("audience", "community"), ("asks_professional", "on")):
        control = re.search(rf'<input[^>]*name="{name}"[^>]*value="{value}"[^>]*>', page)
        control = control or re.search(rf'<input[^>]*name="{name}"[^>]*>', page)
        assert control, name
        assert " checked" in control[0], name


def test_a_quote_is_kept_with_the_draft(browser: Client, thread: Thread, host: User) -> None:
    source = publish_reply(host, thread, text="Juice by the bed.")
    keep(
        browser,
        reverse("forum:keep_reply", args=[thread.public_id]),
        text="Me too",
        quote=source.public_id,
    )
    draft = Draft.objects.get()
    assert (draft.quoted_post, draft.quoted_excerpt) == (source, "Juice by the bed.")


def test_a_quote_of_what_one_may_no_longer_read_leaves_the_draft(
    browser: Client, writer: User, thread: Thread
) -> None:
    other = make_member("otter")
    source = publish_reply(other, thread, text="Juice by the bed.")
    save_draft(
        author=writer,
        key="2" * 14,
        thread=thread,
        text="My own words",
        quoted_post=source,
        quoted_excerpt="Juice by the bed.",
    )
    go_on = reverse("forum:draft", args=["2" * 14])
    assert "Juice by the bed." in browser.get(go_on).content.decode()
    Block.objects.create(blocker=other, blocked=writer)
    page = browser.get(go_on).content.decode()
    assert "My own words" in page
    assert "Juice by the bed." not in page
    assert source.public_id not in page


def test_a_draft_where_one_may_no_longer_read_is_words_to_copy(
    browser: Client, writer: User, host: User, thread: Thread
) -> None:
    save_draft(
        author=writer,
        key="2" * 14,
        thread=thread,
        text="My own words",
        quoted_post=Post.objects.get(thread=thread),
        quoted_excerpt="How do you sleep?",
    )
    Block.objects.create(blocker=host, blocked=writer)
    for address in (reverse("forum:my_drafts"), reverse("forum:draft", args=["2" * 14])):
        page = browser.get(address).content.decode()
        assert "My own words" in page
        assert "Nights" not in page
        assert "How do you sleep?" not in page
    check = browser.get(reverse("forum:check", args=["2" * 14]))
    assert check.status_code == 404, "it cannot be sent"


def test_nobody_else_sees_or_deletes_a_draft(writer: User, host: User, board: Board) -> None:
    save_draft(author=writer, key="2" * 14, board=board, text="My own words")
    other = Client()
    other.force_login(host)
    for name in ("forum:draft", "forum:delete_draft", "forum:check"):
        assert other.get(reverse(name, args=["2" * 14])).status_code == 404
    assert other.post(reverse("forum:delete_draft", args=["2" * 14])).status_code == 404
    assert "My own words" not in other.get(reverse("forum:my_drafts")).content.decode()
    keep(other, question(board), text="The same key by chance")
    assert Draft.objects.get(author=writer).text == "My own words"


def test_a_draft_is_deleted_after_one_question(browser: Client, writer: User, board: Board) -> None:
    save_draft(author=writer, key="2" * 14, board=board, text="My own words")
    address = reverse("forum:delete_draft", args=["2" * 14])
    assert "My own words" in browser.get(address).content.decode()
    assert Draft.objects.exists()
    assert "Your draft is gone" in browser.post(address, follow=True).content.decode()
    assert not Draft.objects.exists()


def test_no_draft_is_kept_where_one_may_not_read(
    browser: Client, writer: User, host: User, thread: Thread
) -> None:
    adults = make_board("adults", groups=[])
    assert keep(browser, question(adults), text="Words").status_code == 404
    Block.objects.create(blocker=host, blocked=writer)
    gone = keep(browser, reverse("forum:keep_reply", args=[thread.public_id]), text="Words")
    assert gone.status_code == 404
    assert not Draft.objects.exists()


def test_the_list_asks_the_same_for_few_and_for_many(
    browser: Client, writer: User, thread: Thread, board: Board
) -> None:
    counts = []
    for many in (1, 20):
        for _ in range(many):
            save_draft(author=writer, key=new_public_id(), thread=thread, text="Words")
            save_draft(author=writer, key=new_public_id(), board=board, text="Words")
        with CaptureQueriesContext(connection) as captured:
            browser.get(reverse("forum:my_drafts"))
        counts.append(len(captured.captured_queries))
    assert counts[0] == counts[1]


def test_a_title_in_the_list_of_a_professional_is_written_down(
    host: User, thread: Thread, client: Client
) -> None:
    nurse = make_hcp("nurse")
    save_draft(author=nurse, key="2" * 14, thread=thread, text="In general")
    client.force_login(nurse)
    assert "Nights" in client.get(reverse("forum:my_drafts")).content.decode()
    assert HcpAccess.objects.filter(hcp=nurse, author=host).exists()


# A session that ended while somebody wrote -------------------------------------------------------


def test_words_sent_after_the_session_ended_are_shown_again(client: Client, thread: Thread) -> None:
    address = reverse("forum:reply", args=[thread.public_id])
    words = {"key": "2" * 14, "text": "Long <b>words</b>", "audience": "peers"}
    answer = client.post(address, words, headers={"Sec-Fetch-Site": "same-origin"})
    page = answer.content.decode()
    assert answer.status_code == 403
    assert "Long &lt;b&gt;words&lt;/b&gt;</textarea>" in page
    assert f"?next={address}" in page
    assert "Nights" not in page


def test_words_from_another_site_are_not_shown(client: Client, thread: Thread) -> None:
    address = reverse("forum:reply", args=[thread.public_id])
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {}):
        answer = client.post(address, {"text": "Call this number"}, headers=headers)
        assert answer.status_code == 302


def test_a_form_that_is_too_old_gives_the_words_back(writer: User, board: Board) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(writer)
    answer = client.post(
        reverse("forum:ask", args=[board.slug]),
        {"title": "A", "text": "Long words"},
        headers={"Sec-Fetch-Site": "same-origin"},
    )
    assert answer.status_code == 403
    assert "Long words</textarea>" in answer.content.decode()


def test_what_is_wrong_elsewhere_keeps_no_words_from_being_saved(
    browser: Client, board: Board
) -> None:
    answer = keep(
        browser, question(board), text="Precious", audience="nobody", tags=["no-such-topic"]
    )
    assert answer.json()["state"] == "saved"
    too_long = keep(browser, question(board), key="3" * 14, text="x" * 10_001)
    assert (too_long.status_code, too_long.json()) == (422, {"state": "invalid"})
