"""Screening: pure functions from a text to findings; no database, no network.

Screening reorders and informs. It never removes anything and never decides alone that a text is
safe. The rules are data, in `rules/`.
"""

from __future__ import annotations

from collections.abc import Iterable

from forum.screening.findings import Finding, Kind, Rank
from forum.screening.rulebook import (
    Rulebook,
    RuleError,
    compile_rulebook,
    example_problems,
    read_rules,
)

RULEBOOK = compile_rulebook(read_rules())
RULES_VERSION = RULEBOOK.version
MASK = "[contact details removed]"

__all__ = [
    "MASK",
    "RULEBOOK",
    "RULES_VERSION",
    "Finding",
    "Kind",
    "Rank",
    "RuleError",
    "Rulebook",
    "compile_rulebook",
    "example_problems",
    "explain",
    "mask",
    "read_rules",
    "screen",
]


def screen(text: str) -> list[Finding]:
    """Return what the current rules find in `text`, most severe first, then by place."""
    return RULEBOOK.screen(text)


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


def explain(rule_id: str) -> str:
    """Return in one line what a rule looks for; empty for a rule that is no longer there."""
    return next((rule.why for rule in RULEBOOK.rules if rule.id == rule_id), "")
