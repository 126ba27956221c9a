"""The little language in which phrase rules are written, and its linear-time matcher.

A phrase is a list of items separated by spaces:

    word            that word (lower case, without apostrophes)
    a|b|going_to    one of several; an underscore stands for the space inside one alternative
    {name}          one of the named set of words
    !{name}|x       one word that is none of these
    #  #3..30       a number, or one in that range (both ends count); also number words
    #:              a ratio such as 1:10
    ~3              up to three words between; a sentence end counts as 20 words
    item?           the item may be missing
    ^               (first) only at the start of a sentence

Matching goes through the items one by one and keeps, for every place an item can end, the latest
start. Each item costs one pass over its occurrences, so no text can make it slow.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from operator import itemgetter
from typing import NamedTuple

from forum.screening.normalise import Normal, Token, Vocabulary, normalise, tokenise

_RANGE = re.compile(r"#(?:(\d+(?:\.\d+)?)\.\.(\d+(?:\.\d+)?))?")
_RESERVED = set("'?{}^~")

Hit = tuple[int, int]  # first and last token index
_by_last = itemgetter(1, 0)
_last = itemgetter(1)


class RuleError(ValueError):
    """A rule is not written correctly; the message says which and why."""


class Document:
    """A text prepared once for all rules: its normalised form, tokens and word index."""

    def __init__(self, text: str, vocabulary: Vocabulary) -> None:
        self.normal: Normal = normalise(text)
        self.tokens: list[Token] = tokenise(self.normal.lower, vocabulary)
        self.words: dict[str, list[int]] = {}
        self.numbers: list[int] = []
        self.order: tuple[str, ...] = tuple(token.word for token in self.tokens)
        self.occurrences: dict[Item, Occurrences] = {}
        for index, token in enumerate(self.tokens):
            self.words.setdefault(token.word, []).append(index)
            if token.value is not None:
                self.numbers.append(index)
        # A real set: isdisjoint() of two sets looks at the smaller one only.
        self.known: frozenset[str] = frozenset(self.words)

        self._sentences: dict[int, tuple[int, int]] = {}
        for token in self.tokens:
            begun, _ = self._sentences.get(token.sentence, (token.place, 0))
            self._sentences[token.sentence] = (begun, token.place)

    def sentence_places(self, hit: Hit) -> tuple[int, int]:
        """Return the first and last place of the sentences that the hit touches."""
        first, last = self.tokens[hit[0]].sentence, self.tokens[hit[1]].sentence
        return self._sentences[first][0], self._sentences[last][1]

    def span(self, hit: Hit) -> tuple[int, int]:
        """Return the span in the original text of a pair of token indexes."""
        return self.normal.span(self.tokens[hit[0]].start, self.tokens[hit[1]].end)


@dataclass(frozen=True, slots=True, eq=False)
class Item:
    """One place of a phrase: which words or numbers may stand there.

    Make them with ``item_of``: equal items are one object, so that finding what is known of an
    item in a document costs no comparison of its words.
    """

    words: frozenset[str] = frozenset()
    runs: tuple[tuple[str, ...], ...] = ()
    number: tuple[float, float] | None = None
    inverted: frozenset[str] | None = None

    def possible(self, document: Document) -> bool:
        """Say cheaply whether the item can occur in the document at all."""
        if self.inverted is not None:
            return bool(document.tokens)
        if not self.words.isdisjoint(document.known):
            return True
        if self.number is not None and document.numbers:
            return True
        known = document.known
        return any(run[0] in known and known.issuperset(run) for run in self.runs)

    def occurrences(self, document: Document) -> Occurrences:
        """Return every place where the item occurs."""
        known = document.occurrences.get(self)
        if known is None:
            found = self._search(document)
            by_first = sorted(found) if self.runs else found
            known = Occurrences(found, by_first, [first for first, _ in by_first])
            document.occurrences[self] = known
        return known

    def _search(self, document: Document) -> list[Hit]:
        tokens = document.tokens
        if self.inverted is not None:
            found = [(i, i) for i, token in enumerate(tokens) if token.word not in self.inverted]
            return found
        known = document.known
        found = [(i, i) for word in self.words & known for i in document.words[word]]
        if self.number is not None:
            low, high = self.number
            for i in document.numbers:
                value = tokens[i].value
                if value is not None and low <= value <= high:
                    found.append((i, i))
        for run in self.runs:
            if run[0] not in known or not known.issuperset(run):
                continue
            for i in document.words[run[0]]:
                last = i + len(run) - 1
                if (
                    document.order[i : last + 1] == run
                    and tokens[last].place - tokens[i].place == last - i
                ):
                    found.append((i, last))
        if len(found) > 1:
            found.sort(key=_by_last)
        return found


class Occurrences(NamedTuple):
    """Places of an item: sorted by their last token, by their first, and those first ones."""

    by_last: list[Hit]
    by_first: list[Hit]
    firsts: list[int]


@dataclass(frozen=True, slots=True)
class Phrase:
    """One compiled variant of a phrase: items, and the largest gap before each."""

    items: tuple[Item, ...]
    gaps: tuple[int, ...]
    anchored: bool

    def find(self, document: Document) -> list[Hit]:
        """Return the hits, one for each place where the phrase can end."""
        if not all(item.possible(document) for item in self.items):
            return []
        tokens = document.tokens
        active = self.items[0].occurrences(document).by_last
        if self.anchored:
            active = [
                (first, last)
                for first, last in active
                if first == 0 or tokens[first - 1].sentence != tokens[first].sentence
            ]
        for item, gap in zip(self.items[1:], self.gaps[1:], strict=True):
            if not active:
                return []
            active = _join(active, item.occurrences(document), gap, tokens)
        return active


def _join(
    active: list[Hit], following: Occurrences, gap: int, tokens: Sequence[Token]
) -> list[Hit]:
    """Append each following occurrence to the nearest active hit before it, if near enough.

    ``active`` is sorted by its last tokens. Goes through the fewer of the two, so that a frequent
    word beside a rare one costs little.
    """
    _, by_first, firsts = following
    if len(firsts) < len(active):
        joined = _join_back(active, following, gap, tokens)
    else:
        joined = []
        for index, (begun, ended) in enumerate(active):
            # Beyond the end of the next active hit, that one is nearer.
            nearer = active[index + 1][1] if index + 1 < len(active) else len(tokens)
            limit = tokens[ended].place + 1 + gap
            at = bisect_right(firsts, ended)
            while at < len(firsts):
                first = firsts[at]
                if first > nearer or tokens[first].place > limit:
                    break
                joined.append((begun, by_first[at][1]))
                at += 1
    if len(joined) > 1:
        joined.sort(key=_by_last)
    return joined


def _join_back(
    active: list[Hit], following: Occurrences, gap: int, tokens: Sequence[Token]
) -> list[Hit]:
    joined: list[Hit] = []
    for first, last in following.by_first:
        nearest = bisect_left(active, first, key=_last) - 1
        if nearest >= 0:
            begun, ended = active[nearest]
            if tokens[first].place - tokens[ended].place - 1 <= gap:
                joined.append((begun, last))
    return joined


def compile_phrase(source: str, sets: Mapping[str, Iterable[str]]) -> list[Phrase]:
    """Compile one phrase into its variants (one for each choice of optional items).

    Raises RuleError if the phrase is empty, names an unknown set or is malformed.
    """
    anchored = False
    parts: list[tuple[Item | None, int, bool]] = []
    for word in source.split():
        if word == "^":
            if parts:
                raise RuleError(f"'^' must come first in {source!r}")
            anchored = True
        elif word.startswith("~"):
            if not word[1:].isdecimal():
                raise RuleError(f"bad gap {word!r} in {source!r}")
            parts.append((None, int(word[1:]), False))
        else:
            optional = len(word) > 1 and word.endswith("?")
            parts.append((_item(word.removesuffix("?") if optional else word, sets), 0, optional))
    if sum(optional for _, _, optional in parts) > 4:
        raise RuleError(f"more than four optional items in {source!r}")
    return list(_variants(parts, anchored, source))


def _variants(
    parts: list[tuple[Item | None, int, bool]], anchored: bool, source: str
) -> Iterator[Phrase]:
    choices = [(True, False) if optional else (True,) for _, _, optional in parts]
    for present in product(*choices):
        items: list[Item] = []
        gaps: list[int] = []
        gap = 0
        for (item, width, _), here in zip(parts, present, strict=True):
            if item is None:
                gap += width
            elif here:
                items.append(item)
                gaps.append(gap)
                gap = 0
        if not items:
            raise RuleError(f"a phrase needs at least one item that must be there: {source!r}")
        yield Phrase(tuple(items), tuple(gaps), anchored)


def _item(source: str, sets: Mapping[str, Iterable[str]]) -> Item:
    inverted = source.startswith("!")
    number: tuple[float, float] | None = None
    entries: list[tuple[str, ...]] = []
    for choice in source.removeprefix("!").split("|"):
        if bounds := _RANGE.fullmatch(choice):
            number = (float(bounds[1] or 0), float(bounds[2] or 1e9))
        else:
            entries += _entries(choice, sets)
    if any(not entry or not all(entry) or _RESERVED & set("".join(entry)) for entry in entries):
        raise RuleError(f"bad alternative in {source!r}")
    words = frozenset(entry[0] for entry in entries if len(entry) == 1)
    runs = tuple(entry for entry in entries if len(entry) > 1)
    if not inverted:
        return item_of(words, runs, number)
    if runs or number:
        raise RuleError(f"only single words can be excluded: {source!r}")
    return item_of(inverted=words)


@lru_cache(maxsize=16_384)
def item_of(
    words: frozenset[str] = frozenset(),
    runs: tuple[tuple[str, ...], ...] = (),
    number: tuple[float, float] | None = None,
    inverted: frozenset[str] | None = None,
) -> Item:
    """Return the item of these words, word runs, numbers; the same object for the same ones."""
    return Item(words, runs, number, inverted)


def _entries(choice: str, sets: Mapping[str, Iterable[str]]) -> list[tuple[str, ...]]:
    if not (choice.startswith("{") and choice.endswith("}")):
        return [tuple(choice.split("_"))]
    name = choice[1:-1]
    if name not in sets:
        raise RuleError(f"unknown set {name!r}")
    return [tuple(entry.split()) for entry in sets[name]]


def vocabulary_of(phrases: Iterable[Phrase]) -> set[str]:
    """Return every word that the phrases know."""
    known: set[str] = set()
    for phrase in phrases:
        for item in phrase.items:
            known |= item.words | (item.inverted or frozenset())
            known.update(word for run in item.runs for word in run)
    return known
