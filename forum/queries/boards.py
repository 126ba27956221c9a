"""Boards and board pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import islice
from typing import Any

from django.db.models import Case, Exists, F, Max, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce

from accounts.models import Role
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
    if tag is not None:
        base = base.filter(thread__in=ThreadTag.objects.filter(tag=tag).values("thread"))
    if wants == Wants.UNANSWERED:
        replies = Post.objects.visible_beside(viewer).filter(
            thread=OuterRef("thread"), status=Status.PUBLISHED, is_opening=False
        )
        base = base.filter(~Exists(replies.exclude(author=OuterRef("thread__author"))))
    rows, has_older, is_first = rows_of(viewer, base, after=after)
    return BoardPage(
        rows=rows,
        own_waiting=[] if after else own_waiting_threads(viewer, board),
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
) -> tuple[list[BoardRow], bool, bool]:
    """Rows of visible summaries, newest first; whether there are older ones; if it is the top.

    One range scan over the viewer's own summaries. Where some authors are kept from the viewer,
    rows in which such an author had the last word are worked out apart and merged in at their
    right place, so that neither count nor order tells of them.

    ``before``: where ``after`` stood when it was shown, for lists that go on from there although it
    has moved or gone since; without it, from where it stands now.
    """
    visits = ThreadVisit.objects.filter(user_id=viewer.user_id or 0, thread=OuterRef("thread"))
    follows = Follow.objects.filter(user_id=viewer.user_id or 0, thread=OuterRef("thread"))
    base = with_tags(with_openings(viewer, base)).annotate(
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
    kept_from = visibility.author_kept_from(viewer, "last_")
    moved = _moved_rows(viewer, base, kept_from) if kept_from is not None else []
    plain = base.filter(~kept_from) if kept_from is not None else base
    cursor = _cursor(base, moved, after) if after else None
    if before is not None:
        cursor = before, cursor[1] if cursor else 0
    if cursor:
        last_at, thread_id = cursor
        plain = plain.filter(Q(last_at__lt=last_at) | Q(last_at=last_at, thread_id__lt=thread_id))
        moved = [row for row in moved if (row.last_at, row.thread_id) < cursor]
    rows: list[Any] = list(
        plain.select_related("thread", "thread__author", "last_author").order_by(
            "-last_at", "-thread_id"
        )[: most + 1]
    )
    if moved:
        merged = sorted([*rows, *moved], key=lambda r: (r.last_at, r.thread_id), reverse=True)
        rows = list(islice(merged, most + 1))
    page = rows[:most]
    if kept_from is not None:
        _correct_counts(viewer, page)
    return [_row(viewer, row) for row in page], len(rows) > most, cursor is None


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
    waiting = (Status.HELD, Status.CHANGES)
    own = Thread.objects.visible_to(viewer).filter(author_id=viewer.user_id, board=board)
    return list(own.filter(status__in=waiting).order_by("-created_at")[:5])


def _cursor(
    base: QuerySet[ThreadSummary], moved: list[ThreadSummary], after: str
) -> tuple[datetime, int] | None:
    """Where the thread ``after`` stands in this viewer's order; None where it is not there."""
    for row in moved:
        if row.thread.public_id == after:
            return row.last_at, row.thread_id
    found = base.filter(thread__public_id=after).values_list("last_at", "thread_id").first()
    return found


def _moved_rows(viewer: Viewer, base: QuerySet[ThreadSummary], kept_from: Q) -> list[ThreadSummary]:
    """Rows whose last author is kept from the viewer, with the last post the viewer may see."""
    rows = list(base.filter(kept_from).select_related("thread", "thread__author"))
    visible = Post.objects.visible_to(viewer).filter(
        status=Status.PUBLISHED, thread_id__in=[row.thread_id for row in rows]
    )
    last = dict(visible.values_list("thread_id").annotate(Max("position")).order_by())
    posts = visible.filter(position__in=set(last.values())).select_related("author")
    by_thread = {p.thread_id: p for p in posts if last[p.thread_id] == p.position}
    moved = []
    for row in rows:
        # A row without any post that may be seen has no place on the page.
        if post := by_thread.get(row.thread_id):
            row.last_post, row.last_author, row.last_at = post, post.author, came_out(post)
            row.last_position = post.position  # type: ignore[attr-defined]
            row.last_alias = post.alias  # type: ignore[attr-defined]
            moved.append(row)
    return moved


def _correct_counts(viewer: Viewer, rows: Sequence[ThreadSummary]) -> None:
    """Take posts of authors who are kept from the viewer out of the counts of these rows."""
    unmet = visibility.author_kept_from(viewer, "")
    seen = SEEN_BY[visibility.summary_audience(viewer)]
    hidden = (
        Post.objects.filter(unmet, thread_id__in=[row.thread_id for row in rows])
        .filter(status=Status.PUBLISHED, audience__in=seen, is_opening=False)
        .values_list("thread_id", flat=True)
    )
    for thread_id in hidden:
        for row in rows:
            if row.thread_id == thread_id:
                row.replies -= 1
