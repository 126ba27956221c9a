"""What is done once a day. Safe to run more often, and after days without."""

from datetime import datetime

from django.utils import timezone

from accounts import guardian
from forum.ages import settle_ages
from forum.reminders import remind_of_choice
from forum.table_counts import count_anew


def run_daily(*, at: datetime | None = None) -> dict[str, int]:
    """Do it; returns how many of each."""
    at = at or timezone.now()
    count_anew()
    return {
        "ages": settle_ages(at=at),
        "reminders": remind_of_choice(at=at),
        "guardian requests closed": guardian.forget_old(at=at),
    }
