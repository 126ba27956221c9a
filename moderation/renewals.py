"""Reminding health professionals in time: before their year ends, and when the code has changed.

Worked out from the profiles; a notice that was written is never written twice. So it is safe to
run again, and after days without.
"""

from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import Document, DocumentKind, HcpProfile, Role, User
from forum.actions.notices import notify
from forum.models import NoticeKind

# How long before the end of the year, the nearest first: one notice each.
BEFORE = (timedelta(days=7), timedelta(days=30))


def remind_professionals(*, at: datetime | None = None) -> int:
    """Write the notices that are due; returns for how many professionals there is one."""
    at = at or timezone.now()
    return remind_of_end(at=at) + remind_of_code(at=at)


def remind_of_end(*, at: datetime) -> int:
    """30 and 7 days before the year ends, and once when it is over."""
    due = _working(at).filter(expires_at__lte=at + max(BEFORE))
    for profile in due:
        end = profile.expires_at
        if end is None:
            continue
        day = date_format(timezone.localtime(end), "DATE_FORMAT")
        if end <= at:
            step, words = "over", _("Your year here ended on %(day)s. You can renew it any time.")
        else:
            near = next(before for before in BEFORE if end <= at + before)
            step = str(near.days)
            words = _("Your year here ends on %(day)s. Please renew it before that day.")
        _tell(profile.user, words % {"day": day}, f"hcp-end:{end:%Y-%m-%d}:{step}", at)
    return len(due)


def remind_of_code(*, at: datetime) -> int:
    """Once for each version that must be signed anew."""
    code = Document.objects.current(DocumentKind.HCP_CODE)
    if code is None:
        return 0
    in_force = Document.objects.versions_in_force(DocumentKind.HCP_CODE)
    due = _working(at).filter(expires_at__gt=at).exclude(code_version__in=in_force)
    for profile in due:
        words = _("The code has changed. Please read what is new and sign it, then you can go on.")
        _tell(profile.user, words, f"hcp-code:{code.version}", at)
    return len(due)


def _working(at: datetime) -> QuerySet[HcpProfile]:
    """Checked, neither on hold nor at an end. Whose year ended long ago hears nothing more."""
    return HcpProfile.objects.filter(
        user__role=Role.HCP,
        user__is_active=True,
        verified_at__isnull=False,
        revoked_at=None,
        suspended_at=None,
        expires_at__gt=at - timedelta(days=90),
    ).select_related("user")


def _tell(user: User, message: str, same_as: str, at: datetime) -> None:
    notify(
        recipient=user,
        kind=NoticeKind.HCP,
        message=message,
        link=reverse("accounts:application"),
        same_as=same_as,
        at=at,
    )
