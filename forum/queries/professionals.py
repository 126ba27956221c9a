"""The page of a health professional, as somebody may see it."""

from django.db.models import F, QuerySet

from accounts.models import HcpProfile, Role
from accounts.viewer import Viewer
from forum.visibility import author_kept_from


def professionals_met_by(viewer: Viewer) -> QuerySet[HcpProfile]:
    """Professionals who were checked once and whom this viewer meets.

    The same reasons that keep their posts away keep their pages away: *hide me from* and
    workplaces, both ways (procedure 2).
    """
    if not viewer.may_read:
        return HcpProfile.objects.none()
    profiles = HcpProfile.objects.filter(
        user__role=Role.HCP, user__is_active=True, verified_at__isnull=False
    ).alias(author_id=F("user_id"))
    kept = author_kept_from(viewer)
    return profiles if kept is None else profiles.exclude(kept)
