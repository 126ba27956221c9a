"""Rows of the list of notices: put together when read, from what may be seen and nothing else."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Block, HcpChoice
from accounts.viewer import viewer_of
from forum.actions.notices import mark_all_read
from forum.actions.reactions import toggle_reaction
from forum.actions.reading import follow_board, follow_thread, note_visit
from forum.models import FollowKind, Notice, NoticeChoice, NoticeKind, ReactionKind, Status, Way
from forum.queries.notices import list_of, unread_count
from tests.factories import in_state, publish_reply, publish_thread

pytestmark = pytest.mark.django_db


def rows(user):
    """What the list shows: kind, count and moment of each row."""
    return [(told.first.kind, told.count, told.at) for told in list_of(viewer_of(user))]


def counts(user):
    return [(kind, count) for kind, count, _at in rows(user)]


@pytest.fixture
def quiet_start(thread):
    """Nothing was told yet."""
    Notice.objects.all().delete()


def test_replies_in_a_thread_are_one_row_until_read(quiet_start, thread, host, guest, seasoned):
    publish_reply(guest, thread, text="One.")
    publish_reply(seasoned("third"), thread, text="Two.")
    assert counts(host) == [("reply", 2)]
    assert unread_count(viewer_of(host)) == 1
    mark_all_read(recipient=host)
    publish_reply(guest, thread, text="Three.")
    assert counts(host) == [("reply", 1), ("reply", 2)]


def test_a_reply_that_may_not_be_seen_changes_neither_count_nor_moment_nor_order(
    quiet_start, board, thread, host, guest, seasoned
):
    ghost = seasoned("ghost")
    other = publish_thread(host, board, title="Other", text="Words.")
    now = timezone.now()
    for minutes, who, where in ((9, guest, thread), (5, guest, other), (1, ghost, thread)):
        reply = publish_reply(who, where, text="Words.", at=now)
        Notice.objects.filter(post=reply).update(created_at=now - timedelta(minutes=minutes))
    Block.objects.create(blocker=ghost, blocked=host)
    assert rows(host) == [
        ("reply", 1, now - timedelta(minutes=5)),
        ("reply", 1, now - timedelta(minutes=9)),
    ]
    assert list_of(viewer_of(host))[0].first.thread == other
    assert unread_count(viewer_of(host)) == 2


def test_more_hidden_replies_than_the_list_holds_push_nothing_out(
    quiet_start, thread, host, guest, seasoned, monkeypatch
):
    monkeypatch.setattr("forum.queries.notices.MOST_ROWS", 2)
    monkeypatch.setattr("forum.queries.notices.MOST_UNREAD", 2)
    ghost = seasoned("ghost")
    publish_reply(guest, thread, text="Seen.")
    for _ in range(3):
        publish_reply(ghost, thread, text="Not seen.")
    Block.objects.create(blocker=ghost, blocked=host)
    assert counts(host) == [("reply", 1)]
    assert unread_count(viewer_of(host)) == 1


def test_a_muted_thread_tells_nothing_and_tells_again_when_it_is_not_muted(
    quiet_start, thread, host, guest
):
    publish_reply(guest, thread, text="Words.")
    follow_thread(user=host, thread=thread, kind=FollowKind.MUTE)
    assert (counts(host), unread_count(viewer_of(host))) == ([], 0)
    follow_thread(user=host, thread=thread, kind=None)
    assert counts(host) == [("reply", 1)]


def test_a_kind_that_is_off_is_not_shown(quiet_start, thread, host, guest):
    publish_reply(guest, thread, text="Words.")
    NoticeChoice.objects.create(user=host, kind=NoticeKind.REPLY, way=Way.OFF)
    assert (counts(host), unread_count(viewer_of(host))) == ([], 0)


def test_who_follows_a_thread_or_a_board_is_told_once(
    quiet_start, board, thread, host, guest, seasoned
):
    fan = seasoned("fan")
    follow_thread(user=fan, thread=thread, kind=FollowKind.FOLLOW)
    follow_thread(user=guest, thread=thread, kind=FollowKind.FOLLOW)
    follow_thread(user=host, thread=thread, kind=FollowKind.FOLLOW)
    follow_board(user=fan, board=board, on=True)
    publish_reply(guest, thread, text="Words.")
    publish_thread(host, board, title="Another", text="Words.")
    assert counts(fan) == [("board", 1), ("thread", 1)]
    assert counts(host) == [("reply", 1)]
    assert counts(guest) == []
    assert not Notice.objects.filter(recipient=fan, mail_due_at__isnull=False).exists()


def test_reactions_are_one_row_a_post_without_names(quiet_start, thread, host, guest, seasoned):
    post = thread.posts.get()
    for who in (guest, seasoned("third")):
        toggle_reaction(post=post, author=who, kind=ReactionKind.CARE)
    assert counts(host) == [("reaction", 2)]
    client = Client()
    client.force_login(host)
    page = client.get(reverse("forum:notices")).content.decode()
    assert "“Sending care” from 2 people" in page
    assert "third" not in page


def test_a_reaction_by_somebody_hidden_is_not_told(quiet_start, thread, host, guest, seasoned):
    post, ghost = thread.posts.get(), seasoned("ghost")
    toggle_reaction(post=post, author=guest, kind=ReactionKind.SAME)
    before = rows(host)
    toggle_reaction(post=post, author=ghost, kind=ReactionKind.SAME)
    Block.objects.create(blocker=host, blocked=ghost)
    assert rows(host) == before
    assert unread_count(viewer_of(host)) == 1


def test_professionals_are_not_told_of_reactions_by_members_without_them(
    board, nurse, seasoned, texts
):
    thread = publish_thread(nurse, board, title="Ask me", text="About travel.")
    peer = seasoned("peer")
    toggle_reaction(post=thread.posts.get(), author=peer, kind=ReactionKind.THANKS)
    Notice.objects.filter(recipient=nurse).exclude(kind="reaction").delete()
    assert counts(nurse) == [("reaction", 1)]
    peer.hcp_choice = HcpChoice.NONE
    peer.save()
    toggle_reaction(post=thread.posts.get(), author=peer, kind=ReactionKind.THANKS)
    toggle_reaction(post=thread.posts.get(), author=peer, kind=ReactionKind.THANKS)
    assert counts(nurse) == []


def test_a_reaction_that_was_taken_back_is_gone_and_tells_nobody_twice(
    quiet_start, thread, host, guest
):
    post = thread.posts.get()
    toggle_reaction(post=post, author=guest, kind=ReactionKind.SAME)
    mark_all_read(recipient=host)
    toggle_reaction(post=post, author=guest, kind=ReactionKind.SAME)
    assert counts(host) == []
    toggle_reaction(post=post, author=guest, kind=ReactionKind.SAME)
    assert counts(host) == [("reaction", 1)]
    assert unread_count(viewer_of(host)) == 0


def test_what_was_read_in_the_thread_is_read(quiet_start, thread, host, guest):
    first = publish_reply(guest, thread, text="One.")
    publish_reply(guest, thread, text="Two.")
    note_visit(user_id=host.pk, thread_id=thread.pk, position=first.position)
    assert counts(host) == [("reply", 1), ("reply", 1)]
    assert unread_count(viewer_of(host)) == 1


def test_list_and_badge_ask_the_same_for_few_and_many(
    quiet_start, thread, host, guest, django_assert_num_queries
):
    viewer = viewer_of(host)
    for _ in range(2):
        for _ in range(3):
            publish_reply(guest, thread, text="Words.")
        with django_assert_num_queries(2):
            list_of(viewer)
        with django_assert_num_queries(2):
            unread_count(viewer)


def test_a_hidden_post_vanishes_from_its_row(quiet_start, thread, host, guest):
    publish_reply(guest, thread, text="One.")
    in_state(publish_reply(guest, thread, text="Two."), Status.HIDDEN)
    assert counts(host) == [("reply", 1)]
