"""What every template can use."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from accounts.announcements import announcements_for
from accounts.viewer import GUEST, Viewer
from forum.queries.notices import unread_count
from forum.ways import mail_trouble
from guides.helplines_now import country_of
from guides.panel import help_panel
from guides.queries.search import search

GUIDES_BESIDE_POSTS = 3


def site(request: HttpRequest) -> dict[str, Any]:
    """Names and switches of the site, and what the person may do. All that costs is lazy."""
    viewer: Viewer = getattr(request, "viewer", GUEST)
    return {
        "site_name": settings.SITE_NAME,
        "demo": settings.DEMO,
        "display": getattr(getattr(request, "user", None), "display", {}),
        "viewer": viewer,
        "announcements": SimpleLazyObject(lambda: announcements_for(request)),
        "can_review": SimpleLazyObject(lambda: viewer.may_review),
        "can_administer": SimpleLazyObject(lambda: viewer.may_administer),
        "unread_notices": SimpleLazyObject(lambda: unread_count(viewer)),
        "mail_trouble": SimpleLazyObject(lambda: mail_trouble(getattr(request, "user", None))),
        # On the page that searches posts; the forum knows nothing of guides.
        "found_guides": SimpleLazyObject(
            lambda: search(request.GET.get("q", ""), GUIDES_BESIDE_POSTS)
        ),
        "help_panel": SimpleLazyObject(lambda: help_panel(country_of(request))),
    }
