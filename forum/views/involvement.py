"""Who reads my posts: the member's choice about health professionals."""

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts.access import Access, access
from accounts.http import SignedInRequest
from accounts.models import HcpChoice, Role
from forum.actions.audience import choose_hcp_involvement, community_posts_of
from forum.forms import InvolvementForm


@access(Access.READER)
@require_http_methods(["GET", "HEAD", "POST"])
def involvement(request: SignedInRequest) -> HttpResponse:
    """Show and change the choice; it counts from the next request of anybody on."""
    if request.viewer.role != Role.MEMBER:
        raise Http404
    form = InvolvementForm(request.POST or None, initial={"choice": request.user.hcp_choice})
    if request.method == "POST" and form.is_valid():
        older = community_posts_of(request.user) if form.cleaned_data["older_posts"] else []
        choose_hcp_involvement(
            user=request.user,
            choice=HcpChoice(form.cleaned_data["choice"]),
            older_posts=older,
        )
        return redirect(reverse("forum:involvement") + "?saved=1")
    context = {"form": form, "saved": "saved" in request.GET}
    return render(request, "forum/involvement.html", context)
