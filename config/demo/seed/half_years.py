"""Two frozen half-years of the demo.

The community of the demo is younger than that, so their counts and waits are invented: drawn by
chance from the seed, and then they go the way of real ones. The banner of the demo says that all
of it is invented. The figures of screening are measured, and the rules are those in force.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

from config.demo.seed.chance import dice
from forum.states import Severity
from forum.waits import Waits, summed_up
from moderation import figures as names
from moderation.actions.transparency import freeze
from moderation.figures import Figures, Table, everything, figures
from moderation.halves import Half, half_of
from moderation.models import DecisionKind, SanctionKind, TransparencySnapshot
from moderation.quality import cohens_kappa
from moderation.transparency import SETTLES

# About how many in a cell; cells that are not named have none or very few.
USUAL: dict[str, dict[str, int]] = {
    names.REPORTS: {"action_taken": 9, "nothing_found": 5, "passed_on": 2, names.CLOSED: 1},
    names.HCP_CASES: {"action_taken": 6, "nothing_found": 9, "passed_on": 1},
    names.LETTING: {"publish": 900, "publish_note": 60, "safeguard": 30},
    names.LIMITS: {
        DecisionKind.ASK_CHANGE: 8,
        DecisionKind.HIDE: 4,
        DecisionKind.REMOVE: 3,
        SanctionKind.WARNING: 2,
    },
    names.APPEALS: {"upheld": 16, "partly": 7, "overturned": 8},
    names.GLASSES: {"used": 3, "refused": 1},
    names.SECONDS: {"second": 40},
    names.SAMPLES: {names.MISSED: 7, names.FINE: 300},
    names.TWICE: {names.ALIKE: 85, names.APART: 9},
}
WAITS = {Severity.S0: 7, Severity.S1: 28, Severity.S2: 130, Severity.S3: 600}  # minutes
LOOKS = 60


def add_half_years(*, seed: int, now: datetime) -> int:
    """Freeze the two newest settled half-years, where none is frozen; returns how many."""
    if TransparencySnapshot.objects.exists():
        return 0
    newest = half_of(now).before()
    while newest.until + SETTLES > now:
        newest = newest.before()
    # Today's figures give the rules, the rows and what screening finds.
    today = figures(everything(), since=now - timedelta(days=1), until=now, at=now)
    halves = (newest.before(), newest)
    return sum(freeze(half, _invented(today, half, seed), at=now) for half in halves)


def _invented(today: Figures, half: Half, seed: int) -> Figures:
    rng = dice(seed, "half-year", half.year, half.half)
    tables = {name: _filled(name, table, rng) for name, table in today.tables.items()}
    (alike,), (apart,) = tables[names.TWICE].counts
    # As if people said yes to nine of ten posts, and differed as often one way as the other.
    pairs = {("yes", "yes"): round(alike * 0.9), ("no", "no"): alike - round(alike * 0.9)}
    pairs |= {("yes", "no"): apart // 2, ("no", "yes"): apart - apart // 2}
    return replace(
        today,
        tables=tables,
        report_waits=_waits(rng),
        post_waits=_waits(rng),
        kappa=cohens_kappa(pairs),
    )


def _filled(name: str, table: Table, rng: Random) -> Table:
    usual = USUAL[name]
    counts = []
    for row in table.rows:
        much = rng.choice((0, 0.2, 0.5, 1, 2)) if len(table.rows) > len(usual) else 1
        much = 0 if row == names.OTHER else much
        counts.append(
            [
                _about(usual.get(row if column == names.COUNT else column, 0) * much, rng)
                for column in table.columns
            ]
        )
    return replace(table, counts=counts)


def _about(number: float, rng: Random) -> int:
    return round(rng.uniform(0.7, 1.3) * number)


def _waits(rng: Random) -> dict[Severity, Waits]:
    return {
        severity: summed_up(
            [timedelta(minutes=usual * rng.uniform(0.3, 3)) for _look in range(LOOKS)]
        )
        for severity, usual in WAITS.items()
    }
