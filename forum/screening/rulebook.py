"""Rules as data: reading them, checking them, running them over a text."""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from bisect import bisect_left
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from forum.screening.detectors import DETECTORS, Context, Detector, worded_like
from forum.screening.findings import Finding, Kind, Rank
from forum.screening.normalise import Normal, Vocabulary
from forum.screening.phrases import (
    Document,
    Hit,
    Phrase,
    RuleError,
    compile_phrase,
    vocabulary_of,
)

RULES = Path(__file__).parent / "rules"
ENGINE = 5  # raise when the same rules would find something else
MAX_PER_RULE = 100  # a text with more hits of one rule than this is held anyway
UNLESS_WITHIN = 16  # words; an "unless" further away is about something else
# Goes through every detector, so that a setting that is missing shows before anybody writes.
PROBE = "ring 07911 123456 or oh seven nine double one one two three, see https://a.example/b"
Tables = Mapping[str, Mapping[str, Any]]
_RANKS = {"inform": Rank.INFORM, "hold": Rank.HOLD}
_KEYS = {
    *("id", "why", "rank", "severity", "phrases", "regex", "needs", "case", "detector"),
    *("over", "except", "unless", "hits", "passes"),
}


@dataclass(frozen=True, slots=True)
class Rule:
    """One compiled rule. `phrases`, `pattern` and `detector` are three ways to find a span.

    `is_last_resort`: asked only where no other rule of its kind has found anything.
    """

    id: str
    kind: Kind
    rank: Rank
    severity: int | None
    why: str
    phrases: tuple[Phrase, ...] = ()
    excepted: tuple[Phrase, ...] = ()
    unless: tuple[Phrase, ...] = ()
    pattern: re.Pattern[str] | None = None
    needs: tuple[str, ...] = ()
    cased: bool = False
    detector: Detector | None = None
    is_last_resort: bool = False
    hits: tuple[str, ...] = ()
    passes: tuple[str, ...] = ()

    def spans(self, document: Document, context: Context) -> Iterable[tuple[int, int]]:
        """Return the spans of the original text that this rule finds."""
        if self.detector is not None:
            return self.detector(context)
        if self.pattern is not None:
            return self._pattern_spans(self.pattern, document.normal)
        return self._phrase_spans(document)

    def _pattern_spans(self, pattern: re.Pattern[str], normal: Normal) -> list[tuple[int, int]]:
        if self.needs and not any(word in normal.lower for word in self.needs):
            return []
        text = normal.cased if self.cased else normal.lower
        return [normal.span(*match.span()) for match in pattern.finditer(text)]

    def _phrase_spans(self, document: Document) -> list[tuple[int, int]]:
        hits = [hit for phrase in self.phrases for hit in phrase.find(document)]
        if not hits:
            return []
        excepted = [hit for phrase in self.excepted for hit in phrase.find(document)]
        if excepted:
            covered = {index for first, last in excepted for index in range(first, last + 1)}
            hits = [hit for hit in hits if covered.isdisjoint(range(hit[0], hit[1] + 1))]
        places = sorted(
            document.tokens[last].place
            for phrase in self.unless
            for _, last in phrase.find(document)
        )
        if places:
            hits = [hit for hit in hits if not _near(hit, places, document)]
        return [document.span(hit) for hit in hits]


def _near(hit: Hit, places: Sequence[int], document: Document) -> bool:
    """Say whether one of the sorted `places` is in the hit's own sentences and not far from it."""
    begun, ended = document.sentence_places(hit)
    low = max(begun, document.tokens[hit[0]].place - UNLESS_WITHIN)
    high = min(ended, document.tokens[hit[1]].place + UNLESS_WITHIN)
    index = bisect_left(places, low)
    return index < len(places) and places[index] <= high


