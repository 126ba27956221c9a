"""Telling the contact outside where no admin without a conflict is left for a report or case.

Swept every minute: it asks anew who is free, so that it also sees when an admin leaves. The mail
carries the severity and nothing else. Without ``OUTSIDE_CONTACT_EMAIL`` it waits.
"""

import logging
from datetime import datetime, timedelta
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import F, Q
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _

from moderation.conflicts import admins_now, cases_for, open_reports_for
from moderation.models import Case, OutsideAlert, Report
from moderation.models.case import UNDECIDED
from moderation.models.report import FINISHED

LEASE = timedelta(minutes=5)
RETRY = timedelta(minutes=10)
MOST_TRIES = 30
BATCH = 100

log = logging.getLogger(__name__)


def note_unhandled(*, at: datetime | None = None) -> int:
    """Write a row for each open report and case that nobody may handle; returns how many."""
    at = at or timezone.now()
    free = [viewer for _user, viewer in admins_now(at=at)]
    reports = Report.objects.filter(case=None, outside_alert=None).exclude(status__in=FINISHED)
    cases = Case.objects.filter(merged_into=None, outside_alert=None, status__in=UNDECIDED)
    for viewer in free:
        reports = reports.exclude(pk__in=_ids(open_reports_for(viewer).filter(case=None)))
        cases = cases.exclude(pk__in=_ids(cases_for(viewer).filter(status__in=UNDECIDED)))
    rows = [OutsideAlert(report=row, created_at=at, mail_due_at=at) for row in reports[:BATCH]]
    rows += [OutsideAlert(case=row, created_at=at, mail_due_at=at) for row in cases[:BATCH]]
    OutsideAlert.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def _ids(rows) -> list[int]:  # type: ignore[no-untyped-def]
    return list(rows.values_list("pk", flat=True))


def send_due(*, at: datetime | None = None) -> int:
    """Send mails that are due; returns how many went out."""
    if not settings.OUTSIDE_CONTACT_EMAIL:
        return 0
    at = at or timezone.now()
    free = Q(mail_leased_until=None) | Q(mail_leased_until__lt=at)
    due = OutsideAlert.objects.filter(free, mail_due_at__lte=at)
    sent = 0
    for pk in list(due.order_by("mail_due_at", "pk").values_list("pk", flat=True)[:BATCH]):
        leased = due.filter(pk=pk).update(
            mail_leased_until=at + LEASE, mail_tries=F("mail_tries") + 1
        )
        if leased:
            sent += _send(OutsideAlert.objects.select_related("report", "case").get(pk=pk), at)
    return sent


def _send(alert: OutsideAlert, at: datetime) -> bool:
    about = alert.case or alert.report
    context = {
        "site_name": settings.SITE_NAME,
        "severity": about.get_severity_display() if about else "",
    }
    message = EmailMessage(
        subject=_("Somebody outside of %(site)s is needed") % {"site": settings.SITE_NAME},
        body=render_to_string("emails/outside_case.txt", context),
        to=[settings.OUTSIDE_CONTACT_EMAIL],
        headers={"Auto-Submitted": "auto-generated"},
    )
    rows = OutsideAlert.objects.filter(pk=alert.pk)
    try:
        message.send()
    except (OSError, SMTPException):
        log.warning("mail about outside alert %s not sent, try %s", alert.pk, alert.mail_tries)
        again = None if alert.mail_tries >= MOST_TRIES else at + RETRY * alert.mail_tries
        rows.update(mail_due_at=again, mail_leased_until=None)
        return False
    rows.update(mail_due_at=None, mail_leased_until=None, mailed_at=at)
    return True
