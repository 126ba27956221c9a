"""A frozen half-year in words: tables, bars and figures of the public page, rows of the files."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from forum.screening import Kind
from forum.screening.measure import Figures as Measured
from forum.states import Severity
from forum.waits import IN_PLAIN_WORDS, in_words
from moderation import figures as names
from moderation.halves import Half
from moderation.models import (
    AppealStatus,
    Approval,
    Category,
    DecisionKind,
    Outcome,
    SanctionKind,
    TransparencySnapshot,
)
from moderation.reasons import LABELS as KINDS
from moderation.suppression import FEWEST, Mark, Shown, with_totals
from moderation.transparency import SETTLES, TOTAL, column_of, waits_as_json

ENDS = {
    **{outcome.value: outcome.label for outcome in Outcome},
    names.CLOSED: gettext_lazy("Taken back or closed"),
    names.WAITING: gettext_lazy("Not decided yet"),
}
ACTS = {
    **{kind.value: kind.label for kind in DecisionKind},
    **{kind.value: kind.label for kind in SanctionKind},
}
COUNT = {names.COUNT: gettext_lazy("How many")}
OTHER = {names.OTHER: gettext_lazy("A rule from an earlier time")}
WAITS, SCREENING = "waits", "screening"


@dataclass(frozen=True, slots=True)
class Spec:
    """How a table is called, and its rows and columns."""

    title: Any
    first: Any
    rows: Mapping[str, Any]
    columns: Mapping[str, Any]


SPECS = {
    names.REPORTS: Spec(
        gettext_lazy("Reports, and what came of them"),
        gettext_lazy("About"),
        dict(Category.choices),
        ENDS,
    ),
    names.HCP_CASES: Spec(
        gettext_lazy("Cases about health professionals and their code"),
        gettext_lazy("What came of it"),
        ENDS,
        COUNT,
    ),
    names.LETTING: Spec(
        gettext_lazy("Decisions that took nothing away"),
        gettext_lazy("Decision"),
        ACTS,
        COUNT,
    ),
    names.LIMITS: Spec(gettext_lazy("What we limited, by rule"), gettext_lazy("Rule"), OTHER, ACTS),
    names.APPEALS: Spec(
        gettext_lazy("Appeals"),
        gettext_lazy("About"),
        {
            names.ABOUT_POST: gettext_lazy("A decision on a post"),
            names.ABOUT_ACCOUNT: gettext_lazy("Something on an account"),
        },
        dict(AppealStatus.choices),
    ),
    names.GLASSES: Spec(
        gettext_lazy("Break-glass: one post shown to one professional in danger"),
        gettext_lazy("What became of it"),
        {
            "used": gettext_lazy("Two admins agreed"),
            "refused": gettext_lazy("The second admin refused"),
            "lapsed": gettext_lazy("Nobody agreed in time"),
            "asked": gettext_lazy("Waits for a second admin"),
        },
        COUNT,
    ),
    names.SECONDS: Spec(
        gettext_lazy("Who agreed where one person is not enough"),
        gettext_lazy("Who said yes"),
        dict(Approval.choices),
        COUNT,
    ),
    names.SAMPLES: Spec(
        gettext_lazy("Posts that we picked by chance and checked"),
        gettext_lazy("What we found"),
        {
            names.MISSED: gettext_lazy("Broke a rule, and we had missed it"),
            names.FINE: gettext_lazy("Fine"),
        },
        COUNT,
    ),
    names.TWICE: Spec(
        gettext_lazy("Posts that two of us looked at apart"),
        gettext_lazy("Did they decide alike?"),
        {names.ALIKE: gettext_lazy("Alike"), names.APART: gettext_lazy("Not alike")},
        COUNT,
    ),
}
FILES = (*SPECS, WAITS, SCREENING)


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table, in words."""

    label: str
    cells: list[str]


@dataclass(frozen=True, slots=True)
class TableInWords:
    """One table. ``small``: rows that are below five in all, which would only fill the page.

    Without ``rows`` and ``total`` nothing of it can be told.
    """

    name: str
    title: str
    first: str
    columns: list[str]
    rows: list[Row]
    small: list[str]
    total: Row | None


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a chart; lengths in units of the drawing. ``is_few``: below five, no length."""

    label: str
    value: str
    y: int
    y_bar: int
    length: int
    x_value: int
    y_value: int
    is_few: bool


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing of bars."""

    name: str
    title: str
    bars: list[Bar]
    height: int


