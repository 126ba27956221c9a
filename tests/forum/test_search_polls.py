"""Polls are found by their words and by ``has:poll``: with their post, by who may see it."""

from importlib import import_module

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Block, User
from accounts.viewer import viewer_of
from forum.actions.edit import edit_post
from forum.actions.leaving import erase_texts
from forum.actions.threads import merge_threads, split_thread
from forum.models import Audience, Board, SearchEntry, Status, Thread
from forum.search import parse, search
from tests.factories import (
    fresh,
    in_state,
    make_board,
    make_hcp,
    make_member,
    make_poll_words,
    publish_reply,
    publish_thread,
    published,
)


@pytest.fixture
def board(texts: None) -> Board:
    return make_board("sport")


@pytest.fixture
def author(board: Board) -> User:
    return make_member("author")


@pytest.fixture
def reader(board: Board) -> User:
    return make_member("reader")


@pytest.fixture
def thread(author: User, board: Board) -> Thread:
    return with_poll(author, board)


def with_poll(author: User, board: Board, **words: object) -> Thread:
    poll = make_poll_words("Zebra or heron?", "Zebra stripes", "A heron", "Neither walrus")
    return publish_thread(author, board, title="Kit", text="Tell me.", poll=poll, **words)


def found(person: User, typed: str) -> list[Thread]:
    page = search(viewer_of(person), parse(typed), typed=typed)
    return [hit.post.thread for hit in page.hits]


@pytest.mark.parametrize("typed", ["zebras", "heron", "walrus", '"zebra stripes"', "tell walrus"])
def test_a_poll_is_found_by_its_question_and_its_answers(typed, thread, reader):
    assert found(reader, typed) == [thread]
    assert found(reader, f"{typed} in:title") == []


def test_has_poll_finds_polls_alone(thread, board, author, reader):
    other = publish_thread(author, board, title="No poll", text="Tell me of a zebra.")
    publish_reply(reader, thread, text="I tell you.")
    assert found(reader, "tell") != [thread]
    assert found(reader, "has:poll") == [thread]
    assert found(reader, "tell has:poll") == [thread]
    assert found(reader, "zebra") == [other, thread]
    assert found(reader, "zebra has:poll board:sport") == [thread]
    assert found(reader, "zebra has:poll board:nowhere") == []
    assert found(reader, "giraffe has:poll") == []
    assert found(reader, "has:poll is:unanswered") == []
    assert found(reader, "has:poll has:answer") == [thread]


def test_only_who_may_see_the_post_finds_its_poll(author, board, reader):
    nurse, blocked = make_hcp("nurse"), make_member("blocked")
    peers = with_poll(author, board, audience=Audience.PEERS)
    Block.objects.create(blocker=author, blocked=blocked)
    for typed in ("walrus", "has:poll", "walrus has:poll"):
        assert found(reader, typed) == [peers]
        for person in (nurse, blocked):
            page = search(viewer_of(person), parse(typed), typed=typed)
            assert (page.hits, page.has_more, page.suggestion) == ([], False, "")


@pytest.mark.parametrize("state", [Status.HELD, Status.HIDDEN, Status.REMOVED, Status.WITHDRAWN])
def test_the_poll_of_a_post_that_is_not_out_is_found_by_nobody(state, thread, author, reader):
    in_state(thread.posts.get(), state)
    for typed in ("walrus", "has:poll"):
        assert found(reader, typed) == found(author, typed) == []


def test_new_words_of_the_post_leave_the_poll_to_be_found(thread, author, reader):
    post = fresh(thread.posts.get())
    edit_post(post=post, author=author, version=post.version, text="Other words.")
    published(fresh(post))
    assert found(reader, "other walrus") == [thread]
    assert found(reader, "tell walrus") == []


def test_after_a_merge_it_is_no_longer_there_and_no_longer_found(thread, board, author, reader):
    into = publish_thread(author, board, title="Into", text="Here.")
    post = fresh(thread.posts.get())
    merge_threads(thread=thread, into=into, at=timezone.now())
    assert found(reader, "walrus") == found(reader, "has:poll") == []
    assert found(reader, "tell") == [into]
    split_thread(thread=into, public_ids=[post.public_id], title="Out", at=timezone.now())
    assert found(reader, "walrus") == found(reader, "has:poll") == []
    call_command("check_search")


def test_erasing_leaves_no_word_of_it(thread, author):
    erase_texts(user=author, keep_published=False, held=[], at=timezone.now())
    assert not SearchEntry.objects.filter(body__icontains="walrus").exists()
    call_command("check_search")


def test_polls_from_before_are_found_as_well(thread, reader):
    post = thread.posts.get()
    right = SearchEntry.objects.get(post=post).body
    SearchEntry.objects.filter(post=post).update(body="Tell me.")
    assert found(reader, "walrus") == []
    import_module("forum.migrations.0033_polls_are_found").find_polls(apps, None)
    assert SearchEntry.objects.get(post=post).body == right
    assert found(reader, "walrus") == [thread]
    call_command("check_search")


def test_the_page_says_that_there_is_a_poll_and_marks_its_words(thread, reader):
    client = Client()
    client.force_login(reader)
    page = client.get(reverse("forum:search"), {"q": "walrus has:poll"}).text
    assert "With a poll" in page
    assert "<mark>walrus</mark>" in page
    odd = client.get(reverse("forum:search"), {"q": "has:cats"}).text
    assert "“answer” and “poll”" in odd


def test_polls_cost_no_query_more(thread, author, board, reader):
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert found(reader, "has:poll")
        return len(asked)

    before = queries()
    for _number in range(3):
        with_poll(author, board)
    assert queries() == before
