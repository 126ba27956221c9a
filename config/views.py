"""Pages that belong to no app: the front door and a few words to machines."""

import re
from datetime import datetime

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from accounts.access import Access, access
from accounts.http import VisitorRequest
from accounts.middleware import words_sent_from_here
from forum.access_log import shows_no_posts
from forum.ways import push_is_on
from guides.queries.articles import checked_guides

WORKER_SECONDS = 600  # how long a browser may go on with the script it has
PAPER = "#FFF9F2"
ICONS = (
    ("icon-192", 192, "any"),
    ("icon-512", 512, "any"),
    ("icon-maskable-512", 512, "maskable"),
)
# What a name must not say on a screen that others see, and what stands there instead.
TELLING = re.compile(r"diab|\bt1d?|type.?1|insulin|gluco|sugar|hypo|pancrea", re.IGNORECASE)
DISCREET = "Islet"
CLOSED = ("boards", "t", "p", "account", "feeds", "api/v1")
ROBOTS = (
    "User-agent: *\n"
    + "".join(f"Disallow: /{name}/\n" for name in CLOSED)
    + "Sitemap: %s/sitemap.xml\n"
)
# Pages for everybody that stay where they are. Guides are added; samples are not.
IN_SITEMAP = (
    "home",
    "guides:how_it_works",
    "guides:look_inside",
    "guides:stay_safe",
    "guides:help_now",
    "guides:judge",
    "guides:articles",
    "accounts:rules",
    "accounts:hcp_code",
)


@access(Access.PUBLIC)
@shows_no_posts
@require_safe
def home(request: VisitorRequest) -> HttpResponse:
    """Members go straight to the boards; others learn what this place is."""
    if request.viewer.may_read:
        return redirect("forum:boards")
    return render(request, "home.html", {"barrier": request.viewer.barrier})


@access(Access.PUBLIC)
@require_safe
@cache_control(public=True, max_age=86400)
def favicon(request: HttpRequest) -> HttpResponse:
    """For browsers that ask for it at the root."""
    return HttpResponseRedirect(static("img/favicon.ico"))


@access(Access.PUBLIC)
@shows_no_posts
@require_safe
@cache_control(public=True, max_age=86400)
def robots(request: HttpRequest) -> HttpResponse:
    """What search engines shall leave alone."""
    return HttpResponse(ROBOTS % settings.SITE_URL, content_type="text/plain")


@access(Access.PUBLIC)
@shows_no_posts
@require_safe
@cache_control(public=True, max_age=WORKER_SECONDS)
def worker(request: HttpRequest) -> HttpResponse:
    """The script that browsers keep: help without a network, and messages on devices.

    There can be one for the whole site, and it must come from the top. It is the same for all.
    """
    words = {"site_name": settings.SITE_NAME, "has_push": push_is_on()}
    return HttpResponse(render_to_string("worker.js", words), content_type="text/javascript")


@access(Access.PUBLIC)
@shows_no_posts
@require_safe
@cache_control(public=True, max_age=86400)
def manifest(request: HttpRequest) -> HttpResponse:
    """What a phone asks for when somebody puts the site on its first screen. The same for all."""
    return JsonResponse(
        {
            "id": "/",
            "name": settings.SITE_NAME,
            "short_name": short_name(settings.SITE_NAME),
            "start_url": reverse("home"),
            "scope": "/",
            # With the browser's own way back: the pages have none.
            "display": "minimal-ui",
            "background_color": PAPER,
            "theme_color": PAPER,
            "icons": [
                {
                    "src": static(f"img/{name}.png"),
                    "sizes": f"{size}x{size}",
                    "type": "image/png",
                    "purpose": purpose,
                }
                for name, size, purpose in ICONS
            ],
        },
        content_type="application/manifest+json",
    )


def short_name(name: str) -> str:
    """What stands under the icon, for all who see the phone: the name, unless it tells much."""
    return DISCREET if TELLING.search(name) else name


@access(Access.PUBLIC)
@shows_no_posts
@require_safe
@cache_control(public=True, max_age=3600)
def sitemap(request: HttpRequest) -> HttpResponse:
    """Pages that search engines may show: none of members, none that nobody has checked."""
    addresses = [settings.SITE_URL + reverse(name) for name in IN_SITEMAP]
    pages: list[tuple[str, datetime | None]] = [(address, None) for address in addresses]
    for slug, day in checked_guides():
        pages.append((settings.SITE_URL + reverse("guides:article", args=[slug]), day))
    return render(request, "sitemap.xml", {"pages": pages}, content_type="application/xml")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The one page for all that is not there, and for all that may not be seen."""
    return render(request, "404.html", status=404)


@access(Access.PUBLIC)
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that is too old or came from elsewhere: say what to do, keep nothing secret."""
    words = words_sent_from_here(request)
    context = {"site_name": settings.SITE_NAME, "words": words}
    return render(request, "403_csrf.html", context, status=403)
