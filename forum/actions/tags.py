"""Topics of threads: set when asking, changed by the author; following and muting topics."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.viewer import viewer_of
from forum.actions.threads import lock_threads
from forum.errors import NotVisible, Refused, cannot_write
from forum.models import Follow, FollowKind, Tag, Thread, ThreadTag
from forum.models.tag import MOST_TAGS


def put_tags(thread: Thread, slugs: Sequence[str]) -> bool:
    """Give a thread these topics and no others; returns whether that changed anything.

    The caller holds the lock on the thread, or has just made it. Topics that are gone are left
    out, merged ones are what they are now, retired ones stay where they are; no more than three.
    """
    known = {
        tag.slug: tag for tag in Tag.objects.filter(slug__in=slugs).select_related("merged_into")
    }
    before = list(
        ThreadTag.objects.filter(thread=thread).order_by("place").values_list("tag_id", flat=True)
    )
    wanted: list[int] = []
    for slug in slugs:
        tag = known.get(slug)
        if tag is None:
            continue
        tag = tag.merged_into or tag
        if tag.pk not in wanted and (not tag.is_retired or tag.pk in before):
            wanted.append(tag.pk)
    wanted = wanted[:MOST_TAGS]
    if wanted == before:
        return False
    ThreadTag.objects.filter(thread=thread).delete()
    ThreadTag.objects.bulk_create(
        ThreadTag(thread=thread, tag_id=pk, place=place) for place, pk in enumerate(wanted, start=1)
    )
    return True


@transaction.atomic
def choose_tags(
    *, thread: Thread, author: User, slugs: Sequence[str], at: datetime | None = None
) -> bool:
    """Let an author change the topics of their own thread; returns whether that changed anything.

    Nobody is told anew. Raises ``NotVisible``, and ``Refused`` where they may not write now.
    """
    viewer = viewer_of(author, at=at or timezone.now())
    if not Thread.objects.visible_to(viewer).filter(pk=thread.pk, author=author).exists():
        raise NotVisible
    if not viewer.may_write:
        raise Refused(cannot_write(viewer))
    return put_tags(lock_threads(thread.pk)[thread.pk], slugs)


@transaction.atomic
def follow_tag(
    *, user: User, tag: Tag, kind: FollowKind | None, at: datetime | None = None
) -> None:
    """Follow or mute a topic; None for neither."""
    if kind is None:
        Follow.objects.filter(user=user, tag=tag).delete()
        return
    Follow.objects.update_or_create(
        user=user,
        tag=tag,
        defaults={"kind": kind},
        create_defaults={"kind": kind, "created_at": at or timezone.now()},
    )
