"""Raising alerts. A sweep derives from rows what must be raised: none is lost when it dies, and the
database lets each stage of a ticket or report be raised once.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from accounts.models import User
from accounts.site_settings import site
from accounts.viewer import viewer_of
from forum.actions.clocks import keep_clock
from forum.actions.state import lock_post
from forum.due import current_hours
from forum.hours import Hours, is_staffed
from forum.models import Post, TicketClock
from forum.policy import DAY_AND_NIGHT
from forum.states import Severity
from moderation import audit
from moderation.alerts import alerts_for, concerns_staff, may_be_told
from moderation.models import Alert, AlertDelivery, Channel, Claim, Report, ReportStatus, Stage
from moderation.models.report import FINISHED
from moderation.oncall import able_admins, on_call_at

OUTSIDE = "outside"
HEALED_AT_ONCE = 500
FIRST_STAGES = (Stage.NEW, Stage.OVERDUE)


@dataclass(frozen=True, slots=True)
class Matter:
    """A ticket or report that may need an alert, and the alerts that it has."""

    severity: Severity
    since: datetime
    due_at: datetime
    is_looked_at: bool
    is_worked_on: bool
    alerts: list[Alert]
    clock: TicketClock | None = None
    report: Report | None = None


def raise_alerts(*, at: datetime | None = None) -> int:
    """Raise what must be raised by now; returns how many."""
    at = at or timezone.now()
    heal_clocks()
    hours = current_hours()
    return sum(
        raise_one(matter, stage, at)
        for matter in [*_tickets(at), *_reports()]
        for stage in stages_due(matter, at=at, hours=hours)
    )


def heal_clocks(*, limit: int = HEALED_AT_ONCE) -> int:
    """Make clocks say what tickets say, where a row was written past the actions; returns how many.

    The ticket is the truth: a post that waits is never without a clock, and so never without alert.
    """
    running = TicketClock.objects.filter(post=OuterRef("pk"), closed_at=None)
    without = Post.objects.filter(~Exists(running), review_due_at__isnull=False)
    urgent = without.order_by("review_severity", "review_due_at", "pk")
    over = TicketClock.objects.filter(closed_at=None, post__review_due_at=None)
    found = [*urgent.values_list("pk", flat=True)[:limit]]
    found += over.values_list("post_id", flat=True)[:limit]
    for pk in found:
        with transaction.atomic():
            post = lock_post(pk)
            keep_clock(post, at=post.edited_at or post.created_at)
    return len(found)


def stages_due(matter: Matter, *, at: datetime, hours: Hours | None) -> Iterator[Stage]:
    """Stages that a matter has reached and that were not raised yet.

    New: danger now, and what is serious while nobody is there. Overdue: late, and nobody works on
    it. Second: nobody has looked some minutes after the first alert, or after somebody took it.
    """
    raised = {Stage(alert.stage) for alert in matter.alerts}
    if at < matter.due_at:
        is_pressing = matter.severity == Severity.S0 or not is_staffed(hours, matter.since)
        if Stage.NEW not in raised and is_pressing:
            yield Stage.NEW
    elif Stage.OVERDUE not in raised and not matter.is_worked_on:
        yield Stage.OVERDUE
    first = [alert for alert in matter.alerts if alert.stage in FIRST_STAGES]
    if not first or matter.is_looked_at or Stage.SECOND in raised:
        return
    taken = [alert.acknowledged_at for alert in first if alert.acknowledged_at]
    start = max([min(alert.raised_at for alert in first), *taken])
    if at >= start + timedelta(minutes=site().alert_second_after):
        yield Stage.SECOND


def _tickets(at: datetime) -> Iterator[Matter]:
    clocks = TicketClock.objects.filter(closed_at=None, severity__in=DAY_AND_NIGHT)
    claimed = set(Claim.objects.filter(until__gt=at).values_list("post_id", flat=True))
    for clock in clocks.prefetch_related("alerts").order_by("severity", "due_at", "pk"):
        yield matter_of(clock, is_worked_on=clock.post_id in claimed)


def matter_of(clock: TicketClock, *, is_worked_on: bool = False) -> Matter:
    """What an alert about a ticket starts from. ``is_worked_on``: somebody has it open."""
    return Matter(
        severity=Severity(clock.severity),
        since=clock.opened_at,
        due_at=clock.due_at,
        is_looked_at=clock.first_look_at is not None,
        is_worked_on=is_worked_on,
        alerts=list(clock.alerts.all()),
        clock=clock,
    )


def _reports() -> Iterator[Matter]:
    reports = Report.objects.filter(severity__in=DAY_AND_NIGHT).exclude(status__in=FINISHED)
    for report in reports.prefetch_related("alerts").order_by("severity", "due_at", "pk"):
        yield Matter(
            severity=Severity(report.severity),
            since=report.created_at,
            due_at=report.due_at,
            is_looked_at=report.first_look_at is not None,
            is_worked_on=report.status != ReportStatus.RECEIVED,
            alerts=list(report.alerts.all()),
            report=report,
        )


@transaction.atomic
def raise_one(matter: Matter, stage: Stage, at: datetime) -> bool:
    """Write the alert and all its messages, once. Returns whether this call did."""
    alert, is_new = Alert.objects.get_or_create(
        clock=matter.clock,
        report=matter.report,
        stage=stage,
        defaults={
            "severity": matter.severity,
            "waiting_since": matter.since,
            "raised_at": at,
        },
    )
    if not is_new:
        return False
    people = _people(alert, at)
    messages = [
        AlertDelivery(channel=Channel.EMAIL, target=person.public_id, recipient=person)
        for person in people
    ]
    wants_outside = settings.OUTSIDE_CONTACT_EMAIL and (stage == Stage.SECOND or not people)
    if wants_outside or stage == Stage.NOBODY:
        messages.append(AlertDelivery(channel=Channel.EMAIL, target=OUTSIDE))
    if not concerns_staff(alert):
        messages += [
            AlertDelivery(channel=Channel.WEBHOOK, target=str(number))
            for number, _ in enumerate(settings.ALERT_WEBHOOK_URLS, start=1)
        ]
    for message in messages:
        message.alert, message.due_at = alert, at
    AlertDelivery.objects.bulk_create(messages)
    audit.record(
        actor=None,
        verb="alert_raised",
        subject_kind="alert",
        subject_public_id=alert.public_id,
        data={"stage": stage, "severity": matter.severity, "messages": len(messages)},
        at=at,
    )
    return True


def _people(alert: Alert, at: datetime) -> list[User]:
    """Who is told: on-call first; all admins where nobody on call may be, and the second time."""
    if alert.stage != Stage.SECOND:
        on_call = [user for user in on_call_at(at) if may_be_told(user, alert, at=at)]
        if on_call:
            return on_call
    return [user for user in able_admins(at=at) if may_be_told(user, alert, at=at)]


@transaction.atomic
def acknowledge(*, public_id: str, admin: User, at: datetime | None = None) -> Alert | None:
    """Say "I am on it". The first to say so stays; None where there is no such alert for them."""
    at = at or timezone.now()
    found = alerts_for(viewer_of(admin, at=at)).filter(public_id=public_id).first()
    if found is None:
        return None
    taken = Alert.objects.filter(pk=found.pk, acknowledged_at=None).update(
        acknowledged_at=at, acknowledged_by=admin
    )
    if taken:
        audit.record(
            actor=admin,
            verb="alert_acknowledged",
            subject_kind="alert",
            subject_public_id=found.public_id,
            at=at,
        )
    return Alert.objects.select_related("acknowledged_by").get(pk=found.pk)
