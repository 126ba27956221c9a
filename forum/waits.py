"""The usual wait for a first human look: measured by a sweep, read from one row.

What counts: looks of the last 28 days, and tickets that are overdue and still wait, with the time
that they have waited so far. So a queue that nobody looks at does not seem fast.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from forum.due import current_hours
from forum.hours import next_opening
from forum.models import TicketClock, UsualWait
from forum.states import Severity

WINDOW = timedelta(days=28)
FEWEST = 5  # below it, no figure is given
BACK_WITHIN = timedelta(days=28)
STALE = timedelta(days=2)  # a figure that no sweep has renewed is not shown


# What members call the severities.
IN_PLAIN_WORDS = {
    Severity.S0: _("Somebody may be in danger"),
    Severity.S1: _("It may be serious"),
    Severity.S2: _("First posts, and most others"),
    Severity.S3: _("Small things, such as a link"),
}


@dataclass(frozen=True, slots=True)
class Waits:
    """Measured waits of one kind; ``median`` and ``p90`` are None below five."""

    count: int
    median: timedelta | None
    p90: timedelta | None


def summed_up(waits: Sequence[timedelta]) -> Waits:
    """Median (the lower of two in the middle) and 90th percentile (nearest rank)."""
    if len(waits) < FEWEST:
        return Waits(len(waits), None, None)
    ordered = sorted(waits)
    return Waits(len(ordered), _rank(ordered, 0.5), _rank(ordered, 0.9))


def _rank(ordered: Sequence[timedelta], share: float) -> timedelta:
    return ordered[ceil(share * len(ordered)) - 1]


def waits_of_tickets(*, at: datetime) -> dict[Severity, list[timedelta]]:
    """What was waited for a first look, by severity, in the 28 days before ``at``."""
    found: dict[Severity, list[timedelta]] = defaultdict(list)
    looked = TicketClock.objects.filter(first_look_at__gt=at - WINDOW, first_look_at__lte=at)
    for severity, opened, looked_at in looked.values_list("severity", "opened_at", "first_look_at"):
        wait = (looked_at or at) - opened
        found[Severity(severity)].append(max(wait, timedelta()))
    waiting = TicketClock.objects.filter(closed_at=None, first_look_at=None, due_at__lt=at)
    for severity, opened in waiting.values_list("severity", "opened_at"):
        found[Severity(severity)].append(at - opened)
    return found


def measure(*, at: datetime | None = None) -> None:
    """Write the usual wait of each severity. Safe to run at any time, twice at once too."""
    at = at or timezone.now()
    found = waits_of_tickets(at=at)
    rows = []
    for severity in Severity:
        waits = summed_up(found.get(severity, []))
        rows.append(
            UsualWait(
                severity=severity,
                looks=waits.count,
                median=_seconds(waits.median),
                p90=_seconds(waits.p90),
                measured_at=at,
            )
        )
    UsualWait.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["severity"],
        update_fields=["looks", "median", "p90", "measured_at"],
    )


def _seconds(wait: timedelta | None) -> int | None:
    return None if wait is None else round(wait.total_seconds())


def usual_waits(*, at: datetime | None = None) -> dict[Severity, Waits]:
    """The measured waits, by severity; those that no sweep has renewed for days are left out."""
    at = at or timezone.now()
    return {
        Severity(row.severity): Waits(row.looks, _time(row.median), _time(row.p90))
        for row in UsualWait.objects.filter(measured_at__gt=at - STALE).order_by("severity")
    }


def _time(seconds: int | None) -> timedelta | None:
    return None if seconds is None else timedelta(seconds=seconds)


@dataclass(frozen=True, slots=True)
class Expected:
    """What an author is told of the wait, in words; empty where it is not known.

    ``back_at``: when people are next there, where nobody is there now.
    """

    median: str
    p90: str
    back_at: datetime | None


def expected_wait(severity: int | None, *, at: datetime | None = None) -> Expected | None:
    """The wait of a post with a ticket; None without one. Two queries."""
    if severity is None:
        return None
    at = at or timezone.now()
    found = usual_waits(at=at).get(Severity(severity))
    back_at = next_opening(current_hours(), at, within=BACK_WITHIN)
    return Expected(
        median=in_words(found.median) if found else "",
        p90=in_words(found.p90) if found else "",
        back_at=back_at if back_at != at else None,
    )


def in_words(wait: timedelta | None) -> str:
    """A wait for people to read, rounded up; empty where it is not known."""
    if wait is None:
        return ""
    minutes = max(1, ceil(wait.total_seconds() / 60))
    if minutes <= 90:
        return ngettext("%(n)d minute", "%(n)d minutes", minutes) % {"n": minutes}
    hours = ceil(minutes / 60)
    if hours <= 48:
        return ngettext("%(n)d hour", "%(n)d hours", hours) % {"n": hours}
    days = ceil(hours / 24)
    return ngettext("%(n)d day", "%(n)d days", days) % {"n": days}