@dataclass(frozen=True, slots=True)
class HalfPage:
    """All that the page of a half-year shows."""

    half: Half
    snapshot: TransparencySnapshot
    tables: list[TableInWords]
    charts: list[Chart]
    waits: TableInWords
    screening: TableInWords | None
    screening_number: int | None
    overturned: str
    missed: str
    kappa: float | None
    alone: bool
    outside: bool


# Beside the longest bar there is room for "fewer than 5".
CHART_WIDTH, LONGEST, ROW_HEIGHT = 320, 220, 44


def half_in_words(half: Half) -> str:
    """As people say it."""
    words = _("January to June %(year)s") if half.half == 1 else _("July to December %(year)s")
    return words % {"year": half.year}


def told_on(half: Half) -> date:
    """The day on which the figures of a half-year are frozen."""
    return (half.until + SETTLES).date()


def page_of(snapshot: TransparencySnapshot) -> HalfPage:
    """A half-year in words. From its row alone: no query."""
    data = snapshot.data
    tables = {name: table_in_words(name, data) for name in SPECS}
    screening = data["screening"]
    return HalfPage(
        half=Half(snapshot.year, snapshot.half),
        snapshot=snapshot,
        tables=list(tables.values()),
        charts=[chart for chart in (_by_category(data), _by_outcome(data)) if chart.bars],
        waits=waits_in_words(data),
        screening=screening_in_words(data),
        screening_number=screening["number"] if screening else None,
        overturned=_percent(data["overturned"]),
        missed=_percent(data["missed"]),
        kappa=data["kappa"],
        alone=data["alone"],
        outside=data["outside"],
    )


def _percent(share: float | None) -> str:
    return "" if share is None else f"{share * 100:.1f} %"


def cell_in_words(cell: Shown | str) -> str:
    """A count, or what stands in its place."""
    if cell == Mark.FEW:
        return _("fewer than 5")
    return _("not shown") if cell == Mark.HIDDEN else str(cell)


def _label(spec: Spec, code: str, data: Mapping[str, Any]) -> str:
    return str(spec.rows.get(code) or data["clauses"].get(code, code))


def table_in_words(name: str, data: Mapping[str, Any]) -> TableInWords:
    """A table with its totals."""
    spec, table = SPECS[name], data["tables"][name]
    is_list = table["columns"] == [names.COUNT]
    columns = [str(spec.columns.get(code, code)) for code in table["columns"]]
    rows, small = [], []
    for code, cells in zip(table["rows"], table["cells"] or [], strict=False):
        if cells[-1] == Mark.FEW:
            small.append(_label(spec, code, data))
        else:
            rows.append(Row(_label(spec, code, data), _shown(cells, is_list=is_list)))
    total = table["cells"] and Row(_("All"), _shown(table["cells"][-1], is_list=is_list))
    return TableInWords(
        name=name,
        title=str(spec.title),
        first=str(spec.first),
        columns=columns if is_list else [*columns, _("All")],
        rows=rows,
        small=small,
        total=total or None,
    )


def figures_in_words(found: names.Figures) -> tuple[list[TableInWords], TableInWords]:
    """Whole counts for the desk: the tables without their empty rows, and the waits."""
    tables = []
    for name, spec in SPECS.items():
        table = found.tables[name]
        whole = with_totals(table.counts)
        data = {
            "clauses": found.clauses,
            "tables": {name: {"rows": [], "columns": table.columns, "cells": [whole[-1]]}},
        }
        in_words = table_in_words(name, data)
        is_list = table.columns == [names.COUNT]
        rows = [
            Row(_label(spec, code, data), _shown(list(cells), is_list=is_list))
            for code, cells in zip(table.rows, whole, strict=False)
            if any(cells)
        ]
        tables.append(replace(in_words, rows=rows))
    return tables, waits_in_words({"waits": waits_as_json(found)})


def _shown(cells: list[Shown], *, is_list: bool) -> list[str]:
    return [cell_in_words(cell) for cell in (cells[:1] if is_list else cells)]


