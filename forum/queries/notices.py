"""Notices as their person may see them now.

A row stands for one post (or one reaction), and rows are put together when they are read: so the
count, the moment and the order of what is shown come only from what may be seen.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from accounts.models import Role
from accounts.prepared import SOMEBODY, SOMETIME, Prepared
from accounts.viewer import Viewer
from forum.access_log import with_openings
from forum.models import (
    Follow,
    FollowKind,
    Mention,
    Notice,
    NoticeChoice,
    NoticeKind,
    Post,
    ReactionKind,
    Status,
    Way,
)
from forum.models.notice import ABOUT_NEW_THREADS, ABOUT_OTHERS, CAN_BE_HIDDEN
from forum.queries.tags import threads_with_muted_tags
from forum.visibility import reaction_visible
from forum.ways import NEVER_OFF

LIST_SIZE = 50
MOST_ROWS = 500  # of which the list is put together
MOST_UNREAD = 200  # of which the badge counts

FIELDS = (
    "pk",
    "kind",
    "post_id",
    "post__thread_id",
    "post__thread__board_id",
    "read_at",
    "reaction__kind",
)


@dataclass(frozen=True, slots=True)
class Told:
    """One row of the list. ``first``: its oldest notice; ``count``: how many; ``at``: the newest.

    ``mood``: the reaction, where all in the row are the same.
    """

    first: Notice
    count: int
    at: datetime
    mood: str = ""


def notices_for(viewer: Viewer, *, at: datetime | None = None) -> QuerySet[Notice]:
    """A person's notices that are out.

    Those about others only while the post (and the reaction) may be seen, its thread is not muted,
    and the kind is not off. About guides: for current professionals, where that is not off.
    """
    own = Notice.objects.filter(recipient_id=viewer.user_id, shown_from__lte=at or timezone.now())
    rest = ~Q(kind__in=CAN_BE_HIDDEN)
    if viewer.may_review and viewer.role == Role.HCP:
        rest |= Q(~Exists(_switched_off(viewer)), kind=NoticeKind.GUIDE)
    return own.filter(rest | _told_of_others(viewer))


def _switched_off(viewer: Viewer) -> QuerySet[NoticeChoice]:
    off = NoticeChoice.objects.filter(
        user_id=viewer.user_id or 0, kind=OuterRef("kind"), way=Way.OFF
    )
    return off.exclude(kind__in=NEVER_OFF)


def _told_of_others(viewer: Viewer) -> Q:
    visible = Post.objects.visible_to(viewer).filter(status=Status.PUBLISHED)
    muted = Follow.objects.filter(
        user_id=viewer.user_id or 0, kind=FollowKind.MUTE, thread=OuterRef("post__thread")
    )
    muted_tag = threads_with_muted_tags(viewer).filter(thread=OuterRef("post__thread"))
    named = Mention.objects.filter(person_id=viewer.user_id or 0, post=OuterRef("post"))
    reacted = Q(reaction__isnull=False) & reaction_visible(viewer, "reaction__")
    new_threads_told = ~Q(kind__in=ABOUT_NEW_THREADS) | ~Exists(muted_tag)
    return (
        Q(post__in=visible)
        & new_threads_told
        & (~Q(kind=NoticeKind.REACTION) | reacted)
        & (~Q(kind=NoticeKind.MENTION) | Q(Exists(named)))
        & ~Exists(muted)
        & ~Exists(_switched_off(viewer))
    )


def group_of(row: dict[str, Any]) -> tuple[object, ...]:
    """What makes notices one row: the same kind, about one thread, post or board, until read."""
    kind = row["kind"]
    if kind == NoticeKind.REACTION:
        return kind, row["post_id"], row["read_at"]
    if kind == NoticeKind.BOARD:
        return kind, row["post__thread__board_id"], row["read_at"]
    if kind in ABOUT_OTHERS:
        return kind, row["post__thread_id"], row["read_at"]
    return kind, "row", row["pk"]


def list_of(viewer: Viewer) -> list[Told]:
    """The newest rows for the page, put together. Two queries, however many there are."""
    newest = notices_for(viewer).order_by("-created_at", "-pk")
    groups: dict[tuple[object, ...], list[dict[str, Any]]] = {}
    for row in newest.values(*FIELDS, "created_at")[:MOST_ROWS]:
        groups.setdefault(group_of(row), []).append(row)
    shown = list(groups.values())[:LIST_SIZE]
    rows = (
        with_openings(viewer, notices_for(viewer), "post__thread")
        .filter(pk__in=[group[-1]["pk"] for group in shown])
        .select_related("post__thread__author", "post__thread__board", "post__author", "reaction")
    )
    first = {notice.pk: notice for notice in rows}
    return [
        Told(first[group[-1]["pk"]], len(group), group[0]["created_at"], _mood(group))
        for group in shown
        if group[-1]["pk"] in first
    ]


def _mood(group: list[dict[str, Any]]) -> str:
    kinds = {row["reaction__kind"] for row in group}
    kind = kinds.pop()
    return "" if kinds or kind is None else str(ReactionKind(kind).label)


def unread_count(viewer: Viewer) -> int:
    """How many rows of the list the person has not opened yet; 0 for guests.

    Stands on every page, so the door is asked only where a notice is about others.
    """
    if viewer.user_id is None:
        return 0
    now = timezone.now()
    rows = _UNREAD.rows(None, person=viewer.user_id, at=now)
    if any(row["kind"] in CAN_BE_HIDDEN for row in rows):
        rows = _UNREAD_TO_BE_SEEN.rows(viewer.shape, person=viewer.user_id, at=now)
    return len({group_of(row) for row in rows})


def _bounded(unread: QuerySet[Notice]) -> QuerySet:
    return unread.order_by("-created_at", "-pk").values(*FIELDS)[:MOST_UNREAD]


_UNREAD: Prepared[None] = Prepared(
    lambda _: _bounded(
        Notice.objects.filter(recipient_id=SOMEBODY, read_at=None, shown_from__lte=SOMETIME)
    )
)
_UNREAD_TO_BE_SEEN: Prepared[Viewer] = Prepared(
    lambda viewer: _bounded(notices_for(viewer, at=SOMETIME).filter(read_at=None))
)


def was_mailed_already(viewer: Viewer, notice: Notice) -> bool:
    """Whether a mail came about something of the same row that is still unread, and to be seen."""
    if notice.kind not in ABOUT_OTHERS or notice.post is None:
        return False
    unread = notices_for(viewer).filter(kind=notice.kind, read_at=None, mailed_at__isnull=False)
    if notice.kind == NoticeKind.REACTION:
        same = unread.filter(post=notice.post)
    elif notice.kind == NoticeKind.BOARD:
        same = unread.filter(post__thread__board=notice.post.thread.board_id)
    else:
        same = unread.filter(post__thread=notice.post.thread_id)
    return same.exclude(pk=notice.pk).exists()


def news_for_digest(
    viewer: Viewer, kinds: Iterable[NoticeKind], *, since: datetime | None, until: datetime
) -> dict[NoticeKind, int]:
    """How many unread rows of these kinds came since the last digest, by kind. Bounded."""
    unread = notices_for(viewer, at=until).filter(
        read_at=None, kind__in=list(kinds), mailed_at__isnull=True
    )
    if since is not None:
        unread = unread.filter(shown_from__gt=since)
    found = unread.order_by("-created_at", "-pk").values(*FIELDS)[:MOST_ROWS]
    counts: dict[NoticeKind, int] = {}
    for group in {group_of(row) for row in found}:
        kind = NoticeKind(str(group[0]))
        counts[kind] = counts.get(kind, 0) + 1
    return dict(sorted(counts.items()))
