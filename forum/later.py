"""Small writes that may wait until the answer is on its way, such as how far somebody has read."""

import logging
from collections.abc import Callable

from django.db import Error
from django.http import HttpResponse

log = logging.getLogger(__name__)


def after(response: HttpResponse, write: Callable[[], None]) -> None:
    """Call ``write`` when the server has sent the answer. Losing it may lose nothing of weight."""

    def safely() -> None:
        try:
            write()
        except Error:
            log.warning("a write after an answer failed", exc_info=True)

    # What Django itself uses for files that an answer sends: closed last, after the last byte.
    response._resource_closers.append(safely)  # type: ignore[attr-defined]
