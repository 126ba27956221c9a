"""A content note on one reply: its words are folded up under it, wherever they stand."""

import re

import pytest
from django.core.cache import caches
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse

from accounts.ids import new_public_id
from accounts.models import Role, User
from accounts.viewer import viewer_of
from forum.actions.edit import edit_post
from forum.actions.leaving import erase_texts
from forum.actions.reading import mute_word, save_post
from forum.actions.threads import merge_threads, split_thread
from forum.models import Draft, Post, Revision, Status, Thread
from forum.queries.own_data import gather
from moderation.models import DecisionKind
from moderation.worddiff import changes_since_decision
from tests.factories import (
    FIRST_LOOK,
    decided,
    fresh,
    make_member,
    make_staff,
    publish_reply,
    publish_thread,
    submit_reply,
    submit_thread,
)
from tests.keys import key_of, with_key

pytestmark = pytest.mark.django_db
NOTE = "A bad night"
WORDS = "The kitchen tiles were cold."


@pytest.fixture
def reply(guest: User, thread: Thread) -> Post:
    return publish_reply(guest, thread, text=WORDS, content_note=NOTE)


@pytest.fixture
def reader(seasoned) -> User:
    return seasoned("reader")


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def page_of(user: User, thread: Thread) -> str:
    return browser(user).get(reverse("forum:thread", args=[thread.public_id])).content.decode()


def folds(page: str, words: str = WORDS) -> list[tuple[str, str]]:
    """Of each folded part that has the words: whether it is open, and its line."""
    found = re.findall(
        r"<details class=\"[\w ]+\"( open)?><summary>(.*?)</summary>(.*?)</details>", page, re.S
    )
    return [(is_open.strip(), line) for is_open, line, inner in found if words in inner]


def test_the_words_of_a_reply_are_folded_under_its_note(reply, thread, reader):
    page = page_of(reader, thread)
    assert folds(page) == [("", f"Content note: {NOTE}")]
    assert page.count(WORDS) == 1


def test_who_always_opens_notes_finds_it_open_and_nobody_else_does(reply, thread, reader, host):
    browser(reader).post(reverse("accounts:display"), {"opens_notes": "on"})
    reader.refresh_from_db()
    for _again in range(2):  # the second time from the stored cards
        assert folds(page_of(reader, thread))[0][0] == "open"
        assert folds(page_of(host, thread))[0][0] == ""
    assert len(caches["cards"]._cache) >= 2


def test_a_quote_of_it_is_folded_as_well(reply, thread, reader, host):
    publish_reply(host, thread, text="That sounds hard.", quote=reply)
    page = page_of(reader, thread)
    assert len(folds(page)) == 2
    assert page.count(WORDS) == 2
    assert folds(page, "That sounds hard.") == []


def test_it_is_written_with_the_reply_and_changed_with_it(seasoned, thread):
    author = seasoned("author")
    client = browser(author)
    key = new_public_id()
    client.post(
        reverse("forum:reply", args=[thread.public_id]),
        {"key": key, "text": WORDS, "audience": "community", "content_note": NOTE},
    )
    post = Post.objects.get(author=author, submission_key=key)
    assert post.content_note == NOTE
    address = reverse("forum:edit", args=[post.public_id])
    assert NOTE in client.get(address).content.decode()
    client.post(address, {"version": post.version, "text": WORDS, "content_note": "Lows"})
    assert (fresh(post).content_note, fresh(post).text) == ("Lows", WORDS)
    assert fresh(post).edited_at is not None
    assert list(Revision.objects.filter(post=post).values_list("content_note", flat=True)) == [
        NOTE,
        "Lows",
    ]
    history = client.get(reverse("forum:history", args=[post.public_id])).content.decode()
    assert NOTE in history
    client.post(address, {"version": fresh(post).version, "text": WORDS, "content_note": ""})
    assert folds(page_of(author, thread)) == []


def test_a_note_that_is_too_long_is_told_at_the_field_and_kept(seasoned, thread):
    answer = browser(seasoned("author")).post(
        reverse("forum:reply", args=[thread.public_id]),
        {"key": new_public_id(), "text": WORDS, "audience": "community", "content_note": "x" * 121},
    )
    page = answer.content.decode()
    assert "under 120 characters" in page
    assert "x" * 121 in page
    assert '<details class="boxed" open>' in page
    assert not Post.objects.filter(text=WORDS).exists()


def test_a_draft_keeps_the_note_and_gives_it_back(seasoned, thread):
    author = seasoned("author")
    client = browser(author)
    key = new_public_id()
    client.post(
        reverse("forum:keep_reply", args=[thread.public_id]),
        {"key": key, "text": WORDS, "content_note": NOTE},
    )
    assert Draft.objects.get(author=author).content_note == NOTE
    assert NOTE in client.get(reverse("forum:draft", args=[key])).content.decode()
    assert NOTE in client.get(reverse("forum:check", args=[key])).content.decode()


def test_the_note_of_a_thread_can_be_changed_by_its_author(host, board, reader):
    thread = publish_thread(host, board, title="Night", text="It was dark.")
    opening = fresh(thread.posts.get())
    assert edit_post(
        post=opening, author=host, version=opening.version, text=opening.text, content_note="Dark"
    )
    thread.refresh_from_db()
    assert (thread.content_note, fresh(opening).content_note) == ("Dark", "")
    assert "Dark" in page_of(reader, thread)
    # Words alone leave it.
    opening = fresh(opening)
    edit_post(post=opening, author=host, version=opening.version, text="It was late.")
    thread.refresh_from_db()
    assert thread.content_note == "Dark"


