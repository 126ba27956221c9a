"""Offering to welcome new members, and stopping."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Role, User
from accounts.viewer import viewer_of
from forum.actions.submit import clean_posts_of
from forum.errors import NotVisible, Refused, cannot_write
from forum.models import Welcomer
from forum.policy import CLEAN_POSTS_UNDER_18

TOO_SOON = _("Thank you. Please write a few more posts first: ten that were fine.")


@transaction.atomic
def offer_to_welcome(*, user: User, at: datetime | None = None) -> bool:
    """A member offers it; an admin answers. Whether it is news.

    Raises ``NotVisible`` for others than members, and ``Refused`` where they may not write now or
    have not written ten posts that were fine.
    """
    at = at or timezone.now()
    user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    viewer = viewer_of(user, at=at)
    if not viewer.may_read or user.role != Role.MEMBER:
        raise NotVisible
    if not viewer.may_write:
        raise Refused(cannot_write(viewer))
    if clean_posts_of(user) < CLEAN_POSTS_UNDER_18:
        raise Refused(TOO_SOON)
    return Welcomer.objects.get_or_create(user=user, defaults={"asked_at": at})[1]


@transaction.atomic
def stop_welcoming(*, user: User) -> bool:
    """Take the offer back, or stop; nobody asks why. Whether there was one."""
    rows = Welcomer.objects.filter(user=user)
    # A "no" stays, so that asking again does not ask the same people again.
    return bool(rows.exclude(agreed=False, answered_at__isnull=False).delete()[0])
