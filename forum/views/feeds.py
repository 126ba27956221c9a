"""A member's own feed, by a secret address; and the page where they make and end it."""

import hashlib

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import Access, access
from accounts.http import KeyRequest, SignedInRequest
from accounts.models import MemberToken, TokenKind
from accounts.tokens import live_tokens, may_have_tokens, stop_token
from forum.access_log import shows_no_posts
from forum.actions.keys import make_feed
from forum.feed import atom
from forum.queries.feed import feed_of

SHOWN_ONCE = {
    "Cache-Control": "private, no-store",
    "Referrer-Policy": "no-referrer",
}


@access(Access.KEY)
@require_safe
def feed(request: KeyRequest, secret: str) -> HttpResponse:
    """The feed as Atom. The tag (ETag) stands for what this member may see, and for no more."""
    entries = feed_of(request.viewer, request.user)
    token = request.token
    body = atom(entries, feed_id=token.public_id, made_at=token.created_at).encode()
    response = HttpResponse(body, content_type="application/atom+xml; charset=utf-8")
    tag = hashlib.sha256(token.secret_hash.encode() + body).hexdigest()[:32]
    found = get_conditional_response(request, etag=f'"{tag}"', response=response)
    response = found or response
    response["ETag"] = f'"{tag}"'
    response["Cache-Control"] = "private, no-store"
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Referrer-Policy"] = "no-referrer"
    return response


@access(Access.ACCOUNT)
@shows_no_posts
@require_http_methods(["GET", "HEAD", "POST"])
def feeds(request: SignedInRequest) -> HttpResponse:
    """*Me > Feed*: make an address, see whether it is used, make a new one, or end it."""
    if not may_have_tokens(request.user):
        raise Http404
    standing = _standing(request)
    if request.method == "POST" and request.POST.get("do") == "stop":
        if standing:
            stop_token(user=request.user, public_id=standing.public_id)
        return redirect("forum:feeds")
    address = ""
    if request.method == "POST":
        made = make_feed(user=request.user, instead_of=request.POST.get("instead_of", "")[:20])
        if made is None:  # the same form once more: the address was shown, and is not again
            return redirect("forum:feeds")
        standing, secret = made
        address = settings.SITE_URL + reverse("forum:feed", args=[secret])
    context = {"token": standing, "address": address}
    response = render(request, "forum/feeds.html", context)
    for name, value in SHOWN_ONCE.items():
        response[name] = value
    return response


def _standing(request: SignedInRequest) -> MemberToken | None:
    tokens = live_tokens(request.user)
    return next((token for token in tokens if token.kind == TokenKind.FEED), None)
