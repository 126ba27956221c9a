"""Deleting one's own post."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role, User
from accounts.viewer import viewer_of
from forum import summaries
from forum.actions.state import set_ticket
from forum.actions.withdraw import withdraw_post
from forum.errors import NotVisible
from forum.models import Post, Status, Thread
from forum.policy import Ticket
from forum.states import Severity, Track
from moderation.actions.decide import decide
from moderation.models import DecisionKind
from moderation.queue import tickets_for
from tests.factories import (
    fresh,
    in_state,
    make_member,
    make_staff,
    publish_reply,
    submit_reply,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def author(texts: None) -> User:
    return make_member("wren")


@pytest.fixture
def reply(author: User, thread: Thread) -> Post:
    return publish_reply(author, thread, text="I do.")


@pytest.mark.parametrize("state", [Status.HELD, Status.CHANGES, Status.PUBLISHED, Status.HIDDEN])
def test_a_deleted_post_is_gone_for_everybody_and_the_counts_are_right(reply, author, state):
    post = in_state(reply, state) if state != Status.PUBLISHED else reply
    assert withdraw_post(post=post, author=author) is True
    assert fresh(reply).status == Status.WITHDRAWN
    assert not fresh(reply).has_ticket
    for user in (author, make_member("other"), make_staff("kim", Role.MODERATOR)):
        assert not Post.objects.visible_to(viewer_of(user)).filter(pk=reply.pk).exists()
    assert summaries.wrong_rows() == []


def test_deleting_the_first_post_takes_the_thread_away(thread, reply):
    withdraw_post(post=thread.posts.get(is_opening=True), author=thread.author)
    other = viewer_of(make_member("other"))
    assert not Thread.objects.visible_to(other).filter(pk=thread.pk).exists()
    assert not Post.objects.visible_to(other).filter(thread=thread).exists()
    assert summaries.wrong_rows() == []


def test_deleting_twice_changes_nothing_the_second_time(reply, author):
    withdraw_post(post=reply, author=author)
    version = fresh(reply).version
    assert withdraw_post(post=reply, author=author) is False
    assert fresh(reply).version == version


def test_nobody_deletes_the_post_of_somebody_else(reply):
    for user in (make_member("other"), make_staff("kim", Role.MODERATOR)):
        with pytest.raises(NotVisible):
            withdraw_post(post=reply, author=user)
    assert fresh(reply).status == Status.PUBLISHED


def test_a_removed_post_stays_removed(reply, author):
    in_state(reply, Status.REMOVED)
    with pytest.raises(NotVisible):
        withdraw_post(post=reply, author=author)
    assert fresh(reply).status == Status.REMOVED


def test_where_somebody_may_need_help_a_person_still_looks_and_can_close_it(author, thread):
    post = submit_reply(author, thread, text="Bye.")
    set_ticket(post, Ticket(Severity.S0, Track.WELFARE, timezone.now(), []))
    post.save()
    withdraw_post(post=post, author=author)
    moderator = make_staff("kim", Role.MODERATOR)
    assert tickets_for(viewer_of(moderator)).get() == post
    client = Client()
    client.force_login(moderator)
    page = client.get(reverse("moderation:item", args=[post.public_id])).content.decode()
    assert 'value="close"' in page
    assert 'value="publish"' not in page
    decide(post=post, moderator=moderator, kind=DecisionKind.CLOSE, version=fresh(post).version)
    assert fresh(post).status == Status.WITHDRAWN
    assert not fresh(post).has_ticket


def test_the_page_asks_once_and_then_deletes(reply, author):
    client = Client()
    client.force_login(author)
    address = reverse("forum:withdraw", args=[reply.public_id])
    assert "Delete this post?" in client.get(address).content.decode()
    assert fresh(reply).status == Status.PUBLISHED
    assert client.post(address)["Location"] == reverse("forum:my_posts")
    assert fresh(reply).status == Status.WITHDRAWN
    assert client.get(address).status_code == 404
