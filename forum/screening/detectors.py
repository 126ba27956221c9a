"""Finders that need more than phrases: numbers, links, and how a text is worded as a whole."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from phonenumbers import (
    Leniency,
    PhoneNumber,
    PhoneNumberMatcher,
    PhoneNumberType,
    national_significant_number,
    number_type,
)

from forum.screening.findings import Kind
from forum.screening.normalise import Normal, Token
from forum.screening.wording import weighed

# Public lines, never someone's own number.
_PUBLIC_TYPES = {
    PhoneNumberType.TOLL_FREE,
    PhoneNumberType.SHARED_COST,
    PhoneNumberType.UAN,
}
_MIN_DIGITS = 8
_MAX_DIGITS = 15
_MIN_SPOKEN = 3  # digits in words, for a number said in words
_MAX_CANDIDATES = 40  # each costs up to 10 parses; a text with more is held unread
_CANDIDATE = re.compile(r"(?<![\w.,:/])[+(]{0,2}\d[\d ().\-/]{6,30}(?<=\d)(?![\w:])")
_GROUP = re.compile(r"\d+(?:[.,]\d+)?")
_DECIMAL = re.compile(r"(?<!\d)\d{1,2}[.,]\d(?!\d)")
_DATE = re.compile(
    r"(?<!\d)(?:\d{1,2}[/.\-]\d{1,2}[/.\-](?:19|20)?\d{2}|(?:19|20)\d{2}[/.\-]\d{1,2}[/.\-]\d{1,2})"
)
_REFERENCE = re.compile(
    r"(?:order|lot|serial|ref|reference|batch|tracking|case|ticket|gtin|sn|pin|code)"
    r"[ ]?(?:no|nr|number|num|id)?[ .:#-]{0,3}(?:is|was)?[ ]?$"
)
# Above this no meter shows a value (mg/dL), so a group above it is not a reading.
_MAX_READING = 600

_LINK = re.compile(
    r"(?<![\w@.-])(?:https?://|www\.)?(?P<host>(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,4}"
    r"(?P<top>[a-z]{2,12}))(?P<rest>[/?#][^\s<>\"']{0,300})?"
)
_BARE_TOPS = {"com", "net", "org", "io", "shop", "store", "xyz", "info", "biz", "uk", "ie", "me"}


@dataclass(frozen=True, slots=True)
class Context:
    """What a detector may look at: the normalised text, its tokens, and each kind's settings."""

    normal: Normal
    tokens: Sequence[Token]
    settings: Mapping[str, Mapping[str, Any]]


Detector = Callable[[Context], Iterable[tuple[int, int]]]


def phones(context: Context) -> Iterator[tuple[int, int]]:
    """Yield the spans of valid phone numbers that are not public lines.

    Only runs of digits that could be a number are parsed: parsing is slow, and glucose values,
    dates and order numbers must not be read as numbers.
    """
    settings = context.settings["contact"]
    regions = tuple(settings["regions"])
    public = frozenset(settings["public_numbers"])
    text = context.normal.lower
    tried = 0
    for match in _CANDIDATE.finditer(text):
        chunk = match.group()
        if not _could_be_phone(chunk) or _REFERENCE.search(text[: match.start()][-24:]):
            continue
        tried += 1
        if tried > _MAX_CANDIDATES:
            yield context.normal.span(match.start(), len(text))
            return
        for start, end in _valid_numbers(chunk, regions, public):
            yield context.normal.span(match.start() + start, match.start() + end)


def _could_be_phone(chunk: str) -> bool:
    digits = sum(char.isdigit() for char in chunk)
    if digits < _MIN_DIGITS or _DATE.search(chunk):
        return False
    groups = _GROUP.findall(chunk)
    if chunk.startswith(("+", "(")) or groups[0].startswith("0"):
        return True
    if _DECIMAL.search(chunk):
        return False
    # A glucose series: three or more whole readings and nothing a meter cannot show.
    return not (len(groups) > 2 and all(_is_reading(group) for group in groups))


