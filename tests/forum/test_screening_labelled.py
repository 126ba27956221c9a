"""How well the rules do on the labelled posts; the figures are printed with `-s`."""

from __future__ import annotations

import sys
import tomllib
from collections import Counter
from pathlib import Path

import pytest

from forum.screening import RULES_VERSION, Finding, Kind, Rank, screen

LABELLED = Path(__file__).parents[1] / "screening" / "labelled.toml"
POSTS = tomllib.loads(LABELLED.read_text(encoding="utf-8"))["post"]
# Share of the posts about a kind that must be found.
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


def asks_for_something(finding: Finding) -> bool:
    return finding.severity is not None or finding.rank is Rank.HOLD


FOUND = [{f.kind for f in screen(post["text"]) if asks_for_something(f)} for post in POSTS]


@pytest.mark.parametrize("kind", Kind)
def test_rules_find_most_of_a_kind_and_seldom_cry_wolf(kind: Kind) -> None:
    counts: Counter[str] = Counter()
    wrong: list[str] = []
    for post, found in zip(POSTS, FOUND, strict=True):
        expected, got = kind.value in post["kinds"], kind in found
        counts[f"{'hit' if got else 'miss'} {'wanted' if expected else 'unwanted'}"] += 1
        if expected != got:
            wrong.append(f"{'missed' if expected else 'false alarm'}: {post['text']}")
    wanted = counts["hit wanted"] + counts["miss wanted"]
    others = counts["hit unwanted"] + counts["miss unwanted"]
    recall = counts["hit wanted"] / wanted
    alarms = counts["hit unwanted"] / others
    figures = f"recall {recall:.3f} of {wanted}, false alarms {alarms:.3f} of {others}"
    sys.stdout.write(f"\n{RULES_VERSION} {kind}: {figures}\n")
    assert recall >= RECALL[kind], wrong
    assert alarms <= FALSE_ALARMS, wrong


def test_everyday_posts_seldom_raise_anything() -> None:
    quiet = [found for post, found in zip(POSTS, FOUND, strict=True) if not post["kinds"]]
    assert sum(map(bool, quiet)) / len(quiet) <= FALSE_ALARMS


def test_no_series_of_glucose_values_is_taken_for_a_contact() -> None:
    flagged = [
        post["text"]
        for post, found in zip(POSTS, FOUND, strict=True)
        if "contact" not in post["kinds"] and Kind.CONTACT in found
    ]
    assert flagged == []


def test_the_labelled_posts_are_many_and_hard_enough() -> None:
    assert len(POSTS) >= 500
    assert sum(post["note"].startswith("hard") for post in POSTS) >= 150
    assert len({post["text"] for post in POSTS}) == len(POSTS)
    assert {kind for post in POSTS for kind in post["kinds"]} == {kind.value for kind in Kind}
