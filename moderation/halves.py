"""Half-years: from January to June, and from July to December, in the site's time zone."""

from dataclasses import dataclass
from datetime import date, datetime, time

from django.utils import timezone

SECOND_STARTS = 7  # the month


@dataclass(frozen=True, slots=True, order=True)
class Half:
    """Half of a year; ``half`` is 1 or 2."""

    year: int
    half: int

    @property
    def first_day(self) -> date:
        """The day it starts."""
        return date(self.year, 1 if self.half == 1 else SECOND_STARTS, 1)

    @property
    def since(self) -> datetime:
        """Its first moment."""
        return timezone.make_aware(datetime.combine(self.first_day, time.min))

    @property
    def until(self) -> datetime:
        """The first moment of the next one. So no moment is in two halves."""
        return self.next().since

    def next(self) -> "Half":
        """The one after it."""
        return Half(self.year, 2) if self.half == 1 else Half(self.year + 1, 1)

    def before(self) -> "Half":
        """The one before it."""
        return Half(self.year, 1) if self.half == 2 else Half(self.year - 1, 2)


def half_of(at: datetime) -> Half:
    """The half-year of a moment."""
    day = timezone.localdate(at)
    return Half(day.year, 1 if day.month < SECOND_STARTS else 2)
