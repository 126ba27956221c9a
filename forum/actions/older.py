"""Taking back one's own older posts, all at once (P1.7)."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from accounts.models import User
from forum.actions.audience import narrow
from forum.actions.state import ALLOWED, change_state, lock_post
from forum.models import Audience, Post, Status


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """How many posts were withdrawn, and how many stay because somebody is looking at them."""

    gone: int
    waiting: int


def narrow_older(*, author: User, before: datetime) -> int:
    """Make an author's posts from before a moment peers-only; returns how many texts changed."""
    own = Post.objects.filter(author=author, audience=Audience.COMMUNITY, created_at__lt=before)
    return narrow(own.values_list("pk", flat=True))


@transaction.atomic
def withdraw_older(*, author: User, before: datetime, at: datetime | None = None) -> Withdrawn:
    """Withdraw an author's posts from before a moment, and the threads they opened.

    A post that waits for a human look stays until somebody has looked: its author may need help,
    or somebody else may. A removed one keeps its tombstone, which has no words.
    """
    User.objects.select_for_update(no_key=True).get(pk=author.pk)
    may_go = [status for status, targets in ALLOWED.items() if Status.WITHDRAWN in targets]
    own = Post.objects.filter(author=author, created_at__lt=before, status__in=may_go)
    gone = waiting = 0
    # Threads in one order, as everywhere: two people who do this at once never wait in a circle.
    for pk in list(own.order_by("thread_id", "pk").values_list("pk", flat=True)):
        post = lock_post(pk)
        if post.has_ticket:
            waiting += 1
        elif Status.WITHDRAWN in ALLOWED[Status(post.status)]:
            gone += change_state(post=post, to=Status.WITHDRAWN, ticket=None, at=at)
    return Withdrawn(gone, waiting)
