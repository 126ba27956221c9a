"""E-mail about notices: no content, no names, and only while the notice may still be seen.

The notice row knows that its mail is due. A sweep takes a lease, asks again whether the person may
see what the notice is about, sends, and clears the mark. If the process dies in between, the next
sweep finds the row when the lease is over: a mail may come twice, never not at all. Where the mail
server does not take it, the sweep tries again, at growing distances, for about three days.
"""

import logging
from datetime import datetime, timedelta
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import F, Q, QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.consent import wants_mail
from accounts.viewer import viewer_of
from forum.models import Notice
from forum.models.notice import ALWAYS_MAILED
from forum.queries.notices import notices_for

LEASE = timedelta(minutes=5)
RETRY = timedelta(minutes=10)  # after the first try; n times as long after the n-th
MOST_TRIES = 30
BATCH = 100

log = logging.getLogger(__name__)


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
            sent += _send_one(Notice.objects.select_related("recipient").get(pk=pk))
    return sent


def _due(now: datetime) -> QuerySet[Notice]:
    """Notices whose mail is due and that no sweep is sending."""
    free = Q(mail_leased_until=None) | Q(mail_leased_until__lt=now)
    return Notice.objects.filter(free, mail_due_at__lte=now).order_by("mail_due_at", "pk")


def _send_one(notice: Notice) -> bool:
    viewer = viewer_of(notice.recipient)
    may_come = notice.kind in ALWAYS_MAILED or wants_mail(notice.recipient)
    wanted = viewer.user_id is not None and notices_for(viewer).filter(pk=notice.pk).exists()
    if not wanted or not may_come or notice.read_at is not None:
        Notice.objects.filter(pk=notice.pk).update(mail_due_at=None, mail_leased_until=None)
        return False
    context = {
        "site_name": settings.SITE_NAME,
        "address": settings.SITE_URL + reverse("forum:notices"),
    }
    message = EmailMessage(
        subject=_("There is something new for you on %(site)s") % {"site": settings.SITE_NAME},
        body=render_to_string("emails/notice.txt", context),
        to=[notice.recipient.email],
        headers={"Auto-Submitted": "auto-generated"},
    )
    try:
        message.send()
    except (OSError, SMTPException):
        log.warning("mail for notice %s not sent, try %s", notice.public_id, notice.mail_tries)
        last = notice.mail_tries >= MOST_TRIES
        again = None if last else timezone.now() + RETRY * notice.mail_tries
        Notice.objects.filter(pk=notice.pk).update(mail_due_at=again, mail_leased_until=None)
        return False
    Notice.objects.filter(pk=notice.pk).update(mail_due_at=None, mail_leased_until=None)
    return True
