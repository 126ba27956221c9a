"""How good the reviews are, for the team as a whole: agreement, misses, what weighs on people.

Never per person. Pure sums first, then the reads.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import sqrt

from forum.policy import SAMPLED
from forum.states import Severity
from moderation.models import Decision, DecisionKind, HardItem, SecondReview
from moderation.models.decision import LIMITING

PERIOD = timedelta(days=90)
# 97.5th percentile of the normal distribution: intervals that hold in 95 of 100 cases.
Z_95 = 1.959963984540054
# Sums of so few people would tell of one of them.
FEWEST_PEOPLE = 3


def cohens_kappa(table: Mapping[tuple[str, str], int]) -> float | None:
    """Agreement beyond chance, from (first, second) -> number of pairs.

    1: always; 0: as often as by chance; below: less. None without pairs, or where chance alone
    would agree always. Source: Cohen J, Educ Psychol Meas 1960;20:37-46.
    """
    pairs = sum(table.values())
    if not pairs:
        return None
    firsts: Counter[str] = Counter()
    seconds: Counter[str] = Counter()
    for (first, second), number in table.items():
        firsts[first] += number
        seconds[second] += number
    agreed = sum(number for (first, second), number in table.items() if first == second) / pairs
    by_chance = sum(firsts[kind] * seconds[kind] for kind in firsts) / pairs**2
    return None if by_chance == 1 else (agreed - by_chance) / (1 - by_chance)


def wilson(hits: int, tries: int, z: float = Z_95) -> tuple[float, float] | None:
    """Where the true share lies, from 0 to 1; None without tries.

    Source: Wilson EB, J Am Stat Assoc 1927;22:209-212.
    """
    if not tries:
        return None
    share = hits / tries
    middle = (share + z**2 / (2 * tries)) / (1 + z**2 / tries)
    half = z * sqrt(share * (1 - share) / tries + z**2 / (4 * tries**2)) / (1 + z**2 / tries)
    return max(0.0, middle - half), min(1.0, middle + half)


@dataclass(frozen=True, slots=True)
class Agreement:
    """First decisions (rows) against second ones (columns)."""

    table: dict[tuple[str, str], int]

    @property
    def pairs(self) -> int:
        """How many posts two people looked at."""
        return sum(self.table.values())

    @property
    def same(self) -> int:
        """How often both decided alike."""
        return sum(number for (first, second), number in self.table.items() if first == second)

    @property
    def kappa(self) -> float | None:
        """Cohen's kappa."""
        return cohens_kappa(self.table)

    def rows(self) -> list[tuple[DecisionKind, list[int]]]:
        """The table for a page: every kind, in its order."""
        return [
            (first, [self.table.get((first, second), 0) for second in DecisionKind])
            for first in DecisionKind
        ]


@dataclass(frozen=True, slots=True)
class Misses:
    """Of published posts that were picked by chance, how many turned out to break a rule."""

    looked_at: int
    missed: int

    @property
    def share(self) -> float | None:
        """From 0 to 1."""
        return self.missed / self.looked_at if self.looked_at else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Where the true share lies."""
        return wilson(self.missed, self.looked_at)


def agreement(*, since: datetime, until: datetime | None = None) -> Agreement:
    """Second reviews that were taken since then (and before ``until``)."""
    done = SecondReview.objects.filter(done_at__gte=since, decision__undone_at=None)
    if until is not None:
        done = done.filter(done_at__lt=until)
    return Agreement(dict(Counter(done.values_list("decision__kind", "kind"))))


def misses(*, since: datetime, until: datetime | None = None) -> Misses:
    """Decisions since then (and before ``until``) on sampled posts."""
    routine = Decision.objects.standing().filter(decided_at__gte=since, ticket_severity=Severity.S3)
    if until is not None:
        routine = routine.filter(decided_at__lt=until)
    looked_at = missed = 0
    for kind, reasons in routine.values_list("kind", "ticket_reasons").iterator(chunk_size=2000):
        if any(reason.get("kind") == SAMPLED for reason in reasons or []):
            looked_at += 1
            missed += kind in LIMITING or kind == DecisionKind.SAFEGUARD
    return Misses(looked_at, missed)


def hard_items_of_team(*, since: datetime) -> int | None:
    """How many hard posts the team opened; None where so few people did that it tells of one."""
    opened = HardItem.objects.filter(opened_at__gte=since)
    people = opened.values("reviewer").distinct().count()
    return opened.count() if people >= FEWEST_PEOPLE else None
