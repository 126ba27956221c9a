"""What a person is told."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.access import Access, access
from accounts.http import SignedInRequest
from forum.access_log import record_shown
from forum.actions.notices import mark_all_read
from forum.models import Surface
from forum.queries.notices import list_of


@access(Access.ACCOUNT)
@require_http_methods(["GET", "HEAD", "POST"])
def notices(request: SignedInRequest) -> HttpResponse:
    """The newest notices; POST marks all as read."""
    if request.method == "POST":
        mark_all_read(recipient=request.user)
        return redirect("forum:notices")
    told = list_of(request.viewer)
    about_others = [row.first for row in told if row.first.is_about_others and row.first.post]
    posts = [notice.post for notice in about_others if notice.post]
    record_shown(request, Surface.NOTICE, posts=posts, titles=about_others)
    return render(request, "forum/notices.html", {"told": told})
