"""No page that shows a member's post goes to a health professional unless it was written down."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

from accounts.viewer import Viewer
from forum.access_log import has_recorded, is_logged

Handler = Callable[[HttpRequest], HttpResponseBase]

# The other apps cannot import the forum, so they have no posts to show.
APPS_WITH_POSTS = ("forum.", "moderation.", "config.")
WITHOUT_CONTENT = frozenset({304, 403, 404, 405})


class NotWrittenDown(Exception):
    """A view would show an HCP a page without saying which posts are on it."""


class AccessLogMiddleware:
    """Stops pages for HCPs that neither recorded what they show nor say that it is nothing."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer; raises ``NotWrittenDown`` (an error page) where a record is missing."""
        response = self.get_response(request)
        view = request.resolver_match.func if request.resolver_match else None
        if view is None or not view.__module__.startswith(APPS_WITH_POSTS):
            return response
        if not 200 <= response.status_code < 300 and not 400 <= response.status_code < 500:
            return response
        if response.status_code in WITHOUT_CONTENT or getattr(view, "shows_no_posts", False):
            return response
        viewer: Viewer = request.viewer  # type: ignore[attr-defined]
        if is_logged(viewer) and not has_recorded(request):
            raise NotWrittenDown(
                f"{view.__module__}.{view.__name__}: call record_shown or mark it shows_no_posts"
            )
        return response
