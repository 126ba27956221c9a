"""The index of each database: a query's terms in, ids of candidate posts out, newest first.

Candidates are no results: nobody sees them before they went through the one door.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Max, QuerySet

from forum.models import SearchEntry
from forum.search.query import Query, Term

FEW = 5000  # posts that hold a word: fewer are put in order quickly
FAR = 400  # candidates; for fewer it does not pay to ask how many there are
SLICE = 2000  # posts of which the newest candidates are taken first


@dataclass(frozen=True, slots=True)
class Narrow:
    """Plain facts that posts must have, checked by the database next to its index.

    Without them a rare author or an old week would take a walk over all posts with a common word.
    They only leave out what the filters leave out again. None: no matter.
    """

    authors: Sequence[int] | None = None
    boards: Sequence[int] | None = None
    ids: tuple[int, int] | None = None  # the lowest and the highest that there may be
    openings_only: bool = False
    polls_only: bool = False


def candidates(
    query: Query, *, narrow: Narrow = Narrow(), before: int | None, limit: int
) -> list[int]:
    """Ids of posts that hold what is wanted, newest first, below ``before``."""
    if not query.wanted:
        return []
    if connection.vendor == "sqlite":
        return _ids(*_sqlite(query, narrow, before, limit))
    if narrow.openings_only:
        return _ids(*_postgresql_openings(query, narrow, before, limit))
    if narrow.boards is not None and narrow.authors is None:
        return _in_slices(query, narrow, before, limit)
    return _ids(*_postgresql(query, narrow, before, limit))


def among(query: Query, few: QuerySet, *, limit: int) -> list[int] | None:
    """Ids of those of a few posts that hold what is wanted, newest first.

    For filters that leave few of many candidates. None where the database has no good way for
    that: then ask for ``candidates``.
    """
    if connection.vendor == "sqlite":
        return None  # it would search the index anew for each
    try:
        posts, values = few.order_by().values("pk").query.sql_with_params()
    except EmptyResultSet:
        return []
    asked, words = _tsquery(query.terms)
    # OFFSET 0 keeps PostgreSQL from looking for the words first.
    statement = (
        f"SELECT few.pk FROM ({posts} OFFSET 0) few (pk) CROSS JOIN LATERAL"  # noqa: S608
        " (SELECT 1 FROM forum_searchentry entry WHERE entry.post_id = few.pk"
        f" AND entry.{_vector(query)} @@ ({asked}) OFFSET 0) held ORDER BY few.pk DESC LIMIT %s"
    )
    return _ids(statement, [*values, *words, limit])


def _ids(statement: str, arguments: list) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(statement, arguments)
        return [row[0] for row in cursor.fetchall()]


def ids_published(since: datetime | None, until: datetime | None) -> tuple[int, int]:
    """The lowest and the highest id of posts that came out from ``since`` to before ``until``."""
    conditions, arguments = "published_at IS NOT NULL", []
    for sign, moment in ((">=", since), ("<", until)):
        if moment is not None:
            conditions += f" AND published_at {sign} %s"
            arguments.append(connection.ops.adapt_datetimefield_value(moment))
    # Apart, so that the index of moments is read. From the newest id down it would be a long walk.
    statement = (
        f"WITH within AS MATERIALIZED (SELECT id FROM forum_post WHERE {conditions})"  # noqa: S608
        " SELECT MIN(id), MAX(id) FROM within"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, arguments)
        lowest, highest = cursor.fetchone()
    return lowest or 0, highest or 0


def title_candidates(words: Sequence[str], *, limit: int) -> list[int]:
    """Ids of posts whose title holds any of these words (letters alone), newest first."""
    if not words:
        return []
    arguments: list[str | int]
    if connection.vendor == "sqlite":
        any_of = " OR ".join(f'"{word}"' for word in words)
        statement = (
            "SELECT rowid FROM forum_search_fts WHERE forum_search_fts MATCH %s"
            " ORDER BY rowid DESC LIMIT %s"
        )
        arguments = [f"{{title}} : ({any_of})", limit]
    else:
        asked = " || ".join("plainto_tsquery('islet', %s)" for _ in words)
        statement = (
            f"SELECT post_id FROM forum_searchentry WHERE title_vector @@ ({asked})"  # noqa: S608
            " ORDER BY post_id DESC LIMIT %s"
        )
        arguments = [*words, limit]
    return _ids(statement, arguments)


def _conditions(narrow: Narrow) -> tuple[str, str, list]:
    """What joins the post (and its thread) to an entry of the index, and what must hold of it."""
    conditions = ""
    arguments: list = []
    for column, ids in (("post.author_id", narrow.authors), ("thread.board_id", narrow.boards)):
        if ids is not None:
            conditions += f" AND {column} IN ({', '.join(['%s'] * len(ids)) or 'NULL'})"
            arguments += ids
    if narrow.openings_only:
        conditions += " AND post.is_opening"
    if narrow.polls_only:
        conditions += " AND post.id IN (SELECT post_id FROM forum_poll)"
    joins = ""
    if conditions:
        # CROSS: the index first, then the post of each entry. SQLite would search the index anew
        # for each post of an author.
        how = "CROSS JOIN {} ON" if connection.vendor == "sqlite" else "JOIN {} ON"
        joins = f" {how.format('forum_post post')} post.id = {_KEY[connection.vendor]}"
        if narrow.boards is not None:
            joins += f" {how.format('forum_thread thread')} thread.id = post.thread_id"
    return joins, conditions, arguments


def _range(key: str, narrow: Narrow, before: int | None) -> tuple[str, list]:
    """What must hold of an id."""
    conditions, arguments = "", []
    if narrow.ids is not None:
        conditions, arguments = f" AND {key} BETWEEN %s AND %s", [*narrow.ids]
    if before is not None:
        conditions, arguments = f"{conditions} AND {key} < %s", [*arguments, before]
    return conditions, arguments


_KEY = {"sqlite": "forum_search_fts.rowid", "postgresql": "forum_searchentry.post_id"}


def _sqlite(query: Query, narrow: Narrow, before: int | None, limit: int) -> tuple[str, list]:
    # Terms hold letters, digits and apostrophes alone, so that the quotes below cannot be left.
    wanted = " AND ".join(f'"{term.text}"' for term in query.wanted)
    match = f"({wanted})"
    for term in query.terms:
        if term.without:
            match += f' NOT "{term.text}"'
    if query.title_only:
        match = f"{{title}} : ({match})"
    joins, conditions, arguments = _conditions(narrow)
    below, bounds = _range("forum_search_fts.rowid", narrow, before)
    statement = (
        f"SELECT forum_search_fts.rowid FROM forum_search_fts{joins}"  # noqa: S608
        f" WHERE forum_search_fts MATCH %s{below}{conditions}"
        " ORDER BY forum_search_fts.rowid DESC LIMIT %s"
    )
    return statement, [match, *bounds, *arguments, limit]


def _postgresql(query: Query, narrow: Narrow, before: int | None, limit: int) -> tuple[str, list]:
    asked, words = _tsquery(query.terms)
    joins, conditions, arguments = _conditions(narrow)
    below, bounds = _range("post_id", narrow, before)
    # Of words in few posts all are taken from the index and put in order; of words in many the
    # newest posts are looked into. OFFSET 0 keeps PostgreSQL from the second.
    looks_far = limit >= FAR and not joins
    fence = " OFFSET 0" if looks_far and _is_in_few(query) else ""
    statement = (
        f"SELECT post_id FROM (SELECT post_id FROM forum_searchentry{joins}"  # noqa: S608
        f" WHERE {_vector(query)} @@ ({asked}){below}{conditions}{fence}) held"
        " ORDER BY post_id DESC LIMIT %s"
    )
    return statement, [*words, *bounds, *arguments, limit]


def _is_in_few(query: Query) -> bool:
    """Whether PostgreSQL expects few posts to hold what is wanted, from its own statistics."""
    asked, words = _tsquery(query.terms)
    statement = (
        "EXPLAIN (FORMAT JSON) SELECT post_id FROM forum_searchentry"  # noqa: S608
        f" WHERE {_vector(query)} @@ ({asked})"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, words)
        (found,) = cursor.fetchone()
    plan = json.loads(found) if isinstance(found, str) else found
    rows: float = plan[0]["Plan"]["Plan Rows"]
    return rows <= FEW


def _in_slices(query: Query, narrow: Narrow, before: int | None, limit: int) -> list[int]:
    """Candidates from the newest posts, then from more and more of the older ones.

    PostgreSQL thinks little of what it takes to look into an entry, and would rather look into all
    that there are than ask the index for a word that is neither common nor rare. In a slice it
    has nothing to win by that.
    """
    highest = Max("pk")
    top = before or 1 + (SearchEntry.objects.aggregate(highest=highest)["highest"] or 0)
    found: list[int] = []
    size = SLICE
    while top > 1 and len(found) < limit:
        asked, words = _tsquery(query.terms)
        joins, conditions, arguments = _conditions(narrow)
        below, bounds = _range("post_id", narrow, top)
        # OFFSET 0: from what is held to its posts, not along all posts in their order.
        statement = (
            "WITH held AS MATERIALIZED ("  # noqa: S608
            f"SELECT post_id FROM forum_searchentry WHERE {_vector(query)} @@ ({asked}){below}"
            f" AND post_id >= %s) SELECT post_id FROM (SELECT post_id FROM held AS"
            f" forum_searchentry{joins} WHERE true{conditions} OFFSET 0) fitting"
            " ORDER BY post_id DESC LIMIT %s"
        )
        bottom = top - size
        found += _ids(statement, [*words, *bounds, bottom, *arguments, limit - len(found)])
        top, size = bottom, size * 5
    return found


def _postgresql_openings(
    query: Query, narrow: Narrow, before: int | None, limit: int
) -> tuple[str, list]:
    """From the openings to their entries, not the other way: few posts open a thread."""
    asked, words = _tsquery(query.terms)
    _, conditions, arguments = _conditions(narrow)
    below, bounds = _range("post.id", narrow, before)
    thread = " JOIN forum_thread thread ON thread.id = post.thread_id"
    # OFFSET 0 keeps PostgreSQL from turning the two around.
    statement = (
        "SELECT opening.id FROM (SELECT post.id FROM forum_post post"  # noqa: S608
        f"{thread if narrow.boards is not None else ''} WHERE true{below}{conditions}"
        " ORDER BY post.id DESC OFFSET 0) opening CROSS JOIN LATERAL (SELECT 1 FROM"
        f" forum_searchentry entry WHERE entry.post_id = opening.id AND entry.{_vector(query)} @@"
        f" ({asked}) OFFSET 0) held ORDER BY opening.id DESC LIMIT %s"
    )
    return statement, [*bounds, *arguments, *words, limit]


def _vector(query: Query) -> str:
    return "title_vector" if query.title_only else "vector"


def _tsquery(terms: Sequence[Term]) -> tuple[str, list]:
    parts, arguments = [], []
    for term in terms:
        function = "phraseto_tsquery" if term.is_phrase else "plainto_tsquery"
        parts.append(f"{'!!' if term.without else ''}{function}('islet', %s)")
        arguments.append(term.text)
    return " && ".join(parts), arguments
