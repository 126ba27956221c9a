"""The rules of screening in force: the newest published version, less what the breaker throttles.

Fails closed: without a version, or with one that does not compile, the rules that came with the
software are in force. Other processes know of a new version at their next text.
"""

import logging
from collections.abc import Collection
from functools import lru_cache

from forum.models import Ruleset, RuleTrip
from forum.screening import (
    RULEBOOK,
    Finding,
    Rulebook,
    RuleError,
    compile_complete,
    hash_of,
    screen,
)
from forum.states import Severity

logger = logging.getLogger(__name__)


def rules_in_force() -> Rulebook:
    """The rules for the next text. Two short queries; a third where the version is new here."""
    newest = Ruleset.objects.published().values_list("pk", "content_hash").first()
    book = _compiled(*newest) if newest else RULEBOOK
    tripped = set(RuleTrip.objects.filter(reset_at=None).values_list("rule", flat=True))
    return book.throttled(throttled_of(book, tripped)) if tripped else book


def findings_in(*, title: str, text: str) -> list[Finding]:
    """What screening finds in a text as it will be stored; spans count from title + newline."""
    return screen(f"{title}\n{text}" if title else text, rules_in_force())


def throttled_of(book: Rulebook, tripped: Collection[str]) -> set[str]:
    """Which of the tripped rules only inform now: all but those about danger now (S0).

    A wave of S0 findings may be real, and the one thing that must not reach others unread.
    """
    return {r.id for r in book.rules if r.id in tripped and r.severity != Severity.S0}


@lru_cache(maxsize=8)
def _compiled(pk: int, content_hash: str) -> Rulebook:
    """The compiled version; kept under what it says, so that nothing old is ever used."""
    tables = Ruleset.objects.values_list("tables", flat=True).filter(pk=pk).first() or {}
    try:
        if hash_of(tables) != content_hash:
            raise RuleError("they are not what was published")
        return compile_complete(tables)
    except RuleError as error:
        logger.error(
            "Rules %s do not compile, those of the software are used: %s", content_hash, error
        )
        return RULEBOOK
