"""Who has seen my posts, for members; what I opened, for health professionals."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import Access, access
from accounts.http import SignedInRequest
from accounts.models import Role
from forum.access_log import shows_no_posts
from forum.queries.access import day_from, what_i_opened, who_has_seen


@access(Access.ACCOUNT)
@shows_no_posts
@require_safe
def seen(request: SignedInRequest) -> HttpResponse:
    """A member's own posts that professionals were shown, by day; ``?before=`` goes on."""
    if request.viewer.role != Role.MEMBER:
        raise Http404
    days, has_older = who_has_seen(
        request.viewer, before=day_from(request.GET.get("before", "")[:10])
    )
    context = {"days": days, "last_day": days[-1].day if days and has_older else None}
    return render(request, "forum/seen.html", context)


@access(Access.READER)
@shows_no_posts  # neither names nor words: where, when, and a link
@require_safe
def opened(request: SignedInRequest) -> HttpResponse:
    """What this professional was shown, by day; ``?before=`` goes on."""
    if request.viewer.role != Role.HCP:
        raise Http404
    days, has_older = what_i_opened(
        request.viewer, before=day_from(request.GET.get("before", "")[:10])
    )
    context = {"days": days, "last_day": days[-1].day if days and has_older else None}
    return render(request, "forum/opened.html", context)
