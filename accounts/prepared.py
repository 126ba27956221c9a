"""Queries that stand on every page, put into SQL once instead of each time.

To put a query into SQL takes Django several times longer than the database needs to answer it. So
where a query always has the same shape, its SQL is made once, with stand-ins for the values that
differ, kept in the process, and run with the values. What is asked stays in one place: the queryset
that the SQL is made from.
"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Generic, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import QuerySet

Shape = TypeVar("Shape", bound=Hashable)

# Stand-ins: a key that no row has, and a moment that no clock will show.
SOMEBODY = -4_611_686_018_427_387_001
SOMETIME = datetime(9001, 2, 3, 4, 5, 6, 789, tzinfo=UTC)
# All of them, so that a test which changes what a queryset says can have them made anew.
EVERY: list["Prepared"] = []
MOST_SHAPES = 512  # of one query; others are made anew when they are needed again


@dataclass(frozen=True, slots=True)
class _Statement:
    """SQL with the places of the person and of the moment among its values, and its columns."""

    sql: str
    values: tuple[Any, ...]
    persons: tuple[int, ...]
    moments: tuple[int, ...]
    names: tuple[str, ...]
    columns: tuple[Any, ...]


class Prepared(Generic[Shape]):
    """Rows of a queryset of ``values()`` whose SQL depends on a shape alone.

    ``build`` makes the queryset of a shape, with ``SOMEBODY`` for the person's key and ``SOMETIME``
    for the moment. A queryset that does not ask about the person raises ``ValueError``: it would
    answer the same for everybody. So does one that asks for a moment where none is given.
    """

    def __init__(self, build: Callable[[Shape], QuerySet]) -> None:
        self.build = build
        self._statement = lru_cache(maxsize=MOST_SHAPES)(self._compiled)
        EVERY.append(self)

    def forget(self) -> None:
        """Put it into SQL anew when it is asked next."""
        self._statement.cache_clear()

    def rows(
        self, shape: Shape, *, person: int, at: datetime | None = None
    ) -> list[dict[str, Any]]:
        """What the queryset of this shape gives for this person at this moment. One query."""
        connection = connections[DEFAULT_DB_ALIAS]
        statement = self._statement(shape, connection.vendor)
        if statement is None:
            return []
        values = list(statement.values)
        for place in statement.persons:
            values[place] = person
        if statement.moments and at is None:
            raise ValueError("This query asks for a moment.")
        for place in statement.moments:
            values[place] = connection.ops.adapt_datetimefield_value(at)
        with connection.cursor() as cursor:
            cursor.execute(statement.sql, values)
            found = cursor.fetchall()
        return _read(found, statement, connection)

    def _compiled(self, shape: Shape, vendor: str) -> _Statement | None:
        """The statement of a shape; None where nothing can ever be found."""
        connection = connections[DEFAULT_DB_ALIAS]
        query = self.build(shape).query
        compiler = query.get_compiler(using=DEFAULT_DB_ALIAS)
        try:
            sql, values = compiler.as_sql()
        except EmptyResultSet:
            return None
        moment = connection.ops.adapt_datetimefield_value(SOMETIME)
        persons = tuple(place for place, value in enumerate(values) if value == SOMEBODY)
        if not persons:
            raise ValueError("A prepared query must ask about somebody.")
        return _Statement(
            sql=sql,
            values=tuple(values),
            persons=persons,
            moments=tuple(place for place, value in enumerate(values) if value == moment),
            names=tuple(query.selected or ()),
            columns=tuple(column for column, *_ in compiler.select),
        )


def _read(
    rows: list[tuple[Any, ...]], statement: _Statement, connection: BaseDatabaseWrapper
) -> list[dict[str, Any]]:
    """The rows with values as Python has them: databases have no moments or truths of their own."""
    readers = []
    for place, column in enumerate(statement.columns):
        steps = connection.ops.get_db_converters(column) + column.get_db_converters(connection)
        if steps:
            readers.append((place, column, steps))
    read = []
    for row in rows:
        values = list(row)
        for place, column, steps in readers:
            for step in steps:
                values[place] = step(values[place], column, connection)
        read.append(dict(zip(statement.names, values, strict=True)))
    return read
