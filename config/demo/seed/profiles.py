"""What some members of the demo say about themselves, and who of them welcomes new ones."""

import tomllib
from datetime import datetime, timedelta
from typing import Any

from accounts.models import User
from config.demo.seed.texts import DATA
from forum.models import Profile, Welcomer


def add_welcomers(*, now: datetime, people: dict[str, User]) -> int:
    """One who welcomes, and one who offers it; returns how many were missing."""
    asked = now - timedelta(days=30)
    agreed = {"answered_at": asked, "answered_by": people["admin_one"], "agreed": True}
    rows: tuple[tuple[User, dict[str, Any]], ...] = (
        (people["peer_open"], agreed),
        (people["TeaBeforeTen"], {}),
    )
    made = [
        Welcomer.objects.get_or_create(user=user, defaults={"asked_at": asked, **answer})[1]
        for user, answer in rows
    ]
    return sum(made)


def add_profiles(*, now: datetime, people: dict[str, User]) -> int:
    """Add the profiles that are missing; returns how many."""
    rows = tomllib.loads((DATA / "profiles.toml").read_text(encoding="utf-8"))
    there = set(Profile.objects.values_list("user__pseudonym", flat=True))
    missing = [
        Profile(user=people[name], changed_at=now - timedelta(days=9), **row)
        for name, row in rows.items()
        if name not in there
    ]
    return len(Profile.objects.bulk_create(missing))
