"""The digest: one mail with the number of news, once a day or a week, or none.

Habits as in ``forum/mail.py``: the row knows that it is due, a sweep takes a lease, counts what may
be seen right now, sends, and says when the next one is due. It may come twice, never not at all.
"""

import logging
from datetime import datetime
from smtplib import SMTPException

from django.conf import settings
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.consent import wants_mail
from accounts.viewer import Barrier, viewer_of
from forum.mail import BATCH, LEASE, MOST_TRIES, Refused, deliver, pause
from forum.models import MailSettings, NoticeKind, Way
from forum.queries.notices import news_for_digest
from forum.ways import DIGEST, is_bouncing, mail_from, next_digest, ways_of

log = logging.getLogger(__name__)


def send_digests(*, limit: int = BATCH) -> int:
    """Send digests that are due; returns how many were sent."""
    sent = 0
    for pk in list(_due(timezone.now()).values_list("pk", flat=True)[:limit]):
        now = timezone.now()
        leased = (
            _due(now)
            .filter(pk=pk)
            .update(digest_leased_until=now + LEASE, digest_tries=F("digest_tries") + 1)
        )
        if leased:
            sent += _send_one(MailSettings.objects.select_related("user").get(pk=pk), now)
    return sent


def _due(now: datetime) -> QuerySet[MailSettings]:
    free = Q(digest_leased_until=None) | Q(digest_leased_until__lt=now)
    return MailSettings.objects.filter(free, digest_due_at__lte=now).order_by("digest_due_at", "pk")


def _send_one(own: MailSettings, now: datetime) -> bool:
    may_come = mail_from(own, now)
    if may_come > now:
        _settle(own, digest_due_at=may_come, digest_tries=own.digest_tries - 1)
        return False
    news = _news(own, now)
    if not news:
        _done(own, now)
        return False
    try:
        deliver(
            own.user,
            own,
            subject=_("What is new for you on %(site)s") % {"site": settings.SITE_NAME},
            template="emails/digest.txt",
            stop=DIGEST,
            context={"news": [(kind.label, number) for kind, number in news.items()]},
        )
    except (OSError, SMTPException, Refused):
        log.warning("digest %s not sent, try %s", own.pk, own.digest_tries)
        if own.digest_tries >= MOST_TRIES:
            _done(own, now)
        else:
            _settle(own, digest_due_at=pause(own.digest_tries))
        return False
    _done(own, now)
    return True


def _news(own: MailSettings, now: datetime) -> dict[NoticeKind, int]:
    """What the digest would say, as things stand now. Empty: it does not come."""
    viewer = viewer_of(own.user, at=now)
    if viewer.user_id is None or viewer.barrier == Barrier.SUSPENDED:
        return {}
    if is_bouncing(own.user, own) or not wants_mail(own.user):
        return {}
    kinds = [kind for kind, way in ways_of(own.user).items() if way == Way.DIGEST]
    return news_for_digest(viewer, kinds, since=own.digest_until, until=now)


def _done(own: MailSettings, now: datetime) -> None:
    """Nothing is due any more, unless something came meanwhile: then the next digest is."""
    mine = MailSettings.objects.filter(pk=own.pk)
    rest = mine.filter(digest_asked=own.digest_asked).update(
        digest_due_at=None, digest_leased_until=None, digest_tries=0, digest_until=now
    )
    if not rest:
        _settle(own, digest_due_at=next_digest(own, now), digest_tries=0, digest_until=now)


def _settle(own: MailSettings, **values: object) -> None:
    MailSettings.objects.filter(pk=own.pk).update(digest_leased_until=None, **values)
