"""The desk's pages about invitation codes."""

from datetime import timedelta

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import Access, access
from accounts.http import SignedInRequest
from accounts.ids import new_public_id
from accounts.invitations import shown_uses
from accounts.models import InvitationCode
from accounts.site_settings import site
from forum.access_log import shows_no_posts
from moderation.actions.invitations import MadeBefore, make_code, revoke_code
from moderation.site_forms import CodeForm

MOST_LISTED = 200


@access(Access.ADMIN)
@shows_no_posts
@require_http_methods(["GET", "HEAD", "POST"])
def listing(request: SignedInRequest) -> HttpResponse:
    """All codes, and a form for a new one, which is shown once on the page that follows."""
    now = timezone.now()
    form = CodeForm(request.POST or None, initial={"public_id": new_public_id()})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        expires_at = now + timedelta(days=data["days"])
        try:
            code = make_code(
                public_id=data["public_id"],
                admin=request.user,
                label=data["label"],
                uses_allowed=data["uses_allowed"],
                expires_at=expires_at,
            )
        except MadeBefore:
            messages.info(request, _("This code was made and shown before. Make a new one."))
            return redirect("moderation:invitations")
        return render(
            request,
            "moderation/invitation_made.html",
            {
                "code": code,
                "label": data["label"],
                "expires_at": expires_at,
                "address": settings.SITE_URL + reverse("accounts:join"),
            },
        )
    codes = [
        {
            "code": code,
            "uses": shown_uses(code),
            "is_over": code.expires_at <= now,
            "is_used_up": code.uses >= code.uses_allowed,
        }
        for code in InvitationCode.objects.select_related("created_by")[:MOST_LISTED]
    ]
    context = {"form": form, "codes": codes, "joining": site().joining}
    status = 422 if form.is_bound else 200
    return render(request, "moderation/invitations.html", context, status=status)


@access(Access.ADMIN)
@shows_no_posts
@require_POST
def revoke(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Take a code back."""
    code = get_object_or_404(InvitationCode, public_id=public_id)
    if revoke_code(code=code, admin=request.user):
        messages.success(request, _("Nobody can join with this code any more."))
    return redirect("moderation:invitations")
