"""The practice dilemmas, as they come with the project."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_FILE = Path(__file__).parent / "dilemmas.en.toml"


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer to pick. ``reply``: what is said after picking it."""

    slug: str
    text: str
    right: bool
    reply: str


@dataclass(frozen=True, slots=True)
class Dilemma:
    """A story and a question with one right answer. ``clause``: anchor of the code."""

    slug: str
    title: str
    story: str
    question: str
    clause: str
    answers: tuple[Answer, ...]

    def answer(self, slug: str) -> Answer | None:
        """The answer with this slug."""
        return next((answer for answer in self.answers if answer.slug == slug), None)


@dataclass(frozen=True, slots=True)
class Dilemmas:
    """All of one version."""

    version: str
    all: tuple[Dilemma, ...]

    def get(self, slug: str) -> Dilemma | None:
        """The dilemma with this slug."""
        return next((dilemma for dilemma in self.all if dilemma.slug == slug), None)


@cache
def dilemmas() -> Dilemmas:
    """The version in use."""
    data = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return Dilemmas(
        version=data["version"],
        all=tuple(
            Dilemma(
                slug=row["slug"],
                title=row["title"],
                story=row["story"].strip(),
                question=row["question"],
                clause=row["clause"],
                answers=tuple(Answer(**answer) for answer in row["answer"]),
            )
            for row in data["dilemma"]
        ),
    )
