"""Choosing how to be told. All idempotent."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.models import User
from forum.models import MailSettings, NoticeChoice, NoticeKind, Rhythm, Way
from forum.ways import DIGEST, kinds_for, next_digest, ways_for, ways_of


def settings_of(user: User) -> MailSettings:
    """The person's row, made where there is none."""
    return MailSettings.objects.get_or_create(user=user)[0]


@transaction.atomic
def choose_ways(
    *,
    user: User,
    ways: Mapping[NoticeKind, Way],
    rhythm: Rhythm,
    quiet: tuple[int, int],
    time_zone: str,
    at: datetime | None = None,
) -> None:
    """Keep the ways of some kinds, the rhythm of the digest, and quiet hours (from, until).

    Raises ``ValueError`` for a kind that this person cannot choose, or not that way.
    """
    at = at or timezone.now()
    for kind, way in ways.items():
        if kind not in kinds_for(user) or way not in ways_for(kind):
            raise ValueError(kind)
        NoticeChoice.objects.update_or_create(user=user, kind=kind, defaults={"way": way})
    settings_of(user)
    own = MailSettings.objects.select_for_update(no_key=True).get(user=user)
    own.quiet_from, own.quiet_until = quiet
    own.time_zone, own.rhythm = time_zone, rhythm
    if own.digest_due_at is not None:
        own.digest_due_at = next_digest(own, at)
    own.save(update_fields=["quiet_from", "quiet_until", "time_zone", "rhythm", "digest_due_at"])


@transaction.atomic
def stop_mails(*, user: User, kind: str) -> None:
    """End mails of one kind, or the digest. Notices stay on the site. Unknown kinds: nothing."""
    standing = ways_of(user)
    for each, way in standing.items():
        if (each == kind and way != Way.OFF) or (kind == DIGEST and way == Way.DIGEST):
            NoticeChoice.objects.update_or_create(user=user, kind=each, defaults={"way": Way.SITE})


def ask_for_digest(*, user: User, at: datetime) -> None:
    """See to it that the next digest of somebody is due."""
    own = settings_of(user)
    mine = MailSettings.objects.filter(pk=own.pk)
    mine.update(digest_asked=F("digest_asked") + 1)
    mine.filter(digest_due_at=None).update(digest_due_at=next_digest(own, at), digest_tries=0)


def note_refusal(*, user: User, address: str) -> None:
    """Count that the mail server refused an address for good."""
    mine = MailSettings.objects.filter(pk=settings_of(user).pk)
    mine.exclude(refused_address=address).update(refused_address=address, refusals=0)
    mine.filter(refused_address=address, refusals__lt=100).update(refusals=F("refusals") + 1)


def forget_refusals(*, user: User) -> bool:
    """Try the address again; returns whether it was refused before."""
    refused = MailSettings.objects.filter(user=user, refusals__gt=0)
    return bool(refused.update(refused_address="", refusals=0))
