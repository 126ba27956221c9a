"""Finding guides, the same on every database.

There are hundreds of guides at most, so each process keeps their words, weighted, and asks the
database only what is on the site now: a changed, new or retired guide counts from the next search
on. What is not shown to everybody is never in here.
"""

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from django.urls import reverse
from django.utils.translation import gettext

from guides.models import ArticleVersion, Topic
from guides.rendering import plain

LONGEST = 200  # characters of a search that are read
LONGEST_TEXT = 4000  # characters of somebody's question that are read
MOST = 50
# How much a word counts where it stands. Ours.
TITLE, KEYWORDS, SUMMARY, BODY = 6.0, 5.0, 3.0, 1.0
# A question shares common words with every guide. So many of the rarer ones must be the same, and
# as much in weight, before a guide is worth naming.
FEWEST_SHARED = 2
LEAST_SCORE = 9.0
SHORTEST_PREFIX = 3

_WORD = re.compile(r"[^\W_]+")
# What the words of an entry come from; the digest stands for title, summary and body.
_ALL_INDEXED = ("pk", "digest", "keywords", "is_sample", "article__slug", "article__topic")
# Words that say nothing of what a text is about (English; rare words decide in other languages).
STOP = frozenset(
    """a about after all also am an and any anyone are as at be because been before being but by can
    cant could did do does doing dont else even ever for from get gets getting go goes going gonna
    got had has have having he help her here him his how i if im in into is isnt it its ive just
    kind know like little lot made make makes me mean might more most much my need never no not now
    of off on one only or other our out over people really said same say says she should so some
    somebody someone something sometimes soon still stuff such take than that thats the their them
    then there these they thing things think this those though time times to today too tried try
    up us use used using very want wanted was way we well went were what whats when where which
    while who why will with wont would you your youre year years day days week weeks long new old
    good bad best better worse right left first last next keep keeps always ok okay thanks please
    anybody everyone everybody tell told ask asked asking diabetes diabetic t1d type""".split()
)


@dataclass(frozen=True, slots=True)
class SeeAlso:
    """A guide worth reading: what it is called, and where it is (an address within the site)."""

    title: str
    url: str


@dataclass(frozen=True, slots=True)
class Found:
    """A guide that was found."""

    slug: str
    title: str
    summary: str
    topic: str
    is_sample: bool
    url: str


@dataclass(frozen=True, slots=True)
class _Entry:
    found: Found
    weights: dict[str, float]  # by stem


@dataclass(frozen=True, slots=True)
class _Index:
    entries: tuple[_Entry, ...]
    rarity: dict[str, float]  # by stem: the rarer, the higher


def search(text: str, limit: int = MOST) -> list[Found]:
    """Guides that hold all words of ``text``, best first; where none does, those with most.

    The last word may be a beginning ("keto" finds "ketones"). Two queries at most, none for "".
    """
    words = stems(text[:LONGEST], keep_stop=False) or stems(text[:LONGEST], keep_stop=True)
    if not words:
        return []
    index = _index_now()
    scored = [(_score(entry, index, words), entry) for entry in index.entries]
    best = max((matched for (matched, _), _entry in scored), default=0)
    if best == 0 or best * 2 < len(words):
        return []
    hits = [(score, entry.found) for (matched, score), entry in scored if matched == best]
    hits.sort(key=lambda hit: (-hit[0], hit[1].title))
    return [found for _score, found in hits[: min(limit, MOST)]]


