"""Files of pictures for those who judge posts."""

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_safe

from accounts.access import Access, access
from accounts.http import SignedInRequest
from forum.access_log import record_shown, shows_no_posts
from forum.models import Surface
from forum.views.pictures import answer_with, size_or_404
from moderation.pictures import read_for_review, read_in_case
from moderation.views.cases import working


@access(Access.REVIEWER)
@require_safe
def for_review(request: SignedInRequest, public_id: str, size: str) -> HttpResponse:
    """A picture of a post that the reviewer may handle; the look is in the log."""
    picture = read_for_review(request.viewer, request.user, public_id, size_or_404(size))
    if picture is None or picture.post is None:
        raise Http404
    record_shown(request, Surface.QUEUE, posts=[picture.post])
    return answer_with(picture, size_or_404(size))


@access(Access.ADMIN)
@shows_no_posts
@require_safe
def in_case(request: SignedInRequest, public_id: str, picture: str, size: str) -> HttpResponse:
    """A picture of a post that a case is about; the look is in the log."""
    case = working(request, public_id)
    found = read_in_case(case, request.user, picture, size_or_404(size)) if case else None
    if found is None:
        raise Http404
    return answer_with(found, size_or_404(size))
