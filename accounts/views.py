"""Me, the texts that all go by, and the way out."""

from django.conf import settings
from django.contrib.auth import logout
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from accounts.access import Access, access
from accounts.models import Document, DocumentKind


@access(Access.ACCOUNT)
@require_safe
def me(request: HttpRequest) -> HttpResponse:
    """The person's own place: what is theirs, and how to change it."""
    return render(request, "accounts/me.html")


@access(Access.PUBLIC)
@require_safe
def rules(request: HttpRequest) -> HttpResponse:
    """The rules for everyone, each with its reason and source."""
    return _document(request, DocumentKind.MEMBER_RULES)


@access(Access.PUBLIC)
@require_safe
def hcp_code(request: HttpRequest) -> HttpResponse:
    """The code of conduct that health professionals sign."""
    return _document(request, DocumentKind.HCP_CODE)


def _document(request: HttpRequest, kind: DocumentKind) -> HttpResponse:
    document = Document.objects.current(kind)
    if document is None:
        raise Http404
    context = {"document": document, "clauses": document.clauses.all()}
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
