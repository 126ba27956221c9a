"""Times of the demo, all counted back from the moment of seeding."""

from datetime import datetime, timedelta

from django.utils import timezone

# Nothing is dated later than this before the moment of seeding.
LATEST = timedelta(minutes=1)


def moment(now: datetime, *, days_ago: float, hours_later: float = 0.0) -> datetime:
    """So many days before ``now``, plus hours; never in the future."""
    return min(now - timedelta(days=days_ago) + timedelta(hours=hours_later), now - LATEST)


def born(now: datetime, *, age: int, months_since_birthday: int = 0) -> tuple[int, int]:
    """Year and month of birth of somebody who is ``age`` now and turned so some months ago.

    With 0 to 5 months, the person keeps that age for at least six more months. The birthday
    counts from the month after the month of birth on (see ``accounts.models.user.age_on``).
    """
    today = timezone.localdate(now)
    months = today.year * 12 + (today.month - 1) - 1 - months_since_birthday - age * 12
    return months // 12, months % 12 + 1
