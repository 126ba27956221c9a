"""Work lists of threads: without a reply from anybody else, and without one from a professional.

Everything is asked through the one door: a reply that the viewer may not see is none for them, so
that no list tells of it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import Role
from accounts.viewer import Viewer
from forum.access_log import with_openings
from forum.models import Post, Status, Thread

PAGE_SIZE = 25
# Older ones are not called up again: their moment is over.
NOT_OLDER = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class ThreadList:
    """A page of threads, longest waiting first. ``next_after``: empty at the end."""

    threads: list[Thread]
    next_after: str


def unanswered(viewer: Viewer, *, waited: timedelta, at: datetime, after: str = "") -> ThreadList:
    """Threads of others that nobody but their author has replied to for so long."""
    answers = _replies(viewer).exclude(author=OuterRef("author"))
    threads = _open_threads(viewer, waited=waited, at=at).filter(~Exists(answers))
    return _page(viewer, threads, after)


def asking_professionals(viewer: Viewer, *, at: datetime, after: str = "") -> ThreadList:
    """Threads that ask a professional and have no reply from one yet."""
    answers = _replies(viewer).filter(author__role=Role.HCP)
    threads = _open_threads(viewer, waited=timedelta(0), at=at).filter(
        ~Exists(answers), asks_professional=True, no_advice=False
    )
    return _page(viewer, threads, after)


def _replies(viewer: Viewer) -> QuerySet[Post]:
    return Post.objects.visible_beside(viewer).filter(
        thread=OuterRef("pk"), status=Status.PUBLISHED, is_opening=False
    )


def _open_threads(viewer: Viewer, *, waited: timedelta, at: datetime) -> QuerySet[Thread]:
    return (
        Thread.objects.visible_to(viewer)
        .filter(
            status=Status.PUBLISHED,
            is_locked=False,
            published_at__gt=at - NOT_OLDER,
            published_at__lte=at - waited,
        )
        .exclude(author_id=viewer.user_id)
    )


def _page(viewer: Viewer, threads: QuerySet[Thread], after: str) -> ThreadList:
    """The threads behind the one with public id ``after``, if the viewer may see that one."""
    last = Thread.objects.visible_to(viewer).filter(public_id=after).first() if after else None
    if last is not None and last.published_at is not None:
        same = Q(published_at=last.published_at, public_id__gt=last.public_id)
        threads = threads.filter(published_at__gte=last.published_at).filter(
            Q(published_at__gt=last.published_at) | same
        )
    rows = list(
        with_openings(viewer, threads, "pk")
        .select_related("author", "board")
        .order_by("published_at", "public_id")[: PAGE_SIZE + 1]
    )
    more = len(rows) > PAGE_SIZE
    return ThreadList(rows[:PAGE_SIZE], rows[PAGE_SIZE - 1].public_id if more else "")
