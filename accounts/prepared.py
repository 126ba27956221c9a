"""Queries that stand on the pages people open most, put into SQL once instead of each time.

To put a query into SQL takes Django several times longer than the database needs to answer it. So
where a query always has the same shape, its SQL is made once, with stand-ins for the values that
differ, kept in the process, and run with the values. What is asked stays in one place: the queryset
that the SQL is made from.
"""

import re
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from itertools import count
from typing import Any, Generic, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model, QuerySet
from django.db.models.query import get_related_populators
from django.db.models.sql.compiler import SQLCompiler

Shape = TypeVar("Shape", bound=Hashable)

_MOMENT = re.compile(r"\d{4}-\d\d-\d\d")
MOST_SHAPES = 512  # of one query; others are made anew when they are needed again
# All of them, so that a test which changes what a queryset says can have them made anew.
EVERY: list["Prepared"] = []

# Stand-ins: values that no row has, by the name and the place under which they are given.

_STAND_INS: dict[int | str, tuple[str, int]] = {}
# Near the end of what fields of four bytes hold: of a number that a field cannot hold, Django knows
# that it is not there, and asks nothing.
_numbers = count(2_147_300_000)
_lists: dict[str, list[int]] = {}
SOMETIME = datetime(9001, 2, 3, 4, 5, 6, 789, tzinfo=UTC)  # a moment that no clock will show


def stand_in(name: str) -> int:
    """The number that stands for the one given as ``name``: keys and positions."""
    return stand_ins(name, 1)[0]


def stand_ins(name: str, number: int) -> list[int]:
    """Numbers that stand for a list of at most ``number``, given as ``name``."""
    made = _lists.setdefault(name, [])
    while len(made) < number:
        made.append(next(_numbers))
        _STAND_INS[made[-1]] = (name, len(made) - 1)
    return made[:number]


def stand_in_words(name: str) -> str:
    """The words that stand for those given as ``name``: public ids and the like."""
    words = f"\N{WHITE SQUARE}{name}\N{WHITE SQUARE}"
    _STAND_INS[words] = (name, 0)
    return words


def room_for(number: int) -> int:
    """How many stand-ins a list of this length gets: few sizes, so that few statements are kept."""
    size = 20
    while size < number:
        size *= 2
    return size


SOMEBODY = stand_in("person")


@dataclass(frozen=True, slots=True)
class _Statement:
    """SQL, its values with the places of stand-ins among them, and how rows are read."""

    sql: str
    values: tuple[Any, ...]
    places: tuple[tuple[int, str, int], ...]  # (among the values, name, place in its list)
    moments: tuple[int, ...]
    readers: tuple[tuple[int, Any, tuple[Callable[..., Any], ...]], ...]  # (column, what, steps)
    make: Callable[[Sequence[Any]], Any]  # a row into what the queryset gives


