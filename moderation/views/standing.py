"""How I am doing: a page for its owner alone."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.access import Access, access
from accounts.http import SignedInRequest
from accounts.models import Role
from forum.access_log import shows_no_posts
from moderation.standing import standing_of


@access(Access.ACCOUNT)
@shows_no_posts
@require_safe
def standing(request: SignedInRequest) -> HttpResponse:
    """What is in force for this member, what was fine, and what comes next. No score."""
    if request.viewer.role != Role.MEMBER:
        raise Http404
    found = standing_of(request.user, request.viewer, at=timezone.now())
    return render(request, "moderation/standing.html", {"standing": found})
