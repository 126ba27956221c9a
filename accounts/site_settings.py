"""What admins may set while the site runs, and what counts: environment, then page, then default.

A name that stands in the environment is locked there: whoever runs the machine has the last word.
"""

from dataclasses import dataclass, fields, replace
from typing import Any

from django.conf import settings

from accounts.kept import Kept
from accounts.models import Joining, SiteSettings

SECONDS = 5.0  # ours, as for a pause
# Field -> the name in the environment.
NAMES = {
    "joining": "JOINING",
    "operator_name": "OPERATOR_NAME",
    "operator_contact": "OPERATOR_CONTACT",
    "operator_address": "OPERATOR_ADDRESS",
    "operator_email": "OPERATOR_EMAIL",
    "operator_phone": "OPERATOR_PHONE",
    "quiet_from": "QUIET_FROM",
    "quiet_until": "QUIET_UNTIL",
    "alert_second_after": "ALERT_SECOND_AFTER_MINUTES",
}


@dataclass(frozen=True, slots=True)
class Site:
    """The settings in force. ``alert_second_after``: minutes; the quiet ones: hours of a day."""

    joining: Joining
    operator_name: str
    operator_contact: str
    operator_address: str
    operator_email: str
    operator_phone: str
    quiet_from: int
    quiet_until: int
    alert_second_after: int


FIELDS = tuple(field.name for field in fields(Site))


def from_environment() -> Site:
    """What counts where no admin has set anything."""
    first, last = settings.QUIET_HOURS
    return Site(
        joining=Joining(settings.JOINING),
        operator_name=settings.OPERATOR_NAME,
        operator_contact=settings.OPERATOR_CONTACT,
        operator_address=settings.OPERATOR_ADDRESS,
        operator_email=settings.OPERATOR_EMAIL,
        operator_phone=settings.OPERATOR_PHONE,
        quiet_from=first,
        quiet_until=last,
        alert_second_after=settings.ALERT_SECOND_AFTER_MINUTES,
    )


def locked() -> frozenset[str]:
    """The fields that the environment sets."""
    return frozenset(field for field, name in NAMES.items() if name in settings.SET_IN_ENVIRONMENT)


def _read() -> dict[str, Any]:
    return SiteSettings.objects.order_by("-number").values(*FIELDS).first() or {}


stored: Kept[dict[str, Any]] = Kept(_read, empty={}, in_doubt={}, seconds=SECONDS)


def site() -> Site:
    """The settings in force, at most some seconds old."""
    return _with(stored.get())


def site_now() -> Site:
    """The settings in force, asked for now: where something is written by them."""
    return _with(_read())


def _with(row: dict[str, Any]) -> Site:
    held = locked()
    values = {name: value for name, value in row.items() if name not in held}
    if "joining" in values:
        known = values["joining"] in Joining.values
        values["joining"] = Joining(values["joining"]) if known else Joining.CLOSED
    return replace(from_environment(), **values)
