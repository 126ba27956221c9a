"""Hiding an announcement, with or without an account."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from accounts.access import Access, access
from accounts.announcements import COOKIE, COOKIE_DAYS, MOST_HIDDEN, hidden_by, hide, live
from accounts.models import User


# Without a CSRF token, so that guests get no cookie for a banner. Another site cannot hide anything
# for somebody who is signed in: its requests do not carry the session cookie (SameSite=Lax).
@access(Access.PUBLIC)
@csrf_exempt
@require_POST
def hide_announcement(request: HttpRequest, public_id: str) -> HttpResponse:
    """Hide one, and go back to the page that it stood on."""
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts=None):
        back = "home"
    response = redirect(back)
    if public_id not in {each.public_id for each in live.get()}:
        return response
    if isinstance(request.user, User):
        hide(user=request.user, public_id=public_id)
        return response
    hidden = [each for each in hidden_by(request) if each and each != public_id]
    response.set_cookie(
        COOKIE,
        ".".join([public_id, *hidden][:MOST_HIDDEN]),
        max_age=COOKIE_DAYS * 24 * 3600,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response
