"""What we tell everybody of our work: half-years that are over, read from their frozen rows."""

import csv
import io

from django.conf import settings
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from accounts.access import Access, access
from forum.access_log import shows_no_posts
from moderation.halves import Half, half_of
from moderation.models import TransparencySnapshot
from moderation.transparency import SETTLES
from moderation.transparency_page import (
    CHART_WIDTH,
    FILES,
    half_in_words,
    lines_of,
    page_of,
    told_on,
)

# Half-years in the list of pages: 20 years.
LISTED = 40
FILE_SECONDS = 86_400
# Spreadsheets take a text that starts like this for a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


@access(Access.PUBLIC)
@shows_no_posts
@require_safe
def transparency(request: HttpRequest, year: int | None = None, half: int = 0) -> HttpResponse:
    """The newest frozen half-year, or the one asked for. Two queries at most for its contents."""
    halves = [Half(*pair) for pair in _rows().values_list("year", "half")[:LISTED]]
    snapshot = _rows().first() if year is None else _snapshot(year, half)
    now = timezone.now()
    running = half_of(now)
    # The half-year before may be over and not told yet.
    following = running.before() if now < running.before().until + SETTLES else running
    context = {
        "page": page_of(snapshot) if snapshot else None,
        "half_words": half_in_words(Half(snapshot.year, snapshot.half)) if snapshot else "",
        "halves": [(one, half_in_words(one)) for one in halves],
        "following": half_in_words(following),
        "told_on": told_on(following),
        "alone_now": settings.SOLO_ADMIN,
        "outside_now": bool(settings.OUTSIDE_APPROVER_EMAIL),
        "chart_width": CHART_WIDTH,
    }
    return render(request, "moderation/transparency.html", context)


@access(Access.PUBLIC)
@shows_no_posts
@require_safe
def transparency_file(request: HttpRequest, year: int, half: int, name: str) -> HttpResponse:
    """One table of a frozen half-year as CSV. The same for everybody, and never changed."""
    if name not in FILES:
        raise Http404
    text = io.StringIO()
    writer = csv.writer(text)
    for line in lines_of(name, _snapshot(year, half)):
        writer.writerow(
            [f"'{cell}" if cell.startswith(FORMULA) else cell for cell in map(str, line)]
        )
    response = HttpResponse(text.getvalue(), content_type="text/csv; charset=utf-8")
    file_name = f"{settings.SITE_NAME.lower()}-{year}-{half}-{name}.csv"
    response["Content-Disposition"] = f'attachment; filename="{file_name}"'
    # Nothing in it is anybody's own; but an answer to somebody signed in may carry their cookie.
    if not request.user.is_authenticated:
        patch_cache_control(response, public=True, max_age=FILE_SECONDS)
    return response


def _rows() -> QuerySet[TransparencySnapshot]:
    return TransparencySnapshot.objects.order_by("-year", "-half")


def _snapshot(year: int, half: int) -> TransparencySnapshot:
    snapshot = TransparencySnapshot.objects.filter(year=year, half=half).first()
    if snapshot is None:
        raise Http404
    return snapshot
