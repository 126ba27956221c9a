"""Opening a page by a key of a member, instead of by a session. ``AccessMiddleware`` calls it.

Whoever comes with a key is its member, with the member's rights as they are in this moment, worked
out anew (``viewer_of``); a session in the same request counts for nothing. A key that is unknown,
ended, or of somebody who may not read now gets one and the same answer.
"""

import logging
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import TokenKind
from accounts.problems import problem
from accounts.tokens import find_token, note_use
from accounts.viewer import GUEST, Viewer, viewer_of

log = logging.getLogger(__name__)

# (what, how often, in how many seconds). A feed reader asks a few times an hour.
Limits = tuple[tuple[str, int, int], ...]
FEED_LIMITS: Limits = (("feed", 60, 60 * 60),)
API_LIMITS: Limits = (("api", 120, 60),)
WRITE_LIMITS: Limits = (*API_LIMITS, ("api-write", 30, 10 * 60))
SAFE = ("GET", "HEAD", "OPTIONS")


class NoLimits(Exception):
    """It cannot be counted how often a key is used."""


def open_by_token(request: HttpRequest, kwargs: dict[str, Any]) -> HttpResponse | None:
    """Put the member of the key on the request and return None, or the answer that refuses.

    A view whose address holds a ``secret`` is a feed; all others want ``Authorization: Bearer``.
    """
    if "secret" in kwargs:
        return _open(request, kwargs["secret"], TokenKind.FEED)
    scheme, _space, secret = request.headers.get("Authorization", "").partition(" ")
    return _open(request, secret.strip() if scheme.lower() == "bearer" else "", TokenKind.API)


def _open(request: HttpRequest, secret: str, kind: TokenKind) -> HttpResponse | None:
    request.user = AnonymousUser()
    request.viewer = GUEST  # type: ignore[attr-defined]
    token = find_token(secret, kind) if secret else None
    if token is None:
        return _unknown(kind)
    viewer = viewer_of(token.user)
    if not _lets_in(viewer, kind):
        return _unknown(kind)
    try:
        wait = _seconds_to_wait(request, token.public_id, kind)
    except NoLimits:
        log.exception("uses of keys cannot be counted")
        return _unavailable(kind)
    if wait:
        return _too_often(kind, wait)
    note_use(token)
    request.user = token.user
    request.viewer = viewer  # type: ignore[attr-defined]
    request.token = token  # type: ignore[attr-defined]
    return None


def _lets_in(viewer: Viewer, kind: TokenKind) -> bool:
    """Whether a key of this person opens anything now.

    An address of a feed stays behind in programs for years, so it needs an agreement in force.
    """
    return viewer.may_read and not (kind == TokenKind.FEED and viewer.must_agree)


def _seconds_to_wait(request: HttpRequest, who: str, kind: TokenKind) -> int:
    """0 to go on, or in how many seconds it may be tried again. Counts this time too.

    Counted in the cache that all processes share. Where that does not work nothing is let through:
    pages for people, and help, ask no such question. Raises ``NoLimits``.
    """
    if kind == TokenKind.FEED:
        limits = FEED_LIMITS
    else:
        limits = API_LIMITS if request.method in SAFE else WRITE_LIMITS
    now = int(timezone.now().timestamp())
    wait = 0
    for what, most, per in limits:
        key = f"token:{what}:{who}:{now // per}"
        try:
            cache.add(key, 0, timeout=per + 1)
            times = cache.incr(key)
        except Exception as error:
            raise NoLimits from error
        if times > most:
            wait = max(wait, per - now % per)
    return wait


def _unknown(kind: TokenKind) -> HttpResponse:
    if kind == TokenKind.FEED:
        return _plain(_("There is no feed at this address."), 404)
    return problem(
        401,
        "key-needed",
        _("This needs a key that works."),
        detail=_("Make one under Me > Apps, and send it as “Authorization: Bearer KEY”."),
        headers={"WWW-Authenticate": 'Bearer realm="api"'},
    )


def _too_often(kind: TokenKind, wait: int) -> HttpResponse:
    words = _("That was too often. Please wait a little.")
    headers = {"Retry-After": str(wait)}
    if kind == TokenKind.FEED:
        return _plain(words, 429, headers)
    return problem(429, "too-often", words, headers=headers)


def _unavailable(kind: TokenKind) -> HttpResponse:
    words = _("This does not work right now. The site itself does.")
    headers = {"Retry-After": "60"}
    if kind == TokenKind.FEED:
        return _plain(words, 503, headers)
    return problem(503, "not-now", words, headers=headers)


def _plain(words: str, status: int, headers: dict[str, str] | None = None) -> HttpResponse:
    response = HttpResponse(
        words + "\n", status=status, content_type="text/plain; charset=utf-8", headers=headers
    )
    response["Cache-Control"] = "private, no-store"
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Referrer-Policy"] = "no-referrer"
    return response
