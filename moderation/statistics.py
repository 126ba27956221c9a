"""Figures by day and by month for the admins: whole counts, about the team as a whole.

No count is by moderator or by member. What is about the admin who looks, and cases that are kept
from them, is left out: a count that goes up by one would tell.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import TruncDate
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.viewer import Viewer
from moderation.figures import Sources, without_own
from moderation.models import AppealStatus
from moderation.models.decision import LIMITING

DAYS, MONTHS = 28, 12
DECEMBER = 12


@dataclass(frozen=True, slots=True)
class Line:
    """One day or month: its first day, and a count for each heading."""

    day: date
    counts: list[int]


@dataclass(frozen=True, slots=True)
class Statistics:
    """Counts of the last days and months, the newest first. One count a line for each heading."""

    headings: list[Any]
    days: list[Line]
    months: list[Line]


def statistics(viewer: Viewer, *, at: datetime) -> Statistics:
    """What an admin may know of the last 28 days and of 12 months. One query a heading."""
    today = timezone.localdate(at)
    first_month = _months_before(today, MONTHS - 1)
    since = min(first_month, today - timedelta(days=DAYS - 1))
    start = timezone.make_aware(datetime.combine(since, time.min))
    headings, counts = [], []
    for heading, rows, moment in _nouns(without_own(viewer)):
        found = rows.filter(**{f"{moment}__gte": start, f"{moment}__lte": at})
        by_day = found.annotate(on=TruncDate(moment)).order_by().values_list("on")
        headings.append(heading)
        counts.append(Counter(dict(by_day.annotate(Count("pk")))))
    days = [today - timedelta(days=number) for number in range(DAYS)]
    months = [_months_before(today, number) for number in range(MONTHS)]
    return Statistics(
        headings=headings,
        days=[Line(day, [one[day] for one in counts]) for day in days],
        months=[Line(month, [_in_month(one, month) for one in counts]) for month in months],
    )


def _nouns(rows: Sources) -> Sequence[tuple[Any, QuerySet[Any], str]]:
    """What is counted, and the moment that says on which day."""
    changed = Q(status__in=[AppealStatus.PARTLY, AppealStatus.OVERTURNED])
    return [
        (_("Reports"), rows.reports, "created_at"),
        (_("Cases opened"), rows.cases.filter(merged_into=None), "opened_at"),
        (_("Cases decided"), rows.cases.filter(merged_into=None), "decided_at"),
        (_("Posts looked at"), rows.decisions.exclude(kind__in=LIMITING), "decided_at"),
        (_("Posts limited"), rows.decisions.filter(kind__in=LIMITING), "decided_at"),
        (_("Sanctions"), rows.sanctions, "starts_at"),
        (_("Appeals"), rows.appeals, "created_at"),
        (_("Appeals that changed something"), rows.appeals.filter(changed), "decided_at"),
        (_("Break-glass asked for"), rows.glasses, "asked_at"),
    ]


def _months_before(day: date, number: int) -> date:
    """The first day of the month so many months before."""
    months = day.year * DECEMBER + day.month - 1 - number
    return date(months // DECEMBER, months % DECEMBER + 1, 1)


def _in_month(by_day: Counter[date], month: date) -> int:
    return sum(n for day, n in by_day.items() if (day.year, day.month) == (month.year, month.month))
