"""What is published of the figures of a half-year: plain JSON without small counts."""

import hashlib
import json
from collections.abc import Sequence
from datetime import timedelta
from math import ceil
from typing import Any

from moderation.figures import ALIKE, APART, APPEALS, COUNT, FINE, MISSED, SAMPLES, TWICE, Figures
from moderation.models import AppealStatus
from moderation.suppression import Mark, Shown, share, suppressed

FORMAT = 1
# What is still open when a half-year ends is given so long, so that most outcomes are known.
SETTLES = timedelta(days=28)
TOTAL = "total"

Cells = list[list[Shown]]


def published(figures: Figures) -> dict[str, Any]:
    """The figures as they may be told to everybody, for good.

    Each table has its totals last; a cell is a number, "few" or "hidden"; ``cells`` is None where
    nothing of a table may be told. Shares and kappa are told only where all counts behind them
    are, so they tell nothing more; waits only where there are five or more.
    """
    tables = {
        name: {
            "rows": list(table.rows),
            "columns": list(table.columns),
            "cells": suppressed(table.counts),
        }
        for name, table in figures.tables.items()
    }
    both = [_cell(tables[TWICE], row, COUNT) for row in (ALIKE, APART)]
    tells_agreement = share(both[0], both[1]) is not None and figures.kappa is not None
    return {
        "format": FORMAT,
        "tables": tables,
        "clauses": figures.clauses,
        "waits": waits_as_json(figures),
        "overturned": _overturned(tables[APPEALS]),
        "missed": _rounded(share(*(_cell(tables[SAMPLES], row, COUNT) for row in (MISSED, FINE)))),
        "kappa": round(figures.kappa, 2) if tells_agreement and figures.kappa is not None else None,
        "screening": figures.screening,
        "alone": figures.alone,
        "outside": figures.outside,
    }


def waits_as_json(figures: Figures) -> dict[str, Any]:
    """Waits by severity in minutes; None where there are fewer than five."""
    both = {"reports": figures.report_waits, "posts": figures.post_waits}
    return {
        name: [
            {"severity": int(kind), "median": _minutes(w.median), "p90": _minutes(w.p90)}
            for kind, w in waits.items()
        ]
        for name, waits in both.items()
    }


def _cell(table: dict[str, Any], row: str, column: str) -> Shown:
    """A cell by names; ``total`` for the totals."""
    if table["cells"] is None:
        return Mark.HIDDEN
    rows, columns = [*table["rows"], TOTAL], [*table["columns"], TOTAL]
    cell: Shown = table["cells"][rows.index(row)][columns.index(column)]
    return cell


def _overturned(appeals: dict[str, Any]) -> float | None:
    """Of the appeals that were answered, how many changed something."""
    upheld, partly, overturned = (
        _cell(appeals, TOTAL, status)
        for status in (AppealStatus.UPHELD, AppealStatus.PARTLY, AppealStatus.OVERTURNED)
    )
    counts = [count for count in (overturned, partly, upheld) if not isinstance(count, Mark)]
    if len(counts) < 3:
        return None
    return _rounded(share(counts[0] + counts[1], counts[2]))


def _rounded(part: float | None) -> float | None:
    return None if part is None else round(part, 3)


def _minutes(wait: timedelta | None) -> int | None:
    """Whole minutes, rounded up: to the second a wait could be told from others."""
    return None if wait is None else max(1, ceil(wait.total_seconds() / 60))


def hash_of(year: int, half: int, data: dict[str, Any]) -> str:
    """SHA-256 (hex) over a half-year and what is told of it."""
    text = json.dumps([year, half, data], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def column_of(table: dict[str, Any], column: str) -> Sequence[Shown]:
    """The cells of one column without the total."""
    if table["cells"] is None:
        return []
    place = [*table["columns"], TOTAL].index(column)
    return [row[place] for row in table["cells"][:-1]]
