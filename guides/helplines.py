"""Emergency numbers and helplines by country, from ``data/helplines.toml``. Needs no database.

The file is read once, at start (``guides.apps``): a broken entry must stop the start, and not a
page that somebody opens in an emergency. What admins changed: ``guides/helplines_now.py``.
"""

import re
import tomllib
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from django.utils.translation import gettext, gettext_noop

DATA = Path(__file__).parent / "data" / "helplines.toml"
FALLBACK_COUNTRY = "GB"

# The words of the data file that a reader sees, so that makemessages finds them.
TRANSLATABLE = frozenset(
    (
        gettext_noop("United Kingdom"),
        gettext_noop("Ireland"),
        gettext_noop("United States"),
        gettext_noop("Canada"),
        gettext_noop("Australia"),
        gettext_noop("New Zealand"),
        gettext_noop("Germany"),
        gettext_noop("France"),
        gettext_noop("Spain"),
        gettext_noop("Netherlands"),
        gettext_noop("Any age"),
        gettext_noop("Young people"),
        gettext_noop("Under 18"),
        gettext_noop("Under 19"),
        gettext_noop("Under 35, thoughts of suicide"),
        gettext_noop("5 to 25"),
        gettext_noop("12 to 25"),
        gettext_noop("Day and night"),
        gettext_noop("9:00 to 23:00"),
    )
)

_DIALLED = re.compile(r"\+?[0-9][0-9 -]*")
_COUNTRY_CODE = re.compile(r"[A-Z]{2}")


class HelplineError(ValueError):
    """The data file is broken. The message names the entry."""


class Kind(StrEnum):
    """How to reach a line."""

    CALL = "call"
    TEXT = "text"
    CHAT = "chat"


@dataclass(frozen=True)
class Line:
    """One way to reach one service. ``number`` is the https address if it is a chat."""

    name: str
    kind: Kind
    number: str
    for_whom: str
    source: str
    last_verified: date
    hours: str = ""
    keyword: str = ""

    @property
    def href(self) -> str:
        """The link that starts the call, the text or the chat."""
        if self.kind is Kind.CHAT:
            return self.number
        if self.kind is Kind.CALL:
            return tel(self.number)
        body = f"?body={self.keyword}" if self.keyword else ""  # RFC 5724
        return f"sms:{digits(self.number)}{body}"

    @property
    def shown(self) -> str:
        """What a reader sees: the number, or the host of a chat."""
        return self.number.removeprefix("https://").removeprefix("www.")

    @property
    def for_whom_words(self) -> str:
        """``for_whom`` in the reader's language."""
        return gettext(self.for_whom)

    @property
    def hours_words(self) -> str:
        """``hours`` in the reader's language; empty if not known."""
        return gettext(self.hours) if self.hours else ""


@dataclass(frozen=True)
class Country:
    """A country, its emergency number and its lines in the order in which to show them."""

    code: str
    name: str
    emergency: str
    lines: tuple[Line, ...]
    emergency_also: str = ""
    advice_name: str = ""
    advice_number: str = ""

    @property
    def advice_href(self) -> str:
        """The link that rings for urgent medical advice, if the country has such a line."""
        return tel(self.advice_number) if self.advice_number else ""

    @property
    def display_name(self) -> str:
        """``name`` in the reader's language."""
        return gettext(self.name)

    @property
    def emergency_href(self) -> str:
        """The link that dials the emergency number."""
        return tel(self.emergency)

    @property
    def emergency_also_href(self) -> str:
        """The link that dials the second emergency number, if there is one."""
        return tel(self.emergency_also) if self.emergency_also else ""

    def lines_of(self, kind: Kind) -> tuple[Line, ...]:
        """The lines of one kind, in order."""
        return tuple(line for line in self.lines if line.kind is kind)

    @property
    def calls(self) -> tuple[Line, ...]:
        """Lines to ring."""
        return self.lines_of(Kind.CALL)

    @property
    def texts(self) -> tuple[Line, ...]:
        """Lines to text."""
        return self.lines_of(Kind.TEXT)

    @property
    def chats(self) -> tuple[Line, ...]:
        """Lines to chat with."""
        return self.lines_of(Kind.CHAT)

    @property
    def last_verified(self) -> date:
        """The oldest date among the lines: the country is as fresh as its stalest line."""
        return min(line.last_verified for line in self.lines)


