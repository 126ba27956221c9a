"""How well the shipped rules do on the labelled posts; ``make screening-report`` prints it all."""

import pytest

from forum.screening import RULEBOOK, Kind
from forum.screening.measure import (
    FALSE_ALARMS,
    RECALL,
    Figures,
    Share,
    kinds_found,
    labelled_posts,
    measure,
)

POSTS = labelled_posts()
FOUND = [kinds_found(RULEBOOK, post.text) for post in POSTS]
FIGURES = measure(RULEBOOK)


@pytest.mark.parametrize("kind", Kind)
def test_rules_find_most_of_a_kind_and_seldom_cry_wolf(kind: Kind) -> None:
    wrong = [
        f"{'missed' if kind in post.kinds else 'false alarm'}: {post.text}"
        for post, found in zip(POSTS, FOUND, strict=True)
        if (kind in post.kinds) != (kind in found)
    ]
    assert FIGURES.recall[kind].value >= RECALL[kind], wrong
    assert FIGURES.alarms[kind].value <= FALSE_ALARMS, wrong


def test_everyday_posts_seldom_raise_anything() -> None:
    assert FIGURES.everyday.value <= FALSE_ALARMS


def test_no_series_of_glucose_values_is_taken_for_a_contact() -> None:
    """What names its words is never wrong here; how a whole is worded, never in quiet posts."""
    surer = RULEBOOK.without({rule.id for rule in RULEBOOK.rules if rule.is_last_resort})
    flagged = [
        post.text
        for post, found in zip(POSTS, FOUND, strict=True)
        if Kind.CONTACT not in post.kinds
        and Kind.CONTACT in (kinds_found(surer, post.text) if post.kinds else found)
    ]
    assert flagged == []


def test_the_labelled_posts_are_many_and_hard_enough() -> None:
    assert len(POSTS) >= 600
    assert sum(post.note.startswith("hard") for post in POSTS) >= 180
    assert len({post.text for post in POSTS}) == len(POSTS)
    assert {kind for post in POSTS for kind in post.kinds} == set(Kind)


def test_the_targets_are_those_of_the_safety_requirements() -> None:
    assert RECALL[Kind.CRISIS] >= 0.95
    assert RECALL[Kind.EMERGENCY] >= 0.95
    assert RECALL[Kind.CONTACT] >= 0.95
    assert RECALL[Kind.DOSE] >= 0.9
    assert FALSE_ALARMS <= 0.05


def test_figures_count_each_kind_against_what_was_labelled() -> None:
    posts = [p for p in POSTS if p.kinds == {Kind.ABUSE}][:4] + [p for p in POSTS if not p.kinds][
        :6
    ]
    silent = measure(RULEBOOK.without({rule.id for rule in RULEBOOK.rules}), posts)
    assert silent.recall[Kind.ABUSE] == Share(0, 4)
    assert silent.alarms[Kind.ABUSE] == Share(0, 6)
    assert silent.everyday == Share(0, 6)
    assert Kind.ABUSE in silent.short
    assert silent.short_of_vital == []
    assert silent.posts == 10


def test_figures_survive_json() -> None:
    assert Figures.from_json(FIGURES.as_json()) == FIGURES


@pytest.mark.parametrize(
    "part, whole, low, high",
    # Textbook values of the score interval without correction.
    [(0, 10, 0.0, 0.2775), (5, 10, 0.2366, 0.7634), (95, 100, 0.8883, 0.9785), (0, 0, 0.0, 1.0)],
)
def test_intervals_are_those_of_wilson(part: int, whole: int, low: float, high: float) -> None:
    assert Share(part, whole).interval == pytest.approx((low, high), abs=5e-4)
