"""The one person outside of the site, told by e-mail where nobody on it is left.

Two mails: a link to say yes or no to a proposal, and word that an appeal waits for somebody who had
no part in it. Neither carries content. The row knows that its mail is due, and a sweep with a lease
sends it (see forum/mail.py for the same habit).
"""

import logging
from datetime import datetime, timedelta
from smtplib import SMTPException

from django.conf import settings
from django.core import signing
from django.core.mail import EmailMessage
from django.db.models import F, Q, QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from moderation.models import (
    Appeal,
    AppealStatus,
    OutsideMail,
    Proposal,
    ProposalStatus,
    WhySecond,
)

LEASE = timedelta(minutes=5)
RETRY = timedelta(minutes=10)  # after the first try; n times as long after the n-th
MOST_TRIES = 30

signer = signing.Signer(salt="islet.outside")
log = logging.getLogger(__name__)


def ask(*, at: datetime, proposal: Proposal | None = None, appeal: Appeal | None = None) -> None:
    """Let a mail about one of them be due. The same again changes nothing.

    Without ``OUTSIDE_APPROVER_EMAIL`` it waits until the site names somebody.
    """
    OutsideMail.objects.get_or_create(
        proposal=proposal, appeal=appeal, defaults={"created_at": at, "due_at": at}
    )


def token_for(proposal: Proposal) -> str:
    """What the link in the mail carries: signed, so that nobody can guess one."""
    return signer.sign(proposal.public_id)


def proposal_from(token: str, at: datetime) -> Proposal | None:
    """The proposal that a link is for, while it waits; None for a link that works no more."""
    try:
        public_id = signer.unsign(token)
    except signing.BadSignature:
        return None
    asked = Proposal.objects.filter(public_id=public_id, outside_mail__sent_at__isnull=False)
    found = asked.select_related("about", "clause").exclude(reason=WhySecond.SHADOW).first()
    return found if found and found.state(at) == ProposalStatus.WAITING else None


def send_due(*, limit: int = 100) -> int:
    """Send mails that are due; returns how many were sent."""
    if not settings.OUTSIDE_APPROVER_EMAIL:
        return 0
    sent = 0
    for pk in list(_due(timezone.now()).values_list("pk", flat=True)[:limit]):
        now = timezone.now()
        leased = _due(now).filter(pk=pk).update(leased_until=now + LEASE, tries=F("tries") + 1)
        if leased:
            mail = OutsideMail.objects.select_related("proposal", "appeal").get(pk=pk)
            sent += _send_one(mail, now)
    return sent


def _due(now: datetime) -> QuerySet[OutsideMail]:
    """Mails that are due, that no sweep is sending, and whose matter still waits."""
    free = Q(leased_until=None) | Q(leased_until__lt=now)
    waits = Q(proposal__status=ProposalStatus.WAITING, proposal__expires_at__gt=now)
    waits |= Q(appeal__status=AppealStatus.OPEN)
    return OutsideMail.objects.filter(free, waits, due_at__lte=now).order_by("due_at", "pk")


def _send_one(mail: OutsideMail, now: datetime) -> bool:
    context = {
        "site_name": settings.SITE_NAME,
        "proposal": mail.proposal,
        "appeal": mail.appeal,
        "address": "",
    }
    if mail.proposal is not None:
        path = reverse("moderation:outside_answer", args=[token_for(mail.proposal)])
        context["address"] = settings.SITE_URL + path
    message = EmailMessage(
        subject=_("%(site)s needs somebody from outside") % {"site": settings.SITE_NAME},
        body=render_to_string("emails/outside.txt", context),
        to=[settings.OUTSIDE_APPROVER_EMAIL],
        headers={"Auto-Submitted": "auto-generated"},
    )
    row = OutsideMail.objects.filter(pk=mail.pk)
    try:
        message.send()
    except (OSError, SMTPException):
        log.warning("mail to the outside about %s not sent, try %s", mail, mail.tries)
        last = mail.tries >= MOST_TRIES
        row.update(due_at=None if last else now + RETRY * mail.tries, leased_until=None)
        return False
    row.update(due_at=None, leased_until=None, sent_at=now)
    return True
