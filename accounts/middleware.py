"""Two middlewares: who is asking, and may they use this page."""

from collections.abc import Callable

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.functional import SimpleLazyObject

from accounts.access import Access
from accounts.token_access import open_by_token
from accounts.viewer import Barrier, Viewer, viewer_of

Handler = Callable[[HttpRequest], HttpResponseBase]

# Pages of allauth check for themselves who may use them.
ALLAUTH_MODULES = ("allauth.",)
ALWAYS_OPEN_MODULES = ("django.views.static", "django.contrib.staticfiles.views")


class ViewerMiddleware:
    """Puts ``request.viewer`` (lazy) on every request and keeps pages out of shared caches."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Attach the viewer, answer, mark the answer private."""
        request.viewer = SimpleLazyObject(lambda: viewer_of(request.user))  # type: ignore[attr-defined]
        response = self.get_response(request)
        if not response.has_header("Cache-Control"):
            patch_cache_control(response, private=True, no_store=True)
        return response


class AccessMiddleware:
    """Enforces the ``access`` declaration of each view. Undeclared views are refused."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Nothing to do before the view is known."""
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable, args: tuple, kwargs: dict
    ) -> HttpResponseBase | None:
        """None to go on, or the answer for somebody who may not use this page.

        The answer depends on the page's kind and the person alone, never on what the URL names,
        so that it says nothing about what exists.
        """
        kind = getattr(view, "access", None)
        if kind is None and view.__module__.startswith(ALLAUTH_MODULES + ALWAYS_OPEN_MODULES):
            return None
        if kind == Access.PUBLIC:
            return None
        if kind is None:
            return not_here(request)
        if kind == Access.KEY:
            return open_by_token(request, kwargs)
        if not request.user.is_authenticated:
            words = words_sent_from_here(request)
            return (
                signed_out(request, words) if words else redirect_to_login(request.get_full_path())
            )
        viewer: Viewer = request.viewer  # type: ignore[attr-defined]
        if kind == Access.ACCOUNT or allows(kind, viewer):
            return None
        if viewer.barrier == Barrier.MFA_MISSING:
            return redirect(reverse("mfa_index"))
        return not_here(request)


def allows(kind: Access, viewer: Viewer) -> bool:
    """Whether a signed-in viewer may use pages of this kind. Unknown kinds: no."""
    return {
        Access.READER: viewer.may_read,
        Access.REVIEWER: viewer.may_review,
        Access.ADMIN: viewer.may_administer,
    }.get(kind, False)


def words_sent_from_here(request: HttpRequest) -> str:
    """What somebody wrote in a form of this site and sent; empty where it came from elsewhere."""
    if request.method != "POST" or request.headers.get("Sec-Fetch-Site") != "same-origin":
        return ""
    if "application/json" in request.headers.get("Accept", ""):
        return ""  # a script asks: it has the words, and needs no page
    parts = (request.POST.get("title", ""), request.POST.get("text", ""))
    return "\n\n".join(part for part in parts if part.strip())


def signed_out(request: HttpRequest, words: str) -> HttpResponse:
    """Give somebody whose session ended while they wrote their words back, to sign in with."""
    context = {"words": words, "next": request.get_full_path()}
    return render(request, "accounts/signed_out.html", context, status=403)


def not_here(request: HttpRequest) -> HttpResponse:
    """404, with a kind word where it is the account that stands in the way."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    return render(request, "404.html", {"barrier": viewer.barrier}, status=404)
