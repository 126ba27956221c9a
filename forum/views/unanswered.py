"""Threads that wait for somebody: for anybody, or for a professional."""

from datetime import timedelta

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from accounts.access import Access, access
from accounts.http import SignedInRequest
from forum.access_log import record_shown
from forum.models import Surface
from forum.queries.unanswered import asking_professionals
from forum.queries.unanswered import unanswered as unanswered_threads

# How long a thread has waited, in hours; the first is the usual one.
HOURS = {2: _("2 hours"), 12: _("12 hours"), 24: _("a day"), 72: _("3 days")}
USUAL = 2


@access(Access.READER)
@require_safe
def unanswered(request: SignedInRequest) -> HttpResponse:
    """Threads without a reply from anybody else, so that nobody is left alone."""
    asked = request.GET.get("hours", "")
    hours = int(asked) if asked in map(str, HOURS) else USUAL
    found = unanswered_threads(
        request.viewer,
        waited=timedelta(hours=hours),
        at=timezone.now(),
        after=request.GET.get("after", "")[:20],
    )
    record_shown(request, Surface.BOARD, titles=found.threads)
    context = {
        "page": found,
        "hours": hours,
        "choices": HOURS.items(),
        "is_first": "after" not in request.GET,
    }
    return render(request, "forum/unanswered.html", context)


@access(Access.REVIEWER)
@require_safe
def for_professionals(request: SignedInRequest) -> HttpResponse:
    """Threads that ask a professional, not yet answered by one."""
    found = asking_professionals(
        request.viewer, at=timezone.now(), after=request.GET.get("after", "")[:20]
    )
    record_shown(request, Surface.BOARD, titles=found.threads)
    context = {"page": found, "is_first": "after" not in request.GET}
    return render(request, "forum/for_professionals.html", context)
