"""Plain spam: tickets for promotion and nothing else, which may be decided on several at once."""

from datetime import datetime

from accounts.models import User
from accounts.viewer import Viewer
from forum.access_log import with_openings
from forum.models import Post
from forum.screening import Kind
from forum.states import Severity, Track
from moderation import audit
from moderation.queue import free_tickets_for

MOST_AT_ONCE = 20
# Only so many routine tickets are gone through to find them.
MOST_LOOKED_AT = 200


def is_plain_spam(post: Post) -> bool:
    """Routine, about conduct, and found for promotion alone. In doubt: no."""
    kinds = {reason.get("kind") for reason in post.review_reasons}
    return (
        post.review_severity == Severity.S3
        and post.review_track == Track.CONDUCT
        and kinds == {Kind.PROMO}
        and not post.review_hard
    )


def open_spam(viewer: Viewer, moderator: User, *, at: datetime) -> list[Post]:
    """The first plain spam that nobody else has, with its words. Each reading is logged."""
    routine = (
        with_openings(viewer, free_tickets_for(viewer, at=at))
        .filter(review_severity=Severity.S3, review_track=Track.CONDUCT)
        .select_related("thread__board", "thread__author", "author")
    )
    found = [post for post in routine[:MOST_LOOKED_AT] if is_plain_spam(post)][:MOST_AT_ONCE]
    for post in found:
        audit.record(
            actor=moderator,
            verb="read_for_review",
            subject_kind="post",
            subject_public_id=post.public_id,
            data={"version": post.version, "status": post.status},
            at=at,
        )
    return found
