"""E-mail about notices: no content, no names, and only while the notice may still be seen.

The notice row knows that its mail is due. A sweep takes a lease, asks again whether the person may
see what the notice is about, how they want to be told and whether it is quiet time, sends, and
clears the mark. If the process dies in between, the next sweep finds the row when the lease is
over: a mail may come twice, never not at all. Where the mail server does not take it, the sweep
tries again, at growing distances, for about three days. The digest is in ``forum/digest.py``.
"""

import logging
from datetime import datetime, timedelta
from smtplib import SMTPException, SMTPRecipientsRefused

from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import F, Q, QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.consent import wants_mail
from accounts.models import User
from accounts.viewer import Barrier, viewer_of
from forum.actions.devices import ask_for_push
from forum.actions.mailing import ask_for_digest, forget_refusals, note_refusal, settings_of
from forum.models import MailSettings, Notice, NoticeKind, Way
from forum.models.notice import ALWAYS_MAILED
from forum.queries.notices import notices_for, was_mailed_already
from forum.ways import is_bouncing, mail_from, stop_address, way_of

LEASE = timedelta(minutes=5)
RETRY = timedelta(minutes=10)  # after the first try; n times as long after the n-th
MOST_TRIES = 30
BATCH = 100
# Mailed whatever the hour: about danger to a life, what the desk waits for, a stolen session.
AT_ANY_HOUR = (NoticeKind.EMERGENCY, NoticeKind.DESK, NoticeKind.KEY)
# Mailed also when the notice was read: whoever stole a session reads it first.
ALSO_READ = (NoticeKind.KEY,)
# Of what is not about the account itself, this comes to suspended people too.
ALSO_SUSPENDED = (NoticeKind.DECISION, NoticeKind.REPORT)

log = logging.getLogger(__name__)


class Refused(Exception):
    """The mail server will never take mail for this address, or so it says."""


def send_due(*, limit: int = BATCH) -> int:
    """Send mails that are due; returns how many were sent."""
    sent = 0
    for pk in list(_due(timezone.now()).values_list("pk", flat=True)[:limit]):
        now = timezone.now()  # anew: the mails before this one may have taken minutes
        leased = (
            _due(now)
            .filter(pk=pk)
            .update(mail_leased_until=now + LEASE, mail_tries=F("mail_tries") + 1)
        )
        if leased:
            rows = Notice.objects.select_related("recipient", "post__thread")
            sent += _send_one(rows.get(pk=pk), now)
    return sent


def _due(now: datetime) -> QuerySet[Notice]:
    """Notices whose mail is due and that no sweep is sending."""
    free = Q(mail_leased_until=None) | Q(mail_leased_until__lt=now)
    return Notice.objects.filter(free, mail_due_at__lte=now).order_by("mail_due_at", "pk")


def _send_one(notice: Notice, now: datetime) -> bool:
    user = notice.recipient
    kind = NoticeKind(notice.kind)
    own = settings_of(user)
    if way_of(user, kind) == Way.PUSH:
        if _may_be_told(notice):
            ask_for_push(user=user, at=now)
        _settle(notice, mail_due_at=None)
        return False
    if not _is_wanted(notice, own):
        _settle(notice, mail_due_at=None)
        return False
    if way_of(user, kind) == Way.DIGEST:
        ask_for_digest(user=user, at=now)
        _settle(notice, mail_due_at=None)
        return False
    may_come = now if kind in AT_ANY_HOUR else mail_from(own, now)
    if may_come > now:
        _settle(notice, mail_due_at=may_come, mail_tries=notice.mail_tries - 1)
        return False
    try:
        deliver(
            user,
            own,
            subject=_("There is something new for you on %(site)s") % {"site": settings.SITE_NAME},
            template="emails/notice.txt",
            stop=None if kind in ALWAYS_MAILED else kind,
        )
    except (OSError, SMTPException, Refused):
        log.warning("mail for notice %s not sent, try %s", notice.public_id, notice.mail_tries)
        last = notice.mail_tries >= MOST_TRIES
        _settle(notice, mail_due_at=None if last else pause(notice.mail_tries))
        return False
    _settle(notice, mail_due_at=None, mailed_at=timezone.now())
    return True


def _may_be_told(notice: Notice) -> bool:
    """Whether a device may be told. It is asked again, and more closely, when the device is."""
    if notice.read_at is not None or notice.recipient.closed_at is not None:
        return False
    return notices_for(viewer_of(notice.recipient)).filter(pk=notice.pk).exists()


def _is_wanted(notice: Notice, own: MailSettings) -> bool:
    """Whether a mail about it may go out at all, as things stand now."""
    user = notice.recipient
    viewer = viewer_of(user)
    if user.closed_at is not None:
        return False
    is_done = notice.read_at is not None and notice.kind not in ALSO_READ
    if viewer.user_id is None or is_done or is_bouncing(user, own):
        return False
    if notice.kind not in ALWAYS_MAILED:
        suspended = viewer.barrier == Barrier.SUSPENDED and notice.kind not in ALSO_SUSPENDED
        way = way_of(user, NoticeKind(notice.kind))
        if suspended or way not in (Way.EMAIL, Way.DIGEST) or not wants_mail(user):
            return False
    if not notices_for(viewer).filter(pk=notice.pk).exists():
        return False
    return not was_mailed_already(viewer, notice)


def _settle(notice: Notice, **values: object) -> None:
    Notice.objects.filter(pk=notice.pk).update(mail_leased_until=None, **values)


def pause(tries: int) -> datetime:
    """When to try again after the n-th try."""
    return timezone.now() + RETRY * tries


def deliver(
    user: User,
    own: MailSettings,
    *,
    subject: str,
    template: str,
    stop: str | None,
    context: dict[str, object] | None = None,
) -> None:
    """Send one mail. ``stop``: the kind that its reader can end with one click (RFC 8058).

    Raises ``Refused`` where the address was refused for good, ``OSError`` or ``SMTPException`` for
    all that may be better later.
    """
    headers = {"Auto-Submitted": "auto-generated"}
    end = stop_address(own, stop) if stop else ""
    if end:
        headers |= {
            "List-Unsubscribe": f"<{end}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        }
    whole = {
        "site_name": settings.SITE_NAME,
        "address": settings.SITE_URL + reverse("forum:notices"),
        "choices": settings.SITE_URL + reverse("forum:notice_choices"),
        "stop": end,
        **(context or {}),
    }
    message = EmailMessage(
        subject=subject,
        body=render_to_string(template, whole),
        to=[user.email],
        headers=headers,
    )
    try:
        message.send()
    except SMTPRecipientsRefused as problem:
        if all(500 <= code < 600 for code, _words in problem.recipients.values()):
            note_refusal(user=user, address=user.email)
            raise Refused from None
        raise
    if own.refusals:
        forget_refusals(user=user)
