"""When a human must have looked: severity and moment in, due moment out, by the hours in force."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from forum.hours import Hours
from forum.models import StaffedHours
from forum.policy import due_by
from forum.states import Severity


def current_hours() -> Hours | None:
    """The staffed hours in force; None where none are set, or where they make no sense."""
    row = StaffedHours.objects.order_by("-number").values("time_zone", "week", "exceptions").first()
    if row is None:
        return None
    try:
        return hours_from(**row)
    except (AttributeError, KeyError, TypeError, ValueError):
        return None  # then all is due in real time, which is sooner


def hours_from(*, time_zone: str, week: Any, exceptions: Any) -> Hours:
    """The hours of a stored version. Raises ``ValueError`` and ``KeyError`` (unknown zone)."""
    return Hours(
        zone=ZoneInfo(time_zone),
        week=tuple(tuple((start, end) for start, end in day) for day in week),
        exceptions={
            date.fromisoformat(day): tuple((start, end) for start, end in spans)
            for day, spans in exceptions.items()
        },
    )


def due_at(severity: Severity | int, at: datetime, within: timedelta | None = None) -> datetime:
    """When a human must first have looked at what came in at ``at``.

    ``within``: another length than that of the severity (``forum.policy.DUE``).
    """
    return due_by(Severity(severity), at, hours=current_hours(), within=within)
