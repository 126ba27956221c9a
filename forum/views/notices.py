"""What a person is told."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.access import Access, access
from accounts.http import SignedInRequest
from forum.actions.notices import mark_all_read
from forum.queries.notices import LIST_SIZE, notices_for


@access(Access.ACCOUNT)
@require_http_methods(["GET", "HEAD", "POST"])
def notices(request: SignedInRequest) -> HttpResponse:
    """The newest notices; POST marks all as read."""
    if request.method == "POST":
        mark_all_read(recipient=request.user)
        return redirect("forum:notices")
    rows = notices_for(request.viewer).select_related("post__thread", "post__author")
    return render(
        request, "forum/notices.html", {"notices": rows.order_by("-created_at", "-pk")[:LIST_SIZE]}
    )
