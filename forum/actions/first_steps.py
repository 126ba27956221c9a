"""Ticking off a first step, or putting the list away. All idempotent: the first moment stays."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from forum.models import FirstSteps


@transaction.atomic
def opened_lesson(*, user: User, at: datetime | None = None) -> bool:
    """They opened *How to judge what you read* from the list. Whether it is news."""
    return _mark(user, "judged_at", at)


@transaction.atomic
def opened_helplines(*, user: User, at: datetime | None = None) -> bool:
    """They opened the helplines from the list. Whether it is news."""
    return _mark(user, "helpline_at", at)


@transaction.atomic
def put_away(*, user: User, at: datetime | None = None) -> bool:
    """They want no list any more. Whether it is news."""
    return _mark(user, "hidden_at", at)


def _mark(user: User, column: str, at: datetime | None) -> bool:
    FirstSteps.objects.get_or_create(user=user)
    rows = FirstSteps.objects.filter(user=user, **{f"{column}__isnull": True})
    return bool(rows.update(**{column: at or timezone.now()}))
