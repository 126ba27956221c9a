"""Who is on call: reads of the rota. Only admins who can work at the desk right now count."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import QuerySet

from accounts.models import Role, User
from accounts.viewer import viewer_of
from moderation.models import Shift

AHEAD = timedelta(days=14)


def able_admins(*, at: datetime) -> list[User]:
    """Admins whose account works at a moment: active, not suspended, with a second factor."""
    found = User.objects.filter(role=Role.ADMIN, is_active=True).order_by("joined_at", "pk")
    return [user for user in found if viewer_of(user, at=at).may_administer]


def shifts_between(start: datetime, end: datetime) -> QuerySet[Shift]:
    """Shifts that touch a time, by their start."""
    return (
        Shift.objects.filter(removed_at=None, starts_at__lt=end, ends_at__gt=start)
        .select_related("person")
        .order_by("starts_at", "pk")
    )


def on_call_at(at: datetime) -> list[User]:
    """Who is on call at a moment by the rota; nobody where it has a gap."""
    able = {user.pk for user in able_admins(at=at)}
    people = {
        shift.person_id: shift.person
        for shift in shifts_between(at, at + timedelta.resolution)
        if shift.person_id in able
    }
    return list(people.values())


def gaps(*, at: datetime, ahead: timedelta = AHEAD) -> Iterator[tuple[datetime, datetime]]:
    """Times from now on when nobody who can work is on call. All admins are alerted then."""
    able = {user.pk for user in able_admins(at=at)}
    covered, end = at, at + ahead
    for shift in shifts_between(at, end):
        if shift.person_id not in able:
            continue
        if shift.starts_at > covered:
            yield covered, shift.starts_at
        covered = max(covered, shift.ends_at)
    if covered < end:
        yield covered, end
