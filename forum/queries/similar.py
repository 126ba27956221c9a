"""Threads that may have asked the same before, for somebody who is about to ask.

Bounded on purpose: a few words, two looks into the index, the newest so many candidates. What is
shown went through the one door, as everywhere.
"""

import re

from accounts.viewer import Viewer
from forum.access_log import with_openings
from forum.models import Post, Status, Thread
from forum.search.engine import candidates, title_candidates
from forum.search.query import Query, Term

MOST_SHOWN = 5
MOST_WORDS = 6
SHORTEST = 3
MOST_CANDIDATES = 60
IN_TITLE, IN_TEXT = 3, 1
ENOUGH = IN_TITLE + IN_TEXT  # one word alone says little
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
# Words that every second thread has.
COMMON = frozenset(
    """
    a about after again all also always am an and any anybody anyone are around as ask asking at
    be because been before being but by can cannot can't could day days did do does doesn't doing
    don't feel feeling for from get gets getting go going good got had has have haven't having he
    hello help her here hi him his how i i'm i've if in into is isn't it it's its just know like
    lot make makes many me mine more most much my need never new no not now of off on one only or
    other others our out over people please question really said same say she should so some
    somebody someone something still t1 t1d tell than thank thanks that that's the their them then
    there these they thing things think this those time to today too type type1 up us use used
    very want was we well went were what when where which while who why will with would year years
    yes you your diabetes diabetic
    """.split()
)


def similar_threads(viewer: Viewer, *, title: str, text: str) -> list[Thread]:
    """Threads by others that this person may see and that are about much the same; best first.

    Each with board, author and ``opening_pk``. Empty where the words say too little.
    """
    words = telling_words(title, text)
    if not words or not viewer.may_read:
        return []
    ids = title_candidates(words, limit=MOST_CANDIDATES)
    both = Query(terms=tuple(Term(word) for word in words[:2]))
    ids += candidates(both, before=None, limit=MOST_CANDIDATES)
    posts = (
        Post.objects.visible_to(viewer)
        .filter(pk__in=ids, status=Status.PUBLISHED, thread__status=Status.PUBLISHED)
        .exclude(thread__author_id=viewer.user_id)
        .values_list("thread_id", "thread__title", "search_entry__body")
    )
    scores: dict[int, int] = {}
    for thread_id, heading, body in posts:
        score = _score(heading, body or "", words)
        if score >= ENOUGH:
            scores[thread_id] = max(score, scores.get(thread_id, 0))
    best = sorted(scores, key=lambda pk: (scores[pk], pk), reverse=True)[:MOST_SHOWN]
    threads = with_openings(viewer, Thread.objects.visible_to(viewer), "pk").select_related(
        "author", "board"
    )
    found = threads.in_bulk(best)
    return [found[pk] for pk in best if pk in found]


def telling_words(title: str, text: str) -> list[str]:
    """A few words that say what a question is about: those of the title first."""
    words = [match.lower() for match in _WORD.findall(f"{title} {text}")]
    telling = [word for word in words if len(word) >= SHORTEST and word not in COMMON]
    return list(dict.fromkeys(telling))[:MOST_WORDS]


def _score(title: str, body: str, words: list[str]) -> int:
    """How many of the words stand in a text, in any ending; those in the title count more."""
    score = 0
    for word in words:
        stem = re.compile(rf"\b{re.escape(word[: max(3, len(word) - 2)])}", re.IGNORECASE)
        score += IN_TITLE * bool(stem.search(title)) + IN_TEXT * bool(stem.search(body))
    return score
