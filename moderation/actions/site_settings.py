"""Setting what admins may set while the site runs: a new version, in the log."""

from dataclasses import asdict
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import SiteSettings, User
from accounts.site_settings import FIELDS, Site, locked, site_now, stored
from accounts.viewer import viewer_of
from forum.errors import NotVisible, StaleVersion
from moderation import audit

# Their values may stand in the log; all others are words.
CODES = ("joining", "quiet_from", "quiet_until", "alert_second_after")


def number_now() -> int:
    """The newest version; 0: everything is as the environment has it."""
    return SiteSettings.objects.values_list("number", flat=True).first() or 0


@transaction.atomic
def set_site(*, wanted: Site, admin: User, number: int, at: datetime | None = None) -> bool:
    """Put settings in force; returns whether anything is different.

    ``number``: the version that the admin saw. What the environment locks stays as it is. Raises
    ``NotVisible``, ``StaleVersion``.
    """
    at = at or timezone.now()
    if not viewer_of(admin, at=at).may_administer:
        raise NotVisible
    if number_now() != number:
        raise StaleVersion
    before, after = asdict(site_now()), asdict(wanted)
    changed = [name for name in FIELDS if before[name] != after[name] and name not in locked()]
    if not changed:
        return False
    values = {**before, **{name: after[name] for name in changed}}
    try:
        with transaction.atomic():
            SiteSettings.objects.create(number=number + 1, set_by=admin, set_at=at, **values)
    except IntegrityError as problem:
        raise StaleVersion from problem
    codes = [name for name in changed if name in CODES]
    audit.record(
        actor=admin,
        verb="set_site",
        subject_kind="site",
        subject_public_id=str(number + 1),
        data={
            "changed": changed,
            "from": {name: before[name] for name in codes},
            "to": {name: after[name] for name in codes},
        },
        at=at,
    )
    stored.forget()
    return True
