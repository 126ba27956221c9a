"""Notices as their person may see them now."""

from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.viewer import Viewer
from forum.models import Notice, Post, Status
from forum.models.notice import ABOUT_OTHERS

LIST_SIZE = 50


def notices_for(viewer: Viewer, *, at: datetime | None = None) -> QuerySet[Notice]:
    """A person's notices that are out. Those about a post of others only while it may be seen."""
    visible = Post.objects.visible_to(viewer).filter(status=Status.PUBLISHED)
    own = Notice.objects.filter(recipient_id=viewer.user_id, shown_from__lte=at or timezone.now())
    return own.filter(~Q(kind__in=ABOUT_OTHERS) | Q(post__in=visible))


def unread_count(viewer: Viewer) -> int:
    """How many notices the person has not opened yet; 0 for guests.

    Stands on every page, so the door is asked only where a notice is about somebody's post.
    """
    if viewer.user_id is None:
        return 0
    unread = Notice.objects.filter(
        recipient_id=viewer.user_id, read_at=None, shown_from__lte=timezone.now()
    )
    rows = list(unread.values_list("kind", "post_id"))
    others = [post_id for kind, post_id in rows if kind in ABOUT_OTHERS]
    if not others:
        return len(rows)
    visible = set(
        Post.objects.visible_to(viewer)
        .filter(status=Status.PUBLISHED, pk__in=others)
        .values_list("pk", flat=True)
    )
    return len(rows) - sum(post_id not in visible for post_id in others)