def see_also(text: str, limit: int) -> list[SeeAlso]:
    """Guides that fit what somebody is writing, best first; none where nothing clearly fits.

    ``text``: title and words of a question, as they are typed. Nothing of it is kept.
    """
    words = stems(text[:LONGEST_TEXT], keep_stop=False)
    if not words:
        return []
    index = _index_now()
    hits = []
    for entry in index.entries:
        shared = [word for word in words if word in entry.weights]
        score = sum(entry.weights[word] * index.rarity[word] for word in shared)
        named = any(entry.weights[word] >= SUMMARY for word in shared)
        if named and len(shared) >= min(FEWEST_SHARED, len(words)) and score >= LEAST_SCORE:
            hits.append((score, entry.found))
    hits.sort(key=lambda hit: (-hit[0], hit[1].title))
    # What is far behind the best is there by chance.
    return [
        SeeAlso(_named(found), found.url)
        for score, found in hits[: max(limit, 0)]
        if score * 3 >= hits[0][0]
    ]


def _named(found: Found) -> str:
    """The title; of a sample with a word on that, since nothing else stands beside it."""
    if not found.is_sample:
        return found.title
    return gettext("%(title)s (sample, not checked yet)") % {"title": found.title}


def stems(text: str, *, keep_stop: bool) -> list[str]:
    """The words of a text without accents, capitals and endings, each once, in their order."""
    flat = unicodedata.normalize("NFKD", text.replace("’", "").replace("'", "")).casefold()
    flat = "".join(sign for sign in flat if not unicodedata.combining(sign))
    found = (word for word in _WORD.findall(flat) if keep_stop or word not in STOP)
    return list(dict.fromkeys(stem(word) for word in found if len(word) > 1 or keep_stop))


def stem(word: str) -> str:
    """A word without its English ending: drinks, drinking and drink are the same."""
    for ending, instead in (("ies", "y"), ("ing", ""), ("ed", ""), ("es", ""), ("s", "")):
        if word.endswith(ending) and len(word) - len(ending) >= 3 and not word.endswith("ss"):
            word = word[: -len(ending)] + instead
            break
    if len(word) > 4 and word[-1] == word[-2] and word[-1] not in "ls":
        return word[:-1]
    return word[:-1] if len(word) > 4 and word.endswith("e") else word


def _score(entry: _Entry, index: _Index, words: list[str]) -> tuple[int, float]:
    """How many of the words a guide holds, and how good a hit it is."""
    matched, score = 0, 0.0
    for place, word in enumerate(words):
        weight = entry.weights.get(word, 0.0)
        if not weight and place == len(words) - 1 and len(word) >= SHORTEST_PREFIX:
            weight = max((w for s, w in entry.weights.items() if s.startswith(word)), default=0.0)
        if weight:
            matched += 1
            score += weight * index.rarity.get(word, 1.0)
    return matched, score


def _index_now() -> _Index:
    """The index of what is on the site at this moment."""
    shown = ArticleVersion.objects.shown().order_by("pk").values_list(*_ALL_INDEXED)
    return _index(tuple(shown))


@lru_cache(maxsize=2)
def _index(shown: tuple[tuple, ...]) -> _Index:
    """The index of these versions. ``shown``: all that it depends on, ids first."""
    rows = ArticleVersion.objects.filter(pk__in=[pk for pk, *_rest in shown])
    entries = tuple(_entry(row) for row in rows.select_related("article").order_by("pk"))
    held = Counter(word for entry in entries for word in entry.weights)
    rarity = {word: math.log(1 + len(entries) / number) for word, number in held.items()}
    return _Index(entries, rarity)


def _entry(version: ArticleVersion) -> _Entry:
    article = version.article
    topic = str(Topic(article.topic).label)
    weights: dict[str, float] = {}
    places: Iterable[tuple[float, str]] = (
        (BODY, plain(version.html)),
        (SUMMARY, f"{version.summary} {topic}"),
        (KEYWORDS, version.keywords),
        (TITLE, version.title),
    )
    for weight, text in places:
        weights |= dict.fromkeys(stems(text, keep_stop=True), weight)
    url = reverse("guides:article", args=[article.slug])
    found = Found(
        slug=article.slug,
        title=version.title,
        summary=version.summary,
        topic=article.topic,
        is_sample=version.is_sample,
        url=url,
    )
    return _Entry(found, weights)
