"""Saying yes or no to a member who offers to welcome new ones."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.viewer import viewer_of
from forum.errors import NotVisible
from forum.models import Welcomer
from moderation import audit
from moderation.welcomers import offers_for


@transaction.atomic
def answer_offer(*, public_id: str, admin: User, agrees: bool, at: datetime | None = None) -> bool:
    """Answer the offer of the member with this public id. Whether this changed something.

    Also later: a yes can become a no. Raises ``NotVisible`` where it is not theirs to answer.
    """
    at = at or timezone.now()
    offers = offers_for(viewer_of(admin, at=at))
    found = offers.filter(user__public_id=public_id).values_list("pk", flat=True).first()
    if found is None:
        raise NotVisible
    offer = Welcomer.objects.select_for_update(of=("self",), no_key=True).get(pk=found)
    if offer.answered_at is not None and offer.agreed == agrees:
        return False
    offer.agreed, offer.answered_at, offer.answered_by = agrees, at, admin
    offer.save()
    audit.record(
        actor=admin,
        verb="welcomer_answered",
        subject_kind="account",
        subject_public_id=public_id,
        data={"agrees": agrees},
        at=at,
    )
    return True
