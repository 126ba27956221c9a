"""Freezing the figures of finished half-years."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from moderation import audit
from moderation.figures import Figures, everything, figures
from moderation.halves import Half, half_of
from moderation.models import TransparencySnapshot
from moderation.transparency import SETTLES, hash_of, published

SYSTEM = "transparency"


def freeze_due(*, at: datetime | None = None) -> int:
    """Freeze each half-year that is over and has settled; returns how many.

    From the one after the newest frozen one, or from when the first account was made. Safe to run
    at any time and twice at once: a half-year is frozen once.
    """
    at = at or timezone.now()
    half, made = _first_due(), 0
    while half is not None and half.until + SETTLES <= at:
        counted = figures(everything(), since=half.since, until=half.until, at=at)
        made += freeze(half, counted, at=at)
        half = half.next()
    return made


def freeze(half: Half, counted: Figures, *, at: datetime) -> bool:
    """Keep what may be told of a half-year; False where it was frozen before."""
    data = published(counted)
    code = hash_of(half.year, half.half, data)
    with transaction.atomic():
        snapshot, is_new = TransparencySnapshot.objects.get_or_create(
            year=half.year, half=half.half, defaults={"data": data, "made_at": at, "hash": code}
        )
        if is_new:
            audit.record(
                actor=None,
                verb="figures_frozen",
                subject_kind=SYSTEM,
                subject_public_id=str(snapshot),
                data={"hash": code},
                at=at,
            )
    return is_new


def _first_due() -> Half | None:
    newest = TransparencySnapshot.objects.order_by("-year", "-half").first()
    if newest is not None:
        return Half(newest.year, newest.half).next()
    joined = User.objects.order_by("joined_at").values_list("joined_at", flat=True).first()
    return half_of(joined) if joined else None
