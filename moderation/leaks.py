"""Does a message tell one side of the other? Names, numbers, and long passages in common.

Pure: texts in, findings out. It warns and never decides: a person reads the warning. Five words in
a row is what two texts seldom share by chance.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

COMMON_WORDS = 5
WORD = re.compile(r"\w+(?:['’]\w+)*")


@dataclass(frozen=True, slots=True)
class OtherSide:
    """What must not stand in a message: names and numbers, and texts of the other side."""

    names: frozenset[str] = frozenset()
    texts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Leak:
    """One finding. ``passage``: the words as they stand in the message."""

    kind: str  # "name" or "passage"
    passage: str


def find_leaks(message: str, other: OtherSide) -> list[Leak]:
    """Names and passages of the other side in a message, in the order in which they stand."""
    found: list[tuple[int, Leak]] = []
    for name in other.names:
        if not name.strip():
            continue
        pattern = re.compile(rf"(?<!\w){re.escape(name.strip())}(?!\w)", re.IGNORECASE)
        found += [(m.start(), Leak("name", m.group())) for m in pattern.finditer(message)]
    found += _passages(message, other.texts)
    return [leak for _, leak in sorted(found, key=lambda one: one[0])]


def _passages(message: str, texts: Iterable[str]) -> list[tuple[int, Leak]]:
    known = {run for text in texts for run in _runs([w.group().casefold() for w in _words(text)])}
    words = list(_words(message))
    plain = [word.group().casefold() for word in words]
    hits = [i for i, run in enumerate(_runs(plain)) if run in known]
    found: list[tuple[int, Leak]] = []
    for begin, end in _joined(hits):
        start, stop = words[begin].start(), words[end].end()
        found.append((start, Leak("passage", message[start:stop])))
    return found


def _joined(hits: list[int]) -> list[tuple[int, int]]:
    """First and last word of each passage, from the places where common runs start."""
    passages: list[tuple[int, int]] = []
    for hit in hits:
        if passages and hit <= passages[-1][1]:
            passages[-1] = (passages[-1][0], hit + COMMON_WORDS - 1)
        else:
            passages.append((hit, hit + COMMON_WORDS - 1))
    return passages


def _words(text: str) -> Iterable[re.Match[str]]:
    return WORD.finditer(text)


def _runs(words: list[str]) -> list[tuple[str, ...]]:
    return [tuple(words[at : at + COMMON_WORDS]) for at in range(len(words) - COMMON_WORDS + 1)]