def _by_category(data: Mapping[str, Any]) -> Chart:
    table = data["tables"][names.REPORTS]
    cells = column_of(table, TOTAL)
    labels = [str(SPECS[names.REPORTS].rows.get(code, code)) for code in table["rows"]]
    return chart("by-category", _("Reports by kind"), dict(zip(labels, cells, strict=False)))


def _by_outcome(data: Mapping[str, Any]) -> Chart:
    table = data["tables"][names.REPORTS]
    cells = table["cells"][-1][:-1] if table["cells"] else []
    labels = [str(ENDS.get(code, code)) for code in table["columns"]]
    return chart("by-outcome", _("What came of reports"), dict(zip(labels, cells, strict=False)))


def chart(name: str, title: str, counts: Mapping[str, Shown]) -> Chart:
    """Bars for counts; what is not shown has none, small ones an empty box of the same size."""
    numbers = [count for count in counts.values() if not isinstance(count, str)]
    most = max(numbers, default=0)
    bars: list[Bar] = []
    for label, count in counts.items():
        if count == Mark.FEW:
            length = max(8, LONGEST * FEWEST // max(most, 4 * FEWEST))
        else:
            length = 0 if isinstance(count, str) else max(2, LONGEST * count // most)
        y = len(bars) * ROW_HEIGHT
        beside = length + 8 if length else 0
        few = count == Mark.FEW
        bars.append(Bar(label, cell_in_words(count), y + 14, y + 20, length, beside, y + 31, few))
    return Chart(name, title, bars if numbers else [], len(bars) * ROW_HEIGHT)


def waits_in_words(data: Mapping[str, Any]) -> TableInWords:
    """How long people waited for a first look. None of the counts behind it is told."""
    rows = []
    for name, what in (("reports", _("Reports")), ("posts", _("Posts"))):
        for wait in data["waits"][name]:
            words = IN_PLAIN_WORDS[Severity(wait["severity"])]
            cells = [_wait(wait["median"]), _wait(wait["p90"])]
            rows.append(Row(f"{what}: {words}", cells))
    return TableInWords(
        name=WAITS,
        title=_("How long until a person looked"),
        first=_("What waited"),
        columns=[_("Half of them within"), _("Nine of ten within")],
        rows=rows,
        small=[],
        total=None,
    )


def _wait(minutes: int | None) -> str:
    if minutes is None:
        return _("fewer than 5 to measure")
    return in_words(timedelta(minutes=minutes))


def screening_in_words(data: Mapping[str, Any]) -> TableInWords | None:
    """What the rules in force find in posts that we wrote to try them. No member's posts.

    Where it was measured: in posts that no rule was written for, as that is what to expect.
    """
    if not data["screening"] or not data["screening"]["figures"]:
        return None
    measured = Measured.from_json(data["screening"]["figures"])
    found = measured.unseen or measured.recall
    rows = [
        Row(
            str(KINDS[kind]),
            [
                _("%(part)s of %(whole)s") % {"part": one.part, "whole": one.whole}
                for one in (found[kind], measured.alarms[kind])
            ],
        )
        for kind in Kind
        if kind in found
    ]
    return TableInWords(
        name=SCREENING,
        title=_("How well the software finds what it looks for"),
        first=_("What it looks for"),
        columns=[_("Found"), _("False alarms")],
        rows=rows,
        small=[],
        total=None,
    )


def lines_of(name: str, snapshot: TransparencySnapshot) -> Iterator[list[str]]:
    """The lines of a file: all rows of a table, in the words of the page."""
    data = snapshot.data
    if name in (WAITS, SCREENING):
        table = waits_in_words(data) if name == WAITS else screening_in_words(data)
        if table is not None:
            yield [table.first, *table.columns]
            yield from ([row.label, *row.cells] for row in table.rows)
        return
    whole, table = data["tables"][name], table_in_words(name, data)
    is_list = whole["columns"] == [names.COUNT]
    yield [table.first, *table.columns]
    for code, cells in zip(whole["rows"], whole["cells"] or [], strict=False):
        yield [_label(SPECS[name], code, data), *_shown(cells, is_list=is_list)]
    if table.total is not None:
        yield [table.total.label, *table.total.cells]
