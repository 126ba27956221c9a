"""Changing helplines: a draft for a country, then in force for everybody.

One admin is enough: a wrong number must be put right at once. The log names who did it.
"""

from datetime import datetime
from typing import Any

import phonenumbers
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from phonenumbers import NumberParseException, shortnumberinfo

from accounts.models import HelplineSheet, User
from accounts.viewer import viewer_of
from forum.errors import NotVisible, Refused, StaleVersion
from guides.helplines import HelplineError, Kind, country_of_sheet, digits, shipped
from guides.helplines_now import edited
from moderation import audit

MOST_LINES = 20


def number_now(country: str) -> int:
    """The newest version of a country, draft or not; 0: as it comes with the software."""
    rows = HelplineSheet.objects.filter(country=country)
    return rows.values_list("number", flat=True).first() or 0


def sheet_for(country: str) -> dict[str, Any]:
    """What an admin goes on from: the draft, else what counts now."""
    newest = HelplineSheet.objects.filter(country=country).first()
    if newest is not None:
        return dict(newest.data)
    return as_data(country)


def as_data(country: str) -> dict[str, Any]:
    """The shipped entry of a country in the shape of a sheet. Raises ``NotVisible``."""
    found = {each.code: each for each in shipped()}.get(country)
    if found is None:
        raise NotVisible
    lines = [
        {
            "name": line.name,
            "kind": line.kind.value,
            "number": line.number,
            "keyword": line.keyword,
            "for_whom": line.for_whom,
            "hours": line.hours,
            "source": line.source,
            "last_verified": line.last_verified.isoformat(),
        }
        for line in found.lines
    ]
    return {
        "code": found.code,
        "name": found.name,
        "emergency": found.emergency,
        "emergency_also": found.emergency_also,
        "advice_name": found.advice_name,
        "advice_number": found.advice_number,
        "line": lines,
    }


@transaction.atomic
def save_sheet(
    *,
    country: str,
    data: dict[str, Any],
    number: int,
    admin: User,
    at: datetime | None = None,
) -> HelplineSheet:
    """Keep a draft; nothing of it counts yet. ``number``: the version that the admin saw.

    Raises ``NotVisible``, ``StaleVersion``, ``Refused`` where nobody could reach a line.
    """
    at = at or timezone.now()
    _admin(admin, at)
    shipped_entry = as_data(country)
    data = {**data, "code": country, "name": shipped_entry["name"]}
    check(data)
    newest = _newest(country)
    if (newest.number if newest else 0) != number:
        raise StaleVersion
    if newest is None or newest.published_at is not None:
        newest = HelplineSheet(country=country, number=number + 1)
    newest.data, newest.saved_by, newest.saved_at = data, admin, at
    newest.save()
    _log("helplines_saved", newest, admin, at)
    return newest


@transaction.atomic
def publish_sheet(
    *, country: str, number: int, admin: User, at: datetime | None = None
) -> HelplineSheet:
    """Put the draft in force. Raises ``NotVisible``, ``StaleVersion``, ``Refused``."""
    at = at or timezone.now()
    _admin(admin, at)
    draft = _draft(country, number)
    check(draft.data)
    draft.published_by, draft.published_at = admin, at
    draft.save()
    _log("helplines_published", draft, admin, at)
    edited.forget()
    return draft


@transaction.atomic
def drop_sheet(*, country: str, number: int, admin: User, at: datetime | None = None) -> None:
    """Throw the draft away. Raises ``NotVisible``, ``StaleVersion``."""
    at = at or timezone.now()
    _admin(admin, at)
    draft = _draft(country, number)
    _log("helplines_dropped", draft, admin, at)
    draft.delete()


@transaction.atomic
def back_to_shipped(*, country: str, number: int, admin: User, at: datetime | None = None) -> None:
    """Publish what comes with the software. Raises ``NotVisible``, ``StaleVersion``."""
    at = at or timezone.now()
    draft = save_sheet(country=country, data=as_data(country), number=number, admin=admin, at=at)
    publish_sheet(country=country, number=draft.number, admin=admin, at=at)


# Checks ------------------------------------------------------------------------------------------


def check(data: dict[str, Any]) -> None:
    """Whether a sheet may count. Raises ``Refused`` with the line that is wrong.

    There is always an emergency number that the country's telephones know, and a line at least.
    """
    country = str(data.get("code", ""))
    lines = data.get("line") or []
    if not lines:
        raise Refused(_("There must be one line at least."))
    if len(lines) > MOST_LINES:
        raise Refused(_("That are too many lines for somebody in need. Keep the best."))
    _emergency(str(data.get("emergency") or ""), country)
    if data.get("emergency_also"):
        _emergency(str(data["emergency_also"]), country)
    if bool(data.get("advice_name")) != bool(data.get("advice_number")):
        raise Refused(_("Give both name and number of the line for advice, or none of the two."))
    rung = [line["number"] for line in lines if line["kind"] == Kind.CALL]
    for number in filter(None, [*rung, data.get("advice_number")]):
        _phone(str(number), country)
    try:
        found = country_of_sheet(data)
    except HelplineError as problem:
        raise Refused(str(problem)) from problem
    if any(line.last_verified > timezone.localdate() for line in found.lines):
        raise Refused(_("A line cannot be checked on a day that is still to come."))


def _emergency(number: str, country: str) -> None:
    if not shortnumberinfo.is_emergency_number(digits(number), country):
        words = _("%(number)s is no emergency number of this country.")
        raise Refused(words % {"number": number or "-"})


def _phone(number: str, country: str) -> None:
    """A number that somebody in the country can ring, short ones included."""
    try:
        parsed = phonenumbers.parse(number, country)
    except NumberParseException as problem:
        raise Refused(_("%(number)s cannot be dialled.") % {"number": number}) from problem
    short = shortnumberinfo.is_possible_short_number_for_region(parsed, country)
    if not (short or phonenumbers.is_valid_number(parsed)):
        words = _("%(number)s is no phone number of this country.")
        raise Refused(words % {"number": number})


# What they share ---------------------------------------------------------------------------------


def _newest(country: str) -> HelplineSheet | None:
    rows = HelplineSheet.objects.select_for_update(of=("self",), no_key=True)
    return rows.filter(country=country).order_by("-number").first()


def _draft(country: str, number: int) -> HelplineSheet:
    newest = _newest(country)
    if newest is None or newest.published_at is not None or newest.number != number:
        raise StaleVersion
    return newest


def _admin(admin: User, at: datetime) -> None:
    if not viewer_of(admin, at=at).may_administer:
        raise NotVisible


def _log(verb: str, sheet: HelplineSheet, admin: User, at: datetime) -> None:
    audit.record(
        actor=admin,
        verb=verb,
        subject_kind="helplines",
        subject_public_id=f"{sheet.country}-{sheet.number}",
        data={"lines": len(sheet.data.get("line", []))},
        at=at,
    )
