"""How often somebody does something, counted in the cache.

Counting must never stand between a person and help: where the cache fails, the count is nothing.
Addresses are not stored: a keyed hash of the network is, until the time is over.
"""

import ipaddress
import logging

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.utils import timezone
from django.utils.crypto import salted_hmac

from accounts.http import VisitorRequest

log = logging.getLogger(__name__)
UNKNOWN = "unknown"


def network_of(request: VisitorRequest) -> str:
    """A hash of the network that a request comes from; the same for all whose is not known."""
    try:
        address = ipaddress.ip_address(get_adapter().get_client_ip(request))
    except (ValueError, PermissionDenied, ImproperlyConfigured):
        return UNKNOWN
    # One household gets a /64 of IPv6.
    network = ipaddress.ip_network(f"{address}/{64 if address.version == 6 else 32}", strict=False)
    return _hashed(str(network))


def person_of(request: VisitorRequest) -> str:
    """Who is counted: the account where somebody is signed in, else their network."""
    user_id = request.viewer.user_id
    return network_of(request) if user_id is None else _hashed(f"account {user_id}")


def count(what: str, who: str, *, per: int) -> int:
    """How often ``who`` did ``what`` in these ``per`` seconds, without now. 0 in doubt."""
    try:
        return int(cache.get(_key(what, who, per), 0))
    except Exception:
        log.exception("limits cannot be read")
        return 0


def note(what: str, who: str, *, per: int) -> int:
    """Count one more; returns how often it was, with this one. 0 in doubt."""
    key = _key(what, who, per)
    try:
        # Two at once may count as one: good enough for a limit.
        number = int(cache.get(key, 0)) + 1
        cache.set(key, number, timeout=per)
    except Exception:
        log.exception("limits cannot be written")
        return 0
    return number


def has_turn(what: str, who: str, *, wait: int) -> bool:
    """Whether ``who`` may do ``what`` now: once in ``wait`` seconds. Yes in doubt."""
    try:
        return bool(cache.add(f"turn:{what}:{who}", 1, timeout=wait))
    except Exception:
        log.exception("limits cannot be written")
        return True


def _key(what: str, who: str, per: int) -> str:
    window = int(timezone.now().timestamp()) // per
    return f"count:{what}:{who}:{window}"


def _hashed(words: str) -> str:
    return salted_hmac("islet.limits", words, algorithm="sha256").hexdigest()[:32]
