"""Django's own admin, to look things up while a site is set up. Off unless DJANGO_ADMIN=1.

For admins with their extra step alone; everybody else finds nothing, not even a page to sign in.
It changes nothing: what admins change has pages of its own, with checks and the audit log. And it
knows only tables in which no words of members stand (``SHOWN``, held to by a test).
"""

from collections.abc import Iterable, Iterator
from inspect import isfunction
from typing import Any

from django.contrib.admin import AdminSite, ModelAdmin
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver

from accounts.access import Access, access
from accounts.models import Announcement, Document, HelplineSheet, SiteSettings, Workplace
from accounts.viewer import Viewer
from forum.access_log import shows_no_posts
from forum.models import Board, Ruleset, StaffedHours
from moderation.models import Shift

# Columns of each table. No posts, threads, drafts, reports, cases, people, notices, copies or log.
SHOWN: dict[type[Model], tuple[str, ...]] = {
    Announcement: ("text", "audience", "starts_at", "ends_at"),
    Board: ("title", "slug", "hold_policy", "sample_percent"),
    Document: ("kind", "version", "language", "published_at"),
    HelplineSheet: ("country", "number", "published_at"),
    Ruleset: ("pk",),
    Shift: ("starts_at", "ends_at"),
    SiteSettings: ("number", "joining", "set_at"),
    StaffedHours: ("number", "set_at"),
    Workplace: ("name",),
}


def may_look(request: HttpRequest) -> bool:
    """Whether this is an admin whose account works, with the extra step."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    return viewer.may_administer


class ReadOnly(ModelAdmin):
    """Rows to look at. Nothing is added, changed or deleted here."""

    actions = None
    list_per_page = 50

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Admins."""
        return may_look(request)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Admins."""
        return may_look(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nobody."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nobody."""
        return False

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """There is none: the audit log at the desk is the history."""
        raise Http404


class Site(AdminSite):
    """The site of these tables. Each page declares who may use it, as all pages do."""

    index_template = "config/django_admin/index.html"
    enable_nav_sidebar = False

    def has_permission(self, request: HttpRequest) -> bool:
        """Admins whose account works."""
        return may_look(request)

    def get_urls(self) -> list[Any]:
        """All pages declare who may use them. What does not, such as its sign-in, is refused."""
        urls = super().get_urls()
        for pattern in _patterns(urls):
            if isfunction(pattern.callback):
                access(Access.ADMIN)(shows_no_posts(pattern.callback))
        return urls


def _patterns(urls: Iterable[Any]) -> Iterator[URLPattern]:
    for entry in urls:
        if isinstance(entry, URLResolver):
            yield from _patterns(entry.url_patterns)
        else:
            yield entry


site = Site(name="django_admin")
for model, columns in SHOWN.items():
    fields = {"list_display": columns, "__doc__": f"{model.__name__}, to look at."}
    site.register(model, type(f"{model.__name__}Admin", (ReadOnly,), fields))
