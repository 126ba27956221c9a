"""The list of boards, and one board."""

from datetime import datetime

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.template.loader import get_template
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from accounts.access import Access, access
from accounts.http import SignedInRequest
from forum.access_log import record_shown
from forum.models import Audience, FollowKind, Surface
from forum.queries.boards import BoardRow, board_page, boards_for, boards_with_newest
from forum.queries.reading import cutoff, with_cutoff


@access(Access.READER)
@require_safe
def boards(request: SignedInRequest) -> HttpResponse:
    """All boards that the viewer may open."""
    entries = boards_with_newest(request.viewer)
    titles = [entry.newest for entry in entries if entry.newest]
    record_shown(request, Surface.BOARD, titles=titles)
    return render(request, "forum/boards.html", {"entries": entries})


@access(Access.READER)
@require_safe
def board(request: SignedInRequest, slug: str) -> HttpResponse:
    """One page of a board; ``?after=`` names the thread above its first row."""
    found = with_cutoff(request.viewer, boards_for(request.viewer)).filter(slug=slug).first()
    if found is None:
        raise Http404
    read_until = cutoff(request.user, found)
    page = board_page(request.viewer, found, after=request.GET.get("after", "")[:20])
    record_shown(request, Surface.BOARD, titles=page.rows)
    older = ""
    if page.has_older:
        older = reverse("forum:board", args=[slug]) + f"?after={page.rows[-1].thread.public_id}"
    context = {
        "board": found,
        "page": page,
        "rows": [row_in_words(row, read_until) for row in page.rows],
        "has_new": any(row.is_new(read_until) for row in page.rows),
        "older_address": older,
        "badges": {audience.value: _badge(audience) for audience in Audience},
    }
    return render(request, "forum/board.html", context)


def row_in_words(row: BoardRow, read_until: datetime) -> dict:
    """What a row shows, worked out here and not in the template, which runs it for each row.

    ``read_until``: what came before counts as read.
    """
    thread = row.thread
    number = row.replies
    return {
        "title": thread.title,
        "address": reverse("forum:thread", args=[thread.public_id]),
        "audience": thread.audience,
        "is_new": row.is_new(read_until),
        "unread_address": reverse("forum:unread", args=[thread.public_id]),
        "is_muted": row.follow_kind == FollowKind.MUTE,
        "asks_professional": thread.asks_professional,
        "no_advice": thread.no_advice,
        "content_note": thread.content_note,
        "author": thread.author.pseudonym,
        "replies": ngettext("%(n)s reply", "%(n)s replies", number) % {"n": number},
        "last": _("Last: %(name)s, %(day)s")
        % {"name": row.last_author, "day": date_format(localtime(row.last_at), "j M Y")},
    }


def _badge(audience: Audience) -> str:
    return get_template("components/audience.html").render({"audience": audience})
