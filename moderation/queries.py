"""Reads of the admins' desk and of reporters."""

from django.db.models import Q, QuerySet

from accounts.viewer import Viewer
from moderation.models import Case, Report
from moderation.models.report import FINISHED


def open_reports_for(viewer: Viewer) -> QuerySet[Report]:
    """Reports that an admin may handle: none by themselves, none about themselves.

    Complaints go to somebody who had no part in what they are about.
    """
    if not viewer.may_administer:
        return Report.objects.none()
    return (
        Report.objects.exclude(reporter_id=viewer.user_id)
        .exclude(about_id=viewer.user_id)
        .exclude(post__author_id=viewer.user_id)
        .exclude(complaint_about__in=_involving(viewer))
        .exclude(case__about_id=viewer.user_id)
    )


def desk_list(viewer: Viewer) -> QuerySet[Report]:
    """Undecided reports, most urgent first."""
    return (
        open_reports_for(viewer)
        .exclude(status__in=FINISHED)
        .select_related("case__handler", "post")
        .order_by("severity", "due_at", "pk")
    )


def cases_for(viewer: Viewer) -> QuerySet[Case]:
    """Cases that an admin may see: none about themselves, none with a report of their own."""
    if not viewer.may_administer:
        return Case.objects.none()
    return Case.objects.exclude(about_id=viewer.user_id).exclude(
        pk__in=Report.objects.filter(
            Q(reporter_id=viewer.user_id)
            | Q(about_id=viewer.user_id)
            | Q(complaint_about__in=_involving(viewer)),
            case__isnull=False,
        ).values("case_id")
    )


def _involving(viewer: Viewer) -> QuerySet[Report]:
    """Reports that this admin handled, sent, or that are about them."""
    me = viewer.user_id
    return Report.objects.filter(Q(case__handler_id=me) | Q(reporter_id=me) | Q(about_id=me))


def own_reports(viewer: Viewer) -> QuerySet[Report]:
    """What a signed-in person reported themselves, newest first."""
    if viewer.user_id is None:
        return Report.objects.none()
    return Report.objects.filter(reporter_id=viewer.user_id).order_by("-created_at", "-pk")