@dataclass(frozen=True, slots=True)
class Rulebook:
    """A set of rules with their version; `screen` runs them all."""

    rules: tuple[Rule, ...]
    version: str
    settings: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    vocabulary: Vocabulary = field(default_factory=Vocabulary)

    def screen(self, text: str) -> list[Finding]:
        """Return the findings in `text`: most severe first, then by place; same in, same out."""
        document = Document(text, self.vocabulary)
        context = Context(document.normal, document.tokens, self.settings)
        found: list[Finding] = []
        sure: set[Kind] = set()
        for rule in sorted(self.rules, key=lambda rule: rule.is_last_resort):
            # What names its words is surer than how the whole is worded.
            if rule.is_last_resort and rule.kind in sure:
                continue
            spans = sorted(rule.spans(document, context))[:MAX_PER_RULE]
            found += [
                Finding(rule.kind, rule.rank, rule.severity, start, end, rule.id)
                for start, end in spans
            ]
            if spans and not rule.is_last_resort:
                sure.add(rule.kind)
        return sorted(_merged(found), key=lambda finding: finding.order)

    def rule(self, rule_id: str) -> Rule:
        """Return the rule of that id; raise KeyError if there is none."""
        for rule in self.rules:
            if rule.id == rule_id:
                return rule
        raise KeyError(rule_id)

    def throttled(self, rule_ids: Collection[str]) -> Rulebook:
        """Return the same rules, with those named informing instead of holding.

        For the circuit breaker: a rule that suddenly matches far more than before flags only.
        """
        rules = tuple(
            replace(rule, rank=Rank.INFORM) if rule.id in rule_ids else rule for rule in self.rules
        )
        return replace(self, rules=rules)

    def without(self, rule_ids: Collection[str]) -> Rulebook:
        """Return the same rules but those named."""
        return replace(self, rules=tuple(r for r in self.rules if r.id not in rule_ids))


def _merged(found: Iterable[Finding]) -> list[Finding]:
    """Join findings of one kind that overlap; the more severe one gives its name to the span.

    What one of them holds stays held.
    """
    merged: list[Finding] = []
    by_kind = sorted(found, key=lambda f: (f.kind.value, f.start, f.end, f.order))
    for finding in by_kind:
        last = merged[-1] if merged else None
        if last is None or last.kind != finding.kind or finding.start >= last.end:
            merged.append(finding)
            continue
        lead = min(last, finding, key=_weight)
        merged[-1] = replace(
            lead,
            rank=max(last.rank, finding.rank),
            start=last.start,
            end=max(last.end, finding.end),
        )
    return merged


def _weight(finding: Finding) -> tuple[int, int, int, str]:
    severity = 9 if finding.severity is None else finding.severity
    return (severity, -finding.rank, finding.start - finding.end, finding.rule)


def read_rules(folder: Path = RULES) -> dict[str, bytes]:
    """Return the rule files of a folder by name: `sets.toml` and one for each kind."""
    return {path.name: path.read_bytes() for path in sorted(folder.glob("*.toml"))}


def parse_rules(files: Mapping[str, bytes]) -> Tables:
    """Return the tables of rule files by the name of the file without `.toml`.

    Raises RuleError, with the file's name, for what is not TOML.
    """
    return {name.removesuffix(".toml"): _toml(name, files[name]) for name in sorted(files)}


def compile_rulebook(files: Mapping[str, bytes]) -> Rulebook:
    """Compile rule files into a rulebook; raises as `compile_tables` does."""
    return compile_tables(parse_rules(files))


def compile_tables(tables: Tables) -> Rulebook:
    """Compile tables of rules into a rulebook.

    `tables` maps each kind to its sets, settings and rules; `sets` holds what all may use.
    Raises RuleError, with the rule's id, for anything that is not a valid rule.
    """
    try:
        return _compile(tables)
    except RuleError:
        raise
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise RuleError(f"not in the shape of rules: {error}") from error


def compile_complete(tables: Tables) -> Rulebook:
    """Compile tables that are to be in force: every kind has a rule, every detector its settings.

    Raises RuleError otherwise.
    """
    book = compile_tables(tables)
    if missing := sorted(set(Kind) - {rule.kind for rule in book.rules}):
        raise RuleError(f"there is no rule for {missing[0].value}")
    try:
        book.screen(PROBE)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise RuleError(f"a setting is missing or not right: {error}") from error
    return book


