"""The desk's pages about the whole site."""

from dataclasses import asdict

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from accounts.access import Access, access
from accounts.http import SignedInRequest
from accounts.models import Level, Maintenance, SiteSettings
from accounts.site_settings import locked, site_now
from forum.access_log import shows_no_posts
from forum.errors import StaleVersion
from moderation.actions.maintenance import switch, version_now
from moderation.actions.site_settings import number_now, set_site
from moderation.site_forms import MaintenanceForm, SettingsForm

VERSIONS_SHOWN = 20

CHANGED = _("Somebody changed this while you were looking. Please read it, then save again.")


@access(Access.ADMIN)
@shows_no_posts
@require_http_methods(["GET", "HEAD", "POST"])
def maintenance(request: SignedInRequest) -> HttpResponse:
    """Pausing the site; POST switches."""
    row = Maintenance.objects.select_related("changed_by").filter(pk=1).first()
    row = row or Maintenance(level=Level.OFF)
    initial = {
        "version": row.version,
        "level": row.level,
        "reason": row.reason,
        "until": row.until,
    }
    form = MaintenanceForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            switch(admin=request.user, **form.cleaned_data)
        except StaleVersion:
            form.add_error(None, CHANGED)
            form.data = request.POST.copy()
            form.data["version"] = str(version_now())
        else:
            messages.success(request, _("Done. It counts within seconds."))
            return redirect("moderation:maintenance")
    context = {"form": form, "row": row, "is_open": row.level == Level.OFF}
    status = 422 if form.is_bound else 200
    return render(request, "moderation/maintenance.html", context, status=status)


@access(Access.ADMIN)
@shows_no_posts
@require_http_methods(["GET", "HEAD", "POST"])
def site_settings(request: SignedInRequest) -> HttpResponse:
    """What admins set while the site runs; POST makes a new version."""
    initial = {**asdict(site_now()), "number": number_now()}
    form = SettingsForm(request.POST or None, initial=initial, locked=locked())
    if request.method == "POST" and form.is_valid():
        try:
            set_site(wanted=form.site(), admin=request.user, number=form.cleaned_data["number"])
        except StaleVersion:
            form.add_error(None, CHANGED)
            form.data = request.POST.copy()
            form.data["number"] = str(number_now())
        else:
            messages.success(request, _("Saved. It counts within seconds."))
            return redirect("moderation:site_settings")
    versions = SiteSettings.objects.select_related("set_by")[:VERSIONS_SHOWN]
    context = {"form": form, "versions": versions}
    status = 422 if form.is_bound else 200
    return render(request, "moderation/site_settings.html", context, status=status)
