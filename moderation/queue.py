"""The queue: which tickets a reviewer may work on, and who has which one right now."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.models import User
from accounts.viewer import Viewer
from forum.access_log import with_openings
from forum.models import Post, Quote, Status
from moderation import audit
from moderation.models import Claim, Report

CLAIM_LASTS = timedelta(minutes=5)
LIST_SIZE = 50
CONTEXT_POSTS = 2


def tickets_for(viewer: Viewer) -> QuerySet[Post]:
    """Open tickets that a reviewer may handle, most urgent first. No text is read from these.

    Nobody decides on what they reported themselves.
    """
    own_reports = Report.objects.filter(reporter_id=viewer.user_id, post__isnull=False)
    return (
        Post.objects.handleable_by(viewer)
        .filter(review_due_at__isnull=False)
        .exclude(pk__in=own_reports.values("post_id"))
        .order_by("review_severity", "review_due_at", "pk")
    )


def free_tickets_for(viewer: Viewer, *, at: datetime) -> QuerySet[Post]:
    """Tickets that nobody else is looking at."""
    taken = Claim.objects.filter(until__gt=at).exclude(moderator_id=viewer.user_id)
    return tickets_for(viewer).exclude(pk__in=taken.values("post_id"))


@transaction.atomic
def claim(*, post: Post, moderator: User, at: datetime | None = None) -> Claim:
    """Take or renew a post for five minutes.

    Returns the claim as it stands: somebody else's, where they were first and still have time.
    """
    at = at or timezone.now()
    until = at + CLAIM_LASTS
    free = Q(moderator=moderator) | Q(until__lte=at)
    Claim.objects.filter(free, post=post).update(moderator=moderator, until=until)
    claimed, _ = Claim.objects.select_related("moderator").get_or_create(
        post=post, defaults={"moderator": moderator, "until": until}
    )
    return claimed


def release(*, post: Post, moderator: User) -> bool:
    """Give a post back. Returns whether it was this moderator's."""
    return bool(Claim.objects.filter(post=post, moderator=moderator).delete()[0])


@dataclass(frozen=True, slots=True)
class Item:
    """A ticket as its reviewer sees it. ``context``: published posts just before it."""

    post: Post
    context: list[Post]
    quotes: list[Quote]
    author_clean_posts: int
    author_limiting_decisions: int


def open_item(viewer: Viewer, moderator: User, public_id: str) -> Item | Claim | None:
    """Claim a ticket and read it; the reading is in the audit log.

    Returns the claim of another reviewer where they have it; None where there is no such ticket
    for this reviewer.
    """
    post = (
        with_openings(viewer, tickets_for(viewer))
        .filter(public_id=public_id)
        .select_related("thread__board", "thread__author", "author")
        .first()
    )
    if post is None:
        return None
    held_by = claim(post=post, moderator=moderator)
    if held_by.moderator_id != moderator.pk:
        return held_by
    audit.record(
        actor=moderator,
        verb="read_for_review",
        subject_kind="post",
        subject_public_id=post.public_id,
        data={"version": post.version, "status": post.status},
    )
    # Counted from what this reviewer may know: else the sums would tell of the rest.
    known = Post.objects.handleable_by(viewer).filter(author=post.author)
    return Item(
        post=post,
        context=_context(viewer, post),
        quotes=_quotes(viewer, post),
        author_clean_posts=known.filter(status=Status.PUBLISHED, review_due_at=None).count(),
        author_limiting_decisions=post.author.decisions_received.filter(
            clause__isnull=False, post__in=known
        ).count(),
    )


def _context(viewer: Viewer, post: Post) -> list[Post]:
    """The published posts before it in the thread, oldest first, that the reviewer may know."""
    before = Post.objects.handleable_by(viewer).filter(
        thread_id=post.thread_id, status=Status.PUBLISHED
    )
    if post.position is not None:
        before = before.filter(position__lt=post.position)
    rows = before.select_related("author").order_by("-position")[:CONTEXT_POSTS]
    return list(reversed(rows))


def _quotes(viewer: Viewer, post: Post) -> list[Quote]:
    """What the post quotes, where the reviewer may know the source."""
    sources = Post.objects.handleable_by(viewer).filter(status=Status.PUBLISHED)
    return list(post.quotes.filter(source__in=sources).select_related("source__author"))
