"""Switching messages to a device on and off."""

from datetime import datetime

from allauth.usersessions.models import UserSession
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from forum.models import PushDevice
from forum.models.push import MOST_DEVICES
from forum.push.message import BadKeys, check_keys
from forum.push.post import NotAllowed, checked


class NotADevice(Exception):
    """What the browser sent cannot be used."""


@transaction.atomic
def add_device(
    *,
    user: User,
    session: UserSession,
    name: str,
    endpoint: str,
    p256dh: str,
    auth: str,
    at: datetime | None = None,
) -> PushDevice:
    """Tell this device from now on. The same device again replaces what was known of it.

    So does another address in the same session: a browser has one, and may take another any time.
    What it was not told of yet it is told then.
    It is the person's who is signed in on it now. The oldest goes where there would be too many.
    Raises ``NotADevice``.
    """
    at = at or timezone.now()
    try:
        checked(endpoint)
        check_keys(p256dh, auth)
    except (NotAllowed, BadKeys):
        raise NotADevice from None
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    before = PushDevice.objects.filter(session=session, user=user).exclude(endpoint=endpoint)
    replaced = before.order_by("told_until").first()
    before.delete()
    device, _ = PushDevice.objects.update_or_create(
        endpoint=endpoint,
        defaults={
            "user": user,
            "session": session,
            "name": name,
            "p256dh": p256dh,
            "auth": auth,
            "added_at": at,
            "told_until": replaced.told_until if replaced else at,
            "due_at": replaced.due_at if replaced else None,
            "leased_until": None,
            "tries": 0,
        },
    )
    own = PushDevice.objects.filter(user=user).order_by("-added_at", "-pk")
    kept = list(own.values_list("pk", flat=True)[:MOST_DEVICES])
    PushDevice.objects.filter(user=user).exclude(pk__in=kept).delete()
    return device


def remove_device(*, user: User, public_id: str) -> bool:
    """Tell one's own device no more. False where there is none."""
    return bool(PushDevice.objects.filter(user=user, public_id=public_id).delete()[0])


def ask_for_push(*, user: User, at: datetime) -> None:
    """Mark the devices of a person as due. One message stands for all that is new."""
    PushDevice.objects.filter(user=user, due_at=None).update(due_at=at)
