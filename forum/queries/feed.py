"""What stands in somebody's feed: what is new in the boards and threads that they follow."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from accounts.models import User
from accounts.viewer import Viewer
from forum.models import Follow, FollowKind, Post, Status
from forum.queries.reading import MOST_FOLLOWED, muted_pattern
from forum.summaries import came_out

MOST_ENTRIES = 30
GOES_BACK = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """One line of a feed. Where the thread has a content note, ``note`` stands for its title."""

    public_id: str  # of the post
    is_reply: bool
    title: str
    note: str
    at: datetime


def feed_of(viewer: Viewer, user: User, *, at: datetime | None = None) -> list[FeedEntry]:
    """The newest threads of followed boards and replies in followed threads, the newest first.

    Only what the person may see now, and nothing of their own, of muted threads, or with a word
    that they muted. Two queries.
    """
    since = (at or timezone.now()) - GOES_BACK
    own = Follow.objects.filter(user=user, kind=FollowKind.FOLLOW)
    boards = own.filter(board__isnull=False).values("board_id")
    threads = own.filter(thread__isnull=False).order_by("-created_at", "-pk")
    threads_followed = threads.values("thread_id")[:MOST_FOLLOWED]
    posts = [
        *_newest(_posts(viewer, since).filter(is_opening=True, thread__board__in=boards)),
        *_newest(_posts(viewer, since).filter(is_opening=False, thread__in=threads_followed)),
    ]
    muted = muted_pattern(user)
    entries = [
        FeedEntry(
            public_id=post.public_id,
            is_reply=not post.is_opening,
            title=post.thread.title,
            note=post.thread.content_note,
            at=came_out(post),
        )
        for post in posts
        if muted is None or not muted.search(f"{post.thread.title}\n{post.text}")
    ]
    return sorted(entries, key=lambda entry: (entry.at, entry.public_id), reverse=True)[
        :MOST_ENTRIES
    ]


def _posts(viewer: Viewer, since: datetime) -> QuerySet[Post]:
    muted = Follow.objects.filter(
        user_id=viewer.user_id or 0, kind=FollowKind.MUTE, thread=OuterRef("thread")
    )
    visible = Post.objects.visible_to(viewer).filter(
        status=Status.PUBLISHED, published_at__gte=since
    )
    return visible.exclude(author_id=viewer.user_id).exclude(Exists(muted))


def _newest(posts: QuerySet[Post]) -> list[Post]:
    # Some more than are shown: those with muted words fall out.
    rows = posts.select_related("thread").order_by("-published_at", "-pk")
    return list(rows[: 2 * MOST_ENTRIES])
