"""Counting how often somebody asks for names. In the database: a lost cache opens nothing."""

from datetime import datetime

from django.db import transaction

from accounts.models import User
from forum.models import NameSearch

MOST_AN_HOUR = 200


@transaction.atomic
def may_search_names(*, user: User, at: datetime) -> bool:
    """Count one more search of this hour; returns whether it is still among those allowed."""
    hour = at.replace(minute=0, second=0, microsecond=0)
    NameSearch.objects.get_or_create(user=user, defaults={"hour": hour})
    row = NameSearch.objects.select_for_update(no_key=True).get(user=user)
    row.number = row.number + 1 if row.hour == hour else 1
    row.hour = hour
    row.save(update_fields=["hour", "number"])
    return row.number <= MOST_AN_HOUR
