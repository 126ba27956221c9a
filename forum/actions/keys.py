"""Making keys of one's own: a feed address, a key for an app. Its owner is always told.

So somebody whose session was stolen learns of it; views make keys by these alone.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import MemberToken, Scope, User
from accounts.tokens import new_app_key, new_feed
from forum.actions.notices import notify
from forum.models import NoticeKind


@transaction.atomic
def make_feed(
    *, user: User, instead_of: str = "", at: datetime | None = None
) -> tuple[MemberToken, str] | None:
    """A new feed address, as ``accounts.tokens.new_feed``, and word of it."""
    at = at or timezone.now()
    made = new_feed(user=user, instead_of=instead_of, at=at)
    if made is not None:
        words = _(
            "Somebody who was signed in as you made a feed address. Was it not you? "
            "Then end it, and choose a new password."
        )
        _tell(made[0], words, reverse("forum:feeds"), at)
    return made


@transaction.atomic
def make_app_key(
    *,
    user: User,
    name: str,
    scopes: Iterable[Scope],
    lasts: timedelta,
    at: datetime | None = None,
) -> tuple[MemberToken, str]:
    """A new key for an app, as ``accounts.tokens.new_app_key``, and word of it."""
    at = at or timezone.now()
    made = new_app_key(user=user, name=name, scopes=scopes, lasts=lasts, at=at)
    words = _(
        "Somebody who was signed in as you made a key for an app. Was it not you? "
        "Then stop it, and choose a new password."
    )
    _tell(made[0], words, reverse("forum:apps"), at)
    return made


def _tell(token: MemberToken, words: str, link: str, at: datetime) -> None:
    notify(
        recipient=token.user,
        kind=NoticeKind.KEY,
        message=words,
        link=link,
        same_as=f"key:{token.public_id}",
        at=at,
    )
