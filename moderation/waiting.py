"""How long tickets and reports wait, the long ones too: for the desk and the page of figures.

The middle hides those who waited longest, so each kind also has its 90th percentile and how many
are late, now and over the last 28 days.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from forum.models import TicketClock
from forum.states import Severity
from forum.waits import WINDOW, Waits, summed_up
from moderation.models import Category, Report
from moderation.models.report import FINISHED

# When it came in, when it was due, when a human first looked (None: not yet).
Times = tuple[datetime, datetime, datetime | None]


@dataclass(frozen=True, slots=True)
class Tail:
    """Waits for a first look of one kind.

    ``waits``: over the last 28 days. ``late``: of those, how many were looked at after they were
    due, or still wait and are overdue. ``waiting_now`` and ``overdue_now``: without a look as yet.
    """

    waits: Waits
    late: int
    waiting_now: int
    overdue_now: int


def ticket_tails(*, at: datetime | None = None) -> dict[Severity, Tail]:
    """The tail of review tickets, by severity."""
    at = at or timezone.now()
    times: dict[Severity, list[Times]] = defaultdict(list)
    looked = TicketClock.objects.filter(first_look_at__gt=at - WINDOW, first_look_at__lte=at)
    waiting = TicketClock.objects.filter(closed_at=None, first_look_at=None, opened_at__lte=at)
    for clocks in (looked, waiting):
        for clock in clocks.only("severity", "opened_at", "due_at", "first_look_at"):
            row = (clock.opened_at, clock.due_at, clock.first_look_at)
            times[Severity(clock.severity)].append(row)
    return {severity: _tail(times[severity], at) for severity in Severity}


def report_tails(*, at: datetime | None = None) -> dict[Category, Tail]:
    """The tail of reports, by category."""
    at = at or timezone.now()
    times: dict[Category, list[Times]] = defaultdict(list)
    looked = Report.objects.filter(first_look_at__gt=at - WINDOW, first_look_at__lte=at)
    waiting = Report.objects.exclude(status__in=FINISHED).filter(
        first_look_at=None, created_at__lte=at
    )
    for reports in (looked, waiting):
        for report in reports.only("category", "created_at", "due_at", "first_look_at"):
            row = (report.created_at, report.due_at, report.first_look_at)
            times[Category(report.category)].append(row)
    return {category: _tail(times[category], at) for category in Category}


def _tail(times: Iterable[Times], at: datetime) -> Tail:
    waits, late, waiting, overdue = [], 0, 0, 0
    for opened, due, looked in times:
        is_late = (looked or at) > due
        late += is_late
        if looked is not None:
            waits.append(max(looked - opened, timedelta()))
            continue
        waiting += 1
        if is_late:
            overdue += 1
            waits.append(at - opened)
    return Tail(summed_up(waits), late, waiting, overdue)
