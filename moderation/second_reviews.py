"""Second reviews, double-blind: some decided posts are shown again, to somebody else.

On the page they look like any other ticket, as it was before the first decision. What comes of it
changes nothing by itself: moderation/actions/second_reviews.py.
"""

import hashlib
from datetime import datetime, timedelta

from django.db.models import Exists, F, OuterRef, QuerySet

from accounts.models import User
from accounts.viewer import Viewer
from forum.access_log import with_openings
from forum.due import due_at
from forum.models import Post, Status
from forum.states import Severity, Track
from moderation import audit
from moderation.models import Claim, DecisionKind, Report, SecondReview, Workbench
from moderation.queue import Item, claim, read_item

PERCENT = 10
# After so many posts in a sitting comes a second review, if one is asked for.
EVERY = 8
# The post must still be as it was. Later nobody is asked any more.
OFFERED_FOR = timedelta(days=7)
# A decision may be taken back in its first minute, and looks are not asked for in a hurry.
NOT_BEFORE = timedelta(minutes=10)
KINDS = (
    DecisionKind.PUBLISH,
    DecisionKind.PUBLISH_NOTE,
    DecisionKind.ASK_CHANGE,
    DecisionKind.HIDE,
    DecisionKind.REMOVE,
)


def is_picked(public_id: str, *, percent: int = PERCENT) -> bool:
    """Whether a decision gets a second review: by its random id, so the same at each sweep."""
    digest = hashlib.sha256(f"second-review:{public_id}".encode()).digest()
    return int.from_bytes(digest[:4], "big") % 100 < percent


def open_looks(viewer: Viewer, *, at: datetime) -> QuerySet[SecondReview]:
    """Second reviews for this person: they had no part in it, and the post is unchanged."""
    mine = Report.objects.filter(reporter_id=viewer.user_id, post=OuterRef("decision__post"))
    resting = Workbench.objects.filter(reviewer_id=viewer.user_id, away_until__gt=at)
    posts = Post.objects.handleable_by(viewer)
    return (
        SecondReview.objects.filter(done_at__isnull=True, asked_at__gt=at - OFFERED_FOR)
        .exclude(first_moderator_id=viewer.user_id)
        .filter(
            decision__post__in=posts.values("pk"),
            decision__post__version=F("decision__post_version") + 1,
            decision__post__review_due_at__isnull=True,
        )
        .exclude(Exists(mine))
        .exclude(Exists(resting))
        .order_by("asked_at", "pk")
    )


def next_look(viewer: Viewer, *, at: datetime) -> str:
    """The public id of a post for a second review that nobody has open; or empty."""
    taken = Claim.objects.filter(until__gt=at).exclude(moderator_id=viewer.user_id)
    free = open_looks(viewer, at=at).exclude(decision__post__in=taken.values("post_id"))
    return free.values_list("decision__post__public_id", flat=True).first() or ""


def look_at(viewer: Viewer, public_id: str, *, at: datetime) -> SecondReview | None:
    """The open look at this post, for this person."""
    looks = open_looks(viewer, at=at).filter(decision__post__public_id=public_id)
    return looks.select_related("decision__post__thread").first()


def open_second_review(
    viewer: Viewer, moderator: User, public_id: str, *, at: datetime
) -> Item | Claim | None:
    """Claim and read a post for a second review, shown as it was before the first decision.

    Returns what ``moderation.queue.open_item`` returns. The reading is in the audit log.
    """
    look = look_at(viewer, public_id, at=at)
    if look is None:
        return None
    post = (
        with_openings(viewer, Post.objects.handleable_by(viewer))
        .select_related("thread__board", "thread__author", "author")
        .get(pk=look.decision.post_id)
    )
    held_by = claim(post=post, moderator=moderator, at=at)
    if held_by.moderator_id != moderator.pk:
        return held_by
    audit.record(
        actor=moderator,
        verb="read_for_review",
        subject_kind="post",
        subject_public_id=post.public_id,
        data={"version": post.version, "status": post.status},
        at=at,
    )
    item = read_item(viewer, post, held_by.until)
    return _as_before(look, item)


def _as_before(look: SecondReview, item: Item) -> Item:
    """The item without a trace of the first decision. Only in memory: nothing is saved."""
    decision, post = look.decision, item.post
    severity = Severity(decision.ticket_severity or Severity.S3)
    post.status = Status(decision.status_before)
    post.review_severity = severity
    post.review_track = decision.ticket_track or Track.CONDUCT
    post.review_reasons = decision.ticket_reasons or []
    post.review_due_at = due_at(severity, look.asked_at) + OFFERED_FOR
    named = decision.clause_id is not None
    fine = decision.status_after == Status.PUBLISHED
    return Item(
        post=post,
        until=item.until,
        context=item.context,
        quotes=item.quotes,
        author_clean_posts=item.author_clean_posts - fine,
        author_limiting_decisions=item.author_limiting_decisions - named,
    )
