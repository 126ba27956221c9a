"""Writing down which members' posts a health professional (HCP) is shown (procedure 2).

A view calls ``record_shown`` once, with all that its page will show, before it renders. The rows
are in the database before the page exists: where they cannot be written there is no page. So that
no page forgets it, ``forum/middleware.py`` sends HCPs no page of ours that neither called it nor is
marked with ``shows_no_posts``.

What counts as shown: the words of a post, a passage quoted from it, the title of a thread (it
belongs to the opening post), a name in a notice. Tombstones have no words: callers leave them out.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Protocol, TypeVar

from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.utils import timezone

from accounts.http import VisitorRequest
from accounts.models import Role
from accounts.viewer import Viewer
from forum.models import HcpAccess, Post, Surface, Thread

View = TypeVar("View", bound=Callable)
Rows = TypeVar("Rows", bound=QuerySet)

RECORDED = "has_recorded_what_it_shows"


class Titled(Protocol):
    """A row that shows a thread's title: it knows the thread, its author and its opening post."""

    @property
    def opening_pk(self) -> int | None:
        """Id of the post that started it, from ``with_openings``."""

    @property
    def thread(self) -> Thread:
        """The thread, loaded with its author."""


def is_logged(viewer: Viewer) -> bool:
    """Whether what this viewer is shown is written down."""
    return viewer.role == Role.HCP


def shows_no_posts(view: View) -> View:
    """Mark a view of ``forum`` or ``moderation`` whose page holds nothing of anybody's posts."""
    view.shows_no_posts = True  # type: ignore[attr-defined]
    return view


def with_openings(viewer: Viewer, rows: Rows, thread: str = "thread") -> Rows:
    """The rows with ``opening_pk`` for viewers who are logged, for ``titles`` of ``record_shown``.

    ``thread``: the path from a row to its thread ("pk" for threads). Costs others nothing.
    """
    if not is_logged(viewer):
        return rows
    opening = Post.objects.filter(thread=OuterRef(thread), is_opening=True)
    return rows.annotate(opening_pk=Subquery(opening.values("pk")[:1]))


def record_shown(
    request: VisitorRequest,
    surface: Surface,
    *,
    posts: Iterable[Post] = (),
    titles: Iterable[Thread | Post | Titled] = (),
    reason: str = "",
    at: datetime | None = None,
) -> None:
    """Write down that a page shows these posts, and the titles of these threads.

    ``posts`` come with their author. ``titles``: threads, or rows with a thread, loaded through
    ``with_openings`` with the thread's author; one that was not raises ``AttributeError``, and the
    page is not sent. One query for HCPs, none for others.
    """
    setattr(request, RECORDED, True)
    viewer = request.viewer
    if not is_logged(viewer) or viewer.user_id is None:
        return
    members = {post.pk: post.author_id for post in posts if _is_told(post)}
    for row in titles:
        author = row.author if isinstance(row, Thread) else row.thread.author
        if author.role == Role.MEMBER and row.opening_pk is not None:
            members[row.opening_pk] = author.pk
    at = at or timezone.now()
    HcpAccess.objects.bulk_create(
        [
            HcpAccess(
                hcp_id=viewer.user_id,
                post_id=post_id,
                author_id=author_id,
                surface=surface,
                day=timezone.localdate(at),
                first_at=at,
                reason=reason,
            )
            for post_id, author_id in members.items()
        ],
        ignore_conflicts=True,
    )


def record_shown_before(
    *, hcp_id: int, post: Post, surface: Surface, moments: Iterable[datetime], reason: str
) -> None:
    """Write down what was shown earlier, where the author could not be told at once."""
    if not _is_told(post):
        return
    HcpAccess.objects.bulk_create(
        [
            HcpAccess(
                hcp_id=hcp_id,
                post=post,
                author_id=post.author_id,
                surface=surface,
                day=timezone.localdate(at),
                first_at=at,
                reason=reason,
            )
            for at in moments
        ],
        ignore_conflicts=True,
    )


def has_recorded(request: HttpRequest) -> bool:
    """Whether the view of this request said what it shows."""
    return getattr(request, RECORDED, False)


def _is_told(post: Post) -> bool:
    """Whether the author learns of it: members do, staff write in their role."""
    return post.author.role == Role.MEMBER
