"""Messages to devices: switching them on and off. What shows them is ``templates/worker.js``."""

from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import Access, access
from accounts.http import SignedInRequest
from forum.access_log import shows_no_posts
from forum.actions.devices import NotADevice, add_device, remove_device
from forum.ways import push_is_on


@access(Access.ACCOUNT)
@require_POST
@shows_no_posts
def add(request: SignedInRequest) -> HttpResponse:
    """Tell the browser that this comes from. What it needs for that is filled in by a script.

    With ``renewed`` it comes from the worker, which shows nobody a page (``templates/worker.js``).
    """
    if not push_is_on():
        raise Http404
    UserSession.objects.create_from_request(request)
    session = UserSession.objects.get(session_key=request.session.session_key)
    by_worker = "renewed" in request.POST
    try:
        add_device(
            user=request.user,
            session=session,
            name=device_name(request.headers.get("User-Agent", "")),
            endpoint=request.POST.get("endpoint", ""),
            p256dh=request.POST.get("p256dh", ""),
            auth=request.POST.get("auth", ""),
        )
    except NotADevice:
        if by_worker:
            return HttpResponse(status=422)
        messages.error(request, _("That did not work on this device."))
    else:
        if by_worker:
            return HttpResponse(status=204)
        messages.success(request, _("This device is on. Now pick for what, below."))
    return redirect("forum:notice_choices")


@access(Access.ACCOUNT)
@require_POST
@shows_no_posts
def remove(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Tell one's own device no more."""
    if not remove_device(user=request.user, public_id=public_id):
        raise Http404
    messages.success(request, _("That device gets no more messages."))
    return redirect("forum:notice_choices")


BROWSERS = ("Firefox", "Edg", "OPR", "SamsungBrowser", "Chrome", "Safari")
SYSTEMS = ("Android", "iPhone", "iPad", "Windows", "Mac OS X", "CrOS", "Linux")
SAID = {"Edg": "Edge", "OPR": "Opera", "SamsungBrowser": "Samsung Internet", "Mac OS X": "Mac"}


def device_name(user_agent: str) -> str:
    """A short name by which its owner knows a device again, such as "Firefox, Android"."""
    found = [
        next((name for name in names if name in user_agent), "") for names in (BROWSERS, SYSTEMS)
    ]
    return ", ".join(SAID.get(name, name) for name in found if name) or _("A browser")
