"""Who a health professional is: checked facts, interests, no posts."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.access import Access, access
from accounts.applying.standing import Standing, standing_of
from accounts.http import SignedInRequest
from forum.access_log import shows_no_posts
from forum.queries.professionals import professionals_met_by


@access(Access.READER)
@shows_no_posts
@require_safe
def professional(request: SignedInRequest, public_id: str) -> HttpResponse:
    """The page that each post of theirs links to. Never lists what they wrote."""
    met = professionals_met_by(request.viewer).select_related("user")
    profile = get_object_or_404(met, user__public_id=public_id)
    context = {
        "profile": profile,
        "is_current": standing_of(profile, at=timezone.now()) == Standing.CURRENT,
        "workplaces": profile.workplaces.order_by("name"),
    }
    return render(request, "forum/professional.html", context)
