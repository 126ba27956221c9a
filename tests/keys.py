"""Keys of members for tests: a browser without a session that comes with one."""

from datetime import timedelta

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import MemberToken, Scope, TokenKind, User
from accounts.tokens import _make, new_app_key

ALL = tuple(Scope)


def key_of(user: User, *scopes: Scope) -> str:
    """The secret of a new key for an app of this member; without scopes, with all."""
    wanted = scopes or ALL
    return new_app_key(user=user, name="A program", scopes=wanted, lasts=timedelta(days=30))[1]


def forced_key_of(user: User, kind: TokenKind) -> str:
    """The same for anybody: for those who cannot have one, a row past the rules."""
    MemberToken.objects.filter(user=user, kind=kind).delete()
    now = timezone.now()
    rest = {"name": "forced", "scopes": list(ALL), "expires_at": now + timedelta(days=30)}
    return _make(user, kind=kind, at=now, **(rest if kind == TokenKind.API else {}))[1]


def with_key(secret: str) -> Client:
    """A client that sends this key with each request, and has no session."""
    return Client(headers={"Authorization": f"Bearer {secret}"})


def feed_address(secret: str) -> str:
    """The path of the feed with this secret."""
    return reverse("forum:feed", args=[secret])
