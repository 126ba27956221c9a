"""The list of boards, and one board."""

from datetime import datetime
from functools import lru_cache

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.template.loader import get_template
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.http import urlencode
from django.utils.timezone import localtime
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import Access, access
from accounts.http import SignedInRequest
from forum.access_log import record_shown
from forum.addresses import address
from forum.models import Audience, FollowKind, Surface
from forum.models.tag import TAG_NAME_MAX
from forum.queries.boards import BoardRow, Wants, board_page, boards_with_newest
from forum.queries.first_steps import first_steps
from forum.queries.reading import cutoff, find_board
from forum.queries.tags import find_tag, live_tags


@access(Access.READER)
@require_safe
def boards(request: SignedInRequest) -> HttpResponse:
    """All boards that the viewer may open."""
    entries = boards_with_newest(request.viewer)
    titles = [entry.newest for entry in entries if entry.newest]
    record_shown(request, Surface.BOARD, titles=titles)
    steps = first_steps(request.viewer, request.user, [entry.board for entry in entries])
    return render(request, "forum/boards.html", {"entries": entries, "first_steps": steps})


@access(Access.READER)
@require_safe
def board(request: SignedInRequest, slug: str) -> HttpResponse:
    """One page of a board; ``?after=`` names the thread above its first row.

    ``?tag=`` and ``?only=unanswered`` leave out what is not asked for.
    """
    found = find_board(request.viewer, slug)
    if found is None:
        raise Http404
    read_until = cutoff(request.user, found)
    tag = find_tag(request.GET.get("tag", "")[:TAG_NAME_MAX])
    wants = Wants.UNANSWERED if request.GET.get("only") == Wants.UNANSWERED else Wants.ALL
    after = request.GET.get("after", "")[:20]
    page = board_page(request.viewer, found, after=after, tag=tag, wants=wants)
    record_shown(request, Surface.BOARD, titles=page.rows)
    asked = {"tag": tag.slug} if tag else {}
    asked |= {"only": wants.value} if wants != Wants.ALL else {}
    here = reverse("forum:board", args=[slug])
    older = ""
    if page.has_older:
        older = here + "?" + urlencode({**asked, "after": page.rows[-1].thread.public_id})
    context = {
        "board": found,
        "page": page,
        "rows": [row_in_words(row, read_until) for row in page.rows],
        "has_new": any(row.is_new(read_until) for row in page.rows),
        "older_address": older,
        "newest_address": here + (f"?{urlencode(asked)}" if asked else ""),
        "tags": live_tags(),
        "tag": tag,
        "only_unanswered": wants == Wants.UNANSWERED,
        "is_filtered": bool(asked),
        "badges": badges(),
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
        "address": address("forum:thread", thread.public_id),
        "audience": thread.audience,
        "is_new": row.is_new(read_until),
        "unread_address": address("forum:unread", thread.public_id),
        "is_muted": row.follow_kind == FollowKind.MUTE,
        "asks_professional": thread.asks_professional,
        "no_advice": thread.no_advice,
        "has_poll": thread.has_poll,
        "content_note": thread.content_note,
        "tags": [{"name": tag.name, "address": address("forum:tag", tag.slug)} for tag in row.tags],
        "author": thread.byline,
        "replies": ngettext("%(n)s reply", "%(n)s replies", number) % {"n": number},
        "last": _("Last: %(name)s, %(day)s")
        % {"name": row.last_author, "day": date_format(localtime(row.last_at), "j M Y")},
    }


def badges() -> dict[str, str]:
    """The badge of each audience, made once for all rows."""
    language = get_language()
    return {audience.value: _badge(audience, language) for audience in Audience}


@lru_cache
def _badge(audience: Audience, language: str | None) -> str:
    """In the language that is active now, which is part of the call so that each is kept."""
    return get_template("components/audience.html").render({"audience": audience})
