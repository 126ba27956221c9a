"""The index of each database: a query's terms in, ids of candidate posts out, newest first.

Candidates are no results: nobody sees them before they went through the one door.
"""

from collections.abc import Sequence

from django.db import connection

from forum.search.query import Query, Term


def candidates(query: Query, *, before: int | None, limit: int) -> list[int]:
    """Ids of posts that hold what is wanted, newest first, below ``before``."""
    if not query.wanted:
        return []
    ask = _sqlite if connection.vendor == "sqlite" else _postgresql
    statement, arguments = ask(query, before, limit)
    with connection.cursor() as cursor:
        cursor.execute(statement, arguments)
        return [row[0] for row in cursor.fetchall()]


def _sqlite(query: Query, before: int | None, limit: int) -> tuple[str, list]:
    # Terms hold letters, digits and apostrophes alone, so that the quotes below cannot be left.
    wanted = " AND ".join(f'"{term.text}"' for term in query.wanted)
    match = f"({wanted})"
    for term in query.terms:
        if term.without:
            match += f' NOT "{term.text}"'
    if query.title_only:
        match = f"{{title}} : ({match})"
    below, arguments = ("AND rowid < %s", [match, before]) if before else ("", [match])
    statement = (
        f"SELECT rowid FROM forum_search_fts WHERE forum_search_fts MATCH %s {below}"  # noqa: S608
        " ORDER BY rowid DESC LIMIT %s"
    )
    return statement, [*arguments, limit]


def _postgresql(query: Query, before: int | None, limit: int) -> tuple[str, list]:
    asked, arguments = _tsquery(query.terms)
    below = ""
    if before:
        below = "AND post_id < %s"
        arguments.append(before)
    column = "title_vector" if query.title_only else "vector"
    statement = (
        f"SELECT post_id FROM forum_searchentry WHERE {column} @@ ({asked}) {below}"  # noqa: S608
        " ORDER BY post_id DESC LIMIT %s"
    )
    return statement, [*arguments, limit]


def _tsquery(terms: Sequence[Term]) -> tuple[str, list]:
    parts, arguments = [], []
    for term in terms:
        function = "phraseto_tsquery" if term.is_phrase else "plainto_tsquery"
        parts.append(f"{'!!' if term.without else ''}{function}('islet', %s)")
        arguments.append(term.text)
    return " && ".join(parts), arguments
