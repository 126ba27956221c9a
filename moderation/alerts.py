"""Reads of alerts: who may know of which, and what an admin sees of them."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import Role, User
from accounts.viewer import Viewer, viewer_of
from forum.models import Post
from moderation.models import (
    Alert,
    AlertDelivery,
    Category,
    DeliveryState,
    Report,
)
from moderation.models.report import FINISHED
from moderation.queries import open_reports_for

# Newest first; of those raised by the same sweep, the most urgent first.
ORDER = ("-raised_at", "severity", "pk")
SHOWN_FOR = timedelta(days=28)
# Reports that concern staff or decisions of staff, whatever else they name.
ABOUT_STAFF = (Category.HCP_BOUNDARY, Category.DECISION_COMPLAINT)
NO_LONGER_OPEN = Q(clock__closed_at__isnull=False) | Q(report__status__in=FINISHED)


def alerts_for(viewer: Viewer) -> QuerySet[Alert]:
    """Alerts that an admin may know of: no conflict with the post or the report."""
    if not viewer.may_administer:
        return Alert.objects.none()
    own = Report.objects.filter(reporter_id=viewer.user_id, post__isnull=False)
    about_post = Q(clock__post__in=Post.objects.handleable_by(viewer))
    about_post &= ~Q(clock__post__in=own.values("post_id"))
    about_report = Q(report__in=open_reports_for(viewer))
    return Alert.objects.filter(about_post | about_report).order_by(*ORDER)


def may_be_told(user: User, alert: Alert, *, at: datetime) -> bool:
    """Whether a person may be told of an alert at a moment."""
    return alerts_for(viewer_of(user, at=at)).filter(pk=alert.pk).exists()


def is_open(alert: Alert) -> bool:
    """Whether what an alert is about still waits, as the database has it now."""
    return Alert.objects.filter(pk=alert.pk).exclude(NO_LONGER_OPEN).exists()


def concerns_staff(alert: Alert) -> bool:
    """Whether somebody of the staff wrote, reported or is named in what an alert is about.

    We do not know who reads a webhook, so it is not told of these: the one it is about may.
    """
    if alert.clock is not None:
        post = alert.clock.post
        by_staff = Report.objects.filter(post=post).exclude(reporter__role=Role.MEMBER)
        return post.author.role != Role.MEMBER or by_staff.filter(reporter__isnull=False).exists()
    report = alert.report
    if report is None or report.category in ABOUT_STAFF or report.complaint_about_id:
        return True
    people = [
        report.reporter,
        report.about,
        report.post.author if report.post else None,
        report.case.about if report.case else None,
    ]
    return any(person is not None and person.role != Role.MEMBER for person in people)


@dataclass(frozen=True, slots=True)
class AlertNote:
    """What the desk says of alerts: how many nobody took, how many messages do not get out."""

    waiting: int
    failing: int


def alert_note(viewer: Viewer, *, at: datetime) -> AlertNote:
    """The note for an admin. ``failing``: in the last seven days."""
    alerts = alerts_for(viewer)
    waiting = alerts.filter(acknowledged_at=None).exclude(NO_LONGER_OPEN)
    failing = failing_deliveries().filter(
        alert__in=alerts.filter(raised_at__gt=at - timedelta(days=7))
    )
    return AlertNote(waiting.count(), failing.count())


def failing_deliveries() -> QuerySet[AlertDelivery]:
    """Messages that did not get out, and are tried again or were given up."""
    return AlertDelivery.objects.filter(
        Q(state=DeliveryState.FAILED) | Q(state=DeliveryState.DUE, tries__gt=0) & ~Q(error="")
    )


def alerts_page(viewer: Viewer, *, at: datetime, before: str = "") -> QuerySet[Alert]:
    """Alerts of the last 28 days, newest first; ``before``: older than the one with this id."""
    found = alerts_for(viewer).filter(raised_at__gt=at - SHOWN_FOR)
    if before:
        last = alerts_for(viewer).filter(public_id=before).first()
        if last is None:
            return Alert.objects.none()
        less_urgent = Q(severity__gt=last.severity) | Q(severity=last.severity, pk__gt=last.pk)
        older = Q(raised_at__lt=last.raised_at)
        found = found.filter(older | Q(raised_at=last.raised_at) & less_urgent)
    gone = Alert.objects.filter(NO_LONGER_OPEN, pk=OuterRef("pk"))
    return (
        found.annotate(is_over=Exists(gone))
        .select_related("clock__post", "report", "acknowledged_by")
        .prefetch_related("deliveries__recipient")
    )
