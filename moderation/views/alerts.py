"""The desk's page of alerts: what was raised, who took it, what did not get out."""

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import Access, access
from accounts.http import SignedInRequest
from forum.access_log import shows_no_posts
from moderation.actions.alerts import acknowledge
from moderation.alerts import alert_note, alerts_page
from moderation.oncall import on_call_at

PAGE = 30


@access(Access.ADMIN)
@shows_no_posts
@require_safe
def alerts(request: SignedInRequest) -> HttpResponse:
    """Alerts of the last 28 days, newest first; ``?before=`` goes on. No words of posts."""
    now = timezone.now()
    before = request.GET.get("before", "")[:20]
    rows = list(alerts_page(request.viewer, at=now, before=before)[: PAGE + 1])
    context = {
        "alerts": rows[:PAGE],
        "older": rows[PAGE - 1].public_id if len(rows) > PAGE else "",
        "note": alert_note(request.viewer, at=now),
        "on_call": on_call_at(now),
        "webhooks": len(settings.ALERT_WEBHOOK_URLS),
        "has_outside": bool(settings.OUTSIDE_CONTACT_EMAIL),
    }
    return render(request, "moderation/alerts.html", context)


@access(Access.ADMIN)
@shows_no_posts
@require_POST
def take(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Say "I am on it"."""
    alert = acknowledge(public_id=public_id, admin=request.user)
    if alert is None or alert.acknowledged_by is None:
        raise Http404
    if alert.acknowledged_by_id == request.user.pk:
        messages.success(request, _("You are on it."))
    else:
        words = _("%(name)s is on it already.") % {"name": alert.acknowledged_by.pseudonym}
        messages.info(request, words)
    return redirect("moderation:alerts")
