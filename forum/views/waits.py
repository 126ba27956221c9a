"""The public page on how soon a human looks: served hours and measured waits. No posts."""

from datetime import datetime, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.dates import WEEKDAYS
from django.views.decorators.http import require_safe

from accounts.access import Access, access
from forum.access_log import shows_no_posts
from forum.due import current_hours
from forum.hours import Hours, day_in_words, is_staffed
from forum.waits import FEWEST, IN_PLAIN_WORDS, WINDOW, in_words, usual_waits

TOLD_AHEAD = timedelta(days=28)


@access(Access.PUBLIC)
@shows_no_posts
@require_safe
def waits(request: HttpRequest) -> HttpResponse:
    """When people are there, and how long posts have waited for them."""
    now = timezone.now()
    hours = current_hours()
    measured = usual_waits(at=now)
    context = {
        "rows": [
            {
                "what": words,
                "median": in_words(measured[severity].median) if severity in measured else "",
                "p90": in_words(measured[severity].p90) if severity in measured else "",
            }
            for severity, words in IN_PLAIN_WORDS.items()
        ],
        "week": _week(hours) if hours else [],
        "differing": _differing(hours, now) if hours else [],
        "zone": hours.place if hours else "",
        "staffed_now": is_staffed(hours, now),
        "fewest": FEWEST,
        "days": WINDOW.days,
    }
    return render(request, "forum/waits.html", context)


def _week(hours: Hours) -> list[tuple[object, str]]:
    return [(WEEKDAYS[number], day_in_words(spans)) for number, spans in enumerate(hours.week)]


def _differing(hours: Hours, now: datetime) -> list[tuple[object, str]]:
    """Days of the next weeks that differ."""
    today = now.astimezone(hours.zone).date()
    return [
        (day, day_in_words(spans))
        for day, spans in sorted(hours.exceptions.items())
        if today <= day < today + TOLD_AHEAD
    ]
