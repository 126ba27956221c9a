"""Setting staffed hours, and who is on call when."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from accounts.viewer import viewer_of
from forum.due import hours_from
from forum.errors import NotVisible, StaleVersion
from forum.hours import Span
from forum.models import StaffedHours
from moderation import audit
from moderation.models import Shift


def set_hours(
    *,
    admin: User,
    number: int,
    time_zone: str,
    week: Sequence[Sequence[Span]],
    exceptions: Mapping[str, Sequence[Span]],
    at: datetime | None = None,
) -> StaffedHours:
    """Put new hours in force. ``number``: of the version that the admin saw (0: none yet).

    Due times of what has come in already do not move. The same hours again change nothing. Raises
    ``StaleVersion``, ``NotVisible``, ``ValueError`` and ``KeyError`` (hours that make no sense).
    """
    at = at or timezone.now()
    if not viewer_of(admin, at=at).may_administer:
        raise NotVisible
    values: dict[str, Any] = {
        "time_zone": time_zone,
        "week": [[list(span) for span in day] for day in week],
        "exceptions": {day: [list(span) for span in spans] for day, spans in exceptions.items()},
    }
    hours_from(**values)
    try:
        with transaction.atomic():
            return _set(admin, number, values, at)
    except IntegrityError:
        raise StaleVersion from None  # somebody else's version got this number


def _set(admin: User, number: int, values: dict[str, Any], at: datetime) -> StaffedHours:
    newest = StaffedHours.objects.order_by("-number").first()
    if number != (newest.number if newest else 0):
        raise StaleVersion
    if newest is not None and values == {name: getattr(newest, name) for name in values}:
        return newest
    hours = StaffedHours.objects.create(number=number + 1, set_by=admin, set_at=at, **values)
    audit.record(
        actor=admin,
        verb="hours_set",
        subject_kind="hours",
        subject_public_id=str(hours.number),
        data={"time_zone": hours.time_zone, "days_that_differ": len(hours.exceptions)},
        at=at,
    )
    return hours


@transaction.atomic
def add_shift(
    *,
    person: User,
    starts_at: datetime,
    ends_at: datetime,
    admin: User,
    at: datetime | None = None,
) -> Shift:
    """Put an admin on call for a time. The same shift again is the same row. ``NotVisible``."""
    at = at or timezone.now()
    people = (admin, person)
    if not all(viewer_of(user, at=at).may_administer for user in people):
        raise NotVisible
    shift, is_new = Shift.objects.get_or_create(
        person=person,
        starts_at=starts_at,
        ends_at=ends_at,
        removed_at=None,
        defaults={"added_by": admin, "added_at": at},
    )
    if is_new:
        audit.record(
            actor=admin,
            verb="shift_added",
            subject_kind="shift",
            subject_public_id=shift.public_id,
            data={"person": person.public_id, "from": str(starts_at), "until": str(ends_at)},
            at=at,
        )
    return shift


@transaction.atomic
def remove_shift(*, public_id: str, admin: User, at: datetime | None = None) -> bool:
    """Take a shift back. Returns whether it was there; raises ``NotVisible``."""
    at = at or timezone.now()
    if not viewer_of(admin, at=at).may_administer:
        raise NotVisible
    shift = Shift.objects.filter(public_id=public_id, removed_at=None)
    if not shift.update(removed_at=at):
        return False
    audit.record(
        actor=admin,
        verb="shift_removed",
        subject_kind="shift",
        subject_public_id=public_id,
        at=at,
    )
    return True
