"""Boards and board pages."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import islice
from typing import Any

from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce

from accounts.models import Role
from accounts.prepared import SOMETIME, Prepared, room_for, stand_in, stand_ins
from accounts.viewer import Viewer
from forum import visibility
from forum.access_log import with_openings
from forum.models import (
    Board,
    Follow,
    FollowKind,
    Post,
    Status,
    Tag,
    Thread,
    ThreadSummary,
    ThreadTag,
    ThreadVisit,
)
from forum.queries.tags import TagName, tags_on, threads_with_muted_tags, with_tags
from forum.states import AGE_GROUP_FIELD
from forum.summaries import SEEN_BY, came_out

PAGE_SIZE = 25
WAITING = (Status.HELD, Status.CHANGES)
# What the queries below are given, beside the person.
BOARD, THREAD = stand_in("board"), stand_in("thread")


class Wants(StrEnum):
    """Which threads of a board somebody wants to see."""

    ALL = "all"
    UNANSWERED = "unanswered"


def boards_for(viewer: Viewer) -> QuerySet[Board]:
    """Boards that a viewer may open, in their order."""
    if not viewer.may_read:
        return Board.objects.none()
    if viewer.role != Role.MEMBER:
        return Board.objects.all()
    if viewer.age_group is None:
        return Board.objects.none()
    return Board.objects.filter(**{AGE_GROUP_FIELD[viewer.age_group]: True})


@dataclass(frozen=True, slots=True)
class BoardEntry:
    """A board in the list, with the newest thread that the viewer may see there."""

    board: Board
    newest: Thread | None


def boards_with_newest(viewer: Viewer) -> list[BoardEntry]:
    """The viewer's boards, each with its newest thread."""
    newest = (
        Thread.objects.visible_to(viewer)
        .filter(board=OuterRef("pk"), status=Status.PUBLISHED)
        .order_by("-published_at", "-pk")
    )
    boards = list(boards_for(viewer).annotate(newest_pk=Subquery(newest.values("pk")[:1])))
    visible = with_openings(viewer, Thread.objects.visible_to(viewer), "pk")
    threads = visible.select_related("author").in_bulk(
        [board.newest_pk for board in boards if board.newest_pk]
    )
    return [BoardEntry(board, threads.get(board.newest_pk)) for board in boards]


@dataclass(frozen=True, slots=True)
class BoardRow:
    """One thread on a board page, as this viewer may know it."""

    thread: Thread
    replies: int
    last_at: datetime
    last_author: str
    opening_pk: int | None = None  # for viewers whose reading is written down
    is_unread: bool = (
        False  # beyond what the viewer was shown of it; the board's cutoff comes on top
    )
    follow_kind: str = ""
    tags: tuple[TagName, ...] = ()

    def is_new(self, read_until: datetime) -> bool:
        """Whether its last word is new to the viewer. Muted threads never are."""
        unread = self.is_unread and self.last_at > read_until
        return unread and self.follow_kind != FollowKind.MUTE


@dataclass(frozen=True, slots=True)
class BoardPage:
    """A page of a board: rows, and whether there are older and newer ones."""

    rows: list[BoardRow]
    own_waiting: list[Thread]
    has_older: bool
    is_first: bool


def board_page(
    viewer: Viewer,
    board: Board,
    *,
    after: str = "",
    tag: Tag | None = None,
    wants: Wants = Wants.ALL,
) -> BoardPage:
    """The threads after the thread with public id ``after`` (empty: from the top), newest first.

    ``tag``: only threads with this topic. ``wants``: only those without a reply by others.
    """
    base = ThreadSummary.objects.visible_to(viewer).filter(board=board)
    all_of = board if tag is None and wants == Wants.ALL else None
    if tag is not None:
        base = base.filter(thread__in=ThreadTag.objects.filter(tag=tag).values("thread"))
    if wants == Wants.UNANSWERED:
        replies = Post.objects.visible_beside(viewer).filter(
            thread=OuterRef("thread"), status=Status.PUBLISHED, is_opening=False
        )
        base = base.filter(~Exists(replies.exclude(author=OuterRef("thread__author"))))
    rows, has_older, is_first = rows_of(viewer, base, after=after, all_of=all_of)
    waits = not after and getattr(board, "has_waiting", True)
    return BoardPage(
        rows=rows,
        own_waiting=own_waiting_threads(viewer, board) if waits else [],
        has_older=has_older,
        is_first=is_first,
    )


