"""*I may know this person*: a health professional steps back, from a thread or from the queue."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from accounts.access import Access, access
from accounts.http import SignedInRequest
from accounts.models import Role
from forum.access_log import shows_no_posts
from forum.models import Post
from forum.queries.threads import find_post
from moderation.actions.recuse import recuse
from moderation.queue import tickets_for

DONE = _("Thank you. You will not see their posts again. Please do not raise it with anybody.")


@access(Access.REVIEWER)
@shows_no_posts  # and no name: in the queue the author has none
@require_http_methods(["GET", "HEAD", "POST"])
def recusal(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Ask once, then keep the professional and the author of this post apart for good."""
    post = _post(request, public_id)
    from_queue = "queue" in (request.POST.get("from"), request.GET.get("from"))
    if request.method == "POST":
        recuse(hcp=request.user, member=post.author)
        messages.success(request, DONE)
        return redirect("moderation:queue" if from_queue else "forum:boards")
    return render(request, "moderation/recusal.html", {"post": post, "from_queue": from_queue})


def _post(request: SignedInRequest, public_id: str) -> Post:
    """A member's post that this professional may read or review; 404 otherwise."""
    if request.viewer.role != Role.HCP:
        raise Http404
    post = find_post(request.viewer, public_id)
    if post is None:
        tickets = tickets_for(request.viewer).select_related("author", "thread")
        post = tickets.filter(public_id=public_id).first()
    if post is None or post.author.role != Role.MEMBER:
        raise Http404
    return post
