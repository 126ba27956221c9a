"""Where a list goes on. Signed, bound to the member and the list, and good for a day.

A cursor holds what the member was shown: a public id and a moment. No row number, no count.
"""

from dataclasses import dataclass
from datetime import datetime

from django.core import signing

LASTS = 24 * 60 * 60  # seconds
SALT = "islet.api.cursor"


@dataclass(frozen=True, slots=True)
class Place:
    """Behind the thread with this id, as it stood then."""

    at: datetime
    thread: str


def cursor(place: Place, *, of: str) -> str:
    """A cursor for the list called ``of``."""
    return signing.dumps([place.at.isoformat(), place.thread], salt=f"{SALT}:{of}")


def place_of(text: str, *, of: str) -> Place | None:
    """The place that a cursor means; None for one that is too old, or not of this list."""
    try:
        at, thread = signing.loads(text, salt=f"{SALT}:{of}", max_age=LASTS)
        return Place(datetime.fromisoformat(at), str(thread))
    except (signing.BadSignature, ValueError, TypeError):
        return None
