"""How far the site is open right now. Asked on every page, so it is kept in the process."""

from dataclasses import dataclass
from datetime import datetime

from accounts.kept import Kept
from accounts.models import Level, Maintenance

SECONDS = 5.0  # ours: how long another process may lag behind


@dataclass(frozen=True, slots=True)
class Pause:
    """The level, with what people are told."""

    level: Level = Level.OFF
    reason: str = ""
    until: datetime | None = None


OPEN = Pause()


def _read() -> Pause:
    row = Maintenance.objects.filter(pk=1).values_list("level", "reason", "until").first()
    return OPEN if row is None else Pause(_level(row[0]), row[1], row[2])


def _level(value: str) -> Level:
    """A level of another release counts as the strictest."""
    return Level(value) if value in Level.values else Level.CLOSED


# A database that never answered: the calm page with the ways to help, and not a page of errors.
pause = Kept(_read, empty=OPEN, in_doubt=Pause(Level.CLOSED), seconds=SECONDS)
