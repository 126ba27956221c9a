"""How good the reviews are: for admins, about the team as a whole."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.access import Access, access
from accounts.http import SignedInRequest
from forum.access_log import shows_no_posts
from moderation.models import DecisionKind
from moderation.quality import PERIOD, agreement, hard_items_of_team, misses


@access(Access.ADMIN)
@shows_no_posts
@require_safe
def quality(request: SignedInRequest) -> HttpResponse:
    """Agreement of second looks, misses among samples, and what weighs on the team."""
    since = timezone.now() - PERIOD
    missed = misses(since=since)
    context = {
        "days": PERIOD.days,
        "agreement": agreement(since=since),
        "kinds": list(DecisionKind),
        "misses": missed,
        "share": _percent(missed.share),
        "interval": [_percent(end) for end in missed.interval or ()],
        "hard_items": hard_items_of_team(since=since),
    }
    return render(request, "moderation/quality.html", context)


def _percent(share: float | None) -> float | None:
    return None if share is None else round(share * 100, 1)
