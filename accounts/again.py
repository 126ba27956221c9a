"""*Is it still you?* Asked before somebody takes a copy of their data or closes the account.

By password or second factor where there is one (allauth's own pages), else by a code sent to the
address of the account. An answer counts for five minutes.
"""

import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account import app_settings
from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.reauthentication import did_recently_reauthenticate
from allauth.core import ratelimit
from django import forms
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from accounts.access import Access, access
from accounts.http import SignedInRequest

View = Callable[..., HttpResponseBase]
CODE_LASTS = 15 * 60  # seconds
MOST_TRIES = 3
SENT = "still_you_code"
ANSWERED = "still_you_at"


def is_still_them(request: SignedInRequest) -> bool:
    """Whether the person answered within the last five minutes, in this session."""
    if get_adapter().get_reauthentication_methods(request.user):
        return bool(did_recently_reauthenticate(request))
    kept = request.session.get(ANSWERED) or {}
    recent = time.time() - kept.get("at", 0) < app_settings.REAUTHENTICATION_TIMEOUT
    return recent and kept.get("user") == request.user.pk


def asks_again(*, back_to: str = "") -> Callable[[View], View]:
    """Open a view only to somebody who answered just now; send others to answer, and back.

    ``back_to``: name of the page to come back to, for views that only take POST.
    """

    def wrap(view: View) -> View:
        @wraps(view)
        def asking(request: SignedInRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if is_still_them(request):
                return view(request, *args, **kwargs)
            to = reverse(back_to) if back_to else request.get_full_path()
            methods = get_adapter().get_reauthentication_methods(request.user)
            page = methods[0]["url"] if methods else reverse("accounts:still_you")
            return redirect(f"{page}?{urlencode({'next': to})}")

        return asking

    return wrap


class CodeForm(forms.Form):
    """The code from the mail."""

    code = forms.CharField(
        label=_("Code from the e-mail"),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "autocapitalize": "off"}),
        error_messages={"required": _("Type the code from the e-mail.")},
    )


@access(Access.ACCOUNT)
@require_http_methods(["GET", "HEAD", "POST"])
def still_you(request: SignedInRequest) -> HttpResponse:
    """Send a code, take the code, go on. For accounts without password and second factor."""
    to = _next(request)
    if get_adapter().get_reauthentication_methods(request.user) or is_still_them(request):
        return redirect(to)
    if request.method != "POST":
        return _page(request, CodeForm(), to)
    if request.POST.get("do") == "send":
        if not ratelimit.consume(request, action="request_login_code", key=request.user.email):
            return _page(request, CodeForm(), to, status=429)
        _send(request)
        return redirect(f"{request.path}?{urlencode({'next': to})}")
    form = CodeForm(request.POST)
    if form.is_valid():
        if _is_right(request, form.cleaned_data["code"]):
            request.session[ANSWERED] = {"at": time.time(), "user": request.user.pk}
            return redirect(to)
        form.add_error("code", _("That is not the code, or it is too old. Send a new one?"))
    return _page(request, form, to)


def _page(request: SignedInRequest, form: CodeForm, to: str, *, status: int = 200) -> HttpResponse:
    context = {"form": form, "next": to, "sent": SENT in request.session, "wait": status == 429}
    return render(request, "accounts/still_you.html", context, status=status)


def _send(request: SignedInRequest) -> None:
    code = get_adapter().generate_login_code()
    request.session[SENT] = {
        "hash": _hashed(request, code),
        "until": time.time() + CODE_LASTS,
        "tries": 0,
    }
    get_adapter().send_mail("account/email/still_you", request.user.email, {"code": code})


def _is_right(request: SignedInRequest, code: str) -> bool:
    """Whether this is the code that was sent; it works once, and three wrong ones end it."""
    sent = request.session.pop(SENT, None)
    if not sent or time.time() > sent["until"]:
        return False
    if constant_time_compare(sent["hash"], _hashed(request, code)):
        return True
    if sent["tries"] + 1 < MOST_TRIES:
        request.session[SENT] = sent | {"tries": sent["tries"] + 1}
    return False


def _hashed(request: SignedInRequest, code: str) -> str:
    plain = "".join(code.split()).replace("-", "").lower()
    words = f"{request.user.pk}:{plain}"
    return salted_hmac("islet.still_you", words, algorithm="sha256").hexdigest()


def _next(request: SignedInRequest) -> str:
    to = request.POST.get("next") or request.GET.get("next") or ""
    hosts = {request.get_host()}
    if url_has_allowed_host_and_scheme(to, hosts, require_https=request.is_secure()):
        return to
    return reverse("accounts:me")