def rows_of(
    viewer: Viewer,
    base: QuerySet[ThreadSummary],
    *,
    after: str = "",
    before: datetime | None = None,
    most: int = PAGE_SIZE,
    all_of: Board | None = None,
) -> tuple[list[BoardRow], bool, bool]:
    """Rows of visible summaries, newest first; whether there are older ones; if it is the top.

    One range scan over the viewer's own summaries. Where some authors are kept from the viewer,
    rows in which such an author had the last word are worked out apart and merged in at their
    right place, so that neither count nor order tells of them.

    ``before``: where ``after`` stood when it was shown, for lists that go on from there although it
    has moved or gone since; without it, from where it stands now. ``all_of``: the board of which
    ``base`` is all that may be seen; such a list is asked with SQL that was made before.
    """
    given: dict[str, Any] = {"person": viewer.user_id or 0, "board": all_of.pk if all_of else 0}
    moved: list[Any] = []
    if visibility.author_kept_from(viewer) is not None:
        found = _MOVED.rows(viewer.shape, **given) if all_of else list(_moved(viewer, base))
        moved = _moved_rows(viewer, found)
    cursor = _cursor(base, moved, after) if after else None
    if before is not None:
        cursor = before, cursor[1] if cursor else 0
    if cursor:
        moved = [row for row in moved if (row.last_at, row.thread_id) < cursor]
    if all_of:
        last_at, thread_id = cursor or (None, 0)
        shape = viewer.shape, cursor is not None, most
        rows = _PLAIN.rows(shape, at=last_at, thread=thread_id, **given)
    else:
        rows = list(_plain(viewer, base, cursor, most))
    if moved:
        merged = sorted([*rows, *moved], key=lambda r: (r.last_at, r.thread_id), reverse=True)
        rows = list(islice(merged, most + 1))
    page = rows[:most]
    _correct_counts(viewer, page)
    return [_row(viewer, row) for row in page], len(rows) > most, cursor is None


def _dressed(viewer: Viewer, base: QuerySet[ThreadSummary]) -> QuerySet[ThreadSummary]:
    """Rows with what ``_row`` needs beside the thread."""
    visits = ThreadVisit.objects.filter(user_id=viewer.user_id or 0, thread=OuterRef("thread"))
    follows = Follow.objects.filter(user_id=viewer.user_id or 0, thread=OuterRef("thread"))
    return with_tags(with_openings(viewer, base)).annotate(
        last_position=F("last_post__position"),
        last_alias=F("last_post__alias"),
        read_position=Subquery(visits.values("position")[:1]),
        follow_kind=Coalesce(
            Subquery(follows.values("kind")[:1]),
            Case(
                When(
                    Exists(threads_with_muted_tags(viewer).filter(thread=OuterRef("thread"))),
                    then=Value(FollowKind.MUTE.value),
                ),
                default=Value(""),
            ),
        ),
    )


def _moved(viewer: Viewer, base: QuerySet[ThreadSummary]) -> QuerySet[ThreadSummary]:
    """Rows whose last author is kept from the viewer; ``last_seen``: the last post they see."""
    kept_from = visibility.author_kept_from(viewer, "last_") or visibility.NOTHING
    seen = Post.objects.visible_beside(viewer).filter(thread=OuterRef("thread"))
    last = seen.filter(status=Status.PUBLISHED).order_by("-position")
    rows = _dressed(viewer, base).filter(kept_from)
    return rows.annotate(last_seen=Subquery(last.values("pk")[:1])).select_related("thread__author")


def _plain(
    viewer: Viewer, base: QuerySet[ThreadSummary], cursor: tuple[datetime, int] | None, most: int
) -> QuerySet[ThreadSummary]:
    """The other rows, those below a place in the order, and one more than a page shows."""
    kept_from = visibility.author_kept_from(viewer, "last_")
    plain = _dressed(viewer, base)
    if kept_from is not None:
        plain = plain.filter(~kept_from)
    if cursor:
        last_at, thread_id = cursor
        plain = plain.filter(Q(last_at__lt=last_at) | Q(last_at=last_at, thread_id__lt=thread_id))
    rows = plain.select_related("thread", "thread__author", "last_author")
    return rows.order_by("-last_at", "-thread_id")[: most + 1]


