"""Finding: candidates from the index, through the one door, then ranked and cut."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from difflib import get_close_matches
from enum import StrEnum

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Lower
from django.utils import timezone

from accounts.models import Role, User
from accounts.viewer import Viewer
from forum.access_log import with_openings
from forum.models import Poll, Post, SearchEntry, SearchWord, Status, Tag, ThreadTag
from forum.queries.boards import boards_for
from forum.queries.tags import find_tag, suggested_tags
from forum.search.engine import Narrow, among, candidates, ids_published
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
    sought = _sought(viewer, query)
    if order == Order.BEST and query.wanted:
        found = _best(_newest(sought, below=None, most=BEST_OF), query)
        return Found(_hits(viewer, sought, found[:PAGE]))
    below = None
    if after:
        below = sought.allowed.filter(public_id=after).values_list("pk", flat=True).first()
        if below is None:
            return Found([])
    found = _newest(sought, below=below, most=PAGE + 1)
    suggestion = "" if found or after else _suggestion(viewer, query, typed)
    return Found(_hits(viewer, sought, found[:PAGE]), len(found) > PAGE, suggestion)


@dataclass(frozen=True, slots=True)
class _Sought:
    """A query, the posts that may come out, and facts of them that the index can look at."""

    query: Query
    allowed: QuerySet[Post]
    narrow: Narrow
    sees_part: bool  # of what is published: more candidates are needed for as many hits


def _sought(viewer: Viewer, query: Query) -> _Sought:
    posts, narrow = _allowed(viewer, query)
    return _Sought(query, posts, narrow, sees_part=viewer.role == Role.HCP)


def _allowed(viewer: Viewer, query: Query) -> tuple[QuerySet[Post], Narrow]:
    """Published posts that the viewer may see and that pass the filters of the query."""
    posts = Post.objects.visible_to(viewer).filter(
        status=Status.PUBLISHED, thread__status=Status.PUBLISHED
    )
    narrow = Narrow()
    if query.board:
        named = Q(slug__iexact=query.board) | Q(title__iexact=query.board)
        boards = list(boards_for(viewer).filter(named).values_list("pk", flat=True))
        posts = posts.filter(thread__board__in=boards)
        narrow = replace(narrow, boards=boards)
    if query.by:
        named_so = list(
            User.objects.filter(pseudonym__iexact=query.by).values_list("pk", flat=True)
        )
        other = Post.objects.visible_to(viewer).alias(name=Lower("alias")).filter(name=query.by)
        authors = [*named_so, *other.values_list("author_id", flat=True)[:1]]
        under_name = Q(alias="", author__in=named_so) | Q(alias__iexact=query.by)
        posts = posts.filter(under_name, author__in=authors)
        narrow = replace(narrow, authors=authors)
    if query.before or query.after:
        since = _start_of(query.after) + timedelta(days=1) if query.after else None
        until = _start_of(query.before) if query.before else None
        posts = posts.filter(_came(since, until))
        narrow = replace(narrow, ids=ids_published(since, until))
    if query.has_answer or query.unanswered:
        replies = Post.objects.visible_beside(viewer).filter(
            thread=OuterRef("thread"), is_opening=False, status=Status.PUBLISHED
        )
        others = replies.exclude(author=OuterRef("thread__author")).order_by()
        # The first that is found, thread by thread; asked whether there is any, PostgreSQL may
        # read all replies of the site.
        answer = Subquery(others.values("pk")[:1])
        narrow = replace(narrow, openings_only=True)
        posts = posts.filter(is_opening=True).alias(answer=answer)
        posts = posts.filter(answer__isnull=not query.has_answer)
    if query.has_poll:
        narrow = replace(narrow, openings_only=True, polls_only=True)
        # Polls are few: from them to their posts is the short way.
        polls = Poll.objects.values("post")
        posts = posts.filter(pk__in=polls, is_opening=True, thread__has_poll=True)
    if query.tag:
        tagged = ThreadTag.objects.filter(tag=find_tag(query.tag)).values("thread")
        posts = posts.filter(thread__in=tagged)
    return posts.order_by("-pk"), narrow


def _came(since: datetime | None, until: datetime | None) -> Q:
    came = Q(published_at__gte=since) if since else Q()
    return came & Q(published_at__lt=until) if until else came


def _start_of(day: object) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))  # type: ignore[arg-type]


def _newest(sought: _Sought, *, below: int | None, most: int) -> list[int]:
    """Ids of the newest hits that are allowed, at most so many."""
    allowed = sought.allowed.values_list("pk", flat=True)
    rest = allowed if below is None else allowed.filter(pk__lt=below)
    if not sought.query.wanted:
        return list(rest[:most])
    if sought.query.unanswered:  # few are, on a site where people answer
        among_few = among(sought.query, rest, limit=most)
        if among_few is not None:
            return among_few
    found: list[int] = []
    # A smaller one cannot be enough.
    windows = [size for size in WINDOWS[1 if sought.sees_part else 0 :] if size >= most]
    for number in range(MOST_WINDOWS):
        size = windows[min(number, len(windows) - 1)]
        ids = candidates(sought.query, narrow=sought.narrow, before=below, limit=size)
        found += allowed.filter(pk__in=ids)[: most - len(found)] if ids else []
        if len(found) >= most or len(ids) < size:
            break
        below = ids[-1]
    return found


def _best(found: list[int], query: Query) -> list[int]:
    """Those that hold the words most often for their length first; the title counts threefold."""
    finder = _finder(query.wanted)
    entries = SearchEntry.objects.filter(pk__in=found).order_by("-pk")

    def score(entry: SearchEntry) -> float:
        often = 3 * len(finder.findall(entry.title)) + len(finder.findall(entry.body))
        return often / (50 + len(entry.body)) ** 0.5

    return [entry.pk for entry in sorted(entries, key=score, reverse=True)]


def _hits(viewer: Viewer, sought: _Sought, found: list[int]) -> list[Hit]:
    """What a page shows of the hits, in this order; each goes through the one door again."""
    posts = with_openings(
        viewer,
        sought.allowed.filter(pk__in=found)
        .select_related("thread__board", "thread__author", "author", "search_entry")
        .defer("text", "html"),
    )
    by_pk = {post.pk: post for post in posts}
    return [_hit(by_pk[pk], sought.query) for pk in found if pk in by_pk]


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
    if _finds(viewer, word):
        return ""  # there is such a word: it is the rest of the query that finds nothing
    near = SearchWord.objects.filter(word__startswith=word[0]).exclude(word=word)
    words = near.order_by("word").values_list("word", flat=True)[:MOST_WORDS_TRIED]
    fitting = [other for other in words if abs(len(other) - len(word)) <= 2]
    for other in get_close_matches(word, fitting, n=MOST_LIKE, cutoff=LIKE_ENOUGH):
        if _finds(viewer, other):
            return other
    return ""


def _finds(viewer: Viewer, word: str) -> bool:
    alone = _sought(viewer, Query(terms=(Term(word),)))
    return bool(_newest(alone, below=None, most=1))


def _replaced(text: str, word: str, better: str) -> str:
    replacement: Callable[[re.Match[str]], str] = lambda match: better  # noqa: E731
    return re.sub(rf"\b{re.escape(word)}\b", replacement, text, flags=re.IGNORECASE)
