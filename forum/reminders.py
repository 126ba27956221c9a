"""Reminding members of their choice about health professionals, twice a year (P2.4)."""

from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import HcpChoice, Role, User
from forum.actions.notices import notify
from forum.models import Notice, NoticeKind

EVERY = timedelta(days=182)


def remind_of_choice(*, at: datetime | None = None) -> int:
    """Remind those who last chose, or were last reminded, half a year ago; returns how many.

    Safe to run again: a reminder that was sent is one of the last half year, and the same one is
    never written twice.
    """
    at = at or timezone.now()
    lately = Notice.objects.filter(
        recipient=OuterRef("pk"), kind=NoticeKind.REMINDER, created_at__gt=at - EVERY
    )
    due = (
        User.objects.filter(role=Role.MEMBER, is_active=True)
        .annotate(chose_at=Coalesce("hcp_choice_at", "joined_at"))
        .filter(~Exists(lately), chose_at__lte=at - EVERY)
    )
    members = [user for user in due.order_by("pk") if user.age_group(at) is not None]
    for user in members:
        number = (at - user.chose_at) // EVERY
        notify(
            recipient=user,
            kind=NoticeKind.REMINDER,
            message=_reminder(user),
            link=reverse("forum:involvement"),
            same_as=f"hcp-choice:{user.chose_at:%Y-%m-%d}:{number}",
            at=at,
        )
    return len(members)


def _reminder(user: User) -> str:
    """The choice in words. Nothing urges to change it."""
    if not user.hcp_choice:
        return _(
            "You have not chosen yet, so no health professional can read your posts. "
            "If that is right for you, there is nothing to do."
        )
    choice = HcpChoice(user.hcp_choice).label
    return _(
        "This is your choice about health professionals: %(choice)s. "
        "If it is still right for you, there is nothing to do."
    ) % {"choice": choice}
