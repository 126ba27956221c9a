"""The desk's statistics: whole counts, for admins, about the team as a whole."""

from datetime import timedelta

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.access import Access, access
from accounts.http import SignedInRequest
from forum.access_log import shows_no_posts
from moderation import statistics as by_time
from moderation.figures import figures, without_own
from moderation.transparency_page import figures_in_words


@access(Access.ADMIN)
@shows_no_posts
@require_safe
def statistics(request: SignedInRequest) -> HttpResponse:
    """The parts of the public page for the last 28 days, and counts by day and by month."""
    now = timezone.now()
    since = now - timedelta(days=by_time.DAYS)
    found = figures(without_own(request.viewer), since=since, until=now, at=now)
    tables, waits = figures_in_words(found)
    context = {
        "days": by_time.DAYS,
        "tables": [table for table in tables if table.rows],
        "waits": waits,
        "by_time": by_time.statistics(request.viewer, at=now),
    }
    return render(request, "moderation/statistics.html", context)