def _all_of_board(viewer: Viewer) -> QuerySet[ThreadSummary]:
    return ThreadSummary.objects.visible_to(viewer).filter(board_id=BOARD)


def _plain_on_board(shape: tuple[Viewer, bool, int]) -> QuerySet[ThreadSummary]:
    viewer, goes_on, most = shape
    cursor = (SOMETIME, THREAD) if goes_on else None
    return _plain(viewer, _all_of_board(viewer), cursor, most)


_MOVED: Prepared[Viewer] = Prepared(lambda viewer: _moved(viewer, _all_of_board(viewer)))
_PLAIN: Prepared[tuple[Viewer, bool, int]] = Prepared(_plain_on_board)


def _row(viewer: Viewer, row: Any) -> BoardRow:
    return BoardRow(
        thread=row.thread,
        replies=row.replies,
        last_at=row.last_at,
        last_author=row.last_alias or row.last_author.pseudonym,
        opening_pk=getattr(row, "opening_pk", None),
        is_unread=(row.last_position or 0) > (row.read_position or 0)
        and row.last_author_id != viewer.user_id,
        follow_kind=row.follow_kind or "",
        tags=tags_on(row),
    )


def own_waiting_threads(viewer: Viewer, board: Board) -> list[Thread]:
    """The viewer's own threads on a board that others do not see yet."""
    own = Thread.objects.visible_to(viewer).filter(author_id=viewer.user_id, board=board)
    return list(own.filter(status__in=WAITING).order_by("-created_at")[:5])


def _cursor(
    base: QuerySet[ThreadSummary], moved: list[ThreadSummary], after: str
) -> tuple[datetime, int] | None:
    """Where the thread ``after`` stands in this viewer's order; None where it is not there."""
    for row in moved:
        if row.thread.public_id == after:
            return row.last_at, row.thread_id
    found = base.filter(thread__public_id=after).values_list("last_at", "thread_id").first()
    return found


def _moved_rows(viewer: Viewer, rows: list[Any]) -> list[Any]:
    """Rows of ``_moved`` with the last post that the viewer may see; without one, no row."""
    ids = [row.last_seen for row in rows if row.last_seen is not None]
    if not ids:
        return []
    shape = viewer.shape, room_for(len(ids))
    found = _LAST_SEEN.rows(shape, person=viewer.user_id or 0, posts=ids)
    posts = {post.pk: post for post in found}
    moved = []
    for row in rows:
        if post := posts.get(row.last_seen):
            row.last_post, row.last_author, row.last_at = post, post.author, came_out(post)
            row.last_position, row.last_alias = post.position, post.alias
            moved.append(row)
    return moved


def _last_seen(shape: tuple[Viewer, int]) -> QuerySet[Post]:
    viewer, number = shape
    visible = Post.objects.visible_to(viewer).filter(status=Status.PUBLISHED)
    return visible.filter(pk__in=stand_ins("posts", number)).select_related("author")


_LAST_SEEN: Prepared[tuple[Viewer, int]] = Prepared(_last_seen)


def _correct_counts(viewer: Viewer, rows: Sequence[ThreadSummary]) -> None:
    """Take posts of authors who are kept from the viewer out of the counts of these rows."""
    if not rows or visibility.author_kept_from(viewer) is None:
        return
    ids = [row.thread_id for row in rows]
    shape = viewer.shape, room_for(len(ids))
    hidden = Counter(
        found["thread_id"]
        for found in _COUNTED.rows(shape, person=viewer.user_id or 0, threads=ids)
    )
    for row in rows:
        row.replies -= hidden[row.thread_id]


def _counted(shape: tuple[Viewer, int]) -> QuerySet:
    """Replies by authors who are kept from the viewer, as the counts of rows have them."""
    viewer, number = shape
    unmet = visibility.author_kept_from(viewer) or visibility.NOTHING
    seen = SEEN_BY[visibility.summary_audience(viewer)]
    posts = Post.objects.filter(unmet, thread_id__in=stand_ins("threads", number))
    counted = posts.filter(status=Status.PUBLISHED, audience__in=seen, is_opening=False)
    return counted.values("thread_id")


_COUNTED: Prepared[tuple[Viewer, int]] = Prepared(_counted)
