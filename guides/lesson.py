"""The lesson *How to judge what you read*, from ``data/lesson.toml``. Needs no database.

Where a reader stands is in the address alone: one letter for each example sorted so far.
"""

import tomllib
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

DATA = Path(__file__).parent / "data"
LABELS = ("lived", "hcp", "reviewed", "outside")


class Pick(StrEnum):
    """What one can do with something one reads."""

    TRUST = "trust"
    CHECK = "check"
    LEAVE = "leave"

    @property
    def letter(self) -> str:
        """How it stands in an address."""
        return self.value[0]

    @property
    def words(self) -> Promise:
        """What it is called."""
        return WORDS[self]

    @property
    def meaning(self) -> Promise:
        """What it means, in one sentence."""
        return MEANINGS[self]


WORDS = {Pick.TRUST: _("Trust it"), Pick.CHECK: _("Check first"), Pick.LEAVE: _("Leave it")}
MEANINGS = {
    Pick.TRUST: _("It is fine as it is."),
    Pick.CHECK: _("It may be true, or may not fit you."),
    Pick.LEAVE: _("Don't use it, don't pass it on."),
}
BY_LETTER = {pick.letter: pick for pick in Pick}


class LessonError(ValueError):
    """The data file is broken. The message names the entry."""


@dataclass(frozen=True)
class Move:
    """One of the four steps. ``text``: paragraphs."""

    title: str
    text: tuple[str, ...]


@dataclass(frozen=True)
class Example:
    """Something to sort. ``label``: one of ``LABELS``. ``best``: what we would pick."""

    label: str
    where: str
    words: str
    best: Pick
    why: str


@dataclass(frozen=True)
class Lesson:
    """The whole lesson in one language."""

    intro: str
    moves: tuple[Move, ...]
    examples: tuple[Example, ...]
    sources: tuple[str, ...]

    def sorted_so_far(self, letters: str) -> list[tuple[Example, Pick]] | None:
        """Examples in order with what was picked; None for letters that no page of ours made."""
        if len(letters) > len(self.examples) or not set(letters) <= BY_LETTER.keys():
            return None
        picks = [BY_LETTER[letter] for letter in letters]
        return list(zip(self.examples, picks, strict=False))


def current_lesson() -> Lesson:
    """The lesson in the reader's language, where it has been translated, else in English."""
    language = (get_language() or "en").split("-")[0]
    path = DATA / f"lesson.{language}.toml"
    return read_lesson(path if path.exists() else DATA / "lesson.toml")


@cache
def read_lesson(path: Path) -> Lesson:
    """Read a data file. Raises ``LessonError`` where an entry is broken."""
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    try:
        return Lesson(
            intro=data["intro"],
            moves=tuple(Move(move["title"], tuple(move["text"])) for move in data["move"]),
            examples=tuple(map(_example, data["example"])),
            sources=tuple(data["sources"]),
        )
    except KeyError as missing:
        raise LessonError(f"{path.name}: {missing} is missing") from None


def _example(data: dict[str, Any]) -> Example:
    if data["label"] not in LABELS or data["best"] not in set(Pick):
        raise LessonError(f"{data['words']!r}: unknown label or best pick")
    return Example(**{**data, "best": Pick(data["best"])})