def _is_reading(group: str) -> bool:
    value = float(group.replace(",", "."))
    return value <= _MAX_READING and (not group.startswith("0") or value < 1)


@lru_cache(maxsize=512)
def _valid_numbers(
    chunk: str, regions: tuple[str, ...], public: frozenset[str]
) -> tuple[tuple[int, int], ...]:
    spaceless = re.sub(r"\D", "", chunk)
    for region in regions:
        found = list(PhoneNumberMatcher(chunk, region, leniency=Leniency.VALID))
        # A number dear in one country is someone's mobile in another: look on.
        found = [m for m in found if number_type(m.number) != PhoneNumberType.PREMIUM_RATE]
        if found:
            return tuple((m.start, m.end) for m in found if not _is_public(m.number, public))
        # "0 7 9 1 1 ..." and odd separators hide a number from the matcher.
        if len(spaceless) <= _MAX_DIGITS and spaceless.startswith("0"):
            found = list(PhoneNumberMatcher(spaceless, region, leniency=Leniency.VALID))
            if found:
                hidden = any(not _is_public(m.number, public) for m in found)
                return ((0, len(chunk)),) if hidden else ()
    return ()


def _is_public(number: PhoneNumber, public: frozenset[str]) -> bool:
    national = national_significant_number(number)
    return number_type(number) in _PUBLIC_TYPES or national.lstrip("0") in public


_DIGIT_WORDS = {"oh": "0", "o": "0", "nought": "0", "plus": "+", "double": "", "triple": ""} | {
    word: str(digit)
    for digit, word in enumerate("zero one two three four five six seven eight nine".split())
}
_DIGITS_WITH_O = re.compile(r"[o0-9]*\d[o0-9]*")


def spelled_numbers(context: Context) -> Iterator[tuple[int, int]]:
    """Yield runs of digits said in words ("oh seven nine double one ...").

    At least eight digits, three of them in words, starting like a phone number does.
    """
    tokens = context.tokens
    if sum(token.word in _DIGIT_WORDS for token in tokens) < _MIN_SPOKEN:
        return
    run: list[Token] = []
    digits = ""
    spoken = 0
    for token in [*tokens, None]:
        piece = None if token is None else _digits_of(token, context.normal.lower)
        if piece is not None and token is not None:
            run.append(token)
            digits += piece
            spoken += token.word in _DIGIT_WORDS
            continue
        if len(digits) >= _MIN_DIGITS and spoken >= _MIN_SPOKEN and digits[0] in "0+":
            yield context.normal.span(run[0].start, run[-1].end)
        run, digits, spoken = [], "", 0


def _digits_of(token: Token, text: str) -> str | None:
    if token.word in _DIGIT_WORDS:
        return _DIGIT_WORDS[token.word]
    raw = text[token.start : token.end]
    return raw.replace("o", "0") if _DIGITS_WITH_O.fullmatch(raw) else None


def unknown_links(context: Context) -> Iterator[tuple[int, int]]:
    """Yield links to hosts that are not on the list of known ones."""
    known = set(context.settings["promo"]["known_hosts"])
    text = context.normal.lower
    if "." not in text:
        return
    for match in _LINK.finditer(text):
        explicit = match.group().startswith(("http://", "https://", "www."))
        if not explicit and match["top"] not in _BARE_TOPS:
            continue
        labels = match["host"].removeprefix("www.").split(".")
        if not any(".".join(labels[i:]) in known for i in range(len(labels) - 1)):
            yield context.normal.span(*match.span())


def worded_like(kind: Kind, *, over: float) -> Detector:
    """A finder of texts whose words together weigh more than ``over`` for a kind."""

    def find(context: Context) -> Iterator[tuple[int, int]]:
        passage = weighed(context.normal.lower).get(kind)
        if passage is not None and passage.score > over:
            yield context.normal.span(passage.start, passage.end)

    return find


# Finders without settings of the rule; that of wording needs one.
DETECTORS: dict[str, Detector] = {
    "phones": phones,
    "spelled-numbers": spelled_numbers,
    "unknown-links": unknown_links,
}
