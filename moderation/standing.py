"""How somebody is doing here, for their own eyes: what is in force, what was fine, what comes next.

No score, and nothing about anybody else. What was decided while somebody may need help is told
apart and counts for nothing.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from accounts.models import User
from accounts.viewer import Viewer
from forum.actions.submit import clean_posts_of
from forum.policy import clean_posts_needed, waits_for_premoderation
from moderation.appeals import decisions_about
from moderation.models import AppealStatus, Decision, Sanction
from moderation.models.decision import NO_STRIKE
from moderation.sanctions import own_sanctions

# What is older is behind somebody.
LOOKS_BACK = timedelta(days=184)
MOST = 20  # decisions of each kind


@dataclass(frozen=True, slots=True)
class Standing:
    """What the page says. ``looked_at`` of ``needed`` first posts were fine; 0 of 0: no more asked.

    ``counted``: decisions under a rule. ``caring``: those made while somebody may have needed help.
    """

    in_force: list[Sanction]
    warnings: list[Sanction]
    counted: list[Decision]
    caring: list[Decision]
    waits: bool
    looked_at: int
    needed: int

    @property
    def is_clear(self) -> bool:
        """Whether nothing of the last six months counts."""
        return not (self.in_force or self.warnings or self.counted)


def standing_of(user: User, viewer: Viewer, *, at: datetime) -> Standing:
    """The standing of the person who looks (``user`` and ``viewer`` are the same one)."""
    since = at - LOOKS_BACK
    own = own_sanctions(viewer)
    decided = decisions_about(viewer, at).filter(decided_at__gt=since)
    wrong = Q(appeal__status=AppealStatus.OVERTURNED)
    caring = decided.filter(ticket_track__in=NO_STRIKE)
    counted = decided.exclude(ticket_track__in=NO_STRIKE).exclude(wrong)
    clean = clean_posts_of(user)
    group = user.age_group(at)
    waits = waits_for_premoderation(role=user.role, age_group=group, clean_posts=clean)
    needed = clean_posts_needed(group)
    return Standing(
        in_force=[row for row in own if row.ends_at and row.starts_at <= at < row.ends_at],
        warnings=[
            row
            for row in own
            if row.ends_at is None and row.lifted_at is None and row.starts_at > since
        ],
        counted=list(counted[:MOST]),
        caring=list(caring[:MOST]),
        waits=waits,
        looked_at=min(clean, needed) if waits else 0,
        needed=needed if waits else 0,
    )
