"""Invitation codes: making, hashing, using one, and how little is told of who did.

A code is used in the transaction that makes the account, by one conditional UPDATE, so that no more
people join with it than are allowed. Nothing else is written: no time, no account.
"""

import logging
import re
import secrets
from datetime import datetime

from allauth.core.internal.ratelimit import get_ip
from django.core.cache import cache
from django.db.models import F, QuerySet
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from accounts.joining.names import FIRST, SECOND
from accounts.models import InvitationCode

log = logging.getLogger(__name__)
NUMBERS = 9000  # 1000 to 9999
# Wrong tries an hour from one network. A thousand networks that try all year long find one of a
# hundred codes with a chance of 1 in 4,000; nobody else has to wait for them.
MOST_WRONG, AN_HOUR = 20, 3600
SHOWN_IN_STEPS = 5  # and below the first step, nothing


def new_code() -> str:
    """A random code that can be read out, such as ``mossy-otter-4821-fern-7350`` (46 bits)."""
    words = (
        secrets.choice(FIRST),
        secrets.choice(SECOND),
        str(1000 + secrets.randbelow(NUMBERS)),
        secrets.choice(SECOND),
        str(1000 + secrets.randbelow(NUMBERS)),
    )
    return "-".join(words).lower()


def digest_of(code: str) -> str:
    """What is stored of a code, however somebody types it: capitals, spaces and dashes count not.

    Keyed with SECRET_KEY, so a copy of the database alone opens nothing. A new key ends all codes.
    """
    plain = re.sub(r"[^a-z0-9]+", "", code.lower())
    return salted_hmac("islet.invitation", plain, algorithm="sha256").hexdigest()


def usable(at: datetime) -> QuerySet[InvitationCode]:
    """Codes that somebody can join with at a moment."""
    return InvitationCode.objects.filter(
        revoked_at=None, expires_at__gt=at, uses__lt=F("uses_allowed")
    )


def is_usable(digest: str, at: datetime) -> bool:
    """Whether a code, told by its digest, lets one more person in."""
    return bool(digest) and usable(at).filter(digest=digest).exists()


def take_use(digest: str, at: datetime) -> bool:
    """Count one more; False where none is left. Call it where the account is made."""
    return usable(at).filter(digest=digest).update(uses=F("uses") + 1) == 1


def shown_uses(code: InvitationCode) -> int | None:
    """How often a code was used, in steps of five; None below five, and that may be nobody."""
    return (code.uses // SHOWN_IN_STEPS) * SHOWN_IN_STEPS or None


# Guessing ----------------------------------------------------------------------------------------


def too_many(request: HttpRequest) -> bool:
    """Whether so many wrong codes came from this network that the next one must wait.

    A cache that does not answer counts as too many: a code can be typed again later.
    """
    try:
        return bool(cache.get(_key(request), 0) >= MOST_WRONG)
    except Exception:
        log.exception("wrong codes cannot be counted")
        return True


def note_wrong(request: HttpRequest) -> None:
    """Count a wrong code."""
    key = _key(request)
    try:
        if not cache.add(key, 1, timeout=AN_HOUR):
            cache.incr(key)
    except Exception:
        log.exception("wrong codes cannot be counted")


def _key(request: HttpRequest) -> str:
    """Where wrong codes are counted: a keyed hash of the network; nothing of the person."""
    network = salted_hmac("islet.invitation", get_ip(request), algorithm="sha256").hexdigest()
    return f"wrong-codes:{network[:32]}"
