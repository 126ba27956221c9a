"""Making, finding and ending the keys of members (``MemberToken``).

Keys are for members alone. Staff roles must sign in with a second factor, which a key would go
around; and what a health professional is shown is written down page by page.
"""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from accounts.models import MemberToken, Role, Scope, TokenKind, User
from accounts.models.token import LONGEST, MOST_APPS, NAME_MAX

SECRET_BYTES = 32  # 256 bits: nobody guesses it, so a plain hash keeps it
PREFIX = "islet_"  # so that scanners and people see what it is where it should not be


class TooMany(Exception):
    """The person has as many keys as one can have."""


def may_have_tokens(user: User) -> bool:
    """Whether somebody can have keys at all."""
    return user.role == Role.MEMBER


@transaction.atomic
def new_feed(
    *, user: User, instead_of: str = "", at: datetime | None = None
) -> tuple[MemberToken, str] | None:
    """A new feed address: the row, and the secret, which is told this once.

    ``instead_of``: public id of the one that it replaces, "" for none. None where that is not how
    things stand (the same form sent twice), or where they can have none.
    """
    at = at or timezone.now()
    user = _locked(user)
    standing = [token for token in live_tokens(user, at=at) if token.kind == TokenKind.FEED]
    if [token.public_id for token in standing] != [instead_of] * bool(instead_of):
        return None
    if not may_have_tokens(user):
        return None
    _forget_dead(user, at)
    MemberToken.objects.filter(user=user, kind=TokenKind.FEED).delete()
    return _make(user, kind=TokenKind.FEED, at=at)


@transaction.atomic
def new_app_key(
    *,
    user: User,
    name: str,
    scopes: Iterable[Scope],
    lasts: timedelta,
    at: datetime | None = None,
) -> tuple[MemberToken, str]:
    """A new key for an app: the row, and the secret, which is told this once.

    Raises ``TooMany``, and ``ValueError`` for what no form lets through.
    """
    at = at or timezone.now()
    user = _locked(user)
    wanted = [scope for scope in Scope if scope in set(scopes)]
    name = name.strip()
    if not wanted or not 0 < len(name) <= NAME_MAX or not timedelta(0) < lasts <= LONGEST:
        raise ValueError("a key for an app has a name, scopes, and an end within a year")
    if not may_have_tokens(user):
        raise ValueError("only members have keys")
    _forget_dead(user, at)
    if MemberToken.objects.filter(user=user, kind=TokenKind.API).count() >= MOST_APPS:
        raise TooMany
    return _make(user, kind=TokenKind.API, name=name, scopes=wanted, expires_at=at + lasts, at=at)


@transaction.atomic
def stop_token(*, user: User, public_id: str, at: datetime | None = None) -> bool:
    """End one key of somebody at once; False where it is not theirs, or was ended before."""
    rows = MemberToken.objects.filter(user=user, public_id=public_id, stopped_at=None)
    return bool(rows.update(stopped_at=at or timezone.now()))


def stop_all_tokens(*, user: User, at: datetime | None = None) -> int:
    """End all keys of somebody at once; returns how many."""
    rows = MemberToken.objects.filter(user=user, stopped_at=None)
    return rows.update(stopped_at=at or timezone.now())


def live_tokens(user: User, *, at: datetime | None = None) -> list[MemberToken]:
    """The keys of somebody that open something now, the newest first."""
    at = at or timezone.now()
    rows = MemberToken.objects.filter(user=user, stopped_at=None)
    return [token for token in rows if _is_live(token, user, at)]


def find_token(secret: str, kind: TokenKind, *, at: datetime | None = None) -> MemberToken | None:
    """The key with this secret, with its user, if it opens something now. Fails closed."""
    row = (
        MemberToken.objects.filter(secret_hash=_hashed(secret), kind=kind)
        .select_related("user")
        .first()
    )
    if row is None or not _is_live(row, row.user, at or timezone.now()):
        return None
    return row


def note_use(token: MemberToken, *, at: datetime | None = None) -> None:
    """Write down the day; one write a day."""
    today = timezone.localdate(at or timezone.now())
    if token.last_used_on != today:
        MemberToken.objects.filter(pk=token.pk).update(last_used_on=today)


def _is_live(token: MemberToken, user: User, at: datetime) -> bool:
    return (
        token.stopped_at is None
        and (token.expires_at is None or at < token.expires_at)
        and user.is_active
        and may_have_tokens(user)
        and constant_time_compare(token.stamp, _stamp_of(user))
    )


def _stamp_of(user: User) -> str:
    """Changes with the password, and when all sessions are ended."""
    words = user.get_session_auth_hash()
    return salted_hmac("islet.tokens", words, algorithm="sha256").hexdigest()


def _make(
    user: User, *, kind: TokenKind, at: datetime, **fields: object
) -> tuple[MemberToken, str]:
    secret = PREFIX + secrets.token_urlsafe(SECRET_BYTES)
    token = MemberToken.objects.create(
        user=user,
        kind=kind,
        secret_hash=_hashed(secret),
        stamp=_stamp_of(user),
        created_at=at,
        **fields,
    )
    return token, secret


def _forget_dead(user: User, at: datetime) -> None:
    """Rows of keys that open nothing any more; so a person's rows stay few."""
    alive = [token.pk for token in live_tokens(user, at=at)]
    MemberToken.objects.filter(user=user).exclude(pk__in=alive).delete()


def _hashed(secret: str) -> str:
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()


def _locked(user: User) -> User:
    return User.objects.select_for_update(no_key=True).get(pk=user.pk)
