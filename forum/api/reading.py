"""Reading: who I am, boards, threads, posts."""

import re
from typing import Any

from django.http import Http404
from django.utils.translation import gettext as _
from ninja import Query

from accounts.http import KeyRequest
from accounts.ids import ALPHABET, LENGTH
from accounts.models import Scope
from accounts.viewer import Viewer
from forum.actions.submit import reply_refusal
from forum.api import shapes
from forum.api.app import Key, Problem, router
from forum.api.cursors import Place, cursor, place_of
from forum.api.schemas import BoardsOut, MeOut, ProblemOut, ThreadOut, ThreadsOut
from forum.models import Board, Status, Thread, ThreadSummary
from forum.queries.boards import boards_for, rows_of
from forum.queries.reading import cutoff, with_cutoff
from forum.queries.threads import find_thread, thread_page

ALWAYS = {401: ProblemOut, 403: ProblemOut, 429: ProblemOut, 503: ProblemOut}
FOUND_OR_NOT = ALWAYS | {404: ProblemOut, 422: ProblemOut}
_SLUG = re.compile(r"[a-z0-9_-]{1,40}", re.IGNORECASE | re.ASCII)
_PUBLIC_ID = re.compile(f"[{ALPHABET}]{{{LENGTH}}}")


@router.get(
    "me",
    response={200: MeOut} | ALWAYS,
    auth=Key(Scope.READ),
    url_name="api_me",
    summary="Who I am",
)
def me(request: KeyRequest) -> dict[str, Any]:
    """The member of the key, and what they may do now. Scope: read."""
    viewer, user = request.viewer, request.user
    return {
        "id": user.public_id,
        "name": user.pseudonym,
        "age_group": viewer.age_group,
        "hcp_choice": user.hcp_choice,
        "may_write": viewer.may_write,
        "must_agree": viewer.must_agree,
        "scopes": request.token.scopes,
        "key_expires_at": request.token.expires_at,
    }


@router.get(
    "boards",
    response={200: BoardsOut} | ALWAYS,
    auth=Key(Scope.READ),
    url_name="api_boards",
    summary="My boards",
)
def boards(request: KeyRequest) -> dict[str, Any]:
    """All boards that I may open. Scope: read."""
    return {"items": [shapes.board(row) for row in boards_for(request.viewer)]}


@router.get(
    "boards/{slug}/threads",
    response={200: ThreadsOut} | FOUND_OR_NOT,
    auth=Key(Scope.READ),
    url_name="api_threads",
    summary="Threads of a board",
)
def threads(
    request: KeyRequest,
    slug: str,
    cursor_: str = Query("", alias="cursor", max_length=400, description="`next` of a page."),
) -> dict[str, Any]:
    """25 threads, the newest word first. Scope: read."""
    board = find_board(request.viewer, slug)
    of = f"{request.user.public_id}:{board.slug}"
    place = place_of(cursor_, of=of) if cursor_ else None
    if cursor_ and place is None:
        message = _("This cursor is too old, or of another list. Start again without one.")
        raise Problem(
            422,
            "not-valid",
            _("Please have a look at what is marked."),
            errors=[{"field": "cursor", "message": message}],
        )
    base = ThreadSummary.objects.visible_to(request.viewer).filter(board=board)
    rows, has_older, _top = rows_of(
        request.viewer,
        base,
        after=place.thread if place else "",
        before=place.at if place else None,
        all_of=board,
    )
    read_until = cutoff(request.user, board)
    last = rows[-1] if rows else None
    return {
        "items": [
            shapes.thread_row(row, slug=board.slug, is_new=row.is_new(read_until)) for row in rows
        ],
        "next": cursor(Place(last.last_at, last.thread.public_id), of=of)
        if last and has_older
        else None,
    }


@router.get(
    "threads/{public_id}",
    response={200: ThreadOut} | FOUND_OR_NOT,
    auth=Key(Scope.READ),
    url_name="api_thread",
    summary="A thread",
)
def thread(
    request: KeyRequest, public_id: str, page: int = Query(1, ge=1, le=1_000_000)
) -> dict[str, Any]:
    """One window of 20 posts, with tombstones where the site has them. Scope: read.

    Reading here does not mark anything as read on the site.
    """
    found = thread_of(request.viewer, public_id)
    window = thread_page(request.viewer, found, page)
    if window is None:
        raise Http404
    may_reply = (
        request.viewer.may_write
        and found.status == Status.PUBLISHED
        and reply_refusal(request.user, found) is None
    )
    return {
        "thread": shapes.thread_meta(found, may_reply=may_reply),
        "page": window.number,
        "pages": window.pages,
        "posts": shapes.posts(request.viewer, request.user, window.posts),
        "waiting": shapes.posts(request.viewer, request.user, window.waiting),
    }


def find_board(viewer: Viewer, slug: str) -> Board:
    """A board that the person may open, with where they read to. Raises ``Http404``."""
    found = None
    if _SLUG.fullmatch(slug):
        found = with_cutoff(viewer, boards_for(viewer)).filter(slug=slug).first()
    if found is None:
        raise Http404
    return found


def thread_of(viewer: Viewer, public_id: str) -> Thread:
    """A thread that the person may see. Raises ``Http404``."""
    found = find_thread(viewer, public_id) if _PUBLIC_ID.fullmatch(public_id) else None
    if found is None:
        raise Http404
    return found
