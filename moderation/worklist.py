"""The list of the queue: filters, pages without OFFSET, counts of what the reviewer may handle."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Self
from urllib.parse import urlencode

from django.db.models import Count, Q, QuerySet
from django.utils.functional import Promise

from accounts.viewer import Viewer
from forum.models import Audience, Board, Post
from forum.states import Severity, Track
from moderation.queue import free_tickets_for, tickets_for

PAGE_SIZE = 25
# Of more than so many it does not matter how many there are, and counting them would take long.
MANY = 100
FIELDS = {
    "severity": "review_severity",
    "board": "thread__board__slug",
    "track": "review_track",
    "audience": "audience",
}
CHOICES: dict[str, dict[str, Promise | str]] = {
    "severity": {str(value): words for value, words in Severity.choices},
    "track": dict(Track.choices),
    "audience": dict(Audience.choices),
}
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Filters:
    """What part of the list is wanted. Empty: all of it."""

    severity: str = ""
    board: str = ""
    track: str = ""
    audience: str = ""

    @classmethod
    def read(cls, given: Mapping[str, str]) -> Self:
        """From the words of an address, a form or a row; what is unknown is left out."""
        kept = {name: str(given.get(name, "")) for name in FIELDS}
        for name, choices in CHOICES.items():
            if kept[name] not in choices:
                kept[name] = ""
        kept["board"] = kept["board"][:40]
        return cls(**kept)

    def chosen(self) -> dict[str, str]:
        """The filters that are set."""
        return {name: getattr(self, name) for name in FIELDS if getattr(self, name)}

    def apply(self, tickets: QuerySet[Post]) -> QuerySet[Post]:
        """The tickets that are wanted."""
        return tickets.filter(**{FIELDS[name]: value for name, value in self.chosen().items()})

    def address(self, **more: str) -> str:
        """The end of an address with these filters; empty without any."""
        words = urlencode({**self.chosen(), **more})
        return f"?{words}" if words else ""


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of a filter and how many tickets it has."""

    value: str
    label: Promise | str
    count: int


@dataclass(frozen=True, slots=True)
class WorkPage:
    """A page of the list. ``total``: all that this person may handle; ``wanted``: after filters."""

    rows: list[Post]
    next_after: str
    total: int
    wanted: int
    overdue: int
    options: dict[str, list[Option]]


def work_page(viewer: Viewer, filters: Filters, *, after: str = "", at: datetime) -> WorkPage:
    """One page of the reviewer's list. ``after``: the mark of the row above its first one."""
    tickets = tickets_for(viewer, at=at)
    wanted = filters.apply(tickets)
    rows = list(
        _behind(wanted, after)
        .select_related("thread__board", "claim__moderator")
        .defer("text", "html")[: PAGE_SIZE + 1]
    )
    groups = _groups(tickets, at)
    has_more = len(rows) > PAGE_SIZE
    return WorkPage(
        rows=rows[:PAGE_SIZE],
        next_after=mark_of(rows[PAGE_SIZE - 1]) if has_more else "",
        total=sum(group["number"] for group in groups),
        wanted=sum(group["number"] for group in groups if _fits(group, filters)),
        overdue=sum(group["late"] for group in groups),
        options={name: _options(name, groups) for name in FIELDS},
    )


def _groups(tickets: QuerySet[Post], at: datetime) -> list[dict]:
    """How many tickets there are of each kind, with the board's slug and title.

    Grouped by the board's number and named afterwards: sorting 10,000 titles takes longer.
    """
    by = [name for name in FIELDS.values() if name != FIELDS["board"]]
    found = (
        tickets.order_by()
        .values(*by, "thread__board_id")
        .annotate(number=Count("pk"), late=Count("pk", filter=Q(review_due_at__lt=at)))
    )
    boards = {
        pk: (slug, title) for pk, slug, title in Board.objects.values_list("pk", "slug", "title")
    }
    groups = []
    for group in found:
        slug, title = boards[group["thread__board_id"]]
        groups.append({**group, FIELDS["board"]: slug, "title": title})
    return groups


def waiting(viewer: Viewer, filters: Filters, *, at: datetime) -> int:
    """How many tickets of this part nobody else is looking at; counts to ``MANY``."""
    free = filters.apply(free_tickets_for(viewer, at=at))
    return len(free.order_by().values_list("pk")[:MANY])


def next_ticket(
    viewer: Viewer, filters: Filters, *, after: Post | None = None, at: datetime
) -> Post | None:
    """The most urgent free ticket of this part; with ``after`` the one behind that one.

    Whoever has gone through all of them starts again from the top.
    """
    free = filters.apply(free_tickets_for(viewer, at=at))
    if after is None:
        return free.first()
    behind = _behind(free, mark_of(after)).first()
    return behind or free.exclude(pk=after.pk).first()


def mark_of(post: Post) -> str:
    """Where a ticket stands in the list: severity, due moment, public id. No row number."""
    due = (post.review_due_at or EPOCH) - EPOCH
    return f"{post.review_severity}.{due // MICROSECOND}.{post.public_id}"


def _behind(tickets: QuerySet[Post], after: str) -> QuerySet[Post]:
    """Tickets that come later than a mark; all of them where it is none."""
    severity, _, rest = after.partition(".")
    due, _, public_id = rest.partition(".")
    if not (severity in CHOICES["severity"] and due.isdecimal() and len(due) <= len("9" * 17)):
        return tickets
    moment = EPOCH + int(due) * MICROSECOND
    same = Q(review_severity=severity)
    later = Q(review_due_at__gt=moment) | Q(review_due_at=moment, public_id__gt=public_id)
    # The first condition is implied by the second, and is what the index can start from.
    return tickets.filter(review_severity__gte=severity).filter(
        Q(review_severity__gt=severity) | (same & later)
    )


def _fits(group: dict, filters: Filters) -> bool:
    return all(str(group[FIELDS[name]]) == value for name, value in filters.chosen().items())


def _options(name: str, groups: list[dict]) -> list[Option]:
    """The choices of one filter that have tickets, in a fixed order."""
    counts: Counter[str] = Counter()
    titles = {}
    for group in groups:
        value = str(group[FIELDS[name]])
        counts[value] += group["number"]
        titles[value] = group["title"]
    if name == "board":
        labels: dict[str, Promise | str] = dict(sorted(titles.items(), key=lambda pair: pair[1]))
    else:
        labels = CHOICES[name]
    return [Option(value, label, counts[value]) for value, label in labels.items() if counts[value]]
