"""What somebody keeps and follows, and what is new to them, as the one door lets it through."""

import re
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, QuerySet, Subquery

from accounts.models import User
from accounts.prepared import Prepared, stand_in_words
from accounts.viewer import Viewer
from forum.access_log import with_openings
from forum.models import (
    Board,
    BoardVisit,
    Follow,
    FollowKind,
    Post,
    Saved,
    Status,
    Thread,
    ThreadSummary,
)
from forum.queries.boards import WAITING, BoardRow, boards_for, rows_of

PAGE = 20
SLUG = stand_in_words("slug")
MOST_FOLLOWED = 100
MOST_FOR_CLINIC = 200


def with_cutoff(viewer: Viewer, boards: QuerySet[Board]) -> QuerySet[Board]:
    """Boards with ``read_until`` and ``followed`` of this viewer."""
    visits = BoardVisit.objects.filter(user_id=viewer.user_id or 0, board=OuterRef("pk"))
    follows = Follow.objects.filter(user_id=viewer.user_id or 0, board=OuterRef("pk"))
    return boards.annotate(
        read_until=Subquery(visits.values("read_until")[:1]),
        followed=Subquery(follows.values("kind")[:1]),
    )


def find_board(viewer: Viewer, slug: str) -> Board | None:
    """A board that the viewer may open, for ``cutoff``; whether threads of theirs wait there."""
    found = _BOARD.rows(viewer.shape, person=viewer.user_id or 0, slug=slug)
    return found[0] if found else None


def _board(viewer: Viewer) -> QuerySet[Board]:
    own = Thread.objects.filter(author_id=viewer.user_id, board=OuterRef("pk"), status__in=WAITING)
    return (
        with_cutoff(viewer, boards_for(viewer)).annotate(has_waiting=Exists(own)).filter(slug=SLUG)
    )


_BOARD: Prepared[Viewer] = Prepared(_board)


def cutoff(user: User, board: Board) -> datetime:
    """What came before counts as read: until they said so, or came here. For ``with_cutoff``."""
    read_until: datetime | None = getattr(board, "read_until", None)
    return max(read_until, user.joined_at) if read_until else user.joined_at


def reading_of(thread: Thread) -> tuple[int, str]:
    """How far the viewer read a thread from ``find_thread`` (0: not at all); follow, mute or ""."""
    position: int | None = getattr(thread, "read_position", None)
    kind: str | None = getattr(thread, "follow_kind", None)
    return position or 0, kind or ""


def first_unread(viewer: Viewer, thread: Thread) -> Post | None:
    """The first post of a thread (from ``find_thread``) that the viewer was not shown yet.

    Tombstones count as well.
    """
    position, _ = reading_of(thread)
    shown = Post.objects.shown_to(viewer).filter(thread=thread, position__gt=position)
    return shown.select_related("thread").order_by("position").first()


def new_after(viewer: Viewer, thread: Thread, position: int) -> int:
    """How many posts by others came after a position, of those that the viewer may see."""
    posts = Post.objects.visible_to(viewer).filter(
        thread=thread, status=Status.PUBLISHED, position__gt=position
    )
    return posts.exclude(author_id=viewer.user_id).count()


@dataclass(frozen=True, slots=True)
class SavedPage:
    """Kept posts that may still be seen, newest first. ``gone``: how many may not be seen now."""

    rows: list[Saved]
    has_older: bool
    gone: int


def saved_page(viewer: Viewer, *, after: str = "") -> SavedPage:
    """One page of what somebody keeps, after the post with this public id."""
    kept = _kept(viewer)
    seen = Post.objects.visible_to(viewer).values("pk")
    rows = kept.filter(post__in=seen)
    gone = 0 if after else kept.exclude(post__in=seen).count()
    if after and (last := rows.filter(post__public_id=after).first()):
        rows = rows.filter(saved_at__lt=last.saved_at) | rows.filter(
            saved_at=last.saved_at, pk__lt=last.pk
        )
    found = list(rows[: PAGE + 1])
    return SavedPage(found[:PAGE], len(found) > PAGE, gone)


def saved_for_clinic(viewer: Viewer) -> list[Saved]:
    """All that somebody keeps and may see, oldest first, to take to their clinic."""
    seen = Post.objects.visible_to(viewer).values("pk")
    rows = _kept(viewer).filter(post__in=seen).order_by("saved_at", "pk")
    return list(rows[:MOST_FOR_CLINIC])


def _kept(viewer: Viewer) -> QuerySet[Saved]:
    rows = Saved.objects.filter(user_id=viewer.user_id or 0)
    rows = with_openings(viewer, rows, "post__thread")
    return rows.select_related(
        "post__thread__author", "post__thread__board", "post__author"
    ).order_by("-saved_at", "-pk")


def followed_rows(viewer: Viewer) -> list[BoardRow]:
    """Threads that somebody follows and may see, the newest word first, as on a board."""
    follows = Follow.objects.filter(
        user_id=viewer.user_id or 0, kind=FollowKind.FOLLOW, thread__isnull=False
    )
    base = ThreadSummary.objects.visible_to(viewer).filter(thread__in=follows.values("thread_id"))
    return rows_of(viewer, base, most=MOST_FOLLOWED)[0]


def muted_pattern(user: User) -> re.Pattern[str] | None:
    """Finds the words that somebody muted; None where there are none."""
    if not user.muted_words:
        return None
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, user.muted_words))})\b", re.IGNORECASE)
