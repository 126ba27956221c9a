"""Names for the box in which somebody writes: few, and only of people they have read there."""

from django.http import Http404, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.access import Access, access
from accounts.http import SignedInRequest
from accounts.models.user import PSEUDONYM_MAX
from forum.access_log import record_shown
from forum.actions.name_search import may_search_names
from forum.models import Board, Surface, Thread
from forum.queries.boards import boards_for
from forum.queries.mentions import names_for
from forum.queries.threads import find_thread


@access(Access.READER)
@require_safe
def names_in_thread(request: SignedInRequest, public_id: str) -> HttpResponse:
    """``?q=``: the beginning of a name of somebody in this thread, or on its board."""
    thread = find_thread(request.viewer, public_id)
    if thread is None:
        raise Http404
    return _names(request, thread=thread, board=thread.board)


@access(Access.READER)
@require_safe
def names_on_board(request: SignedInRequest, slug: str) -> HttpResponse:
    """``?q=``: the beginning of a name of somebody on this board."""
    board = boards_for(request.viewer).filter(slug=slug).first()
    if board is None:
        raise Http404
    return _names(request, board=board)


def _names(request: SignedInRequest, *, board: Board, thread: Thread | None = None) -> HttpResponse:
    record_shown(request, Surface.REPLY)  # names alone: no words, no titles
    now = timezone.now()
    begin = request.GET.get("q", "")[:PSEUDONYM_MAX]
    if not may_search_names(user=request.user, at=now):
        return JsonResponse({"names": []})
    names = names_for(request.viewer, begin, at=now, thread=thread, board=board)
    return JsonResponse({"names": names})