def _compile(tables: Tables) -> Rulebook:
    common = tables.get("sets", {})
    shared, fuzzy = common.get("sets", {}), common.get("fuzzy", [])
    rules: list[Rule] = []
    settings: dict[str, Mapping[str, Any]] = {}
    for name in sorted(tables.keys() - {"sets"}):
        data = tables[name]
        try:
            kind = Kind(name)
        except ValueError as error:
            raise RuleError(f"{name}: no such kind") from error
        sets = shared | data.get("sets", {})
        settings[kind.value] = data.get("settings", {})
        rules.extend(_rule(kind, entry, sets) for entry in data.get("rule", []))
    ids = [rule.id for rule in rules]
    for rule_id in ids:
        if ids.count(rule_id) > 1:
            raise RuleError(f"{rule_id}: used twice")
    phrases = [p for rule in rules for p in (*rule.phrases, *rule.excepted, *rule.unless)]
    return Rulebook(
        rules=tuple(rules),
        version=f"{ENGINE}-{hash_of(tables)[:12]}",
        settings=settings,
        vocabulary=Vocabulary.of(vocabulary_of(phrases), fuzzy),
    )


def hash_of(tables: Tables) -> str:
    """Return the SHA-256 (hex) of what tables of rules say; comments and order do not count."""
    return hashlib.sha256(json.dumps(tables, sort_keys=True).encode()).hexdigest()


def _toml(name: str, content: bytes) -> dict[str, Any]:
    try:
        return tomllib.loads(content.decode())
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise RuleError(f"{name}: {error}") from error


def _rule(kind: Kind, entry: Mapping[str, Any], sets: Mapping[str, Iterable[str]]) -> Rule:
    rule_id = str(entry.get("id", "?"))
    try:
        if unknown := entry.keys() - _KEYS:
            raise RuleError(f"unknown key {sorted(unknown)[0]!r}")
        if not rule_id.startswith(f"{kind.value}."):
            raise RuleError(f"the id must start with '{kind.value}.'")
        severity = entry.get("severity")
        if severity not in (None, 0, 1, 2, 3):
            raise RuleError("severity is 0, 1, 2, 3 or left out")
        ways = [key for key in ("phrases", "regex", "detector") if key in entry]
        if len(ways) != 1:
            raise RuleError("a rule has either phrases, a regex or a detector")
        return Rule(
            id=rule_id,
            kind=kind,
            rank=_RANKS[entry["rank"]],
            severity=severity,
            why=entry["why"],
            phrases=_compiled(entry.get("phrases", ()), sets),
            excepted=_compiled(entry.get("except", ()), sets),
            unless=_compiled(entry.get("unless", ()), sets),
            pattern=re.compile(entry["regex"], re.VERBOSE) if "regex" in entry else None,
            needs=tuple(entry.get("needs", ())),
            cased=entry.get("case") == "original",
            detector=_detector(kind, entry),
            is_last_resort=entry.get("detector") == "wording",
            hits=tuple(entry["hits"]),
            passes=tuple(entry["passes"]),
        )
    except RuleError as error:
        raise RuleError(f"{rule_id}: {error}") from error
    except KeyError as error:
        raise RuleError(f"{rule_id}: missing or unknown {error}") from error
    except re.error as error:
        raise RuleError(f"{rule_id}: bad regular expression: {error}") from error


def _detector(kind: Kind, entry: Mapping[str, Any]) -> Detector | None:
    """The finder of a rule, if it has one; that of wording has a score that it must be over."""
    if entry.get("detector") == "wording":
        return worded_like(kind, over=float(entry["over"]))
    return DETECTORS[entry["detector"]] if "detector" in entry else None


def _compiled(sources: Iterable[str], sets: Mapping[str, Iterable[str]]) -> tuple[Phrase, ...]:
    return tuple(phrase for source in sources for phrase in compile_phrase(source, sets))


def example_problems(book: Rulebook, rules: Iterable[Rule] | None = None) -> list[str]:
    """Return one line for every example of a rule that the rule does not treat as it says.

    Looks at `rules` of the book, at all where none are given.
    """
    problems: list[str] = []
    for rule in book.rules if rules is None else rules:
        alone = replace(book, rules=(rule,))
        problems += [f"{rule.id} misses: {text}" for text in rule.hits if not alone.screen(text)]
        problems += [f"{rule.id} flags: {text}" for text in rule.passes if alone.screen(text)]
        if not rule.hits or not rule.passes:
            problems.append(f"{rule.id} needs examples of both hits and passes")
    return problems


__all__ = [
    "Rule",
    "RuleError",
    "Rulebook",
    "Tables",
    "compile_complete",
    "compile_rulebook",
    "compile_tables",
    "example_problems",
    "hash_of",
    "parse_rules",
    "read_rules",
]
