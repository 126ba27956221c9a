"""Who reads my posts: the member's choice about health professionals."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.access import Access, access
from accounts.http import SignedInRequest
from accounts.models import HcpChoice, Role
from forum.access_log import shows_no_posts
from forum.actions.audience import Scope, choose_hcp_involvement, take_back, what_follows
from forum.errors import NotVisible
from forum.forms import InvolvementForm
from forum.models import Audience, Status
from forum.queries.threads import find_post


@access(Access.READER)
@shows_no_posts
@require_http_methods(["GET", "HEAD", "POST"])
def involvement(request: SignedInRequest) -> HttpResponse:
    """Show and change the choice; it counts from the next request of anybody on."""
    if request.viewer.role != Role.MEMBER:
        raise Http404
    data = request.POST if request.method == "POST" else None
    form = InvolvementForm(data, initial={"choice": request.user.hcp_choice})
    if request.method == "POST" and form.is_valid():
        choose_hcp_involvement(
            user=request.user,
            choice=HcpChoice(form.cleaned_data["choice"]),
            scope=Scope(form.cleaned_data["scope"]),
        )
        return redirect(reverse("forum:involvement") + "?saved=1")
    context = {"form": form, "saved": "saved" in request.GET}
    return render(request, "forum/involvement.html", context)


@access(Access.READER)
@shows_no_posts
@require_http_methods(["GET", "HEAD", "POST"])
def narrow(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Take one's own post, or thread, back from professionals; says first what follows it."""
    post = find_post(request.viewer, public_id)
    if post is None or post.author_id != request.viewer.user_id or post.status == Status.REMOVED:
        raise Http404
    if request.viewer.role != Role.MEMBER:
        raise Http404
    if request.method == "POST":
        try:
            take_back(post=post, author=request.user)
        except NotVisible:
            raise Http404 from None
        messages.success(request, _("Taken back. Professionals can no longer see it."))
        return redirect("forum:post", post.public_id)
    if post.audience == Audience.PEERS:
        return redirect("forum:post", post.public_id)
    context = {
        "post": post,
        "thread": post.thread,
        "following": what_follows(post, request.viewer).count(),
    }
    return render(request, "forum/narrow.html", context)
