"""The index of each database: a query's terms in, ids of candidate posts out, newest first.

Candidates are no results: nobody sees them before they went through the one door.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from forum.search.query import Query, Term


@dataclass(frozen=True, slots=True)
class Narrow:
    """Plain facts that posts must have, checked by the database next to its index.

    Without them a rare author or an old week would take a walk over all posts with a common word.
    They only leave out what the filters leave out again. None: no matter.
    """

    authors: Sequence[int] | None = None
    boards: Sequence[int] | None = None
    since: datetime | None = None
    until: datetime | None = None
    openings_only: bool = False
    polls_only: bool = False


def candidates(
    query: Query, *, narrow: Narrow = Narrow(), before: int | None, limit: int
) -> list[int]:
    """Ids of posts that hold what is wanted, newest first, below ``before``."""
    if not query.wanted:
        return []
    ask = _sqlite if connection.vendor == "sqlite" else _postgresql
    statement, arguments = ask(query, _conditions(narrow), before, limit)
    with connection.cursor() as cursor:
        cursor.execute(statement, arguments)
        return [row[0] for row in cursor.fetchall()]


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
    with connection.cursor() as cursor:
        cursor.execute(statement, arguments)
        return [row[0] for row in cursor.fetchall()]


def _conditions(narrow: Narrow) -> tuple[str, str, list]:
    """What joins the post (and its thread) to an entry of the index, and what must hold of it."""
    conditions = ""
    arguments: list = []
    for column, ids in (("post.author_id", narrow.authors), ("thread.board_id", narrow.boards)):
        if ids is not None:
            conditions += f" AND {column} IN ({', '.join(['%s'] * len(ids)) or 'NULL'})"
            arguments += ids
    for sign, moment in ((">=", narrow.since), ("<", narrow.until)):
        if moment is not None:
            conditions += f" AND post.published_at {sign} %s"
            arguments.append(connection.ops.adapt_datetimefield_value(moment))
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


_KEY = {"sqlite": "forum_search_fts.rowid", "postgresql": "forum_searchentry.post_id"}


def _sqlite(
    query: Query, narrowed: tuple[str, str, list], before: int | None, limit: int
) -> tuple[str, list]:
    # Terms hold letters, digits and apostrophes alone, so that the quotes below cannot be left.
    wanted = " AND ".join(f'"{term.text}"' for term in query.wanted)
    match = f"({wanted})"
    for term in query.terms:
        if term.without:
            match += f' NOT "{term.text}"'
    if query.title_only:
        match = f"{{title}} : ({match})"
    joins, conditions, arguments = narrowed
    below, bound = (" AND forum_search_fts.rowid < %s", [before]) if before else ("", [])
    statement = (
        f"SELECT forum_search_fts.rowid FROM forum_search_fts{joins}"  # noqa: S608
        f" WHERE forum_search_fts MATCH %s{below}{conditions}"
        " ORDER BY forum_search_fts.rowid DESC LIMIT %s"
    )
    return statement, [match, *bound, *arguments, limit]


def _postgresql(
    query: Query, narrowed: tuple[str, str, list], before: int | None, limit: int
) -> tuple[str, list]:
    asked, words = _tsquery(query.terms)
    joins, conditions, arguments = narrowed
    below, bound = (" AND post_id < %s", [before]) if before else ("", [])
    column = "title_vector" if query.title_only else "vector"
    statement = (
        f"SELECT post_id FROM forum_searchentry{joins}"  # noqa: S608
        f" WHERE {column} @@ ({asked}){below}{conditions} ORDER BY post_id DESC LIMIT %s"
    )
    return statement, [*words, *bound, *arguments, limit]


def _tsquery(terms: Sequence[Term]) -> tuple[str, list]:
    parts, arguments = [], []
    for term in terms:
        function = "phraseto_tsquery" if term.is_phrase else "plainto_tsquery"
        parts.append(f"{'!!' if term.without else ''}{function}('islet', %s)")
        arguments.append(term.text)
    return " && ".join(parts), arguments
