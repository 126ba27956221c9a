"""Signing in as one of the demo's people with one click. Not there without DEMO=1."""

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.access import Access, access
from accounts.models import User
from config.demo.personas import NAMES, PERSONAS, name_from
from forum.access_log import shows_no_posts

BACKEND = "accounts.signed_in.AuthenticationBackend"


@access(Access.PUBLIC)
@shows_no_posts
@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """Who you can be here."""
    return render(request, "demo/start.html", {"personas": PERSONAS})


@access(Access.PUBLIC)
@require_POST
def sign_in(request: HttpRequest) -> HttpResponse:
    """Be one of them."""
    return _sign_in(request, request.POST.get("persona", ""))


@access(Access.PUBLIC)
@require_safe
def sign_in_by_link(request: HttpRequest, token: str) -> HttpResponse:
    """Be the one that the link is for."""
    return _sign_in(request, name_from(token) or "")


def _sign_in(request: HttpRequest, name: str) -> HttpResponse:
    if not settings.DEMO or name not in NAMES:
        raise Http404
    login(request, get_object_or_404(User, pseudonym=name), backend=BACKEND)
    UserSession.objects.create_from_request(request)
    return redirect("home")
