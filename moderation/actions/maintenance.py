"""Pausing the site, and opening it again."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts.maintenance import pause
from accounts.models import Level, Maintenance, User
from accounts.viewer import viewer_of
from forum.errors import NotVisible, StaleVersion
from moderation import audit


def version_now() -> int:
    """How often the site was paused or opened; 0: never."""
    return Maintenance.objects.filter(pk=1).values_list("version", flat=True).first() or 0


@transaction.atomic
def switch(
    *,
    level: Level,
    reason: str = "",
    until: datetime | None = None,
    admin: User,
    version: int,
    at: datetime | None = None,
) -> bool:
    """Set how far the site is open; returns whether anything is different.

    ``version``: what the admin saw. Raises ``NotVisible``, ``StaleVersion``.
    """
    at = at or timezone.now()
    if not viewer_of(admin, at=at).may_administer:
        raise NotVisible
    row = _locked(at)
    if row.version != version:
        raise StaleVersion
    return _set(row, level, reason, until, admin, at)


@transaction.atomic
def switch_by_command(
    *, level: Level, reason: str = "", until: datetime | None = None, at: datetime | None = None
) -> bool:
    """The same for whoever runs the machine; the log names nobody."""
    at = at or timezone.now()
    return _set(_locked(at), level, reason, until, None, at)


def _locked(at: datetime) -> Maintenance:
    Maintenance.objects.get_or_create(pk=1, defaults={"changed_at": at})
    return Maintenance.objects.select_for_update(of=("self",), no_key=True).get(pk=1)


def _set(
    row: Maintenance,
    level: Level,
    reason: str,
    until: datetime | None,
    admin: User | None,
    at: datetime,
) -> bool:
    # An open site has nothing to explain.
    wanted = ("", None) if level == Level.OFF else (reason.strip(), until)
    if (row.level, row.reason, row.until) == (level, *wanted):
        return False
    before = row.level
    row.level, (row.reason, row.until) = level, wanted
    row.version, row.changed_by, row.changed_at = row.version + 1, admin, at
    row.save()
    audit.record(
        actor=admin,
        verb="maintenance",
        subject_kind="site",
        subject_public_id="",
        data={
            "from": before,
            "to": level.value,
            "reason": row.reason,
            "until": row.until.isoformat() if row.until else "",
            "by_command": admin is None,
        },
        at=at,
    )
    pause.forget()
    return True
