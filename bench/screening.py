"""Screening a post: milliseconds for 2,000 words, and for the worst texts of 20,000 characters.

Run it with .venv/bin/python bench/screening.py; no database and no network. One process, one core:
the figures are processor time, the best of several runs. Target: 2,000 words under 20 ms.
"""

import random
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from forum.screening import RULEBOOK, RULES_VERSION
from forum.screening.measure import labelled_posts

WORDS = 2000
TARGET_MS = 20.0
WORST_MS = 500.0
RUNS = 7
LENGTH = 20_000


def texts() -> dict[str, str]:
    """Posts of 2,000 words as people write them."""
    everyday = [post for post in labelled_posts() if not post.kinds]
    plain = " ".join(post.text for post in everyday if not post.note.startswith("hard")).split()
    return {"everyday words": " ".join((plain * 9)[:WORDS])}


def worst() -> dict[str, str]:
    """Texts of 20,000 characters that are made to be slow."""
    chance = random.Random(1)
    every = " ".join(post.text for post in labelled_posts())
    return {
        "posts that look like something": " ".join(
            post.text for post in labelled_posts() if not post.kinds
        )[:LENGTH],
        "all labelled posts in a row": (every * 2)[:LENGTH],
        "words of rules": ("kill you insulin ketones snap " * 700)[:LENGTH],
        "one phrase again and again": ("i dont want to die " * 1100)[:LENGTH],
        "phone numbers": " ".join(f"07911 {number:06d}" for number in range(1500)),
        "at signs": "a@" * (LENGTH // 2),
        "dots": "a." * (LENGTH // 2),
        "starred words": " ".join(f"k*{number}x" for number in range(3500)),
        "words of no language": " ".join(
            "".join(chance.choices("abcdefghijklmnop", k=8)) for _ in range(LENGTH // 9)
        ),
    }


def milliseconds(text: str) -> float:
    """The best of several runs, in processor time."""
    best = float("inf")
    for _ in range(RUNS):
        started = time.process_time()
        RULEBOOK.screen(text)
        best = min(best, time.process_time() - started)
    return best * 1000


def main() -> int:
    """Print one line for each text; 1 where the target is missed."""
    print(f"Rules {RULES_VERSION}: {len(RULEBOOK.rules)} rules")
    missed = 0
    for group, limit in ((texts(), TARGET_MS), (worst(), WORST_MS)):
        for name, text in group.items():
            took = milliseconds(text)
            late = took > limit
            missed += late
            print(
                f"  {name:<30} {len(text.split()):>5} words {len(text):>6} characters"
                f" {took:>7.1f} ms (at most {limit:.0f}){' MISSED' if late else ''}"
            )
    return 1 if missed else 0


if __name__ == "__main__":
    raise SystemExit(main())