@pytest.mark.parametrize("opens", [True, False], ids=["thread", "reply"])
def test_what_the_note_says_is_screened_like_the_words(guest, board, thread, opens):
    note = "Ring 07700 900123"
    if opens:
        post = submit_thread(guest, board, title="Hi", text="Hello.", content_note=note)
    else:
        post = submit_reply(guest, thread, text="Hello.", content_note=note)
    assert post.status == Status.HELD
    assert {reason["kind"] for reason in post.review_reasons} == {"contact"}


def test_contact_details_in_a_note_that_is_changed_are_found(reply, guest):
    edit_post(
        post=reply,
        author=guest,
        version=reply.version,
        text=WORDS,
        content_note="Ring 07700 900123",
    )
    assert fresh(reply).status == Status.HELD


def test_the_check_page_marks_contact_details_in_it_and_takes_them_out(guest, thread):
    client = browser(guest)
    key = new_public_id()
    client.post(
        reverse("forum:reply", args=[thread.public_id]),
        {
            "key": key,
            "text": "Hello.",
            "audience": "community",
            "content_note": "Ring 07700 900123",
            "check": "1",
        },
    )
    address = reverse("forum:check", args=[key])
    assert "<mark>07700 900123</mark>" in client.get(address).content.decode()
    client.post(address, {"do": "mask"})
    assert "07700" not in Draft.objects.get(key=key).content_note


def test_a_reviewer_reads_the_note_and_what_was_changed_of_it(thread):
    author = make_member("new")
    post = submit_reply(author, thread, text=WORDS, content_note=NOTE)
    client = browser(make_staff(FIRST_LOOK, Role.MODERATOR))
    page = client.get(reverse("moderation:item", args=[post.public_id])).content.decode()
    assert NOTE in page
    assert WORDS in page
    assert folds(page) == []  # reviewers read it all
    decided(post, DecisionKind.PUBLISH)
    post = fresh(post)
    edit_post(post=post, author=author, version=post.version, text=WORDS, content_note="Lows")
    changed = changes_since_decision(fresh(post))
    assert {piece.change for piece in changed} >= {"gone", "new"}


def test_search_folds_the_words_of_a_reply_under_its_note(reply, reader):
    page = browser(reader).get(reverse("forum:search"), {"q": "kitchen"}).content.decode()
    assert "<mark>kitchen</mark>" in page
    assert folds(page, "<mark>kitchen</mark>") == [("", f"Content note: {NOTE}")]


def test_saved_posts_and_profiles_fold_it_and_the_page_for_the_clinic_names_it(
    reply, reader, guest
):
    save_post(user=reader, post=reply)
    client = browser(reader)
    assert len(folds(client.get(reverse("forum:saved")).content.decode())) == 1
    profile = client.get(reverse("forum:profile", args=[guest.public_id])).content.decode()
    assert len(folds(profile)) == 1
    for address in (reverse("forum:clinic"), reverse("forum:clinic") + "?as=text"):
        page = client.get(address).content.decode()
        assert page.index(NOTE) < page.index(WORDS)


def test_a_muted_word_in_the_note_folds_the_whole_post(reply, reader, thread):
    mute_word(user=reader, word="night")
    reader.refresh_from_db()
    assert "it has a word that you muted" in page_of(reader, thread)


def test_the_copy_of_own_data_has_it(reply, guest):
    rows = {section.key: section.rows for section in gather(guest, viewer_of(guest))}
    row = next(row for row in rows["posts"] if row["id"] == reply.public_id)
    assert row["content_note"] == NOTE
    assert row["wordings"][0]["content_note"] == NOTE


def test_erasing_a_post_erases_its_note_in_every_wording(reply, guest, reader):
    edit_post(post=reply, author=guest, version=reply.version, text=WORDS, content_note="Lows")
    from_now = fresh(reply).edited_at
    erase_texts(user=guest, keep_published=False, held=[], at=from_now)
    assert fresh(reply).content_note == ""
    assert not Revision.objects.filter(post=reply).exclude(content_note="").exists()


def test_a_wording_keeps_the_note_that_it_had(reply):
    def change(**values) -> None:
        with transaction.atomic():
            Revision.objects.filter(post=reply).update(**values)

    with pytest.raises(DatabaseError):
        change(content_note="Other")
    with pytest.raises(DatabaseError):
        change(text="")  # never a note without its words
    change(text="", content_note="")


def test_an_opening_has_no_note_of_its_own(thread):
    with pytest.raises(DatabaseError), transaction.atomic():
        Post.objects.filter(thread=thread, is_opening=True).update(content_note=NOTE)


def test_a_reply_that_opens_a_thread_takes_its_note_along_and_the_other_way_round(
    reply, thread, host, board
):
    new = split_thread(
        thread=thread, public_ids=[reply.public_id], title="Nights", at=reply.created_at
    )
    assert (new.content_note, fresh(reply).content_note) == (NOTE, "")
    merge_threads(thread=new, into=thread, at=reply.created_at)
    assert (fresh(reply).content_note, fresh(reply).thread) == (NOTE, thread)


def test_programs_read_and_write_it(reply, thread, reader):
    api = with_key(key_of(reader))
    address = f"/api/v1/threads/{thread.public_id}"
    posts = api.get(address).json()["posts"]
    assert [post["content_note"] for post in posts] == ["", NOTE]
    answer = api.post(
        f"{address}/posts",
        {
            "text": "Me too.",
            "audience": "community",
            "content_note": "Lows",
            "quote": reply.public_id,
        },
        content_type="application/json",
        headers={"Idempotency-Key": "a-key-of-mine"},
    )
    assert answer.status_code == 201, answer.content
    sent = answer.json()["post"]
    assert sent["content_note"] == "Lows"
    assert sent["quotes"][0]["content_note"] == NOTE
    assert Post.objects.get(public_id=sent["id"]).content_note == "Lows"
