"""Arithmetic of staffed hours. Pure: hours and moments in, moments and spans of time out.

Hours are written in local time. Here each span becomes two moments (UTC), and only those are
counted: on the day when clocks change, nine to nine is still what it says, and a night span is an
hour shorter or longer.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAY_MINUTES = 24 * 60
DAY = timedelta(days=1)

# [start, end) of a day in minutes after midnight, local time; 1440 is the end of the day.
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Hours:
    """Weekly hours in a time zone. ``week``: Monday first. ``exceptions``: days that differ."""

    zone: ZoneInfo
    week: tuple[tuple[Span, ...], ...]
    exceptions: Mapping[date, tuple[Span, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if len(self.week) != len("MTWTFSS"):
            raise ValueError("a week has seven days")
        for day in (*self.week, *self.exceptions.values()):
            check_day(day)

    @property
    def is_set(self) -> bool:
        """Whether anybody is ever there in an ordinary week."""
        return any(self.week)

    @property
    def place(self) -> str:
        """The time zone as people call it: ``London``, ``New York``."""
        return self.zone.key.rpartition("/")[2].replace("_", " ")

    def of_day(self, day: date) -> tuple[Span, ...]:
        """The spans of one day."""
        return self.exceptions.get(day, self.week[day.weekday()])


def check_day(day: tuple[Span, ...]) -> None:
    """Raise ``ValueError`` unless the spans lie in a day, in order, without overlap."""
    before = 0
    for start, end in day:
        if not before <= start < end <= DAY_MINUTES:
            raise ValueError("spans of a day must be in order and must not overlap")
        before = end


def day_in_words(spans: Iterable[Span]) -> str:
    """Spans of a day as ``09:00-12:00, 13:00-24:00``; empty for a closed day."""
    return ", ".join(f"{_clock(start)}-{_clock(end)}" for start, end in spans)


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def spans_between(
    hours: Hours, start: datetime, end: datetime
) -> Iterator[tuple[datetime, datetime]]:
    """Staffed spans (UTC) between two moments, cut to them, in order, without overlap."""
    last: tuple[datetime, datetime] | None = None
    for span_start, span_end in sorted(_moments(hours, start, end)):
        if last is not None and span_start <= last[1]:
            last = (last[0], max(last[1], span_end))
            continue
        if last is not None:
            yield last
        last = (span_start, span_end)
    if last is not None:
        yield last


def staffed_between(hours: Hours, start: datetime, end: datetime) -> timedelta:
    """How much staffed time lies between two moments; nothing where ``end`` is not later."""
    return sum((b - a for a, b in spans_between(hours, start, end)), timedelta())


def is_staffed(hours: Hours | None, at: datetime) -> bool:
    """Whether people are there at a moment. No hours set: nobody has said so, so no."""
    if hours is None or not hours.is_set:
        return False
    return any(a <= at < b for a, b in spans_between(hours, at - DAY, at + DAY))


def moment_after(hours: Hours, length: timedelta, at: datetime, *, until: datetime) -> datetime:
    """When ``length`` of staffed time has gone by since ``at``; ``until`` at the latest."""
    left = length
    for start, end in spans_between(hours, at, until):
        if end - start >= left:
            return start + left
        left -= end - start
    return until


def next_opening(hours: Hours | None, at: datetime, *, within: timedelta) -> datetime | None:
    """When people are next there: ``at`` where they are now; None within that time, or not set."""
    if hours is None or not hours.is_set:
        return None
    return next((start for start, _ in spans_between(hours, at, at + within)), None)


def _moments(hours: Hours, start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    start, end = start.astimezone(UTC), end.astimezone(UTC)
    day = start.astimezone(hours.zone).date() - DAY
    last = end.astimezone(hours.zone).date() + DAY
    while day <= last:
        for first, until in hours.of_day(day):
            a = max(start, _moment(hours.zone, day, first))
            b = min(end, _moment(hours.zone, day, until))
            # Within the hour that clocks skip, a span may end before it starts: then it is none.
            if a < b:
                yield a, b
        day += DAY


def _moment(zone: ZoneInfo, day: date, minutes: int) -> datetime:
    """The moment of a local time: the first where it comes twice, the later where skipped."""
    days, minutes = divmod(minutes, DAY_MINUTES)
    local = datetime.combine(day + DAY * days, time(minutes // 60, minutes % 60), tzinfo=zone)
    return local.astimezone(UTC)
