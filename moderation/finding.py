"""Finding a post that waits, or an own decision: only within what a reviewer may handle."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q, QuerySet

from accounts.viewer import Viewer
from forum.models import Post
from moderation.models import Decision
from moderation.queue import tickets_for

MOST_FOUND = 25
SHORTEST, LONGEST = 3, 60


@dataclass(frozen=True, slots=True)
class Sought:
    """What somebody looks for. ``words``: a number, or words of the post. Days are full days."""

    words: str = ""
    board: str = ""
    first: date | None = None
    last: date | None = None


def tickets_found(viewer: Viewer, sought: Sought, *, at: datetime) -> list[Post]:
    """Waiting posts that fit, most urgent first, at most 25."""
    rows = _fitting(tickets_for(viewer, at=at), sought, post="", day="created_at")
    return list(rows.select_related("thread__board", "author")[:MOST_FOUND])


def decisions_found(viewer: Viewer, sought: Sought) -> list[Decision]:
    """Own decisions that fit, newest first, at most 25; on posts that one could still review."""
    own = Decision.objects.filter(
        moderator_id=viewer.user_id, post__in=Post.objects.handleable_by(viewer)
    )
    rows = _fitting(own, sought, post="post__", day="decided_at", number="public_id")
    rows = rows.select_related("clause", "post__thread__board", "post__author")
    return list(rows.order_by("-decided_at", "-pk")[:MOST_FOUND])


def _fitting(rows: QuerySet, sought: Sought, *, post: str, day: str, number: str = "") -> QuerySet:
    """The rows that fit. ``post``: the path from a row to its post."""
    if sought.words:
        fits = Q(**{f"{post}public_id": sought.words}) | Q(
            **{f"{post}text__icontains": sought.words}
        )
        if number:
            fits |= Q(**{number: sought.words})
        rows = rows.filter(fits)
    if sought.board:
        rows = rows.filter(**{f"{post}thread__board__slug": sought.board})
    if sought.first:
        rows = rows.filter(**{f"{day}__date__gte": sought.first})
    if sought.last:
        rows = rows.filter(**{f"{day}__date__lte": sought.last})
    return rows
