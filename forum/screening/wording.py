"""Kinds that show in no single phrase: how the words of a text together are weighed.

Phrases find what somebody thought of. People who are not safe often say it in words that nobody
listed. So each word, each pair of neighbours and each part of a word (three or four letters: people
spell as they like) has a weight for each kind, learned from posts that this project wrote
(``posts/``, by ``scripts/learn_wording.py``); the weights are data, and the passage that weighs
most is the span of the finding.

A text with features of weights w and rarities r (inverse document frequencies) scores, for a kind,
``bias + sum(r * w) / sqrt(FEW + sum(r * r))``: logistic regression on vectors of about length one;
those of a few words are shorter, as they say little. Long texts are weighed in windows, so that one
sentence among many is not drowned; the highest one counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, pairwise
from math import sqrt
from pathlib import Path

from forum.screening.findings import Kind

WEIGHTS = Path(__file__).parent / "wording.tsv"
SCALE = 1000  # weights are kept as whole thousandths
WINDOW, STEP = 48, 24  # words
FEWEST = 3  # different words that are known; fewer say nothing, nor do numbers alone
FEW = 200.0  # about the square of the length of two words
LONG_WORD = 24  # letters; what is longer is no word
LONG_NUMBER = 5  # digits; from here on numbers look alike
KINDS = tuple(Kind)
# Links say nothing here: a finder of their own looks at them.
_WORD = re.compile(
    r"(?P<link>https?://\S+|www\.\S+)|[^\W\d_]+(?:'[^\W\d_]+)*|\d+(?:[.,:/]\d+)*|[^\w\s]"
)
_NUMBER = "#"
PART = "~"  # parts of words begin so in the file of weights, words and pairs never do
PARTS = (3, 4)  # letters, with a mark where the word begins or ends
_DRAWN_OUT = re.compile(r"(.)\1{2,}")

Row = tuple[float, tuple[float, ...]]  # square of the rarity, and the pull towards each kind
_NOTHING = (0.0,) * len(KINDS)


@dataclass(frozen=True, slots=True)
class Word:
    """One word, number or mark, in the form that weights know, and its place in the text."""

    form: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Weights:
    """What was learned: a row for each word or pair, and where each kind starts from."""

    rows: Mapping[str, Row]
    bias: tuple[float, ...]


def words_of(lower: str) -> list[Word]:
    """The words of a text that is normalised and in lower case; a word said again counts once."""
    words: list[Word] = []
    for match in _WORD.finditer(lower):
        if match["link"]:
            continue
        form = match.group()
        if form[0].isdigit():
            form = _shape_of(form)
        elif form[0].isalpha():
            form = _DRAWN_OUT.sub(r"\1", form.replace("'", ""))
        # A series of readings says no more than one of them.
        if len(words) > 1 and form[0] == _NUMBER == words[-2].form[0] and words[-1].form in ",/;-":
            words.pop()
        if words and words[-1].form == form:
            words[-1] = Word(form, words[-1].start, match.end())
        else:
            words.append(Word(form, *match.span()))
    return words


def _shape_of(number: str) -> str:
    """What a number looks like: how long it is, or with what between."""
    mark = next((char for char in number if not char.isdigit()), "")
    return _NUMBER + mark if mark else _NUMBER * min(len(number), LONG_NUMBER)


def parts_of(form: str) -> list[str]:
    """A word and its parts, as weights know them; numbers, marks and short words have no parts."""
    if len(form) < PARTS[0] or not form[0].isalpha():
        return [form]
    marked = f"<{form[:LONG_WORD]}>"
    return [form] + [
        PART + marked[start : start + size]
        for size in PARTS
        for start in range(len(marked) - size + 1)
    ]


def pairs_of(words: Sequence[Word]) -> list[str]:
    """Each word with the next one."""
    return [f"{one.form} {next_one.form}" for one, next_one in pairwise(words)]


def features_of(words: Sequence[Word]) -> Iterator[str]:
    """All that is weighed in these words."""
    for word in words:
        yield from parts_of(word.form)
    yield from pairs_of(words)


def windows_of(length: int) -> Iterator[tuple[int, int]]:
    """First and last place plus one of each window over so many words."""
    if length <= WINDOW + STEP:
        yield 0, length
        return
    for start in range(0, length - STEP, STEP):
        yield start, min(start + WINDOW, length)


@dataclass(frozen=True, slots=True)
class Passage:
    """How a text scores for a kind, and the part of it that pulls most."""

    score: float
    start: int
    end: int


def weigh(lower: str, weights: Weights) -> Mapping[Kind, Passage]:
    """How a normalised text scores for each kind; nothing where it has hardly any known word."""
    words = words_of(lower)
    if (
        len({word.form for word in words if word.form in weights.rows and word.form.isalpha()})
        < FEWEST
    ):
        return {}
    alone = {form: _sum(parts_of(form), weights) for form in {word.form for word in words}}
    of_words = [alone[word.form] for word in words]
    squares = [square for square, _ in of_words]
    pulls = [list(pull) for pull in zip(*(pull for _, pull in of_words), strict=True)]
    for place, pair in enumerate(pairs_of(words)):
        row = weights.rows.get(pair)
        if row is None:
            continue
        squares[place] += row[0]
        for pull, value in zip(pulls, row[1], strict=True):
            pull[place] += value
    if not any(squares):
        return {}
    norms = list(accumulate(squares, initial=0.0))
    found = {}
    for kind, bias, pull in zip(KINDS, weights.bias, pulls, strict=True):
        sums = list(accumulate(pull, initial=0.0))
        score, first, last = max(
            (bias + (sums[end] - sums[start]) / sqrt(FEW + norms[end] - norms[start]), start, end)
            for start, end in windows_of(len(words))
            if norms[end] > norms[start]
        )
        begin, end = _heaviest(pull, first, last)
        found[kind] = Passage(score, words[begin].start, words[end].end)
    return found


def _sum(features: Iterable[str], weights: Weights) -> Row:
    """The rows of these features as one."""
    known = [row for row in map(weights.rows.get, features) if row is not None]
    pulls = tuple(map(sum, zip(*(pull for _, pull in known), strict=True))) or _NOTHING
    return sum(square for square, _ in known), pulls


def _heaviest(pull: Sequence[float], first: int, last: int) -> tuple[int, int]:
    """Places of the first and last word of the run between ``first`` and ``last`` with the most."""
    best = running = pull[first]
    start = begin = end = first
    for place in range(first + 1, last):
        if running <= 0:
            running, start = 0.0, place
        running += pull[place]
        if running > best:
            best, begin, end = running, start, place
    # A pair hangs on its first word.
    return begin, min(end + 1, last - 1)


def read_weights(path: Path = WEIGHTS) -> Weights:
    """The weights of a file: a line a feature, its rarity and its weight for each kind."""
    lines = path.read_text(encoding="utf-8").splitlines()
    names, bias = lines[0].split("\t")[2:], _numbers(lines[1])[1:]
    if names != [kind.value for kind in KINDS]:
        raise ValueError(f"{path.name} is about other kinds: {names}")
    rows: dict[str, Row] = {}
    for line in lines[2:]:
        feature, rest = line.split("\t", 1)
        rarity, *pulls = (int(number) / SCALE for number in rest.split("\t"))
        rows[feature] = rarity * rarity, tuple(rarity * pull for pull in pulls)
    return Weights(rows, bias)


def _numbers(line: str) -> tuple[float, ...]:
    return tuple(int(number) / SCALE for number in line.split("\t")[1:])


@lru_cache(maxsize=1)
def shipped_weights() -> Weights:
    """The weights that come with the software; read once."""
    return read_weights()


@lru_cache(maxsize=4)
def weighed(lower: str) -> Mapping[Kind, Passage]:
    """The same as `weigh`, by the weights that come with the software."""
    return weigh(lower, shipped_weights())
