"""Welcoming new members: offering it, and the first posts that wait for a warm line."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.access import Access, access
from accounts.http import SignedInRequest
from accounts.models import Role
from forum.access_log import shows_no_posts
from forum.actions.welcoming import offer_to_welcome, stop_welcoming
from forum.errors import NotVisible, Refused
from forum.queries.profiles import excerpts
from forum.queries.welcoming import newcomers_waiting, own_offer


# Members alone open it, so nothing here is ever shown to a professional.
@access(Access.READER)
@shows_no_posts
@require_http_methods(["GET", "HEAD", "POST"])
def welcoming(request: SignedInRequest) -> HttpResponse:
    """The list for those who welcome; for others how to. POST ``do=offer`` or ``do=stop``."""
    if request.viewer.role != Role.MEMBER:
        raise Http404
    refusal: Refused | None = None
    if request.method == "POST":
        try:
            _change(request)
            return redirect("forum:welcoming")
        except NotVisible:
            raise Http404 from None
        except Refused as refused:
            refusal = refused
    offer = own_offer(request.viewer)
    is_welcomer = offer is not None and offer.agreed
    posts = newcomers_waiting(request.viewer, at=timezone.now()) if is_welcomer else []
    context = {
        "offer": offer,
        "is_welcomer": is_welcomer,
        "entries": list(zip(posts, excerpts(request.user, posts), strict=True)),
        "refusal": refusal,
    }
    return render(request, "forum/welcoming.html", context, status=422 if refusal else 200)


def _change(request: SignedInRequest) -> None:
    do = request.POST.get("do")
    if do == "offer":
        if offer_to_welcome(user=request.user):
            messages.success(request, _("Thank you. An admin will answer. Look here again."))
    elif do == "stop":
        if stop_welcoming(user=request.user):
            messages.success(request, _("That is fine. Thank you for the welcomes."))
    else:
        raise NotVisible
