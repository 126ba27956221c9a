"""Telling devices that there is something new: as mails are sent (``forum/mail.py``), from rows.

A device knows that it is due. A sweep takes a lease, asks again whether its session lasts, whether
it is quiet time, and whether there is anything new that the person may see now and wants to hear of
on their device; then it posts, and clears the mark. If the process dies in between, the next one
finds the row when the lease is over: a message may come twice, never not at all.
"""

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.viewer import viewer_of
from forum.models import MailSettings, PushDevice, Way
from forum.push.message import pack
from forum.push.post import NoAnswer, NotAllowed, post
from forum.queries.notices import notices_for
from forum.ways import mail_from, push_is_on, ways_of

LEASE = timedelta(minutes=5)
RETRY = timedelta(minutes=5)  # after the first try; n times as long after the n-th
MOST_TRIES = 12
BATCH = 100
GONE = (404, 410)  # RFC 8030, 7.3: the device does not want any more

log = logging.getLogger(__name__)


def send_due(*, at: datetime | None = None, limit: int = BATCH) -> int:
    """Tell the devices that are due; returns how many were told. Nothing where push is off."""
    if not push_is_on():
        return 0
    sent = 0
    for pk in list(_due(at or timezone.now()).values_list("pk", flat=True)[:limit]):
        now = at or timezone.now()  # anew: those before this one may have taken minutes
        leased = _due(now).filter(pk=pk).order_by()
        if leased.update(leased_until=now + LEASE, tries=F("tries") + 1):
            devices = PushDevice.objects.select_related("user", "session")
            sent += _tell(devices.get(pk=pk), now)
    return sent


def _due(now: datetime) -> QuerySet[PushDevice]:
    free = Q(leased_until=None) | Q(leased_until__lt=now)
    return PushDevice.objects.filter(free, due_at__lte=now).order_by("due_at", "pk")


def _tell(device: PushDevice, now: datetime) -> bool:
    if device.session.purge():  # signed out: the row of the device went with that of the session
        return False
    if not _has_news(device, now):
        _settle(device, due_at=None, tries=0)
        return False
    may_come = mail_from(MailSettings.objects.filter(user=device.user).first(), now)
    if may_come > now:
        _settle(device, due_at=may_come, tries=F("tries") - 1)
        return False
    try:
        status = post(device.endpoint, *_packed(device, now))
    except NotAllowed:
        status = GONE[0]
    except NoAnswer:
        status = 0
    if status in GONE:
        PushDevice.objects.filter(pk=device.pk).delete()
        return False
    if not 200 <= status < 300:
        return _try_again(device, status, now)
    _settle(device, due_at=None, tries=0, told_until=now)
    return True


def _has_news(device: PushDevice, now: datetime) -> bool:
    """Whether there is something new since it was last told, as the person may see it now."""
    viewer = viewer_of(device.user, at=now)
    if not viewer.may_read or device.user.closed_at is not None:
        return False
    kinds = [kind for kind, way in ways_of(device.user).items() if way == Way.PUSH]
    new = notices_for(viewer, at=now).filter(kind__in=kinds, read_at=None)
    return new.filter(shown_from__gt=device.told_until).exists()


def _packed(device: PushDevice, now: datetime) -> tuple[bytes, dict[str, str]]:
    packed = pack(
        _("Something new on %(site)s") % {"site": settings.SITE_NAME},
        endpoint=device.endpoint,
        p256dh=device.p256dh,
        auth=device.auth,
        private_key=settings.VAPID_PRIVATE_KEY,
        contact=settings.VAPID_CONTACT,
        at=now,
    )
    return packed.body, packed.headers


def _try_again(device: PushDevice, status: int, now: datetime) -> bool:
    log.warning("device %s not told (%s), try %s", device.public_id, status, device.tries)
    last = device.tries >= MOST_TRIES
    _settle(
        device,
        due_at=None if last else now + RETRY * device.tries,
        tries=0 if last else device.tries,
    )
    return False


def _settle(device: PushDevice, **values: object) -> None:
    PushDevice.objects.filter(pk=device.pk).update(leased_until=None, **values)
