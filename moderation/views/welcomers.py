"""The desk's list of members who offer to welcome new ones."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.access import Access, access
from accounts.http import SignedInRequest
from forum.access_log import shows_no_posts
from forum.errors import NotVisible
from moderation.actions.welcomers import answer_offer
from moderation.welcomers import offers_for

LIST_SIZE = 100


@access(Access.ADMIN)
@shows_no_posts
@require_http_methods(["GET", "HEAD", "POST"])
def welcomers(request: SignedInRequest) -> HttpResponse:
    """Who offers it; POST ``person`` (a public id) and ``do=yes`` or ``do=no``."""
    if request.method == "POST":
        do = request.POST.get("do")
        if do not in ("yes", "no"):
            raise Http404
        try:
            answer_offer(
                public_id=request.POST.get("person", "")[:20],
                admin=request.user,
                agrees=do == "yes",
            )
        except NotVisible:
            raise Http404 from None
        messages.success(request, _("Saved."))
        return redirect("moderation:welcomers")
    offers = offers_for(request.viewer)[:LIST_SIZE]
    return render(request, "moderation/welcomers.html", {"offers": offers})
