"""Reads of the pages about screening: figures, what differs, what a text would be found for."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.wording import Line, Mark
from forum.models import Ruleset
from forum.screening import (
    RULEBOOK,
    SHIPPED,
    Finding,
    Kind,
    Rank,
    Rulebook,
    RuleError,
    Tables,
    compile_complete,
    explain,
)
from forum.screening.measure import FALSE_ALARMS, RECALL, Figures, Share
from forum.states import Severity
from moderation.reasons import LABELS

# The lists of a rule, in the order in which people read them.
LISTS = ("phrases", "except", "unless", "hits", "passes")
LIST_WORDS: dict[str, Promise] = {
    "phrases": _("looks for"),
    "except": _("but not"),
    "unless": _("not near"),
    "hits": _("must find"),
    "passes": _("must not find"),
    "regex": _("pattern"),
    "rank": _("does"),
    "severity": _("severity"),
    "why": _("explanation"),
    "detector": _("finder"),
    "needs": _("needs"),
    "case": _("case"),
}


@dataclass(frozen=True, slots=True)
class Percent:
    """A share as people read it, in percent. ``low`` and ``high``: Wilson interval, 95 %."""

    part: int
    whole: int
    value: int
    low: int
    high: int

    @classmethod
    def of(cls, share: Share) -> "Percent":
        """The share in whole percent."""
        low, high = share.interval
        return cls(share.part, share.whole, *(round(100 * x) for x in (share.value, low, high)))


@dataclass(frozen=True, slots=True)
class FigureRow:
    """One line of the figures of a version. ``unseen``: in posts that no rule was written for."""

    label: Promise | str
    recall: Percent | None
    unseen: Percent | None
    alarms: Percent
    target: int | None
    short: bool


def figure_rows(stored: Mapping[str, Any] | None) -> list[FigureRow]:
    """The stored figures of a version, one row a kind, everyday posts last; empty without any."""
    if not stored:
        return []
    figures = Figures.from_json(stored)
    rows = [
        FigureRow(
            label=LABELS[kind],
            recall=Percent.of(figures.recall[kind]),
            unseen=_measured(figures.unseen.get(kind)),
            alarms=Percent.of(figures.alarms[kind]),
            target=round(100 * RECALL[kind]),
            short=kind in figures.short or figures.alarms[kind].value > FALSE_ALARMS,
        )
        for kind in Kind
    ]
    everyday = figures.everyday
    return [
        *rows,
        FigureRow(
            label=_("Everyday posts"),
            recall=None,
            unseen=None,
            alarms=Percent.of(everyday),
            target=None,
            short=everyday.value > FALSE_ALARMS,
        ),
    ]


def _measured(share: Share | None) -> Percent | None:
    return Percent.of(share) if share is not None and share.whole else None


def needs_reason(stored: Mapping[str, Any] | None) -> bool:
    """Whether a version finds too few posts of people in danger."""
    return bool(stored and Figures.from_json(stored).short_of_vital)


# What differs ------------------------------------------------------------------------------------


def differences(old: Tables, new: Tables) -> list[Line]:
    """What ``new`` says that ``old`` does not, and the other way round, in the order of rules."""
    before, after = list(_said(old)), list(_said(new))
    was, now = set(before), set(after)
    gone = [(place, Mark.GONE, words) for place, words in before if (place, words) not in now]
    come = [(place, Mark.NEW, words) for place, words in after if (place, words) not in was]
    places = list(dict.fromkeys(place for place, _words in [*after, *before]))
    order = {place: number for number, place in enumerate(places)}
    found = sorted([*gone, *come], key=lambda entry: order[entry[0]])
    return [Line(mark, f"{place}: {words}") for place, mark, words in found]


def _said(tables: Tables) -> Iterator[tuple[str, str]]:
    """Everything that rules say, as (place, words)."""
    for kind in sorted(tables):
        table = tables[kind]
        lists = {f"{{{name}}}": words for name, words in table.get("sets", {}).items()}
        lists |= {"fuzzy": table.get("fuzzy", ()), **table.get("settings", {})}
        for name, words in lists.items():
            yield from ((f"{kind} {name}", str(word)) for word in words)
        for rule in table.get("rule", ()):
            yield from _said_by(rule)


def _said_by(rule: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for key, value in rule.items():
        if key != "id":
            for words in value if isinstance(value, list) else [value]:
                yield rule["id"], f"{LIST_WORDS.get(key, key)} {words}"


# Trying a text -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a text; ``found``: a rule found something there."""

    words: str
    found: bool


@dataclass(frozen=True, slots=True)
class Hit:
    """One finding in words."""

    kind: Promise | str
    rule: str
    why: str
    passage: str
    holds: bool
    severity: Promise | str


@dataclass(frozen=True, slots=True)
class Trial:
    """What one version finds in a text. ``problem``: why it cannot be used."""

    label: Promise | str
    pieces: list[Piece]
    hits: list[Hit]
    problem: str = ""


def try_text(text: str, label: Promise | str, tables: Tables) -> Trial:
    """What rules would find in a text. Nothing is stored, nothing is counted."""
    try:
        book = RULEBOOK if tables is SHIPPED else compile_complete(tables)
    except RuleError as error:
        return Trial(label, [], [], str(error))
    found = book.screen(text)
    return Trial(label, pieces_of(text, found), [_hit(text, finding, book) for finding in found])


def pieces_of(text: str, findings: list[Finding]) -> list[Piece]:
    """The text in pieces, so that each is found as a whole or not; findings may overlap."""
    pieces: list[Piece] = []
    position = 0
    for start, end in sorted((f.start, f.end) for f in findings):
        if start > position:
            pieces.append(Piece(text[position:start], False))
        if end > max(start, position):
            pieces.append(Piece(text[max(start, position) : end], True))
        position = max(position, end)
    if position < len(text):
        pieces.append(Piece(text[position:], False))
    return pieces


def _hit(text: str, finding: Finding, book: Rulebook) -> Hit:
    return Hit(
        kind=LABELS[finding.kind],
        rule=finding.rule,
        why=explain(finding.rule, book),
        passage=text[finding.start : finding.end],
        holds=finding.rank >= Rank.HOLD,
        severity="" if finding.severity is None else Severity(finding.severity).label,
    )


def tables_of(rules: Ruleset | None) -> Tables:
    """What a version says; the rules of the software where there is none."""
    return rules.tables if rules else SHIPPED
