"""Looking after those who review: time away from hard topics, and a word when it gets much.

What a person opened is theirs alone; admins see sums of the team (moderation/quality.py).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Role, User
from forum.actions.notices import notify
from forum.models import NoticeKind, Post
from moderation.models import HardItem, Workbench

AN_HOUR = timedelta(hours=1)
MANY_AN_HOUR = 5
MANY_A_DAY = 10
AWAY_AT_MOST = timedelta(days=30)


def others_for_hard_topics(user_id: int, *, at: datetime) -> QuerySet[User]:
    """Moderators and admins who are there for hard topics now, without this person.

    Professionals are not counted: what is peers-only never reaches them.
    """
    away = Workbench.objects.filter(reviewer=OuterRef("pk"), away_until__gt=at)
    return (
        User.objects.filter(role__in=(Role.MODERATOR, Role.ADMIN), is_active=True)
        .filter(Q(suspended_until__isnull=True) | Q(suspended_until__lte=at))
        .exclude(pk=user_id)
        .exclude(Exists(away))
    )


def away_until(user: User, *, at: datetime) -> datetime | None:
    """Until when this reviewer is away from hard topics; None where they are not."""
    bench = Workbench.objects.filter(reviewer=user, away_until__gt=at).first()
    return bench.away_until if bench else None


@transaction.atomic
def set_away(*, reviewer: User, until: datetime | None, at: datetime | None = None) -> bool:
    """Be away from hard topics until a moment, or (None) be there again.

    Others still get those posts. Returns whether somebody else is there for them; where nobody
    is, the admins are told.
    """
    at = at or timezone.now()
    Workbench.objects.update_or_create(reviewer=reviewer, defaults={"away_until": until})
    covered = others_for_hard_topics(reviewer.pk, at=at).exists()
    if until is not None and not covered:
        for admin in User.objects.filter(role=Role.ADMIN, is_active=True):
            notify(
                recipient=admin,
                kind=NoticeKind.REPORT,
                message=_("Nobody is there for hard posts right now. They wait for the admins."),
                link=reverse("moderation:queue"),
                same_as=f"nobody-for-hard:{timezone.localdate(at).isoformat()}",
                at=at,
            )
    return covered


def note_hard_item(*, post: Post, reviewer: User, at: datetime | None = None) -> bool:
    """Count a hard post that a reviewer opens, once a day. Returns whether it counts."""
    if not post.review_hard:
        return False
    at = at or timezone.now()
    row = HardItem(reviewer=reviewer, post=post, day=timezone.localdate(at), opened_at=at)
    HardItem.objects.bulk_create([row], ignore_conflicts=True)
    return True


@dataclass(frozen=True, slots=True)
class Exposure:
    """How many hard posts a person opened in the last hour and since midnight."""

    hour: int
    day: int

    @property
    def is_much(self) -> bool:
        """Whether it is time for a gentle word. It stops nobody."""
        return self.hour >= MANY_AN_HOUR or self.day >= MANY_A_DAY


def exposure_of(user: User, *, at: datetime) -> Exposure:
    """The person's own count, for the person alone."""
    today = Q(day=timezone.localdate(at))
    hour = Q(opened_at__gt=at - AN_HOUR)
    return Exposure(
        **HardItem.objects.filter(today | hour, reviewer=user, opened_at__lte=at).aggregate(
            hour=Count("pk", filter=hour), day=Count("pk", filter=today)
        )
    )
