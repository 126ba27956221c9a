"""Small things of the whole site that every page asks for, kept in this process for some seconds.

A change counts at once in the process that made it, and within ``seconds`` in all others. Where the
database does not answer, what was known last stays; where nothing was known, ``in_doubt`` says what
is safe. So no page waits twice for a database that is down.
"""

import logging
import time
from collections.abc import Callable
from typing import Generic, TypeVar

from django.db import transaction

log = logging.getLogger(__name__)
Value = TypeVar("Value")

# All of them, so that tests can start with an empty site.
EVERYTHING: list["Kept"] = []


class Kept(Generic[Value]):
    """One value that ``read`` gets from the database.

    ``empty``: what a site has on which nobody has set anything. ``in_doubt``: what counts while the
    database has never answered.
    """

    def __init__(
        self,
        read: Callable[[], Value],
        *,
        empty: Value,
        in_doubt: Value,
        seconds: float,
    ) -> None:
        self.read, self.empty, self.in_doubt, self.seconds = read, empty, in_doubt, seconds
        self._known: Value | None = None
        self._good_until = 0.0
        EVERYTHING.append(self)

    def get(self) -> Value:
        """The value. Never raises: no page, and no help, fails because of it."""
        if time.monotonic() >= self._good_until:
            try:
                self._known = self.read()
            except Exception:
                log.exception("the database does not tell what is set for the site")
            self._good_until = time.monotonic() + self.seconds
        return self.in_doubt if self._known is None else self._known

    def hold(self, value: Value, *, seconds: float) -> None:
        """Go by this value for so many seconds, without asking."""
        self._known, self._good_until = value, time.monotonic() + seconds

    def forget(self) -> None:
        """Ask again: now, and once more when what is being written is there for all to see."""
        self._ask_again()
        transaction.on_commit(self._ask_again)

    def _ask_again(self) -> None:
        self._good_until = 0.0
