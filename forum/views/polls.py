"""Voting in a poll."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from accounts.access import Access, access
from accounts.http import SignedInRequest
from forum.access_log import shows_no_posts
from forum.actions.polls import PICK_ONE, vote
from forum.errors import NotVisible, Refused
from forum.queries.polls import find_poll
from forum.queries.threads import find_thread


@access(Access.READER)
@shows_no_posts
@require_POST
def cast(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Vote for ``option=PLACE`` (several where that is allowed); ``do=take_back`` for none."""
    thread = find_thread(request.viewer, public_id)
    poll = find_poll(request.viewer, thread) if thread else None
    if poll is None:
        raise Http404
    picked = request.POST.getlist("option")[:10]
    if request.POST.get("do") == "take_back":
        picked = []
    elif not picked:
        messages.warning(request, PICK_ONE)
        return redirect("forum:thread", public_id)
    try:
        vote(poll=poll, voter=request.user, places=[_place(text) for text in picked])
    except NotVisible:
        raise Http404 from None
    except Refused as refused:
        messages.warning(request, str(refused.message))
    return redirect("forum:thread", public_id)


def _place(text: str) -> int:
    """The place of an answer; 0 (no such place) for what is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 3 else 0
