"""Reads of reporters, and what an admin may see at the desk."""

from django.db.models import QuerySet

from accounts.viewer import Viewer
from moderation.conflicts import cases_for, open_reports_for
from moderation.models import Report

__all__ = ["cases_for", "open_reports_for", "own_reports"]


def own_reports(viewer: Viewer) -> QuerySet[Report]:
    """What a signed-in person reported themselves, newest first."""
    if viewer.user_id is None:
        return Report.objects.none()
    return Report.objects.filter(reporter_id=viewer.user_id).order_by("-created_at", "-pk")
