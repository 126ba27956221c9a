"""What somebody typed into the search box, taken apart. Pure: text in, ``Query`` out.

Words, ``"phrases"``, ``-without``, and ``board: tag: by: before: after: has:answer has:poll
is:unanswered in:title``. What cannot be understood is named in ``problems`` and left out; nothing
raises.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

LONGEST = 200  # characters of a query that are read
MOST_TERMS = 12

_TOKEN = re.compile(
    r'(?P<minus>-)?(?:(?P<field>[a-z]{2,10}):)?(?:"(?P<phrase>[^"]*)"|(?P<word>\S+))'
)
_WORDS = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")


@dataclass(frozen=True, slots=True)
class Term:
    """A word, or a phrase of several words in their order. ``without``: must not be there."""

    text: str
    is_phrase: bool = False
    without: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """A search as it was understood."""

    terms: tuple[Term, ...] = ()
    board: str = ""
    tag: str = ""
    by: str = ""
    before: date | None = None
    after: date | None = None
    has_answer: bool = False
    has_poll: bool = False
    unanswered: bool = False
    title_only: bool = False
    problems: tuple[Promise | str, ...] = ()

    @property
    def wanted(self) -> tuple[Term, ...]:
        """What must be there."""
        return tuple(term for term in self.terms if not term.without)

    @property
    def is_empty(self) -> bool:
        """Whether it asks for nothing at all."""
        return not (self.wanted or self._filters)

    @property
    def _filters(self) -> bool:
        asked = (self.board, self.tag, self.by, self.before, self.after)
        return any(asked) or self.has_answer or self.has_poll or self.unanswered


def parse(text: str) -> Query:
    """Take a query apart."""
    query = Query()
    for match in _TOKEN.finditer(text[:LONGEST].replace("\x00", " ")):
        value = match["phrase"] if match["phrase"] is not None else match["word"]
        field = match["field"]
        if field in _FIELDS and not match["minus"]:
            query = _FIELDS[field](query, value.strip("\"'").strip())
            continue
        if field:
            value = f"{field} {value}"
        quoted, without = match["phrase"] is not None, bool(match["minus"])
        query = _with_words(query, value, quoted=quoted, without=without)
    return query


def _with_words(query: Query, value: str, *, quoted: bool, without: bool) -> Query:
    words = _WORDS.findall(value.lower())
    if not words:
        return query
    # "t1-diabetes" is two words that stand side by side, as in a phrase.
    term = Term(" ".join(words), is_phrase=quoted or len(words) > 1, without=without)
    if len(query.terms) >= MOST_TERMS or term in query.terms:
        return query
    return replace(query, terms=(*query.terms, term))


def _before(query: Query, value: str) -> Query:
    day = _day(value)
    return replace(query, before=day) if day else _no_day(query)


def _after(query: Query, value: str) -> Query:
    day = _day(value)
    return replace(query, after=day) if day else _no_day(query)


def _day(value: str) -> date | None:
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def _no_day(query: Query) -> Query:
    return replace(query, problems=(*query.problems, _("Write days like 2026-03-31.")))


def _has(query: Query, value: str) -> Query:
    if value.lower() == "answer":
        return replace(query, has_answer=True)
    if value.lower() == "poll":
        return replace(query, has_poll=True)
    return replace(
        query, problems=(*query.problems, _("After has: only “answer” and “poll” work."))
    )


def _is(query: Query, value: str) -> Query:
    if value.lower() == "unanswered":
        return replace(query, unanswered=True)
    return replace(query, problems=(*query.problems, _("After is: only “unanswered” works.")))


def _in(query: Query, value: str) -> Query:
    if value.lower() == "title":
        return replace(query, title_only=True)
    return replace(query, problems=(*query.problems, _("After in: only “title” works.")))


_FIELDS: dict[str, Callable[[Query, str], Query]] = {
    "board": lambda query, value: replace(query, board=value.lower()),
    "tag": lambda query, value: replace(query, tag=value.lower()),
    "by": lambda query, value: replace(query, by=value.lstrip("@").lower()),
    "before": _before,
    "after": _after,
    "has": _has,
    "is": _is,
    "in": _in,
}
