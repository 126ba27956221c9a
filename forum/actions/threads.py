"""What can be done to whole threads: closing, moving, splitting, merging.

Callers have checked who may do it. Nothing here ever widens who can read a post: where texts come
under another opening, they become as narrow as that one, and quotes that would lead into another
thread are cut (docs/decisions, *quotes stay in their thread*).
"""

from collections.abc import Iterator
from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from forum import summaries
from forum.actions.audience import narrow
from forum.errors import Refused
from forum.models import (
    Audience,
    Board,
    Post,
    Quote,
    Status,
    Thread,
    ThreadSummary,
    ThreadTag,
    ThreadVisit,
)
from forum.search import index

AWAY = 1_000_000_000  # positions on their way to another place

WIDER_BOARD = _(
    "More people could read it there. It can only move to boards for the same or fewer."
)
LOCKED_OUT = _("Somebody who wrote here could not read it there.")
NO_ADVICE = _("Its author asked for no advice from professionals. The other thread did not.")
NOT_THESE = _("Pick posts of this thread that are published, and not the first one.")


def lock_threads(*ids: int) -> dict[int, Thread]:
    """The threads, locked in one order, with board and author."""
    rows = (
        Thread.objects.select_for_update(of=("self",), no_key=True)
        .select_related("board", "author")
        .filter(pk__in=ids)
        .order_by("pk")
    )
    return {thread.pk: thread for thread in rows}


@transaction.atomic
def set_locked(*, thread: Thread, to: bool) -> bool:
    """Close a thread for replies, or open it. Returns whether that changed anything."""
    rows = Thread.objects.filter(pk=thread.pk).exclude(is_locked=to)
    return bool(rows.update(is_locked=to))


@transaction.atomic
def move_thread(*, thread: Thread, board: Board, at: datetime) -> bool:
    """Move a thread to another board; returns whether it did. Raises ``Refused``."""
    thread = lock_threads(thread.pk)[thread.pk]
    if thread.board_id == board.pk:
        return False
    check_board_fits(thread, board, at)
    thread.board = board
    thread.save(update_fields=["board"])
    summaries.recount([thread.pk])
    return True


def check_board_fits(thread: Thread, board: Board, at: datetime) -> None:
    """No age group may read more there, and nobody who wrote may lose their own words."""
    if not set(board.age_groups) <= set(thread.board.age_groups):
        raise Refused(WIDER_BOARD)
    standing = Post.objects.filter(thread=thread).exclude(status=Status.WITHDRAWN)
    for author in User.objects.filter(pk__in=standing.values("author_id"), role="member"):
        group = author.age_group(at)
        if group is not None and group in thread.board.age_groups and group not in board.age_groups:
            raise Refused(LOCKED_OUT)


@transaction.atomic
def split_thread(*, thread: Thread, public_ids: list[str], title: str, at: datetime) -> Thread:
    """Make a new thread of some replies, in their order; the first of them opens it.

    Raises ``Refused`` where one of them is no published reply of this thread.
    """
    thread = lock_threads(thread.pk)[thread.pk]
    chosen = Post.objects.select_for_update(of=("self",), no_key=True).filter(
        thread=thread, status=Status.PUBLISHED, is_opening=False, public_id__in=public_ids
    )
    posts = list(chosen.order_by("position"))
    if not posts or len(posts) != len(set(public_ids)):
        raise Refused(NOT_THESE)
    opening, ids = posts[0], [post.pk for post in posts]
    new = Thread.objects.create(
        board=thread.board,
        author=opening.author,
        alias=opening.alias,
        title=title,
        content_note=opening.content_note,
        audience=opening.audience,
        status=Status.PUBLISHED,
        no_advice=thread.no_advice,
        created_at=opening.created_at,
        published_at=opening.published_at,
        last_position=len(posts),
    )
    ThreadTag.objects.bulk_create(
        ThreadTag(thread=new, tag_id=row.tag_id, place=row.place)
        for row in ThreadTag.objects.filter(thread=thread)
    )
    for position, post in enumerate(posts, start=1):
        Post.objects.filter(pk=post.pk).update(
            thread=new,
            position=position,
            is_opening=post is opening,
            content_note="" if post is opening else post.content_note,
            version=F("version") + 1,
        )
    Quote.objects.filter(post_id__in=ids).exclude(source_id__in=ids).delete()
    Quote.objects.filter(source_id__in=ids).exclude(post_id__in=ids).delete()
    _close_gaps(thread)
    if opening.audience == Audience.PEERS:
        narrow([opening.pk])
    summaries.recount([thread.pk, new.pk])
    index.store(Post.objects.filter(pk__in=ids).select_related("thread"))
    return new


@transaction.atomic
def merge_threads(*, thread: Thread, into: Thread, at: datetime) -> None:
    """Put all posts of a thread behind those of another; the first is no thread any more.

    Its old address leads on to its former opening, for those who may see that. Raises ``Refused``.
    """
    locked = lock_threads(thread.pk, into.pk)
    thread, into = locked[thread.pk], locked[into.pk]
    check_board_fits(thread, into.board, at)
    if thread.no_advice and not into.no_advice:
        raise Refused(NO_ADVICE)
    posts = Post.objects.select_for_update(of=("self",), no_key=True).filter(thread=thread)
    ids = list(posts.order_by("position").values_list("pk", flat=True))
    opening = Post.objects.get(thread=thread, is_opening=True)
    ThreadSummary.objects.filter(thread=thread).delete()
    Post.objects.filter(pk__in=ids).update(
        thread=into,
        is_opening=False,
        position=F("position") + into.last_position,
        version=F("version") + 1,
    )
    Thread.objects.filter(pk=into.pk).update(
        last_position=into.last_position + thread.last_position
    )
    if thread.content_note:
        # It stands on the first of them now, and the thread it was for is no more.
        Post.objects.filter(pk=opening.pk).update(content_note=thread.content_note)
    thread.status, thread.now_at, thread.last_position = Status.WITHDRAWN, opening, 0
    thread.save(update_fields=["status", "now_at", "last_position"])
    if into.audience == Audience.PEERS:
        narrow(ids)
    summaries.recount([thread.pk, into.pk])
    index.store(Post.objects.filter(pk__in=ids).select_related("thread"))


def _close_gaps(thread: Thread) -> None:
    """Give the posts of a locked thread positions without gaps, in the same order."""
    placed = Post.objects.filter(thread=thread, position__isnull=False).order_by("position")
    positions = [place for place in placed.values_list("position", flat=True) if place is not None]
    # Away first, and back in runs: no two posts ever stand at the same position.
    placed.order_by().update(position=F("position") + AWAY)
    for start, end, first, after in _runs(positions):
        run = placed.order_by().filter(position__range=(start + AWAY, end + AWAY))
        run.update(position=F("position") - (start + AWAY - first))
        # How far people have read: a mark in a gap goes back to the run before it.
        read = ThreadVisit.objects.filter(thread=thread)
        read.filter(position__gt=end, position__lt=after).update(position=end)
        read.filter(position__range=(start, end)).update(position=F("position") - (start - first))
    Thread.objects.filter(pk=thread.pk).update(last_position=len(positions))


def _runs(positions: list[int]) -> Iterator[tuple[int, int, int, int]]:
    """Runs without gaps: first and last position now, where the first shall stand, the next run."""
    first = 0
    for number, position in enumerate(positions):
        if number + 1 == len(positions) or positions[number + 1] != position + 1:
            after = positions[number + 1] if number + 1 < len(positions) else AWAY
            yield positions[first], position, first + 1, after
            first = number + 1
