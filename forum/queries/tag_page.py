"""The page of a topic: threads of all boards that the viewer may see, as on a board."""

from accounts.viewer import Viewer
from forum.models import Tag, ThreadSummary, ThreadTag
from forum.queries.boards import BoardPage, rows_of


def tag_page(viewer: Viewer, tag: Tag, *, after: str = "") -> BoardPage:
    """The threads after the one with public id ``after`` (empty: from the top), newest first."""
    tagged = ThreadTag.objects.filter(tag=tag).values("thread")
    base = ThreadSummary.objects.visible_to(viewer).filter(thread__in=tagged)
    rows, has_older, is_first = rows_of(viewer, base, after=after)
    return BoardPage(rows=rows, own_waiting=[], has_older=has_older, is_first=is_first)