class Prepared(Generic[Shape]):
    """What a queryset gives whose SQL depends on a shape alone.

    ``build`` makes the queryset of a shape, of models or of ``values()``, with ``SOMEBODY`` for the
    person's key, ``SOMETIME`` for the moment, and other stand-ins for what else is given. A
    queryset that does not ask about the person raises ``ValueError``: it would answer the same for
    everybody (``for_everybody`` says that it shall). So does one that asks for what is not given.
    """

    def __init__(self, build: Callable[[Shape], QuerySet], *, for_everybody: bool = False) -> None:
        self.build, self.for_everybody = build, for_everybody
        self._statement = lru_cache(maxsize=MOST_SHAPES)(self._compiled)
        EVERY.append(self)

    def forget(self) -> None:
        """Put it into SQL anew when it is asked next."""
        self._statement.cache_clear()

    def rows(self, shape: Shape, *, at: datetime | None = None, **given: Any) -> list[Any]:
        """What the queryset of this shape gives for these values at this moment. One query.

        Models come as from the queryset itself, with related rows and annotations; ``values()`` as
        dicts. A list that is given must fit the stand-ins that the shape made for it.
        """
        connection = connections[DEFAULT_DB_ALIAS]
        statement = self._statement(shape, connection.vendor)
        if statement is None:
            return []
        values = list(statement.values)
        for place, name, number in statement.places:
            values[place] = _given(given, name, number)
        if statement.moments and at is None:
            raise ValueError("This query asks for a moment.")
        for place in statement.moments:
            values[place] = connection.ops.adapt_datetimefield_value(at)
        with connection.cursor() as cursor:
            cursor.execute(statement.sql, values)
            found = cursor.fetchall()
        make = statement.make
        return [make(row) for row in _read(found, statement, connection)]

    def _compiled(self, shape: Shape, vendor: str) -> _Statement | None:
        """The statement of a shape; None where nothing can ever be found."""
        connection = connections[DEFAULT_DB_ALIAS]
        queryset = self.build(shape)
        compiler = queryset.query.get_compiler(using=DEFAULT_DB_ALIAS)
        try:
            sql, values = compiler.as_sql()
        except EmptyResultSet:
            return None
        moment = connection.ops.adapt_datetimefield_value(SOMETIME)
        places = tuple(
            (place, *_STAND_INS[value])
            for place, value in enumerate(values)
            if isinstance(value, int | str) and value in _STAND_INS
        )
        if not self.for_everybody and not any(name == "person" for _, name, _ in places):
            raise ValueError("A prepared query must ask about somebody.")
        if any(_is_moment(value) and value != moment for value in values):
            raise ValueError("A moment in a prepared query would stand still: use SOMETIME.")
        return _Statement(
            sql=sql,
            values=tuple(values),
            places=places,
            moments=tuple(place for place, value in enumerate(values) if value == moment),
            readers=tuple(_readers(compiler, connection)),
            make=_maker(queryset, compiler),
        )


def _is_moment(value: object) -> bool:
    """Whether a value is a day or a moment, as Python or a database writes it."""
    return isinstance(value, date) or (isinstance(value, str) and bool(_MOMENT.match(value)))


def _given(given: dict[str, Any], name: str, number: int) -> Any:
    """The value for a stand-in. A list that is shorter than its stand-ins goes on with its last."""
    if name not in given:
        raise ValueError(f"This query asks for {name}.")
    value = given[name]
    if not isinstance(value, list):
        return value
    return value[min(number, len(value) - 1)]


def _readers(
    compiler: SQLCompiler, connection: BaseDatabaseWrapper
) -> Iterator[tuple[int, Any, tuple[Callable[..., Any], ...]]]:
    """What must be done to columns: databases have no moments or truths of their own."""
    for place, (column, *_) in enumerate(compiler.select):
        steps = connection.ops.get_db_converters(column) + column.get_db_converters(connection)
        if steps:
            yield place, column, tuple(steps)


def _read(
    rows: list[tuple[Any, ...]], statement: _Statement, connection: BaseDatabaseWrapper
) -> list[Sequence[Any]]:
    """The rows with values as Python has them."""
    if not statement.readers:
        return list(rows)
    read: list[Sequence[Any]] = []
    for row in rows:
        values = list(row)
        for place, column, steps in statement.readers:
            for step in steps:
                values[place] = step(values[place], column, connection)
        read.append(values)
    return read


def _maker(queryset: QuerySet, compiler: SQLCompiler) -> Callable[[Sequence[Any]], Any]:
    """What makes of a row what this queryset would: a dict or, like ``ModelIterable``, a model."""
    if queryset.query.selected is not None:  # values()
        names = tuple(queryset.query.selected)
        return lambda row: dict(zip(names, row, strict=True))
    model: type[Model] = compiler.klass_info["model"]
    columns = compiler.klass_info["select_fields"]
    start, end = columns[0], columns[-1] + 1
    fields = [column.target.attname for column, *_ in compiler.select[start:end]]
    # The types are those of a later Django.
    related = get_related_populators(  # type: ignore[call-arg]
        compiler.klass_info, compiler.select, DEFAULT_DB_ALIAS
    )
    annotations = tuple((compiler.annotation_col_map or {}).items())

    def make(row: Sequence[Any]) -> Model:
        made = model.from_db(DEFAULT_DB_ALIAS, fields, row[start:end])
        for one in related:
            one.populate(row, made)
        for name, place in annotations:
            setattr(made, name, row[place])
        return made

    return make
