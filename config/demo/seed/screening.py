"""Rules of screening in the demo: a version, a draft by an admin, a rule that was throttled."""

import copy
from datetime import datetime, timedelta

from django.utils import timezone

from accounts.models import User
from forum.actions.breaker import DAYS_BEFORE
from forum.actions.rules import publish_shipped
from forum.models import Origin, RuleDay, RuleTrip
from moderation.actions.screening import save_draft, start_draft

ADMIN = "admin_one"
CHANGES = "Streaks: people ask each other to keep them up on another app."
PHRASE = "keep|keeping|lost|start ~3 snap_streak|streaks"
EXAMPLE = "anyone want to start snap streaks with me"
# People with whom a rule found something: each day of two weeks, and today.
TRIPPED = "promo.survey-1"
USUAL = (1, 0, 2, 1, 1, 0, 3, 1, 2, 0, 1, 1, 2, 1)
TODAY = 24


def add_screening(*, now: datetime, people: dict[str, User]) -> int:
    """Add what is missing; returns how many rows."""
    if RuleTrip.objects.exists():
        return 0
    publish_shipped(at=now - timedelta(days=30))
    _draft(people[ADMIN], at=now - timedelta(days=1))
    today = timezone.localdate(now)
    days = [
        RuleDay(rule=TRIPPED, day=today - timedelta(days=DAYS_BEFORE - number), hits=hits)
        for number, hits in enumerate(USUAL)
    ]
    RuleDay.objects.bulk_create(
        [*days, RuleDay(rule=TRIPPED, day=today, hits=TODAY)], ignore_conflicts=True
    )
    trip = {"tripped_at": now - timedelta(hours=2), "hits": TODAY, "usual": sum(USUAL) / len(USUAL)}
    RuleTrip.objects.get_or_create(rule=TRIPPED, reset_at=None, defaults=trip)
    return len(days) + 4


def _draft(admin: User, *, at: datetime) -> None:
    draft = start_draft(origin=Origin.DESK, admin=admin, at=at)
    tables = copy.deepcopy(draft.tables)
    rule = next(r for r in tables["contact"]["rule"] if r["id"] == "contact.handle-1")
    rule["phrases"].append(PHRASE)
    rule["hits"].append(EXAMPLE)
    save_draft(
        draft=draft,
        admin=admin,
        seen_hash=draft.content_hash,
        tables=tables,
        changes=CHANGES,
        at=at,
    )
