"""Counts and order of board pages, one row an audience, kept when something is written.

Callers hold the lock on the thread. ``count_new_post`` is the quick path of the common case;
``recount`` is right after anything else, and must always agree with it.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db.models import Count, F, Max, Q

from forum.models import Audience, Post, Status, Thread, ThreadSummary

# Which posts an audience is shown: peers see both kinds.
SEEN_BY = {
    Audience.PEERS: (Audience.PEERS, Audience.COMMUNITY),
    Audience.COMMUNITY: (Audience.COMMUNITY,),
}
BATCH = 500


def count_new_post(post: Post) -> None:
    """Count a post that was published just now at the end of its thread."""
    for audience, seen in SEEN_BY.items():
        if post.audience not in seen or post.thread.audience not in seen:
            continue
        if post.is_opening:
            ThreadSummary.objects.create(
                thread=post.thread,
                board_id=post.thread.board_id,
                audience=audience,
                replies=0,
                shown=1,
                last_post=post,
                last_author_id=post.author_id,
                last_at=came_out(post),
            )
            continue
        ThreadSummary.objects.filter(thread_id=post.thread_id, audience=audience).update(
            replies=F("replies") + 1,
            shown=F("shown") + 1,
            last_post=post,
            last_author_id=post.author_id,
            last_at=post.published_at,
        )


def recount(thread_ids: Iterable[int]) -> None:
    """Make the rows of these threads anew from their posts."""
    ids = sorted(set(thread_ids))
    for start in range(0, len(ids), BATCH):
        batch = ids[start : start + BATCH]
        ThreadSummary.objects.filter(thread_id__in=batch).delete()
        ThreadSummary.objects.bulk_create(computed(batch))


def computed(thread_ids: Iterable[int]) -> list[ThreadSummary]:
    """The rows that these threads should have (unsaved), counted from their posts."""
    rows: list[ThreadSummary] = []
    threads = Thread.objects.filter(pk__in=thread_ids, status=Status.PUBLISHED).in_bulk()
    for audience, seen in SEEN_BY.items():
        ids = [pk for pk, thread in threads.items() if thread.audience in seen]
        published = Q(status=Status.PUBLISHED)
        counted = (
            Post.objects.filter(thread_id__in=ids, audience__in=seen, position__isnull=False)
            .values("thread_id")
            .annotate(
                replies=Count("pk", filter=published & Q(is_opening=False)),
                shown=Count("pk", filter=published | Q(status=Status.REMOVED)),
                last=Max("position", filter=published),
            )
            .order_by()
        )
        by_thread = {row["thread_id"]: row for row in counted if row["last"] is not None}
        last_posts = Post.objects.filter(
            Q(pk__in=_last_post_ids(by_thread, seen)),
        ).only("pk", "thread_id", "author_id", "published_at")
        for post in last_posts:
            row = by_thread[post.thread_id]
            rows.append(
                ThreadSummary(
                    thread_id=post.thread_id,
                    board_id=threads[post.thread_id].board_id,
                    audience=audience,
                    replies=row["replies"],
                    shown=row["shown"],
                    last_post=post,
                    last_author_id=post.author_id,
                    last_at=came_out(post),
                )
            )
    return rows


def _last_post_ids(
    by_thread: Mapping[int, Mapping[str, Any]], seen: tuple[Audience, ...]
) -> list[int]:
    """Ids of the posts at each thread's last counted position."""
    pairs = {(thread_id, row["last"]) for thread_id, row in by_thread.items()}
    candidates = Post.objects.filter(
        thread_id__in=by_thread, position__in={last for _, last in pairs}, audience__in=seen
    ).values_list("pk", "thread_id", "position")
    return [pk for pk, thread_id, position in candidates if (thread_id, position) in pairs]


def came_out(post: Post) -> datetime:
    """When a published post came out. Raises ``ValueError`` for a post that never did."""
    if post.published_at is None:
        raise ValueError(f"{post} was never published")
    return post.published_at


def wrong_rows() -> list[int]:
    """Ids of threads whose rows differ from a recount; empty when all is well."""
    wrong: set[int] = set()
    ids = list(Thread.objects.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(ids), BATCH):
        batch = ids[start : start + BATCH]
        right = {_facts(row) for row in computed(batch)}
        stored = {_facts(row) for row in ThreadSummary.objects.filter(thread_id__in=batch)}
        wrong |= {facts[0] for facts in right ^ stored}
    return sorted(wrong)


def _facts(row: ThreadSummary) -> tuple:
    return (
        row.thread_id,
        row.board_id,
        row.audience,
        row.replies,
        row.shown,
        row.last_post_id,
        row.last_author_id,
        row.last_at,
    )
