"""A health professional may know a member: they step back for good (P2.6)."""

from datetime import datetime

from django.db import transaction

from accounts.models import User
from accounts.viewer import viewer_of
from forum.actions import relations
from forum.models import Post
from moderation import audit
from moderation.models import Claim


@transaction.atomic
def recuse(*, hcp: User, member: User, at: datetime | None = None) -> bool:
    """Keep the two apart, and give back what the HCP had claimed and may not handle any more.

    Returns False where it was so before. The log says that it happened, never why. Raises
    ``NotVisible`` where the two are no HCP and member.
    """
    if not relations.recuse(hcp=hcp, member=member):
        return False
    still_theirs = Post.objects.handleable_by(viewer_of(hcp, at=at)).values("pk")
    Claim.objects.filter(moderator=hcp).exclude(post__in=still_theirs).delete()
    audit.record(
        actor=hcp,
        verb="recused",
        subject_kind="account",
        subject_public_id=member.public_id,
        at=at,
    )
    return True
