"""*Me > Apps*: keys for programs of one's own; and what the API is, for who writes them."""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps

from django import forms
from django.http import Http404, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import Access, access
from accounts.again import asks_again
from accounts.http import SignedInRequest, VisitorRequest
from accounts.models import Scope, TokenKind
from accounts.models.token import MOST_APPS, NAME_MAX
from accounts.tokens import TooMany, live_tokens, may_have_tokens, stop_token
from forum.access_log import shows_no_posts
from forum.actions.keys import make_app_key
from forum.api.guide import ERRORS, operations
from forum.api.schema import schema
from forum.views.feeds import SHOWN_ONCE

View = Callable[[SignedInRequest], HttpResponseBase]


class AppKeyForm(forms.Form):
    """What a new key is for, what it may do, and how long it lasts. Nothing is ticked before."""

    name = forms.CharField(
        label=_("Name of the app"),
        help_text=_("So that you know later what it is for."),
        max_length=NAME_MAX,
        error_messages={"required": _("Give it a name.")},
    )
    scopes = forms.MultipleChoiceField(
        label=_("What may it do?"),
        choices=Scope,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Tick one thing at least.")},
    )
    lasts = forms.TypedChoiceField(
        label=_("How long?"),
        coerce=int,
        choices=[(30, _("30 days")), (90, _("90 days")), (365, _("One year"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("Pick one.")},
    )


def for_members(view: View) -> View:
    """Nothing is there for the team: keys would go around their second step of signing in."""

    @wraps(view)
    def opened(request: SignedInRequest) -> HttpResponseBase:
        if not may_have_tokens(request.user):
            raise Http404
        return view(request)

    return opened


@access(Access.ACCOUNT)
@shows_no_posts
@require_http_methods(["GET", "HEAD", "POST"])
@for_members
def apps(request: SignedInRequest) -> HttpResponse:
    """The keys that somebody has made; POST ends one (``stop=ID``)."""
    if request.method == "POST":
        stop_token(user=request.user, public_id=request.POST.get("stop", "")[:20])
        return redirect("forum:apps")
    keys = _keys(request)
    context = {"keys": keys, "is_full": len(keys) >= MOST_APPS, "most": MOST_APPS}
    return render(request, "forum/apps.html", context)


@access(Access.ACCOUNT)
@shows_no_posts
@require_http_methods(["GET", "HEAD", "POST"])
@for_members
@asks_again()
def new_app(request: SignedInRequest) -> HttpResponse:
    """Make a key. It is shown in the answer to the form, and nowhere later."""
    form = AppKeyForm(request.POST or None)
    token, secret = None, ""
    if request.method == "POST" and form.is_valid():
        words = form.cleaned_data
        try:
            token, secret = make_app_key(
                user=request.user,
                name=words["name"],
                scopes=[Scope(scope) for scope in words["scopes"]],
                lasts=timedelta(days=words["lasts"]),
            )
        except TooMany:
            form.add_error(None, _("You have ten keys already. Stop one first."))
    response = render(
        request, "forum/app_new.html", {"form": form, "token": token, "secret": secret}
    )
    for name, value in SHOWN_ONCE.items():
        response[name] = value
    return response


@access(Access.PUBLIC)
@shows_no_posts
@require_safe
def guide(request: VisitorRequest) -> HttpResponse:
    """What the API does, for those who write programs. Made from the schema; no word from afar."""
    context = {"operations": operations(), "errors": ERRORS, "scopes": Scope.choices}
    return render(request, "forum/api.html", context)


@access(Access.PUBLIC)
@shows_no_posts
@require_safe
def openapi(request: VisitorRequest) -> HttpResponse:
    """The schema (OpenAPI 3.1)."""
    response = JsonResponse(schema())
    response["Cache-Control"] = "public, max-age=3600"
    response["X-Robots-Tag"] = "noindex"
    return response


def _keys(request: SignedInRequest) -> list[dict]:
    labels = dict(Scope.choices)
    return [
        {"token": token, "scopes": [labels[scope] for scope in token.scopes if scope in labels]}
        for token in live_tokens(request.user)
        if token.kind == TokenKind.API
    ]
