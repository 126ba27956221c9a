"""A parent or guardian says yes or no by e-mail, below the age of consent of the place (P1.7).

The guardian learns the site's name and what it is, never the pseudonym or a post. Their address is
deleted when there is an answer. Mail goes after the transaction: the row knows that it is due, and
``send_due`` sweeps (see forum/mail.py for the same habit).
"""

import logging
from datetime import datetime, timedelta
from smtplib import SMTPException

from django.conf import settings
from django.core import signing
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.consent import NO, YES, in_force, notice_kind, record_consent
from accounts.models import Consent, Document, GuardianRequest, Method, Purpose, User
from accounts.site_settings import site
from accounts.viewer import needs_guardian

LINK_LASTS = timedelta(days=14)
# How often a member may ask: guards the guardian's inbox, and addresses of strangers.
MOST_MAILS = 3
MAILS_PER = timedelta(days=7)
LEASE = timedelta(minutes=5)
RETRY = timedelta(minutes=10)
MOST_TRIES = 30

signer = signing.Signer(salt="islet.guardian")
log = logging.getLogger(__name__)


class NotNeeded(Exception):
    """This member needs no guardian's yes, or has one."""


class TooMany(Exception):
    """So many mails were asked for that this one must wait."""


def open_request(user: User, at: datetime | None = None) -> GuardianRequest | None:
    """The question that waits for an answer, or None."""
    at = at or timezone.now()
    return GuardianRequest.objects.filter(user=user, closed_at=None, expires_at__gt=at).first()


@transaction.atomic
def ask_guardian(*, user: User, email: str, at: datetime | None = None) -> GuardianRequest:
    """Ask a guardian; a question that was open is closed, and its link works no more.

    Raises ``NotNeeded`` and ``TooMany`` (three mails in seven days).
    """
    at = at or timezone.now()
    user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    answer = in_force(user, Purpose.GUARDIAN)
    if not needs_guardian(user, at) or (answer is not None and answer.value == YES):
        raise NotNeeded
    recent = GuardianRequest.objects.filter(user=user, created_at__gt=at - MAILS_PER)
    if recent.count() >= MOST_MAILS:
        raise TooMany
    _close(GuardianRequest.objects.filter(user=user, closed_at=None), at)
    return GuardianRequest.objects.create(
        user=user,
        email=email,
        created_at=at,
        expires_at=at + LINK_LASTS,
        mail_due_at=at,
    )


def token_for(request: GuardianRequest) -> str:
    """What the link in the mail carries: signed, so that nobody can guess one."""
    return signer.sign(request.public_id)


def request_from(token: str, at: datetime | None = None) -> GuardianRequest | None:
    """The question of a link, while it may be answered; None where the link is wrong, used, old."""
    at = at or timezone.now()
    try:
        public_id = signer.unsign(token)
    except signing.BadSignature:
        return None
    open_ones = GuardianRequest.objects.filter(closed_at=None, expires_at__gt=at)
    return open_ones.select_related("user").filter(public_id=public_id).first()


@transaction.atomic
def answer(*, token: str, value: str, at: datetime | None = None) -> Consent | None:
    """Record the guardian's answer, once; None where the link does not work any more.

    Raises ``ValueError`` for anything but yes and no.
    """
    if value not in (YES, NO):
        raise ValueError(value)
    at = at or timezone.now()
    found = request_from(token, at)
    if found is None:
        return None
    user = User.objects.select_for_update(no_key=True).get(pk=found.user_id)
    if not _close(GuardianRequest.objects.filter(pk=found.pk, closed_at=None), at):
        return None
    return record_consent(
        user=user,
        purpose=Purpose.GUARDIAN,
        value=value,
        method=Method.GUARDIAN_LINK,
        document=Document.objects.current(notice_kind(user.age_group(at))),
        at=at,
    )


def _close(requests: QuerySet[GuardianRequest], at: datetime) -> int:
    """Close questions and forget the addresses."""
    return requests.update(closed_at=at, email="", mail_due_at=None, mail_leased_until=None)


def forget_old(*, at: datetime | None = None) -> int:
    """Close questions that nobody answered in time; returns how many."""
    at = at or timezone.now()
    return _close(GuardianRequest.objects.filter(closed_at=None, expires_at__lte=at), at)


# Mail ------------------------------------------------------------------------------------------


def send_due(*, limit: int = 100) -> int:
    """Send mails that are due; returns how many were sent."""
    sent = 0
    for pk in list(_due(timezone.now()).values_list("pk", flat=True)[:limit]):
        now = timezone.now()
        leased = (
            _due(now)
            .filter(pk=pk)
            .update(mail_leased_until=now + LEASE, mail_tries=F("mail_tries") + 1)
        )
        if leased:
            sent += _send_one(GuardianRequest.objects.get(pk=pk))
    return sent


def _due(now: datetime) -> QuerySet[GuardianRequest]:
    free = Q(mail_leased_until=None) | Q(mail_leased_until__lt=now)
    rows = GuardianRequest.objects.filter(free, closed_at=None, expires_at__gt=now)
    return rows.filter(mail_due_at__lte=now).order_by("mail_due_at", "pk")


def _send_one(request: GuardianRequest) -> bool:
    context = {
        "site_name": settings.SITE_NAME,
        "operator": site().operator_name,
        "address": settings.SITE_URL
        + reverse("accounts:guardian_answer", args=[token_for(request)]),
        "last_day": request.expires_at,
    }
    message = EmailMessage(
        subject=_("A young person asks for your yes on %(site)s") % {"site": settings.SITE_NAME},
        body=render_to_string("emails/guardian.txt", context),
        to=[request.email],
        headers={"Auto-Submitted": "auto-generated"},
    )
    row = GuardianRequest.objects.filter(pk=request.pk)
    try:
        message.send()
    except (OSError, SMTPException):
        log.warning(
            "mail for guardian request %s not sent, try %s", request.public_id, request.mail_tries
        )
        last = request.mail_tries >= MOST_TRIES
        again = None if last else timezone.now() + RETRY * request.mail_tries
        row.update(mail_due_at=again, mail_leased_until=None)
        return False
    row.update(mail_due_at=None, mail_leased_until=None)
    return True
