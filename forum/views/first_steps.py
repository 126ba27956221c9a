"""The buttons of the first steps."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import Access, access
from accounts.http import SignedInRequest
from accounts.models import Role
from forum.access_log import shows_no_posts
from forum.actions import first_steps as actions


@access(Access.READER)
@shows_no_posts
@require_POST
def first_steps(request: SignedInRequest) -> HttpResponse:
    """``do=judge`` or ``helpline``: tick it off and go there; ``do=hide``: put the list away."""
    if request.viewer.role != Role.MEMBER:
        raise Http404
    do = request.POST.get("do")
    if do == "judge":
        actions.opened_lesson(user=request.user)
        return redirect("guides:judge")
    if do == "helpline":
        actions.opened_helplines(user=request.user)
        return redirect("guides:help_now")
    if do != "hide":
        raise Http404
    actions.put_away(user=request.user)
    messages.success(request, _("The list is gone. It does not come back."))
    return redirect("forum:boards")
