"""Learn the weights of words from the posts in forum/screening/posts.

    .venv/bin/python scripts/learn_wording.py            writes forum/screening/wording.tsv
    .venv/bin/python scripts/learn_wording.py --check    says how well it does on posts left out

Logistic regression for each kind, one against the rest, on vectors of length one of words, pairs
of neighbours and parts of words, weighted by their rarity. The labelled posts and the unseen
posts are not learned from: they are what the figures of the rules page are measured on.
"""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Sequence
from math import log, sqrt
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix, diags
from sklearn.linear_model import LogisticRegression

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from forum.screening.findings import Kind  # noqa: E402
from forum.screening.normalise import normalise  # noqa: E402
from forum.screening.wording import (  # noqa: E402
    FEW,
    KINDS,
    PART,
    SCALE,
    WEIGHTS,
    features_of,
    windows_of,
    words_of,
)

POSTS = ROOT / "forum" / "screening" / "posts"
SEEN_IN = 2  # posts; a feature of one post alone says nothing
PART_SEEN_IN = 4  # posts; parts of words are many
PART_SHARE = 0.35  # of the rarity of a part: a word has many of them
STRENGTH = 15.0  # inverse of the regularisation; 15 to 30 did best on files left out
WEIGHT_OF_FINDS = 2.0  # a post about a kind counts as two that are not
FOLDS = 5
# Numbers of phones are found by parsing them, and readings must never be taken for one.
WORDS_ONLY = {Kind.CONTACT}
ALARMS = (0.005, 0.01, 0.02, 0.03)


def read_posts() -> list[tuple[str, frozenset[Kind]]]:
    """Text and kinds of every post in the folder."""
    return [
        (row["text"], frozenset(Kind(kind) for kind in row["kinds"]))
        for path in sorted(POSTS.glob("*.jsonl"))
        for row in map(json.loads, path.read_text(encoding="utf-8").splitlines())
    ]


def in_pieces(
    posts: Sequence[tuple[str, frozenset[Kind]]],
) -> tuple[list[Counter[str]], list[frozenset[Kind]]]:
    """How often each feature is in a post, and its kinds.

    Long posts about nothing are cut into the windows in which texts are weighed. Those about
    something stay whole: nobody said which window it is.
    """
    counts, kinds = [], []
    for text, of_post in posts:
        words = words_of(normalise(text).lower)
        windows = [(0, len(words))] if of_post else windows_of(len(words))
        for start, end in windows:
            counts.append(Counter(features_of(words[start:end])))
            kinds.append(of_post)
    return counts, kinds


def rarities_of(counts: Sequence[Counter[str]]) -> dict[str, float]:
    """How rare each feature is: its inverse document frequency, rounded as it is kept."""
    seen = Counter(feature for post in counts for feature in post)
    return {
        feature: round(_rarity(len(counts), times, is_part=_is_part(feature)) * SCALE) / SCALE
        for feature, times in sorted(seen.items())
        if times >= (PART_SEEN_IN if _is_part(feature) else SEEN_IN)
    }


def _is_part(feature: str) -> bool:
    return feature != PART and feature.startswith(PART) and not feature.startswith(f"{PART} ")


def _rarity(posts: int, times: int, *, is_part: bool) -> float:
    return (log((1 + posts) / (1 + times)) + 1) * (PART_SHARE if is_part else 1.0)


def vectors_of(counts: Sequence[Counter[str]], rarities: dict[str, float]) -> csr_matrix:
    """One row a post, of about length one (where no feature stands twice)."""
    index = {feature: column for column, feature in enumerate(rarities)}
    values: list[float] = []
    columns: list[int] = []
    ends = [0]
    for post in counts:
        known = [(feature, times) for feature, times in post.items() if feature in index]
        length = sqrt(FEW + sum(times * rarities[feature] ** 2 for feature, times in known)) or 1.0
        columns += [index[feature] for feature, _ in known]
        values += [times * rarities[feature] / length for feature, times in known]
        ends.append(len(columns))
    return csr_matrix((values, columns, ends), shape=(len(counts), len(index)))


def learn(
    vectors: csr_matrix, rarities: dict[str, float], kinds: Sequence[frozenset[Kind]]
) -> dict[Kind, tuple[float, np.ndarray]]:
    """Bias and weights of each kind."""
    has_number = np.array(["#" in feature for feature in rarities])
    learned = {}
    for kind in KINDS:
        wanted = np.array([kind in of_post for of_post in kinds])
        known = vectors @ diags(np.where(has_number, 0.0, 1.0)) if kind in WORDS_ONLY else vectors
        model = LogisticRegression(
            C=STRENGTH,
            class_weight={False: 1.0, True: WEIGHT_OF_FINDS},
            solver="liblinear",
            max_iter=500,
            random_state=0,
        ).fit(known, wanted)
        pulls = model.coef_[0]
        if kind in WORDS_ONLY:
            pulls = np.where(has_number, 0.0, pulls)
        learned[kind] = float(model.intercept_[0]), pulls
    return learned


def write(rarities: dict[str, float], learned: dict[Kind, tuple[float, np.ndarray]]) -> None:
    """Write the file of weights."""
    lines = ["\t".join(["feature", "rarity", *(kind.value for kind in KINDS)])]
    biases = [round(learned[kind][0] * SCALE) for kind in KINDS]
    lines.append("\t".join(map(str, ["bias", 0, *biases])))
    for column, (feature, rarity) in enumerate(rarities.items()):
        pulls = [round(learned[kind][1][column] * SCALE) for kind in KINDS]
        lines.append("\t".join(map(str, [feature, round(rarity * SCALE), *pulls])))
    WEIGHTS.write_text("\n".join(lines) + "\n", encoding="utf-8")


def check(counts: Sequence[Counter[str]], kinds: Sequence[frozenset[Kind]]) -> None:
    """Learn from four fifths, look at the rest, five times; print recall by share of alarms."""
    scores = {kind: np.zeros(len(counts)) for kind in KINDS}
    folds = np.random.RandomState(0).permutation(len(counts)) % FOLDS
    for fold in range(FOLDS):
        there = [post for post, of in zip(counts, folds, strict=True) if of != fold]
        rarities = rarities_of(there)
        learned = learn(
            vectors_of(there, rarities),
            rarities,
            [of_post for of_post, of in zip(kinds, folds, strict=True) if of != fold],
        )
        rows = np.flatnonzero(folds == fold)
        left = vectors_of([counts[row] for row in rows], rarities)
        for kind, (bias, pulls) in learned.items():
            scores[kind][rows] = left @ pulls + bias
    quiet = np.array([not of_post for of_post in kinds])
    for kind in KINDS:
        wanted = np.array([kind in of_post for of_post in kinds])
        line = f"{kind.value:10} {wanted.sum():5} posts"
        for share in ALARMS:
            bound = np.quantile(scores[kind][quiet], 1 - share)
            recall = (scores[kind][wanted] > bound).mean()
            line += f"   {recall:.3f} at {share:.1%} (over {bound:+.2f})"
        print(line)


def main() -> None:
    """Learn and write, or check."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    posts = read_posts()
    counts, kinds = in_pieces(posts)
    if options.check:
        check(counts, kinds)
        return
    rarities = rarities_of(counts)
    write(rarities, learn(vectors_of(counts, rarities), rarities, kinds))
    print(f"{len(posts)} posts, {len(rarities)} features, {WEIGHTS.stat().st_size} bytes")


if __name__ == "__main__":
    main()
