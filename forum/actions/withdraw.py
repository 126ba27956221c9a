"""Deleting one's own post."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.viewer import viewer_of
from forum.actions.state import Standing, change_state, lock_post
from forum.errors import NotVisible
from forum.models import Picture, Post, Status, Track

# A removed post stays removed, with its rule.
WITHDRAWABLE = (Status.HELD, Status.CHANGES, Status.PUBLISHED, Status.HIDDEN)


@transaction.atomic
def withdraw_post(*, post: Post, author: User, at: datetime | None = None) -> bool:
    """Delete one's own post: nobody sees it any more, not even its author.

    The opening of a thread takes the thread with it. What the team needs as evidence stays. A
    ticket goes too, unless somebody may need help: then a person still looks. Returns whether it
    did something. Raises ``NotVisible``. Silenced people may do this: it takes nothing from others.
    """
    at = at or timezone.now()
    author = User.objects.select_for_update(no_key=True).get(pk=author.pk)
    viewer = viewer_of(author, at=at)
    post = lock_post(post.pk)
    if post.author_id == author.pk and post.status == Status.WITHDRAWN:
        return False
    if not Post.objects.visible_to(viewer).filter(pk=post.pk, author=author).exists():
        raise NotVisible
    if post.status not in WITHDRAWABLE:
        raise NotVisible
    ticket = Standing.of(post).ticket
    if ticket is not None and ticket.track == Track.CONDUCT:
        ticket = None
    Picture.objects.filter(post=post, removed_at=None).update(removed_at=at)
    return change_state(post=post, to=Status.WITHDRAWN, ticket=ticket, at=at)
