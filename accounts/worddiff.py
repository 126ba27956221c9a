"""Two wordings, compared word by word. Pure: texts in, pieces out."""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

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
