"""A sitting: one stretch of work in the queue, with what was done in it. Never a ranking."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from moderation.models import Decision, SecondReview, Sitting
from moderation.queue import release_all
from moderation.worklist import Filters

IDLE = timedelta(minutes=30)


@transaction.atomic
def keep_sitting(
    *, moderator: User, filters: Filters | None = None, at: datetime | None = None
) -> Sitting:
    """The open sitting, or a new one where there is none or it was left half an hour ago.

    ``filters``: from now on this part of the list; None: as it was.
    """
    at = at or timezone.now()
    # One person's own row: the lock is for their two tabs.
    User.objects.select_for_update(no_key=True).get(pk=moderator.pk)
    sitting = Sitting.objects.filter(moderator=moderator, ended_at__isnull=True).first()
    if sitting is not None and sitting.seen_at < at - IDLE:
        _end(sitting, sitting.seen_at)
        sitting = None
    if sitting is None:
        sitting = Sitting(moderator=moderator, started_at=at)
    sitting.seen_at = max(at, sitting.started_at)
    if filters is not None:
        sitting.filters = filters.chosen()
    sitting.save()
    return sitting


@transaction.atomic
def stop(*, moderator: User, at: datetime | None = None) -> Sitting | None:
    """End the open sitting and give back what is claimed. Returns it; None where there is none."""
    at = at or timezone.now()
    release_all(moderator=moderator)
    sitting = Sitting.objects.filter(moderator=moderator, ended_at__isnull=True).first()
    if sitting is not None:
        _end(sitting, at if sitting.seen_at > at - IDLE else sitting.seen_at)
    return sitting


def _end(sitting: Sitting, at: datetime) -> None:
    sitting.ended_at = max(at, sitting.started_at)
    sitting.save(update_fields=["ended_at"])


def open_sitting(user: User, *, at: datetime) -> Sitting | None:
    """The person's sitting that goes on now."""
    return Sitting.objects.filter(
        moderator=user, ended_at__isnull=True, seen_at__gte=at - IDLE
    ).first()


def last_sitting(user: User) -> Sitting | None:
    """The person's newest sitting that is over."""
    over = Sitting.objects.filter(moderator=user, ended_at__isnull=False)
    return over.order_by("-started_at").first()


@dataclass(frozen=True, slots=True)
class Summary:
    """What a person did in a sitting: how many posts, over how long."""

    handled: int
    lasted: timedelta

    @property
    def minutes(self) -> int:
        """Whole minutes, at least one."""
        return max(1, round(self.lasted.total_seconds() / 60))


def summary_of(sitting: Sitting) -> Summary:
    """Counted from the decisions themselves; looks that were asked for twice count as well."""
    end = sitting.ended_at or sitting.seen_at
    return Summary(handled=handled_in(sitting), lasted=end - sitting.started_at)


def handled_in(sitting: Sitting) -> int:
    """How many posts were decided on in a sitting."""
    until = sitting.ended_at or timezone.now()
    span = (sitting.started_at, until)
    decided = Decision.objects.filter(moderator=sitting.moderator_id, decided_at__range=span)
    again = SecondReview.objects.filter(reviewer=sitting.moderator_id, done_at__range=span)
    return decided.count() + again.count()
