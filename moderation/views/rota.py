"""The desk's pages of staffed hours and of the rota."""

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import Access, access
from accounts.http import SignedInRequest
from forum.access_log import shows_no_posts
from forum.due import current_hours
from forum.errors import NotVisible, StaleVersion
from forum.hours import day_in_words, is_staffed
from forum.models import StaffedHours
from moderation.actions.rota import add_shift, remove_shift, set_hours
from moderation.oncall import AHEAD, able_admins, gaps, on_call_at, shifts_between
from moderation.rota_forms import HoursForm, ShiftForm, exceptions_in_words

CHANGED = _("Somebody changed the hours while you were looking. Please read them, then save again.")
VERSIONS_SHOWN = 10


@access(Access.ADMIN)
@shows_no_posts
@require_http_methods(["GET", "HEAD", "POST"])
def hours(request: SignedInRequest) -> HttpResponse:
    """When people are there; POST puts new hours in force."""
    versions = list(
        StaffedHours.objects.select_related("set_by").order_by("-number")[:VERSIONS_SHOWN]
    )
    newest = versions[0] if versions else None
    form = HoursForm(request.POST or None, initial=_initial(newest))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            set_hours(
                admin=request.user,
                number=data["number"],
                time_zone=data["time_zone"],
                week=form.week(),
                exceptions=data["exceptions"],
            )
        except NotVisible:
            raise Http404 from None
        except StaleVersion:
            form.add_error(None, CHANGED)
            # What was typed stays, and now speaks of the version in force.
            form.data = request.POST.copy()
            newest = StaffedHours.objects.order_by("-number").first()
            form.data["number"] = str(newest.number if newest else 0)
        else:
            messages.success(request, _("These hours count from now on."))
            return redirect("moderation:hours")
    context = {
        "form": form,
        "versions": versions,
        "staffed_now": is_staffed(current_hours(), timezone.now()),
    }
    return render(request, "moderation/hours.html", context, status=422 if form.is_bound else 200)


def _initial(newest: StaffedHours | None) -> dict[str, object]:
    if newest is None:
        return {"number": 0, "time_zone": settings.TIME_ZONE}
    days = {f"day_{number}": day_in_words(spans) for number, spans in enumerate(newest.week)}
    return {
        "number": newest.number,
        "time_zone": newest.time_zone,
        "exceptions": exceptions_in_words(newest.exceptions),
        **days,
    }


@access(Access.ADMIN)
@shows_no_posts
@require_http_methods(["GET", "HEAD", "POST"])
def rota(request: SignedInRequest) -> HttpResponse:
    """Who is on call, and when nobody is; POST adds a shift."""
    now = timezone.now()
    form = ShiftForm(request.POST or None, people=able_admins(at=now))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            add_shift(
                person=data["person"],
                starts_at=data["starts_at"],
                ends_at=data["ends_at"],
                admin=request.user,
            )
        except NotVisible:
            raise Http404 from None
        messages.success(request, _("Added to the rota."))
        return redirect("moderation:rota")
    context = {
        "form": form,
        "on_call": on_call_at(now),
        "shifts": shifts_between(now, now + AHEAD)[:200],
        "gaps": list(gaps(at=now)),
        "time_zone": settings.TIME_ZONE,
        "now": now,
    }
    return render(request, "moderation/rota.html", context, status=422 if form.is_bound else 200)


@access(Access.ADMIN)
@shows_no_posts
@require_POST
def remove(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Take a shift back."""
    try:
        there = remove_shift(public_id=public_id, admin=request.user)
    except NotVisible:
        raise Http404 from None
    if there:
        messages.success(request, _("Taken off the rota."))
    return redirect("moderation:rota")
