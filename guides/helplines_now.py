"""The helplines that count now: the shipped file, or what admins put in its place.

Where a sheet is missing or broken, or the database does not answer, the file counts: there is
always somebody to call. So a visitor never waits for the database, but for once in a while.
"""

import logging

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation.trans_real import parse_accept_lang_header

from accounts.kept import Kept
from accounts.models import HelplineSheet
from guides.helplines import (
    FALLBACK_COUNTRY,
    Country,
    HelplineError,
    country_of_sheet,
    from_file,
)

log = logging.getLogger(__name__)
SECONDS = 30.0  # ours: how long another process may lag behind

# What browsers send when nobody chose a language, all over the world: it says nothing about where
# a reader is, and must not put 911 on the screen of somebody in Leeds.
SAYS_NOTHING = frozenset(("en-us",))


def _read() -> dict[str, Country]:
    """What admins have put in force, by code. A sheet that is broken is left out, and logged."""
    newest: dict[str, HelplineSheet] = {}
    rows = HelplineSheet.objects.filter(published_at__isnull=False)
    for row in rows.order_by("country", "-number"):
        newest.setdefault(row.country, row)
    found: dict[str, Country] = {}
    for code in newest.keys() & from_file().keys():
        try:
            found[code] = country_of_sheet(newest[code].data)
        except HelplineError:
            log.exception("helplines of %s, version %s are broken", code, newest[code].number)
    return found


edited: Kept[dict[str, Country]] = Kept(_read, empty={}, in_doubt={}, seconds=SECONDS)


def _by_code() -> dict[str, Country]:
    return {**from_file(), **edited.get()}


def countries() -> tuple[Country, ...]:
    """All countries with what counts now, in the order of the file."""
    return tuple(_by_code().values())


def for_country(code: str) -> Country:
    """The country of a two-letter code in any case.

    An unknown code gives ``settings.DEFAULT_COUNTRY``; if that is unknown too, the United Kingdom.
    """
    known = _by_code()
    for candidate in (code, settings.DEFAULT_COUNTRY):
        if country := known.get(candidate.upper()):
            return country
    return known[FALLBACK_COUNTRY]


def country_of(request: HttpRequest) -> str:
    """The code of the country whose numbers to show; always one that we have.

    In order: ``?country=``, the first region that we have in Accept-Language ("en-IE"; "en-US" does
    not count), the default of the site. The address of the visitor is not looked at.
    """
    known = _by_code()
    chosen = request.GET.get("country", "").upper()
    if chosen in known:
        return chosen
    accepted = request.headers.get("Accept-Language", "")
    for language, _weight in parse_accept_lang_header(accepted.lower()):
        if language in SAYS_NOTHING:
            continue
        for part in language.split("-")[1:]:
            if part.upper() in known:
                return part.upper()
    return for_country(settings.DEFAULT_COUNTRY).code
