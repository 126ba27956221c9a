"""Hiding passages of a post, and showing them again. The wording with them stays as a revision."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from forum import markdown
from forum.models import HiddenPart, Post, Revision
from forum.search import index


class NoSuchPassage(Exception):
    """The words do not stand in the post like this, or nothing would be left of it."""


def mark() -> str:
    """What readers see in place of hidden words."""
    return "[{}]".format(_("a moderator hid a few words"))


def spans_of(post: Post, passages: Iterable[str]) -> list[tuple[int, int]]:
    """Where the passages stand in a locked post: start and end of each place, in order.

    Raises ``NoSuchPassage``, also where the title has the words: a title cannot be hidden in part.
    """
    wanted = sorted({words for words in map(_tidy, passages) if words}, key=len, reverse=True)
    original, title = post.text, post.thread.title if post.is_opening else ""
    if not wanted or any(words not in original or words in title for words in wanted):
        raise NoSuchPassage
    spans = _spans(original, wanted)
    if not _without(original, spans).replace(mark(), "").strip():
        raise NoSuchPassage
    return spans


def hide_parts(*, post: Post, spans: Sequence[tuple[int, int]], at: datetime) -> None:
    """Put the mark in place of each span (of ``spans_of``) of a locked post.

    The caller saves the post (``change_state``). Raises ``NoSuchPassage`` and changes nothing
    where the wording is not what its revisions say.
    """
    before = post.revisions.order_by("-number").first()
    if before is None or before.text != post.text:
        raise NoSuchPassage
    HiddenPart.objects.bulk_create(
        HiddenPart(post=post, revision=before, start=start, end=end, hidden_at=at)
        for start, end in spans
    )
    _reword(post, _without(post.text, spans), before.number + 1, at)


def show_parts_again(*, post: Post, hidden_at: datetime, at: datetime) -> None:
    """Bring back what was hidden at a moment, as if nobody had. The caller saves the post."""
    parts = HiddenPart.objects.filter(post=post, hidden_at=hidden_at).select_related("revision")
    part = parts.first()
    if part is None:
        return
    newest = post.revisions.order_by("-number").first()
    _reword(post, part.revision.text, (newest or part.revision).number + 1, at)
    parts.delete()


def _reword(post: Post, text: str, number: int, at: datetime) -> None:
    Revision.objects.create(
        post=post, number=number, text=text, content_note=post.note, created_at=at
    )
    post.text = text
    post.html = markdown.render(text)
    index.store([post])


def _without(text: str, spans: Sequence[tuple[int, int]]) -> str:
    """The text with the mark in place of each span."""
    pieces, last = [], 0
    for start, end in spans:
        pieces += [text[last:start], mark()]
        last = end
    return "".join([*pieces, text[last:]])


def _tidy(words: str) -> str:
    return words.replace("\r\n", "\n").strip()


def _spans(text: str, wanted: list[str]) -> list[tuple[int, int]]:
    """All places of the passages, in order; those that touch or overlap become one."""
    found = []
    for words in wanted:
        start = text.find(words)
        while start >= 0:
            found.append((start, start + len(words)))
            start = text.find(words, start + 1)
    joined: list[tuple[int, int]] = []
    for start, end in sorted(found):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined
