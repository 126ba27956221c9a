"""The public pages of guide articles. No account is needed, and guests get no cookie."""

from typing import Any

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.http import urlencode
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from accounts.access import Access, access
from accounts.http import VisitorRequest
from guides.actions.feedback import Answer, say
from guides.models import ArticleVersion, Topic
from guides.queries.articles import by_topic, find_shown, reviewer_of, sources_of, writer_of
from guides.queries.search import LONGEST, search
from guides.rendering import as_html
from guides.roles import may_edit

GUEST_SECONDS = 300  # for so long a copy of what guests see may be shown again


@access(Access.PUBLIC)
@require_safe
def listing(request: VisitorRequest) -> HttpResponse:
    """All guides by topic; ``?topic=`` narrows, ``?q=`` searches."""
    typed = request.GET.get("q", "")[:LONGEST].strip()
    topic = request.GET.get("topic", "")
    topic = topic if topic in Topic.values and not typed else ""
    groups = [] if typed else by_topic(topic)
    featured = [
        version for group in groups for version in group.versions if version.article.is_featured
    ]
    context = {
        "typed": typed,
        "topic": Topic(topic) if topic else None,
        "topics": Topic.choices,
        "found": search(typed) if typed else [],
        "groups": groups,
        "featured": [] if topic else featured,
        "is_editor": may_edit(request.viewer),
    }
    return _kept_for_guests(request, render(request, "guides/articles.html", context))


@access(Access.PUBLIC)
@require_safe
def article(request: VisitorRequest, slug: str) -> HttpResponse:
    """One guide, as it is shown now."""
    version = find_shown(slug)
    if version is None:
        raise Http404
    context = {
        **shown(version),
        "has_said": "said" in request.GET,
        "answers": Answer,
        "is_editor": may_edit(request.viewer),
        "report_address": f"{reverse('moderation:report')}?{urlencode({'guide': version.title})}",
    }
    return _kept_for_guests(request, render(request, "guides/article.html", context))


# Without a CSRF token guests get no cookie, and one page is the same for all of them. Another site
# could make somebody's browser add one to a sum; it can do nothing else here.
@access(Access.PUBLIC)
@csrf_exempt
@require_POST
def feedback(request: VisitorRequest, slug: str) -> HttpResponse:
    """Count whether a guide was clear."""
    version = find_shown(slug)
    if version is None:
        raise Http404
    answer = request.POST.get("answer", "")
    if answer in set(Answer):
        say(version=version, answer=Answer(answer))
    return redirect(f"{reverse('guides:article', args=[slug])}?said=1#was-it-clear")


def shown(version: ArticleVersion) -> dict[str, Any]:
    """What ``guides/_article.html`` needs: the same for readers and in a preview."""
    return {
        "article": version.article,
        "version": version,
        "body": as_html(version.html),
        "sources": sources_of(version),
        "writer": writer_of(version),
        "reviewer": reviewer_of(version),
    }


def _kept_for_guests(request: VisitorRequest, response: HttpResponse) -> HttpResponse:
    """Let what guests see be kept for a short while; what others see is never kept.

    A visitor with a session has something of their own, such as a message that waits.
    """
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        patch_cache_control(response, public=True, max_age=GUEST_SECONDS)
        patch_vary_headers(response, ["Cookie", "Accept-Language"])
    return response
