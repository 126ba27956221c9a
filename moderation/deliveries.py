"""Sending alerts: by mail and by webhook. No content and no names leave the house.

A row knows that it is due. A sweep takes a lease, asks again whether the matter is open and the
person may be told, sends, and marks the row. If the process dies in between, the next sweep finds
the row when the lease is over: a message may come twice, never not at all. What fails is tried
again at growing distances for a day and a half, and admins see it.
"""

import hashlib
import hmac
import json
import logging
from datetime import datetime, timedelta
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from smtplib import SMTPException, SMTPRecipientsRefused
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import F, Q, QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from moderation.alerts import is_open, may_be_told
from moderation.models import Alert, AlertDelivery, Channel, DeliveryState

LEASE = timedelta(minutes=2)
LONGEST_PAUSE = timedelta(hours=1)
GIVE_UP_AFTER = timedelta(hours=36)
WEBHOOK_SECONDS = 5.0
BATCH = 50

log = logging.getLogger(__name__)


class NotSent(Exception):
    """A message did not get out. ``is_outage``: the others of this channel would not either."""

    def __init__(self, words: str, *, is_outage: bool = False) -> None:
        super().__init__(words)
        self.is_outage = is_outage


def send_due(*, at: datetime | None = None, limit: int = BATCH) -> int:
    """Send messages that are due; returns how many were sent.

    Where a channel is down, its other messages wait for the next sweep: else each would wait for
    its own time-out, and hold up those that could go out by another channel.
    """
    sent = 0
    down: set[str] = set()
    due = _due(at or timezone.now()).values_list("pk", "channel", "target")
    for pk, channel, target in list(due[:limit]):
        way = channel if channel == Channel.EMAIL else f"{channel} {target}"
        now = at or timezone.now()  # anew: the messages before this one may have taken minutes
        if way in down or not _lease(pk, now):
            continue
        message = AlertDelivery.objects.select_related(
            "alert__clock", "alert__report", "recipient"
        ).get(pk=pk)
        try:
            sent += _send_one(message, now)
        except NotSent as problem:
            _try_again(message, str(problem), now)
            if problem.is_outage:
                down.add(way)
    return sent


def pause_after(tries: int) -> timedelta:
    """How long to wait after the n-th try: 1, 2, 4 ... minutes, an hour at most."""
    return min(timedelta(minutes=2 ** min(tries - 1, 10)), LONGEST_PAUSE)


def _due(now: datetime) -> QuerySet[AlertDelivery]:
    free = Q(leased_until=None) | Q(leased_until__lt=now)
    due = AlertDelivery.objects.filter(free, state=DeliveryState.DUE, due_at__lte=now)
    return due.order_by("due_at", "pk")


def _lease(pk: int, now: datetime) -> bool:
    taken = _due(now).filter(pk=pk).order_by()
    return bool(taken.update(leased_until=now + LEASE, tries=F("tries") + 1))


def _send_one(message: AlertDelivery, now: datetime) -> bool:
    recipient = message.recipient
    allowed = recipient is None or may_be_told(recipient, message.alert, at=now)
    if not allowed or not is_open(message.alert):
        _settle(message, state=DeliveryState.NOT_NEEDED)
        return False
    if message.channel == Channel.EMAIL:
        to = recipient.email if recipient else settings.OUTSIDE_CONTACT_EMAIL
        _send_mail(message.alert, to, now)
    else:
        _send_webhook(message, now)
    _settle(message, state=DeliveryState.SENT, sent_at=now, error="")
    return True


def _settle(message: AlertDelivery, **values: object) -> None:
    AlertDelivery.objects.filter(pk=message.pk).update(leased_until=None, **values)


def _try_again(message: AlertDelivery, problem: str, now: datetime) -> None:
    log.warning("alert message %s not sent, try %s", message.public_id, message.tries)
    if now >= message.alert.raised_at + GIVE_UP_AFTER:
        _settle(message, state=DeliveryState.FAILED, error=problem)
    else:
        _settle(message, due_at=now + pause_after(message.tries), error=problem)


# Mail --------------------------------------------------------------------------------------------


def _send_mail(alert: Alert, to: str, now: datetime) -> None:
    if not to:
        raise NotSent(_("No address is set."))
    context = {
        "site_name": settings.SITE_NAME,
        "severity": f"S{alert.severity}",
        "number": alert.report.number if alert.report else "",
        "stage": alert.stage,
        "minutes": _minutes(alert, now),
        "address": address_of(alert),
    }
    message = EmailMessage(
        subject=_("%(site)s: please look now (%(severity)s)")
        % {"site": settings.SITE_NAME, "severity": context["severity"]},
        body=render_to_string("emails/alert.txt", context),
        to=[to],
        headers={"Auto-Submitted": "auto-generated", "X-Priority": "1"},
    )
    try:
        message.send()
    except SMTPRecipientsRefused:
        raise NotSent(_("The mail server refused the address.")) from None
    except (OSError, SMTPException) as problem:
        words = _("The mail server does not answer (%(kind)s).")
        raise NotSent(words % {"kind": type(problem).__name__}, is_outage=True) from None


def _minutes(alert: Alert, now: datetime) -> int:
    return max(0, int((now - alert.waiting_since).total_seconds() // 60))


def address_of(alert: Alert) -> str:
    """Where an admin who may see the alert finds it. For everybody else there is nothing."""
    return f"{settings.SITE_URL}{reverse('moderation:alerts')}#a-{alert.public_id}"


# Webhook -----------------------------------------------------------------------------------------


def _send_webhook(message: AlertDelivery, now: datetime) -> None:
    number = int(message.target)
    if number > len(settings.ALERT_WEBHOOK_URLS):
        raise NotSent(_("This webhook is not set any more."))
    body = json.dumps(payload(message, now)).encode()
    stamp = str(int(now.timestamp()))
    headers = {
        "Content-Type": "application/json",
        "X-Alert-Timestamp": stamp,
        "X-Alert-Signature": f"sha256={signature(stamp, body)}",
    }
    status = _post(settings.ALERT_WEBHOOK_URLS[number - 1], body, headers)
    if not 200 <= status < 300:
        raise NotSent(_("It answered with %(status)s.") % {"status": status})


def payload(message: AlertDelivery, now: datetime) -> dict[str, object]:
    """What a webhook is told. ``id`` is the same when a message comes twice."""
    alert = message.alert
    return {
        "id": message.public_id,
        "stage": alert.stage,
        "severity": f"S{alert.severity}",
        "kind": "report" if alert.report else "post",
        "number": alert.report.number if alert.report else "",
        "link": address_of(alert),
        "waiting_minutes": _minutes(alert, now),
    }


def signature(stamp: str, body: bytes) -> str:
    """HMAC-SHA256 (hex) of ``stamp.body`` under ``ALERT_WEBHOOK_SECRET``."""
    secret = settings.ALERT_WEBHOOK_SECRET.encode()
    return hmac.new(secret, stamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def _post(url: str, body: bytes, headers: dict[str, str]) -> int:
    """POST and return the status. Follows no redirect, reads no answer."""
    parts = urlsplit(url)
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=WEBHOOK_SECONDS)
    path = parts.path or "/"
    try:
        connection.request("POST", f"{path}?{parts.query}" if parts.query else path, body, headers)
        return connection.getresponse().status
    except (OSError, HTTPException) as problem:
        words = _("It does not answer (%(kind)s).") % {"kind": type(problem).__name__}
        raise NotSent(words, is_outage=True) from None
    finally:
        connection.close()
