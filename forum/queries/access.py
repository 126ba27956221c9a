"""Who among health professionals saw what: for the member, and for the professional."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.viewer import Viewer
from forum.models import HcpAccess, Post, Surface

DAYS = 7  # days with entries on a page


@dataclass(frozen=True, slots=True)
class Seen:
    """One post that one professional was shown on one day. ``ways``: the surfaces in words.

    ``post`` is None where its author may not open it any more.
    """

    public_id: str
    post: Post | None
    ways: list[str]
    reasons: list[str]
    first_at: datetime


@dataclass(frozen=True, slots=True)
class SeenBy:
    """What one professional was shown on one day."""

    hcp: User
    profession: str
    posts: list[Seen]


@dataclass(frozen=True, slots=True)
class SeenDay:
    """One day of *Who has seen my posts*."""

    day: date
    people: list[SeenBy]


def accesses_of(viewer: Viewer) -> QuerySet[HcpAccess]:
    """What the viewer's own posts were shown for; nothing for guests."""
    return HcpAccess.objects.filter(author_id=viewer.user_id or 0)


def who_has_seen(viewer: Viewer, *, before: date | None = None) -> tuple[list[SeenDay], bool]:
    """The newest days (before ``before``) on which somebody saw the viewer's posts; and if more."""
    rows = accesses_of(viewer)
    days, has_older = _days(rows, before)
    found = list(
        rows.filter(day__in=days)
        .select_related("hcp__hcp_profile")
        .order_by("-day", "hcp__pseudonym", "first_at", "pk")
    )
    own = Post.objects.visible_to(viewer).select_related("thread__board")
    posts = own.in_bulk({row.post_id for row in found})
    by_day: defaultdict[date, defaultdict[User, list[HcpAccess]]]
    by_day = defaultdict(lambda: defaultdict(list))
    for row in found:
        by_day[row.day][row.hcp].append(row)
    return [
        SeenDay(
            day,
            [SeenBy(hcp, _profession(hcp), _by_post(each, posts)) for hcp, each in people.items()],
        )
        for day, people in by_day.items()
    ], has_older


def _by_post(rows: list[HcpAccess], posts: dict[int, Post]) -> list[Seen]:
    grouped: defaultdict[int, list[HcpAccess]] = defaultdict(list)
    for row in rows:
        grouped[row.post_id].append(row)
    return [
        Seen(
            public_id=each[0].public_id,
            post=posts.get(post_id),
            ways=[str(Surface(row.surface).label) for row in each],
            reasons=[row.reason for row in each if row.reason],
            first_at=each[0].first_at,
        )
        for post_id, each in grouped.items()
    ]


def _profession(hcp: User) -> str:
    profile = getattr(hcp, "hcp_profile", None)
    return profile.profession if profile else ""


def about_words(viewer: Viewer, public_id: str) -> str:
    """A first line for a report about one entry of the viewer's own list; empty for others'."""
    row = (
        accesses_of(viewer)
        .filter(public_id=public_id)
        .select_related("hcp__hcp_profile", "post__thread")
        .first()
    )
    if row is None:
        return ""
    visible = Post.objects.visible_to(viewer).filter(pk=row.post_id).exists()
    facts = {
        "name": row.hcp.pseudonym,
        "profession": _profession(row.hcp),
        "title": row.post.thread.title if visible else "…",
        "day": date_format(row.day, "j M Y"),
        "way": Surface(row.surface).label,
        "number": row.public_id,
    }
    words = _("About: %(name)s (%(profession)s), %(day)s, my post in “%(title)s”. %(way)s.")
    return words % facts + " " + _("Entry %(number)s.") % facts


def professional_of(viewer: Viewer, public_id: str) -> User | None:
    """The professional of one entry of the viewer's own list; None for others'."""
    row = accesses_of(viewer).filter(public_id=public_id).select_related("hcp").first()
    return row.hcp if row else None


@dataclass(frozen=True, slots=True)
class OpenedDay:
    """One day of a professional's own list."""

    day: date
    rows: list[HcpAccess]


def what_i_opened(viewer: Viewer, *, before: date | None = None) -> tuple[list[OpenedDay], bool]:
    """What this professional was shown, by day, with post, thread and board; and if more.

    Only what they may still see: what was taken back leaves no trace here either.
    """
    visible = Post.objects.visible_to(viewer).values("pk")
    rows = HcpAccess.objects.filter(hcp_id=viewer.user_id or 0, post__in=visible)
    days, has_older = _days(rows, before)
    found = (
        rows.filter(day__in=days)
        .select_related("post__thread__board")
        .order_by("-day", "first_at", "pk")
    )
    by_day: defaultdict[date, list[HcpAccess]] = defaultdict(list)
    for row in found:
        by_day[row.day].append(row)
    return [OpenedDay(day, each) for day, each in by_day.items()], has_older


def _days(rows: QuerySet[HcpAccess], before: date | None) -> tuple[list[date], bool]:
    """The newest days that have rows, before a day; and whether there are older ones."""
    if before is not None:
        rows = rows.filter(day__lt=before)
    days: Iterable[date] = rows.values_list("day", flat=True).distinct().order_by("-day")
    newest = list(days[: DAYS + 1])  # type: ignore[index]
    return newest[:DAYS], len(newest) > DAYS


def day_from(text: str) -> date | None:
    """A day such as 2026-03-29 from a query string; None for anything else."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
