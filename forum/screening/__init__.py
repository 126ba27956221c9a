"""Screening: pure functions from a text to findings; no database, no network.

Screening reorders and informs. It never removes anything and never decides alone that a text is
safe. The rules are data: as shipped in `rules/`, and as admins changed them (forum/rules.py).
"""

from __future__ import annotations

from collections.abc import Iterable

from forum.screening.findings import Finding, Kind, Rank
from forum.screening.rulebook import (
    Rulebook,
    RuleError,
    Tables,
    compile_complete,
    compile_rulebook,
    compile_tables,
    example_problems,
    hash_of,
    parse_rules,
    read_rules,
)

SHIPPED = parse_rules(read_rules())
RULEBOOK = compile_complete(SHIPPED)
RULES_VERSION = RULEBOOK.version
MASK = "[contact details removed]"

__all__ = [
    "MASK",
    "RULEBOOK",
    "RULES_VERSION",
    "SHIPPED",
    "Finding",
    "Kind",
    "Rank",
    "RuleError",
    "Rulebook",
    "Tables",
    "compile_complete",
    "compile_rulebook",
    "compile_tables",
    "example_problems",
    "explain",
    "hash_of",
    "mask",
    "parse_rules",
    "read_rules",
    "screen",
]


def screen(text: str, book: Rulebook = RULEBOOK) -> list[Finding]:
    """Return what the rules of `book` find in `text`, most severe first, then by place."""
    return book.screen(text)


def mask(text: str, findings: Iterable[Finding]) -> str:
    """Return `text` with the spans of its contact findings replaced by `MASK`."""
    spans = sorted((f.start, f.end) for f in findings if f.kind is Kind.CONTACT)
    parts: list[str] = []
    position = 0
    for start, end in spans:
        if start >= position:
            parts += [text[position:start], MASK]
        position = max(position, end)
    return "".join([*parts, text[position:]])


def explain(rule_id: str, book: Rulebook = RULEBOOK) -> str:
    """Return in one line what a rule looks for; empty for a rule that is no longer there."""
    return next((rule.why for rule in book.rules if rule.id == rule_id), "")
