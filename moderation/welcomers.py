"""Reads of offers to welcome new members."""

from django.db.models import QuerySet

from accounts.viewer import Viewer
from forum.models import Welcomer
from moderation.ties import people_apart


def offers_for(viewer: Viewer) -> QuerySet[Welcomer]:
    """Offers that an admin may answer: of nobody whom they are kept from; open ones first."""
    if not viewer.may_administer or viewer.user_id is None:
        return Welcomer.objects.none()
    rows = Welcomer.objects.filter(user__is_active=True, user__closed_at=None)
    rows = rows.exclude(user_id__in={viewer.user_id, *people_apart(viewer.user_id)})
    return rows.select_related("user").order_by("answered_at", "asked_at")
