"""The queue: which tickets a reviewer may work on, and who has which one right now.

Everything that lists, counts or opens tickets starts from ``tickets_for``.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, Q, QuerySet
from django.utils import timezone

from accounts.models import User
from accounts.viewer import Viewer
from forum.access_log import with_openings
from forum.actions.clocks import mark_looked_at
from forum.models import Post, Quote, Status
from moderation import audit
from moderation.models import Claim, Decision, Report, Workbench
from moderation.second import proposed_by
from moderation.wellbeing import note_hard_item, others_for_hard_topics

CLAIM_LASTS = timedelta(minutes=5)
CONTEXT_POSTS = 2
ORDER = ("review_severity", "review_due_at", "public_id")


def tickets_for(viewer: Viewer, *, at: datetime | None = None) -> QuerySet[Post]:
    """Open tickets that a reviewer may handle, most urgent first. No text is read from these.

    Nobody decides on what they reported themselves, nor again on what waits for a second person.
    While they are away from hard topics, there are none for them.
    """
    own_reports = Report.objects.filter(reporter_id=viewer.user_id, post__isnull=False)
    return (
        Post.objects.handleable_by(viewer)
        .filter(_not_too_hard(viewer, at or timezone.now()), review_due_at__isnull=False)
        .exclude(pk__in=own_reports.values("post_id"))
        .exclude(pk__in=proposed_by(viewer).values("post_id"))
        .order_by(*ORDER)
    )


def _not_too_hard(viewer: Viewer, at: datetime) -> Q:
    """Not hard, or the reviewer is not away. An admin who is the last one stays."""
    away = Exists(Workbench.objects.filter(reviewer_id=viewer.user_id, away_until__gt=at))
    stays = ~Q(away)
    if viewer.may_administer and viewer.user_id is not None:
        stays |= ~Q(Exists(others_for_hard_topics(viewer.user_id, at=at)))
    return Q(review_hard=False) | stays


def free_tickets_for(viewer: Viewer, *, at: datetime) -> QuerySet[Post]:
    """Tickets that nobody else is looking at."""
    taken = Claim.objects.filter(until__gt=at).exclude(moderator_id=viewer.user_id)
    return tickets_for(viewer, at=at).exclude(pk__in=taken.values("post_id"))


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


def release(*, post: Post, moderator: User, until: datetime | None = None) -> bool:
    """Give a post back. Returns whether it was this moderator's.

    ``until``: only the claim that ends then. A page that is left says which one it had, so that
    its farewell, if it comes late, does not end the claim of the same person's next page.
    """
    own = Claim.objects.filter(post=post, moderator=moderator)
    if until is not None:
        own = own.filter(until=until)
    return bool(own.delete()[0])


def release_all(*, moderator: User) -> int:
    """Give everything back, when somebody stops. Returns how many claims ended."""
    return Claim.objects.filter(moderator=moderator).delete()[0]


@dataclass(frozen=True, slots=True)
class Item:
    """A ticket as its reviewer sees it. ``context``: published posts just before it."""

    post: Post
    until: datetime
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
    note_hard_item(post=post, reviewer=moderator)
    mark_looked_at(post, at=timezone.now())
    audit.record(
        actor=moderator,
        verb="read_for_review",
        subject_kind="post",
        subject_public_id=post.public_id,
        data={"version": post.version, "status": post.status},
    )
    return read_item(viewer, post, held_by.until)


def read_item(viewer: Viewer, post: Post, until: datetime) -> Item:
    """The post with what helps to judge it. The caller has logged the reading."""
    # Counted from what this reviewer may know: else the sums would tell of the rest.
    known = Post.objects.handleable_by(viewer).filter(author=post.author)
    return Item(
        post=post,
        until=until,
        context=_context(viewer, post),
        quotes=_quotes(viewer, post),
        author_clean_posts=known.filter(status=Status.PUBLISHED, review_due_at=None).count(),
        author_limiting_decisions=Decision.objects.strikes()
        .filter(author=post.author, post__in=known)
        .count(),
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
    quotes = post.quotes.filter(source__in=sources).select_related("source__author")
    return [quote for quote in quotes if quote.still_stands]
