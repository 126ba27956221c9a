"""Bring a text into one plain form to match rules on, keeping the way back to the original."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

# One sentence end counts as this many words, so that a small gap in a phrase cannot cross it.
SENTENCE_COST = 20

_LOOKALIKES = str.maketrans(
    {
        "‘": "'",
        "’": "'",
        "ʼ": "'",
        "`": "'",
        "´": "'",
        "“": '"',
        "”": '"',
        "„": '"',
        "‐": "-",
        "‑": "-",
        "‒": "-",
        "–": "-",
        "—": "-",
        "−": "-",
    }
)
_DROPPED = {"Cf", "Mn", "Me"}  # zero-width and direction marks, combining accents
_LEET = str.maketrans("013457@$!", "oieastasi")
_LEET_L = str.maketrans("013457@$!", "oleastasi")
_LONG_RUN = re.compile(r"(.)\1{2,}")
_UNPLAIN = re.compile(r"[0-9@$!]")

_TOKEN = re.compile(
    r"""
    (?P<spaced>(?<![a-z0-9'])[a-z](?:[ ._*-][a-z]){2,24}(?![a-z0-9']))
  | (?P<ratio>\d{1,3}[ ]?:[ ]?\d{1,3}(?:\.\d)?(?![\d:]))
  | (?P<number>\d+(?:[.,]\d+)?)
  | (?P<word>[^\W\d_](?:[^\W_]|[*'](?=[^\W_]|\*)|[@$!](?=[^\W_]))*)
  | (?P<mark>\++|[%£€$@])
  | (?P<trail>\.{2,})
  | (?P<end>(?:\.(?!\w)|[!?;\n\r\u061f\u3002])+)
    """,
    re.VERBOSE,
)
_ASCII_OR_ONE = re.compile(r"[\x00-\x7f]+|[^\x00-\x7f]")
_LETTER = re.compile(r"[a-z]")

NUMBER_WORDS = {
    word: float(value)
    for value, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
        "fifteen sixteen seventeen eighteen nineteen twenty".split()
    )
} | {"thirty": 30.0, "forty": 40.0, "fifty": 50.0, "half": 0.5}


@dataclass(frozen=True, slots=True)
class Normal:
    """A normalised text: `lower[i]` and `cased[i]` come from `source[offsets[i]]`."""

    source: str
    lower: str
    cased: str
    offsets: Sequence[int]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Map a span of the normalised text to the span of the source it came from."""
        if end <= start:
            return self.offsets[start], self.offsets[start]
        last = self.offsets[end - 1] + 1
        # Marks that were dropped after the last character belong to it.
        while last < len(self.source) and last < self.offsets[end] and _is_mark(self.source[last]):
            last += 1
        return self.offsets[start], last


class Token(NamedTuple):
    """One word, number or mark; `start` and `end` are places in the normalised text.

    `place` counts words from the start of the text, with `SENTENCE_COST` for each sentence end.
    """

    word: str
    start: int
    end: int
    place: int
    sentence: int
    value: float | None = None


@lru_cache(maxsize=4096)
def _plain(char: str) -> str:
    folded = unicodedata.normalize("NFKD", char.translate(_LOOKALIKES))
    return "".join(c for c in folded if unicodedata.category(c) not in _DROPPED)


@lru_cache(maxsize=4096)
def _is_mark(char: str) -> bool:
    return unicodedata.category(char) in _DROPPED


def normalise(text: str) -> Normal:
    """Return `text` folded to compatibility forms, without accents and zero-width marks."""
    if text.isascii():
        return Normal(text, text.lower(), text, range(len(text) + 1))
    cased: list[str] = []
    lower: list[str] = []
    offsets: list[int] = []
    for match in _ASCII_OR_ONE.finditer(text):
        index, char = match.start(), match.group()
        if char.isascii():
            cased.append(char)
            lower.append(char.lower())
            offsets.extend(range(index, match.end()))
            continue
        plain = _plain(char)
        low = plain.lower()
        if len(low) != len(plain):
            plain = low
        cased.append(plain)
        lower.append(low)
        offsets.extend([index] * len(plain))
    offsets.append(len(text))
    return Normal(text, "".join(lower), "".join(cased), offsets)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words that rules know; `shortened` maps each fuzzy word less one letter to that word."""

    words: frozenset[str] = frozenset()
    shortened: Mapping[str, str] = field(default_factory=dict)
    by_shape: Mapping[tuple[int, str], tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, known: Iterable[str], fuzzy: Iterable[str] = ()) -> Vocabulary:
        """Build the vocabulary; `fuzzy` words are also known with one letter wrong."""
        shortened = {short: word for word in sorted(fuzzy) for short in _shortened(word)}
        by_shape: dict[tuple[int, str], tuple[str, ...]] = {}
        for word in sorted(words := frozenset(known)):
            shape = (len(word), word[0])
            by_shape[shape] = (*by_shape.get(shape, ()), word)
        return cls(words, shortened, by_shape)

    def resembling(self, word: str) -> str | None:
        """Return the fuzzy word that `word` is at most one letter away from, if any."""
        if len(word) < 6 or not word.isalpha():
            return None
        if near := self.shortened.get(word):
            return near
        for short in _shortened(word):
            near = self.shortened.get(short)
            # The same letters less one each: one letter replaced, added or swapped.
            if near is not None and near[0] == word[0]:
                return near
        return None


def _shortened(word: str) -> set[str]:
    return {word, *(word[:i] + word[i + 1 :] for i in range(len(word)))}


def canonical(word: str, vocabulary: Vocabulary) -> str:
    """Return the word of `vocabulary` that `word` disguises, or `word` itself.

    Undone: apostrophes ("don't"), digits for letters ("su1cide"), drawn-out letters ("diiiie"),
    stars for letters ("k*ll", same length), and one wrong letter in a fuzzy word.
    """
    word = word.replace("'", "")
    words = vocabulary.words
    if word in words:
        return word
    forms = [word]
    if _UNPLAIN.search(word):
        forms += [word.translate(_LEET), word.translate(_LEET_L)]
    for form in list(forms):
        if _LONG_RUN.search(form):
            forms += [_LONG_RUN.sub(r"\1\1", form), _LONG_RUN.sub(r"\1", form)]
    for form in forms[1:]:
        if form in words:
            return form
    if "*" in word and 3 <= len(word) <= 20:
        hidden = re.compile(re.escape(word).replace(r"\*", "[a-z]"))
        alike = vocabulary.by_shape.get((len(word), word[0]), ())
        return next((known for known in alike if hidden.fullmatch(known)), word)
    return vocabulary.resembling(word) or word


def tokenise(lower: str, vocabulary: Vocabulary) -> list[Token]:
    """Split a normalised lower-case text into tokens, with words in their canonical form."""
    known: dict[str, str] = {}
    tokens: list[Token] = []
    place = sentence = 0
    pending = False
    for match in _pieces(lower, vocabulary):
        start, end, group = match.start(), match.end(), match.lastgroup
        if group == "trail":  # "i want to... stop": trailing off is not an end
            continue
        if group == "end":
            pending = True
            continue
        if pending and tokens:
            place += SENTENCE_COST
            sentence += 1
        pending = False
        raw = match.group()
        value: float | None = None
        if group == "word":
            word = known.get(raw)
            if word is None:
                word = known[raw] = canonical(raw, vocabulary)
            value = NUMBER_WORDS.get(word)
        elif group == "number":
            word = "#"
            value = float(raw.replace(",", ".")) if len(raw) < 18 else None
        elif group == "ratio":
            word = "#:"
        elif group == "spaced":
            word = "".join(_LETTER.findall(raw))
        else:
            word = "++" if raw.startswith("++") else raw
        tokens.append(Token(word, start, end, place, sentence, value))
        place += 1
    return tokens


def _pieces(lower: str, vocabulary: Vocabulary) -> Iterator[re.Match[str]]:
    """Yield token matches; letters with spaces between count as a word only if rules know it."""
    position = 0
    while match := _TOKEN.search(lower, position):
        if match.lastgroup == "spaced":
            joined = "".join(_LETTER.findall(match.group()))
            if joined not in vocabulary.words:
                single = _SINGLE.match(lower, match.start())
                if single:
                    match = single
        position = match.end()
        yield match


_SINGLE = re.compile(r"(?P<word>[a-z])")
