"""What an author changed, word by word."""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

from django.db.models import Max

from forum.models import Post, Revision
from moderation.models import Decision

PIECES = re.compile(r"\s+|[^\s]+")


class Change(StrEnum):
    """What became of a piece of the earlier wording."""

    SAME = "same"
    GONE = "gone"
    NEW = "new"


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words in a row, with the spaces between them."""

    change: Change
    text: str


def word_diff(before: str, after: str) -> list[Piece]:
    """The later wording with what went and what came, in reading order."""
    old, new = PIECES.findall(before), PIECES.findall(after)
    pieces: list[Piece] = []
    matcher = SequenceMatcher(a=old, b=new, autojunk=False)
    for tag, a1, a2, b1, b2 in matcher.get_opcodes():
        if tag == "equal":
            pieces.append(Piece(Change.SAME, "".join(new[b1:b2])))
            continue
        if a1 < a2:
            pieces.append(Piece(Change.GONE, "".join(old[a1:a2])))
        if b1 < b2:
            pieces.append(Piece(Change.NEW, "".join(new[b1:b2])))
    return pieces


def changes_since_decision(post: Post) -> list[Piece]:
    """What changed since the wording that was last decided on, else since the one before.

    Empty where nothing changed. Reading it is reading the post: log it.
    """
    newest = Revision.objects.filter(post=post).aggregate(number=Max("number"))["number"] or 0
    decided = (
        Decision.objects.standing()
        .filter(post=post, revision_number__lt=newest)
        .order_by("-decided_at", "-pk")
        .values_list("revision_number", flat=True)
        .first()
    )
    number = decided or newest - 1
    before = Revision.objects.filter(post=post, number=number).values_list("text", flat=True)
    earlier = before.first()
    if earlier is None or earlier == post.text:
        return []
    return word_diff(earlier, post.text)
