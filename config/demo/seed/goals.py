"""How much is missing to reach the totals that were asked for."""

from dataclasses import dataclass

from accounts.models import Role, User
from config.demo.seed.crowd import GROUPS, crowd
from forum.models import Post, Thread

POSTS_PER_THREAD = 12
POSTS_PER_MEMBER = 50
SMALLEST_CROWD = 5 * len(GROUPS)


@dataclass(frozen=True, slots=True)
class Missing:
    """What has to be added. A total that was not asked for follows from the others."""

    members: int = 0
    threads: int = 0
    posts: int = 0


def missing(*, members: int | None, threads: int | None, posts: int | None) -> Missing:
    """What is missing to so many members, threads and posts in all (None: as many as fit).

    Totals are minimums: every thread has at least one post, posts need somebody to write them,
    and nothing is taken away. Asking again for totals that are there gives nothing.
    """
    threads_short = _short(threads, Thread.objects.count())
    posts_short = _short(posts, Post.objects.count())
    if posts is None:
        posts_short = threads_short * POSTS_PER_THREAD
    if threads is None:
        threads_short = posts_short // POSTS_PER_THREAD
    if posts_short:
        threads_short = max(threads_short, 1)
    posts_short = max(posts_short, threads_short)
    members_short = _short(members, User.objects.filter(role=Role.MEMBER).count())
    if posts_short:
        wanted = SMALLEST_CROWD if members else max(SMALLEST_CROWD, posts_short // POSTS_PER_MEMBER)
        members_short = max(members_short, wanted - crowd().count())
    return Missing(members_short, threads_short, posts_short)


def _short(wanted: int | None, there: int) -> int:
    return max(0, (wanted or 0) - there)
