"""The rules of screening that come with the software, as versions of a site."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from forum.models import Origin, Ruleset
from forum.screening import RULEBOOK, SHIPPED, hash_of
from forum.screening.measure import measure


def publish_shipped(*, at: datetime | None = None) -> bool:
    """Put the shipped rules in force where a site has none, or none but earlier shipped ones.

    What admins changed stays in force: they decide when to begin anew from the shipped rules.
    Returns whether there is a new version.
    """
    digest = hash_of(SHIPPED)
    newest = Ruleset.objects.published().first()
    if newest and (newest.origin != Origin.SHIPPED or newest.content_hash == digest):
        return False
    at = at or timezone.now()
    figures = measure(RULEBOOK).as_json()
    with transaction.atomic():
        Ruleset.objects.create(
            number=next_number(),
            origin=Origin.SHIPPED,
            tables=SHIPPED,
            content_hash=digest,
            figures=figures,
            saved_at=at,
            published_at=at,
        )
    return True


def next_number() -> int:
    """The number of the next version. Two at once: the database lets one of them have it."""
    newest = Ruleset.objects.published().first()
    return (newest.number or 0) + 1 if newest else 1
