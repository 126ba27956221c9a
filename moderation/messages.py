"""The usual words of a reviewer to an author, and which rules are likely: texts as data."""

import tomllib
from functools import cache
from pathlib import Path

from django.utils.translation import get_language

from accounts.models import Clause
from forum.models import Post

TEXTS = Path(__file__).parent / "texts"
FALLBACK = "en"
MOST_LIKELY = 5


def usual_message(kind: str, clause: Clause, language: str = "") -> str:
    """The message for a decision under a clause; empty where none was written for it.

    A clause that admins added later has no sentence of its own: then its own line stands there.
    """
    words = _words(language or get_language() or FALLBACK)
    if kind not in words["opening"]:
        return ""
    sentence = words["rule"].get(clause.anchor, clause.line)
    return " ".join([words["opening"][kind], sentence, words["closing"][kind]])


def likely_anchors(post: Post, known: list[str]) -> list[str]:
    """The rules that most likely fit a post, by what was found; at most five of ``known``."""
    likely = _words(FALLBACK)["likely"]
    anchors: list[str] = []
    for reason in post.review_reasons:
        anchors += likely.get(reason["kind"], [])
    ordered = dict.fromkeys([*anchors, *likely["always"], *known])
    return [anchor for anchor in ordered if anchor in known][:MOST_LIKELY]


@cache
def _words(language: str) -> dict:
    """The file of a language (``de-at`` takes ``de``), else English."""
    for name in (language, language.split("-")[0], FALLBACK):
        path = TEXTS / f"messages.{name}.toml"
        if name.replace("-", "").isalpha() and path.exists():
            return tomllib.loads(path.read_text(encoding="utf-8"))
    raise FileNotFoundError("messages.en.toml")
