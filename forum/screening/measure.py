"""How well rules do on the labelled posts: recall and false alarms, with their uncertainty."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from math import sqrt
from pathlib import Path
from typing import Any

from forum.screening.findings import Finding, Kind, Rank
from forum.screening.rulebook import Rulebook

LABELLED = Path(__file__).parent / "labelled.toml"
UNSEEN = Path(__file__).parent / "unseen.jsonl"
# Share of the posts about a kind that must be found (our own targets, safety requirements).
RECALL = {
    Kind.CRISIS: 0.95,
    Kind.EMERGENCY: 0.95,
    Kind.DOSE: 0.9,
    Kind.CONTACT: 0.95,
    Kind.EATING: 0.9,
    Kind.ABUSE: 0.9,
    Kind.PROMO: 0.9,
}
FALSE_ALARMS = 0.05  # share of the posts that are not about a kind
# Below their target these are not published without a reason: somebody could come to harm.
VITAL = (Kind.CRISIS, Kind.EMERGENCY)
Z = 1.959964  # 95 % of a normal distribution


@dataclass(frozen=True, slots=True)
class LabelledPost:
    """One synthetic post and what screening should find in it."""

    text: str
    kinds: frozenset[Kind]
    note: str
    batch: str


@dataclass(frozen=True, slots=True)
class Share:
    """`part` of `whole` posts."""

    part: int
    whole: int

    @property
    def value(self) -> float:
        """The share, 0 to 1; 1 of nothing."""
        return self.part / self.whole if self.whole else 1.0

    @property
    def interval(self) -> tuple[float, float]:
        """The Wilson interval in which the true share lies with 95 % confidence.

        Source: E. B. Wilson, J. Am. Stat. Assoc. 22 (1927) 209-212.
        """
        if not self.whole:
            return 0.0, 1.0
        n, share = self.whole, self.part / self.whole
        middle = share + Z * Z / (2 * n)
        reach = Z * sqrt(share * (1 - share) / n + Z * Z / (4 * n * n))
        low, high = (middle - reach) / (1 + Z * Z / n), (middle + reach) / (1 + Z * Z / n)
        return max(0.0, low), min(1.0, high)


@dataclass(frozen=True, slots=True)
class Figures:
    """What rules found in a set of labelled posts.

    `recall`: found, of those about the kind. `alarms`: found, of those not about it.
    `everyday`: posts about nothing in which anything was found.
    `unseen`, `unseen_everyday`: the same of posts that no rule was written for: what to expect of
    the next post. Empty for figures from before they were measured.
    """

    labelled: str
    recall: Mapping[Kind, Share]
    alarms: Mapping[Kind, Share]
    everyday: Share
    unseen: Mapping[Kind, Share] = field(default_factory=dict)
    unseen_everyday: Share = Share(0, 0)

    @property
    def posts(self) -> int:
        """How many posts were looked at."""
        return max((self.recall[k].whole + self.alarms[k].whole for k in self.recall), default=0)

    @property
    def short(self) -> list[Kind]:
        """Kinds of which too few were found."""
        return [kind for kind in Kind if self.recall[kind].value < RECALL[kind]]

    @property
    def short_of_vital(self) -> list[Kind]:
        """Those of them that nobody may publish without a reason."""
        return [kind for kind in self.short if kind in VITAL]

    def as_json(self) -> dict[str, Any]:
        """Return a dict of plain JSON values."""
        return {
            "labelled": self.labelled,
            "recall": {kind.value: [s.part, s.whole] for kind, s in self.recall.items()},
            "alarms": {kind.value: [s.part, s.whole] for kind, s in self.alarms.items()},
            "everyday": [self.everyday.part, self.everyday.whole],
            "unseen": {kind.value: [s.part, s.whole] for kind, s in self.unseen.items()},
            "unseen_everyday": [self.unseen_everyday.part, self.unseen_everyday.whole],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Figures:
        """Build figures from what `as_json` returned."""
        return cls(
            labelled=data["labelled"],
            recall={Kind(kind): Share(*pair) for kind, pair in data["recall"].items()},
            alarms={Kind(kind): Share(*pair) for kind, pair in data["alarms"].items()},
            everyday=Share(*data["everyday"]),
            unseen={Kind(kind): Share(*pair) for kind, pair in data.get("unseen", {}).items()},
            unseen_everyday=Share(*data.get("unseen_everyday", (0, 0))),
        )


@lru_cache(maxsize=1)
def labelled_posts() -> tuple[LabelledPost, ...]:
    """Return the labelled posts that come with the project."""
    return tuple(
        LabelledPost(
            text=post["text"],
            kinds=frozenset(Kind(kind) for kind in post["kinds"]),
            note=post["note"],
            batch=post["batch"],
        )
        for post in tomllib.loads(LABELLED.read_text(encoding="utf-8"))["post"]
    )


@lru_cache(maxsize=1)
def unseen_posts() -> tuple[LabelledPost, ...]:
    """Return posts that were written without a look at the rules, and that no rule learns from.

    They say what rules do in posts to come, and only as long as nobody widens rules to fit them.
    """
    rows = map(json.loads, UNSEEN.read_text(encoding="utf-8").splitlines())
    return tuple(
        LabelledPost(row["text"], frozenset(map(Kind, row["kinds"])), row["note"], "unseen")
        for row in rows
    )


@lru_cache(maxsize=1)
def labelled_mark() -> str:
    """Return a mark of the labelled posts: figures with another mark are out of date."""
    return hashlib.sha256(LABELLED.read_bytes() + UNSEEN.read_bytes()).hexdigest()[:12]


def asks_for_something(finding: Finding) -> bool:
    """Say whether a finding asks for a look or a hold; only then it counts as found."""
    return finding.severity is not None or finding.rank >= Rank.HOLD


def kinds_found(book: Rulebook, text: str) -> set[Kind]:
    """Return the kinds of what the rules find in a text and that asks for something."""
    return {finding.kind for finding in book.screen(text) if asks_for_something(finding)}


def measure(book: Rulebook, posts: Iterable[LabelledPost] | None = None) -> Figures:
    """Return how well the rules do on these posts.

    Where none are given: on all labelled posts, and beside that on the unseen ones.
    """
    if posts is None:
        unseen = measure(book, unseen_posts())
        known = measure(book, labelled_posts())
        return replace(known, unseen=unseen.recall, unseen_everyday=unseen.everyday)
    looked_at = tuple(posts)
    found = [kinds_found(book, post.text) for post in looked_at]
    pairs = list(zip(looked_at, found, strict=True))
    recall, alarms = {}, {}
    for kind in Kind:
        about = [kind in got for post, got in pairs if kind in post.kinds]
        others = [kind in got for post, got in pairs if kind not in post.kinds]
        recall[kind] = Share(sum(about), len(about))
        alarms[kind] = Share(sum(others), len(others))
    quiet = [bool(got) for post, got in pairs if not post.kinds]
    return Figures(labelled_mark(), recall, alarms, Share(sum(quiet), len(quiet)))
