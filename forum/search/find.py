"""Finding: candidates from the index, through the one door, then ranked and cut."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from difflib import get_close_matches
from enum import StrEnum

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from accounts.viewer import Viewer
from forum.access_log import with_openings
from forum.models import Post, SearchWord, Status, Tag, ThreadTag
from forum.queries.boards import boards_for
from forum.queries.tags import find_tag, suggested_tags
from forum.search.engine import candidates
from forum.search.query import Query, Term

PAGE = 20
BEST_OF = 200  # the newest so many that may be seen are ranked, no more
# Candidates asked for at a time; the last number goes on until nothing is left or the page is full.
WINDOWS = (100, 400, 1600)
MOST_WINDOWS = 40
SNIPPET = 220  # characters
LIKE_ENOUGH = 0.75  # how much of a word must be the same for a suggestion
MOST_LIKE = 5
MOST_WORDS_TRIED = 4000


class Order(StrEnum):
    """How results are ordered."""

    NEWEST = "newest"
    BEST = "best"


@dataclass(frozen=True, slots=True)
class Hit:
    """A post that was found. ``pieces``: the snippet, each with whether it is what was sought."""

    post: Post
    title: tuple[tuple[str, bool], ...]
    pieces: tuple[tuple[str, bool], ...]


@dataclass(frozen=True, slots=True)
class Found:
    """One page of results. ``suggestion``: the query with words that are spelt otherwise."""

    hits: list[Hit]
    has_more: bool = False
    suggestion: str = ""
    tags: tuple[Tag, ...] = ()  # topics that may have been meant, where there is none as asked for


def search(
    viewer: Viewer,
    query: Query,
    *,
    typed: str = "",
    order: Order = Order.NEWEST,
    after: str = "",
) -> Found:
    """A page of what this person may see and sought; ``after``: the public id of the last hit.

    ``typed``: the query as it was typed, for a suggestion where nothing is found.
    """
    if query.is_empty or not viewer.may_read:
        return Found([])
    if query.tag and find_tag(query.tag) is None:
        return Found([], tags=tuple(suggested_tags(query.tag)))
    allowed = _allowed(viewer, query)
    if order == Order.BEST and query.wanted:
        posts = _best(_newest(query, allowed, below=None, most=BEST_OF), query)
        return Found([_hit(post, query) for post in posts[:PAGE]])
    below = None
    if after:
        below = allowed.filter(public_id=after).values_list("pk", flat=True).first()
        if below is None:
            return Found([])
    posts = _newest(query, allowed, below=below, most=PAGE + 1)
    suggestion = "" if posts or after else _suggestion(viewer, query, typed)
    return Found([_hit(post, query) for post in posts[:PAGE]], len(posts) > PAGE, suggestion)


def _allowed(viewer: Viewer, query: Query) -> QuerySet[Post]:
    """Published posts that the viewer may see and that pass the filters of the query."""
    posts = Post.objects.visible_to(viewer).filter(
        status=Status.PUBLISHED, thread__status=Status.PUBLISHED
    )
    if query.board:
        boards = boards_for(viewer).filter(
            Q(slug__iexact=query.board) | Q(title__iexact=query.board)
        )
        posts = posts.filter(thread__board__in=boards)
    if query.by:
        posts = posts.filter(author__pseudonym__iexact=query.by)
    if query.before:
        posts = posts.filter(published_at__lt=_start_of(query.before))
    if query.after:
        posts = posts.filter(published_at__gte=_start_of(query.after) + timedelta(days=1))
    if query.has_answer or query.unanswered:
        replies = Post.objects.visible_to(viewer).filter(
            thread=OuterRef("thread"), is_opening=False, status=Status.PUBLISHED
        )
        answered = Exists(replies.exclude(author=OuterRef("thread__author")))
        posts = posts.filter(is_opening=True)
        posts = posts.filter(answered) if query.has_answer else posts.filter(~answered)
    if query.tag:
        tagged = ThreadTag.objects.filter(tag=find_tag(query.tag)).values("thread")
        posts = posts.filter(thread__in=tagged)
    return with_openings(
        viewer, posts.select_related("thread__board", "thread__author", "author", "search_entry")
    ).order_by("-pk")


def _start_of(day: object) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))  # type: ignore[arg-type]


def _newest(query: Query, allowed: QuerySet[Post], *, below: int | None, most: int) -> list[Post]:
    """The newest hits that are allowed, at most so many."""
    if not query.wanted:
        if below is not None:
            allowed = allowed.filter(pk__lt=below)
        return list(allowed[:most])
    posts: list[Post] = []
    for number in range(MOST_WINDOWS):
        size = WINDOWS[min(number, len(WINDOWS) - 1)]
        ids = candidates(query, before=below, limit=size)
        posts += allowed.filter(pk__in=ids)[: most - len(posts)] if ids else []
        if len(posts) >= most or len(ids) < size:
            break
        below = ids[-1]
    return posts


def _best(posts: list[Post], query: Query) -> list[Post]:
    """Those that hold the words most often for their length first; the title counts threefold."""

    def score(post: Post) -> float:
        title = post.thread.title if post.is_opening else ""
        finder = _finder(query.wanted)
        text = post.search_entry.body
        return (3 * len(finder.findall(title)) + len(finder.findall(text))) / (
            50 + len(text)
        ) ** 0.5

    return sorted(posts, key=score, reverse=True)


# Snippets ----------------------------------------------------------------------------------------


def _finder(terms: Iterable[Term]) -> re.Pattern[str]:
    """Finds the words of a query in a text, other endings as well."""
    words = {word for term in terms for word in term.text.split()}
    stems = sorted((word[: max(3, len(word) - 2)] for word in words), key=len, reverse=True)
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, stems))})\w{{0,8}}", re.IGNORECASE)


def _hit(post: Post, query: Query) -> Hit:
    finder = _finder(query.wanted) if query.wanted else None
    entry = getattr(post, "search_entry", None)
    body = entry.body if entry is not None else ""
    return Hit(
        post=post,
        title=_marked(post.thread.title, finder if post.is_opening else None),
        pieces=_marked(_cut(body, finder), finder),
    )


def _cut(text: str, finder: re.Pattern[str] | None) -> str:
    """The part of a text around the first word that was sought."""
    first = finder.search(text) if finder else None
    start = max(0, first.start() - SNIPPET // 3) if first else 0
    if start:
        start = text.find(" ", start) + 1
    part = text[start : start + SNIPPET]
    if start + SNIPPET < len(text):
        part = part.rsplit(" ", 1)[0] + " …"
    return ("… " if start else "") + part


def _marked(text: str, finder: re.Pattern[str] | None) -> tuple[tuple[str, bool], ...]:
    """A text in pieces, each with whether it is a word that was sought."""
    if finder is None:
        return ((text, False),)
    pieces: list[tuple[str, bool]] = []
    position = 0
    for match in finder.finditer(text):
        pieces += [(text[position : match.start()], False), (match.group(), True)]
        position = match.end()
    pieces.append((text[position:], False))
    return tuple(piece for piece in pieces if piece[0])


# Did you mean ------------------------------------------------------------------------------------


def _suggestion(viewer: Viewer, query: Query, typed: str) -> str:
    """The query with words that others spell otherwise; empty where that finds nothing either."""
    changed = typed
    for term in query.wanted:
        if term.is_phrase or len(term.text) < MOST_LIKE - 1:
            continue
        better = _spelt(viewer, term.text)
        if better and better != term.text:
            changed = _replaced(changed, term.text, better)
    return changed if changed != typed else ""


def _spelt(viewer: Viewer, word: str) -> str:
    """A word that is spelt like this one and that the viewer would find."""
    near = SearchWord.objects.filter(word__startswith=word[0]).exclude(word=word)
    words = near.order_by("word").values_list("word", flat=True)[:MOST_WORDS_TRIED]
    fitting = [other for other in words if abs(len(other) - len(word)) <= 2]
    for other in get_close_matches(word, fitting, n=MOST_LIKE, cutoff=LIKE_ENOUGH):
        query = Query(terms=(Term(other),))
        if _newest(query, _allowed(viewer, query), below=None, most=1):
            return other
    return ""


def _replaced(text: str, word: str, better: str) -> str:
    replacement: Callable[[re.Match[str]], str] = lambda match: better  # noqa: E731
    return re.sub(rf"\b{re.escape(word)}\b", replacement, text, flags=re.IGNORECASE)
