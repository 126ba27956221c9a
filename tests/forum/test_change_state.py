"""From which state a post may go to which, and what follows."""

from itertools import product

import pytest
from django.utils import timezone

from forum import summaries
from forum.actions.state import ALLOWED, IllegalMove, change_state, lock_post
from forum.models import Audience, Notice, Post, Status, Thread, ThreadSummary
from tests.factories import (
    any_clause,
    fresh,
    in_state,
    make_member,
    publish_reply,
    submit_reply,
)

pytestmark = pytest.mark.django_db

# Written out once more, so that a slip in the table of the code does not go unseen.
LEGAL = {
    "held": {"published", "changes", "hidden", "removed", "withdrawn"},
    "changes": {"held", "published", "hidden", "removed", "withdrawn"},
    "published": {"held", "changes", "hidden", "removed", "withdrawn"},
    "hidden": {"published", "changes", "removed", "withdrawn"},
    "removed": {"published", "changes", "hidden"},
    "withdrawn": set(),
}
# The way from published to each state.
WAY = {
    Status.HELD: [Status.HELD],
    Status.CHANGES: [Status.CHANGES],
    Status.PUBLISHED: [],
    Status.HIDDEN: [Status.HIDDEN],
    Status.REMOVED: [Status.REMOVED],
    Status.WITHDRAWN: [Status.WITHDRAWN],
}
PAIRS = [(a, b) for a, b in product(Status, Status) if a != b]


@pytest.fixture
def reply(thread, guest):
    """A published reply, second of three posts."""
    post = publish_reply(guest, thread, text="I do.")
    publish_reply(thread.author, thread, text="Great.")
    return post


def everything() -> tuple:
    """All rows that a change of state may write."""
    return tuple(
        list(model.objects.order_by("pk").values())
        for model in (Post, Thread, ThreadSummary, Notice)
    )


def test_the_table_is_the_one_that_was_decided():
    assert {
        before.value: {after.value for after in afters} for before, afters in ALLOWED.items()
    } == LEGAL


@pytest.mark.parametrize("before, after", PAIRS)
def test_a_reply_goes_only_where_the_table_lets_it(reply, before, after):
    post = reply
    for status in WAY[before]:
        post = in_state(post, status)
    as_it_was = everything()
    if after in LEGAL[before]:
        post = in_state(post, after)
        assert post.status == after
        assert post.position == reply.position
        assert (post.removed_under is not None) == (after == Status.REMOVED)
        assert summaries.wrong_rows() == []
    else:
        with pytest.raises(IllegalMove):
            in_state(post, after)
        assert everything() == as_it_was


@pytest.mark.parametrize("before, after", [pair for pair in PAIRS if pair[1] in LEGAL[pair[0]]])
def test_a_thread_follows_its_opening_and_its_counts_stay_true(thread, reply, before, after):
    opening = thread.posts.get(is_opening=True)
    for status in [*WAY[before], after]:
        opening = in_state(opening, status)
        assert opening.thread.status == status
        assert summaries.wrong_rows() == []
        assert thread.summaries.exists() == (status == Status.PUBLISHED)


def test_positions_are_given_at_first_publication_and_never_again(thread):
    newcomer = make_member("newcomer")
    waiting = [submit_reply(newcomer, thread, text=f"Me, {n}.") for n in range(3)]
    second = in_state(waiting[1], Status.PUBLISHED)
    in_state(waiting[0], Status.REMOVED)
    third = in_state(waiting[2], Status.PUBLISHED)
    assert (second.position, third.position) == (2, 3)
    again = in_state(in_state(second, Status.HIDDEN), Status.PUBLISHED)
    assert (again.position, again.published_at) == (2, second.published_at)
    assert in_state(waiting[0], Status.PUBLISHED).position == 4
    thread.refresh_from_db()
    assert thread.last_position == 4


def replies_and_shown(thread: Thread) -> tuple[int, int]:
    return thread.summaries.values_list("replies", "shown").get(audience=Audience.PEERS)


@pytest.mark.parametrize(
    "status, replies, shown",
    [
        (Status.PUBLISHED, 2, 3),
        (Status.HELD, 1, 2),
        (Status.CHANGES, 1, 2),
        (Status.HIDDEN, 1, 2),
        (Status.REMOVED, 1, 3),  # a tombstone takes a place
        (Status.WITHDRAWN, 1, 2),
    ],
)
def test_what_a_state_does_to_counts(thread, reply, status, replies, shown):
    if status != Status.PUBLISHED:
        in_state(reply, status)
    assert replies_and_shown(thread) == (replies, shown)


def test_the_last_word_goes_to_the_post_before_and_back(thread, guest):
    first = publish_reply(guest, thread, text="I do.")
    last = publish_reply(thread.author, thread, text="Great.")
    summary = thread.summaries.get(audience=Audience.COMMUNITY)
    in_state(last, Status.HIDDEN)
    summary = thread.summaries.get(audience=Audience.COMMUNITY)
    assert (summary.last_post, summary.last_at) == (first, first.published_at)
    in_state(last, Status.PUBLISHED)
    assert thread.summaries.get(audience=Audience.COMMUNITY).last_post == last


def test_a_clause_is_kept_only_while_a_post_is_removed(reply):
    clause = any_clause()
    change_state(post=lock_post(reply.pk), to=Status.REMOVED, ticket=None, clause=clause)
    assert fresh(reply).removed_under == clause
    change_state(post=lock_post(reply.pk), to=Status.PUBLISHED, ticket=None, clause=clause)
    assert fresh(reply).removed_under is None


def test_the_same_state_again_replaces_the_ticket_and_says_that_nothing_moved(thread):
    post = submit_reply(make_member("newcomer"), thread, text="Me too.")
    locked = lock_post(post.pk)
    published = change_state(post=locked, to=Status.PUBLISHED, ticket=None)
    unchanged = change_state(post=lock_post(post.pk), to=Status.PUBLISHED, ticket=None)
    assert (published, unchanged) == (True, False)
    assert fresh(post).version == post.version + 2


def test_people_are_told_at_the_first_publication_only(thread):
    post = submit_reply(make_member("newcomer"), thread, text="Me too.")
    Notice.objects.all().delete()
    for status in (Status.PUBLISHED, Status.HIDDEN, Status.PUBLISHED):
        in_state(post, status, at=timezone.now())
    assert Notice.objects.filter(post=post).count() == 1
