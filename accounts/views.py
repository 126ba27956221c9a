"""Me, the texts that all go by, and the way out."""

from django.conf import settings
from django.contrib.auth import logout
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from accounts.access import Access, access
from accounts.models import Document, DocumentKind

MOST_VERSIONS = 50


@access(Access.ACCOUNT)
@require_safe
def me(request: HttpRequest) -> HttpResponse:
    """The person's own place: what is theirs, and how to change it."""
    return render(request, "accounts/me.html")


@access(Access.PUBLIC)
@require_safe
def rules(request: HttpRequest, version: str = "") -> HttpResponse:
    """The rules for everyone, each with its reason and source; earlier versions by number."""
    return _document(request, DocumentKind.MEMBER_RULES, "accounts:rules", version)


@access(Access.PUBLIC)
@require_safe
def hcp_code(request: HttpRequest, version: str = "") -> HttpResponse:
    """The code of conduct that health professionals sign; earlier versions by number."""
    return _document(request, DocumentKind.HCP_CODE, "accounts:hcp_code", version)


def _document(request: HttpRequest, kind: DocumentKind, name: str, version: str) -> HttpResponse:
    current = Document.objects.current(kind)
    if current is None:
        raise Http404
    document = current
    published = Document.objects.filter(
        kind=kind, language=current.language, published_at__isnull=False
    ).order_by("-published_at", "-pk")
    if version:
        document = get_object_or_404(published, version=version)
    versions = [
        (row.version, reverse(f"{name}_version", args=[row.version]), row.published_at)
        for row in published[:MOST_VERSIONS]
    ]
    context = {
        "document": document,
        "clauses": document.clauses.all(),
        "earlier": versions if len(versions) > 1 else [],
        "is_old": document != current,
        "newest_address": reverse(name),
    }
    return render(request, "accounts/document.html", context)


# Exempt: the way out must work with a stale page. A foreign site gains nothing by it, its
# requests do not carry the session cookie (SameSite=Lax).
@access(Access.PUBLIC)
@csrf_exempt
@require_POST
def leave_now(request: HttpRequest) -> HttpResponse:
    """Sign out, forget this site's pages in the browser, and go to a neutral site.

    An empty page leads on, not a redirect: browsers hold redirects of forms against our content
    policy, and a neutral site may redirect once more.
    """
    logout(request)
    response = render(request, "accounts/leave_now.html", {"address": settings.LEAVE_NOW_URL})
    response["Clear-Site-Data"] = '"cache", "cookies", "storage"'
    response["Cache-Control"] = "no-store"
    return response
