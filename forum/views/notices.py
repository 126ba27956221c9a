"""What a person is told."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.access import Access, access
from accounts.http import SignedInRequest
from forum.access_log import record_shown, with_openings
from forum.actions.notices import mark_all_read
from forum.models import Surface
from forum.models.notice import ABOUT_OTHERS
from forum.queries.notices import LIST_SIZE, notices_for


@access(Access.ACCOUNT)
@require_http_methods(["GET", "HEAD", "POST"])
def notices(request: SignedInRequest) -> HttpResponse:
    """The newest notices; POST marks all as read."""
    if request.method == "POST":
        mark_all_read(recipient=request.user)
        return redirect("forum:notices")
    rows = (
        with_openings(request.viewer, notices_for(request.viewer), "post__thread")
        .select_related("post__thread__author", "post__author")
        .order_by("-created_at", "-pk")[:LIST_SIZE]
    )
    told = [row for row in rows if row.kind in ABOUT_OTHERS and row.post]
    posts = [row.post for row in told if row.post]
    record_shown(request, Surface.NOTICE, posts=posts, titles=told)
    return render(request, "forum/notices.html", {"notices": rows})
