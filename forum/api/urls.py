"""Addresses of the API. Each of its views declares that it wants a key."""

from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponseBase, HttpResponseNotAllowed
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from ninja import NinjaAPI

from accounts.access import Access, access
from accounts.problems import problem
from forum.api import reading, telling, writing
from forum.api.app import PREFIX, api, router

View = Callable[..., HttpResponseBase]

# Imported for what they add to the router, which is complete from here on.
MODULES = (reading, writing, telling)
api.add_router("", router)


def complete() -> NinjaAPI:
    """The API with all that it does."""
    return api


def by_key(view: View) -> View:
    """A view of the API as one of ours: opened by a key alone, and by no cookie."""

    @access(Access.KEY)
    @wraps(view, assigned=("__doc__", "__name__"))
    def opened(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        if isinstance(response, HttpResponseNotAllowed):
            words = _("This address does not do that.")
            return problem(405, "not-so", words, headers={"Allow": response["Allow"]})
        response["X-Robots-Tag"] = "noindex, nofollow"
        return response

    # Nothing in a request by key comes from a cookie, so no other site can send one for somebody.
    opened.csrf_exempt = True  # type: ignore[attr-defined]
    return opened


def _patterns() -> Iterator[URLPattern]:
    """One for each address; methods of one address share a view."""
    seen = set()
    for pattern in api.urls[0]:
        if not isinstance(pattern, URLPattern) or pattern.callback is None:
            continue
        name = pattern.name or ""
        if name.startswith("api_") and name not in seen:
            seen.add(name)
            yield path(
                PREFIX.lstrip("/") + str(pattern.pattern), by_key(pattern.callback), name=name
            )


api_patterns = list(_patterns())
