"""Mails about reports: number and key, or that there is an answer. Never what it is about.

The habit of forum/mail.py: the row knows that its mail is due, a sweep takes a lease, sends, and
clears the mark. A mail may come twice where the process dies in between, never not at all.
"""

import logging
from datetime import timedelta
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import F, Q, QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from moderation.models import ReportMail, ReportMailKind

LEASE = timedelta(minutes=5)
RETRY = timedelta(minutes=10)  # after the first try; n times as long after the n-th
MOST_TRIES = 30
BATCH = 100

log = logging.getLogger(__name__)


def send_due(*, limit: int = BATCH) -> int:
    """Send mails that are due; returns how many were sent."""
    sent = 0
    for pk in list(_due().values_list("pk", flat=True)[:limit]):
        now = timezone.now()  # anew: the mails before this one may have taken minutes
        leased = (
            _due()
            .filter(pk=pk)
            .update(mail_leased_until=now + LEASE, mail_tries=F("mail_tries") + 1)
        )
        if leased:
            sent += _send_one(ReportMail.objects.select_related("report__reporter").get(pk=pk))
    return sent


def _due() -> QuerySet[ReportMail]:
    """Rows whose mail is due and that no sweep is sending."""
    now = timezone.now()
    free = Q(mail_leased_until=None) | Q(mail_leased_until__lt=now)
    return ReportMail.objects.filter(free, mail_due_at__lte=now).order_by("mail_due_at", "pk")


def _send_one(mail: ReportMail) -> bool:
    report, row = mail.report, ReportMail.objects.filter(pk=mail.pk)
    address = report.reporter.email if report.reporter else report.contact
    if not address:
        row.update(mail_due_at=None, mail_leased_until=None)
        return False
    received = mail.kind == ReportMailKind.RECEIVED
    context = {
        "site_name": settings.SITE_NAME,
        "address": settings.SITE_URL + reverse("moderation:report_status"),
        "number": report.number,
        "key": report.key if received else "",
    }
    subject = _("Your number on %(site)s") if received else _("An answer for you on %(site)s")
    message = EmailMessage(
        subject=subject % {"site": settings.SITE_NAME},
        body=render_to_string("emails/report.txt", context),
        to=[address],
        headers={"Auto-Submitted": "auto-generated"},
    )
    try:
        message.send()
    except (OSError, SMTPException):
        log.warning("mail %s for a report not sent, try %s", mail.pk, mail.mail_tries)
        last = mail.mail_tries >= MOST_TRIES
        again = None if last else timezone.now() + RETRY * mail.mail_tries
        row.update(mail_due_at=again, mail_leased_until=None)
        return False
    row.update(mail_due_at=None, mail_leased_until=None, sent_at=timezone.now())
    return True
