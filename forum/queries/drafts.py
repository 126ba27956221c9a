"""Somebody's own drafts, with where they belong as far as that person may see it now."""

from dataclasses import dataclass

from accounts.viewer import Viewer
from forum.access_log import with_openings
from forum.models import Board, Draft, Thread
from forum.models.draft import MOST_DRAFTS_IN_ALL
from forum.queries.boards import boards_for


@dataclass(frozen=True, slots=True)
class OwnDraft:
    """A draft; board and thread only where the person may see them: neither means it is lost."""

    draft: Draft
    board: Board | None
    thread: Thread | None


def own_drafts(viewer: Viewer) -> list[OwnDraft]:
    """All drafts with words, the newest first. Three queries, however many there are."""
    drafts = [
        draft
        for draft in Draft.objects.filter(author_id=viewer.user_id).order_by("-updated_at", "-pk")[
            : 2 * MOST_DRAFTS_IN_ALL
        ]
        if not draft.is_empty
    ]
    boards = {board.pk: board for board in boards_for(viewer)}
    ids = [draft.thread_id for draft in drafts if draft.thread_id]
    seen = with_openings(viewer, Thread.objects.visible_to(viewer), "pk").filter(pk__in=ids)
    threads = {thread.pk: thread for thread in seen.select_related("author", "board")}
    return [
        OwnDraft(draft, boards.get(draft.board_id or 0), threads.get(draft.thread_id or 0))
        for draft in drafts
    ]


def newest_draft(viewer: Viewer, board: Board) -> str:
    """The key of the person's newest draft with words for a board; empty for none."""
    own = Draft.objects.filter(author_id=viewer.user_id, board=board).exclude(title="", text="")
    return own.order_by("-updated_at", "-pk").values_list("key", flat=True).first() or ""
