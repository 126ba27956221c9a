"""Generated titles and posts from the parts in grammar.toml."""

import random
import re
from collections.abc import Sequence

from config.demo.seed import texts
from forum import markdown

SLOT = re.compile(r"\{(\w+)\}")
MIDDLES = (1, 2, 3, 4)
# Text that Markdown leaves as it is: plain words and a little punctuation, no word.word that may
# be a link, each paragraph on one line that starts with a letter.
PLAIN = re.compile(r"[A-Za-z](?:[A-Za-z0-9 ',()?!-]|[.:](?![^\s.]))*")
PARAGRAPH_OPENS, PARAGRAPH_CLOSES = markdown.render("x").split("x")


def title(rng: random.Random, topics: Sequence[str]) -> str:
    """A thread's title of one of these topics."""
    return _filled(rng, rng.choice(_topic(rng, topics)["titles"]))


def body(rng: random.Random, topics: Sequence[str]) -> str:
    """A post of one of these topics: an opener, one to four middles, a closer."""
    topic = _topic(rng, topics)
    sentences = [
        rng.choice(topic["openers"]),
        *rng.sample(topic["middles"], rng.choice(MIDDLES)),
    ]
    before_closer = "\n\n" if rng.random() < 0.3 else " "
    text = " ".join(sentences) + before_closer + rng.choice(topic["closers"])
    return _filled(rng, text)


def html(text: str) -> str:
    """The same as ``markdown.render(text)``, quickly for plain text."""
    paragraphs = text.split("\n\n")
    if not all(PLAIN.fullmatch(paragraph) for paragraph in paragraphs):
        return markdown.render(text)
    return "".join(f"{PARAGRAPH_OPENS}{part}{PARAGRAPH_CLOSES}" for part in paragraphs)


def _topic(rng: random.Random, topics: Sequence[str]) -> dict[str, list[str]]:
    chosen: dict[str, list[str]] = texts.grammar()["topic"][rng.choice(topics)]
    return chosen


def _filled(rng: random.Random, text: str) -> str:
    slots: dict[str, list[str]] = texts.grammar()["slots"]
    return SLOT.sub(lambda match: rng.choice(slots[match[1]]), text)
