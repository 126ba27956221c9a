"""What some members of the demo say about themselves."""

import tomllib
from datetime import datetime, timedelta

from accounts.models import User
from config.demo.seed.texts import DATA
from forum.models import Profile


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
