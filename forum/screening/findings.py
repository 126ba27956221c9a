"""What screening can find in a text, as plain values that explain themselves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import IntEnum, StrEnum
from typing import Any


class Kind(StrEnum):
    """What a finding is about; each kind has its own card and its own effect."""

    CRISIS = "crisis"
    EMERGENCY = "emergency"
    DOSE = "dose"
    CONTACT = "contact"
    EATING = "eating"
    ABUSE = "abuse"
    PROMO = "promo"


class Rank(IntEnum):
    """What a finding asks for if the text is sent as it is."""

    INFORM = 1
    HOLD = 2


@dataclass(frozen=True, slots=True)
class Finding:
    """One hit: `text[start:end]` is what was found, `rule` says which rule found it.

    `severity` 0 to 3 is S0 to S3 of the review ticket that it asks for; None asks for none.
    """

    kind: Kind
    rank: Rank
    severity: int | None
    start: int
    end: int
    rule: str

    def as_json(self) -> dict[str, Any]:
        """Return a dict of plain JSON values."""
        return asdict(self) | {"kind": self.kind.value, "rank": self.rank.value}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Finding:
        """Build a finding from what `as_json` returned; raise ValueError or KeyError otherwise."""
        severity = data["severity"]
        return cls(
            kind=Kind(data["kind"]),
            rank=Rank(data["rank"]),
            severity=None if severity is None else int(severity),
            start=int(data["start"]),
            end=int(data["end"]),
            rule=str(data["rule"]),
        )

    @property
    def order(self) -> tuple[int, int, int, str, str]:
        """Sort key: most severe first, then by place; findings without a ticket come last."""
        severity = 9 if self.severity is None else self.severity
        return (severity, self.start, -self.end, self.kind.value, self.rule)
