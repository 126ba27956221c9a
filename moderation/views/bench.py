"""A reviewer's own settings: a rest from hard topics, and keys."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from accounts.access import Access, access
from accounts.http import SignedInRequest
from forum.access_log import shows_no_posts
from moderation.bench_forms import AwayForm, KeysForm
from moderation.models import Workbench
from moderation.shortcuts import keys_of, save_keys
from moderation.wellbeing import away_until, exposure_of, set_away


@access(Access.REVIEWER)
@shows_no_posts
@require_http_methods(["GET", "HEAD", "POST"])
def wellbeing(request: SignedInRequest) -> HttpResponse:
    """Leave hard topics to others for a while, or be there again. For the person alone."""
    now = timezone.now()
    if request.POST.get("do") == "back":
        set_away(reviewer=request.user, until=None, at=now)
        messages.success(request, _("You get all posts again."))
        return redirect("moderation:wellbeing")
    form = AwayForm(request.POST or None, initial={"lasts": "4"})
    if request.method == "POST" and form.is_valid():
        covered = set_away(reviewer=request.user, until=form.until(now), at=now)
        if covered:
            messages.success(request, _("Done. Others look after those posts."))
        else:
            messages.warning(request, _("Done. Nobody else is there, so we told the admins."))
        return redirect("moderation:wellbeing")
    context = {
        "form": form,
        "away_until": away_until(request.user, at=now),
        "exposure": exposure_of(request.user, at=now),
    }
    status = 422 if form.is_bound else 200
    return render(request, "moderation/wellbeing.html", context, status=status)


@access(Access.REVIEWER)
@shows_no_posts
@require_http_methods(["GET", "HEAD", "POST"])
def keys(request: SignedInRequest) -> HttpResponse:
    """Switch the queue's keys on or off, and choose them."""
    bench = Workbench.objects.filter(reviewer=request.user).first()
    initial = {"is_on": bool(bench and bench.shortcuts_on), **keys_of(bench)}
    form = KeysForm(request.POST or None, initial=initial)
    if request.method == "POST":
        form = KeysForm(request.POST)
        if form.is_valid():
            is_on = form.cleaned_data["is_on"]
            save_keys(reviewer=request.user, is_on=is_on, keys=form.keys())
            messages.success(request, _("The keys are on.") if is_on else _("The keys are off."))
            return redirect("moderation:keys")
    status = 422 if form.is_bound else 200
    return render(request, "moderation/keys.html", {"form": form}, status=status)