def digits(number: str) -> str:
    """What a telephone dials: "0800 068 4141" -> "08000684141"."""
    return re.sub(r"[ -]", "", number)


def tel(number: str) -> str:
    """A ``tel:`` link for a number as people write it."""
    return f"tel:{digits(number)}"


def read(path: Path) -> tuple[Country, ...]:
    """Read and check a file of helplines.

    Raises:
        HelplineError: the file is missing, is not TOML, or an entry is broken.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise HelplineError(f"{path.name}: {error}") from error
    found = tuple(_country(entry) for entry in data.get("country", []))
    codes = [country.code for country in found]
    if len(set(codes)) != len(codes):
        raise HelplineError(f"{path.name}: a country is there twice: {', '.join(codes)}")
    if FALLBACK_COUNTRY not in codes:
        raise HelplineError(f"{path.name}: {FALLBACK_COUNTRY} is missing, and it is the fallback")
    return found


@cache
def from_file() -> dict[str, Country]:
    """The same by code. Raises as ``shipped``."""
    return {country.code: country for country in read(DATA)}


def shipped() -> tuple[Country, ...]:
    """All countries as they come with the software, in the order of the file.

    Raises:
        HelplineError: as ``read``; only on the first call, which is at start.
    """
    return tuple(from_file().values())


def country_of_sheet(data: dict[str, Any]) -> Country:
    """A country from a sheet. Raises ``HelplineError`` for whatever is wrong with it."""
    try:
        entry = {name: value for name, value in data.items() if value}
        entry["line"] = [_line_of_sheet(line) for line in data["line"]]
        return _country(entry)
    except HelplineError:
        raise
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise HelplineError(f"a sheet is broken: {error!r}") from error


def _line_of_sheet(line: dict[str, Any]) -> dict[str, Any]:
    entry = {name: value for name, value in line.items() if value}
    return {**entry, "last_verified": date.fromisoformat(line["last_verified"])}


def _country(entry: dict[str, Any]) -> Country:
    code = _text(entry, "code", "a country")
    where = f"country {code}"
    if not _COUNTRY_CODE.fullmatch(code):
        raise HelplineError(f"{where}: code must be two capital letters")
    lines = tuple(_line(line, where) for line in entry.get("line", []))
    if not lines:
        raise HelplineError(f"{where}: no line at all")
    return Country(
        code=code,
        name=_text(entry, "name", where),
        emergency=_number(entry, "emergency", where),
        emergency_also=_number(entry, "emergency_also", where) if "emergency_also" in entry else "",
        advice_name=_text(entry, "advice_name", where) if "advice_name" in entry else "",
        advice_number=_number(entry, "advice_number", where) if "advice_name" in entry else "",
        lines=lines,
    )


def _line(entry: dict[str, Any], country: str) -> Line:
    where = f"{country}, line {entry.get('name', 'without a name')}"
    try:
        kind = Kind(_text(entry, "kind", where))
    except ValueError as error:
        raise HelplineError(f"{where}: {error}") from error
    if kind is Kind.CHAT:
        number = _text(entry, "number", where)
        if not number.startswith("https://"):
            raise HelplineError(f"{where}: the number of a chat is its https address")
    else:
        number = _number(entry, "number", where)
    keyword = _text(entry, "keyword", where) if "keyword" in entry else ""
    if keyword and not (kind is Kind.TEXT and keyword.isalnum()):
        raise HelplineError(f"{where}: only a text has a keyword, of letters and digits")
    verified = entry.get("last_verified")
    if not isinstance(verified, date):
        raise HelplineError(f"{where}: last_verified must be a date")
    return Line(
        name=_text(entry, "name", where),
        kind=kind,
        number=number,
        for_whom=_text(entry, "for_whom", where),
        hours=_text(entry, "hours", where) if "hours" in entry else "",
        keyword=keyword,
        source=_text(entry, "source", where),
        last_verified=verified,
    )


def _text(entry: dict[str, Any], key: str, where: str) -> str:
    value = entry.get(key)
    if not isinstance(value, str) or not value.strip():
        raise HelplineError(f"{where}: {key} must be a text that is not empty")
    return value


def _number(entry: dict[str, Any], key: str, where: str) -> str:
    number = _text(entry, key, where)
    if not _DIALLED.fullmatch(number):
        raise HelplineError(f"{where}: {key} {number!r} cannot be dialled")
    return number
