"""What a versioned text says, line by line, and how two versions differ."""

import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

from accounts.models import Document

# For texts of our own: no raw HTML, and links only to what markdown-it takes for harmless.
_MARKDOWN = MarkdownIt("commonmark", {"html": False})


class Mark(StrEnum):
    """What became of a line."""

    SAME = "same"
    NEW = "new"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a comparison."""

    mark: Mark
    words: str


def as_html(markdown: str) -> SafeString:
    """The Markdown of a notice as HTML."""
    return mark_safe(_MARKDOWN.render(markdown))  # noqa: S308 - without raw HTML, ours


def lines_of(document: Document) -> list[str]:
    """All that people read of a document, one line for each part, without empty ones."""
    return [line for line in _parts(document) if line.strip()]


def _parts(document: Document) -> Iterator[str]:
    yield document.title
    yield from document.intro.splitlines()
    for clause in document.clauses.all():
        yield clause.line
        yield clause.why
        yield clause.source
    for module in document.modules.all():
        yield module.title
        yield from module.text.splitlines()
        yield module.question
        for answer in module.answers:
            yield answer["text"]
            yield answer["reply"]


def compare(old: Document | None, new: Document) -> list[Line]:
    """The lines of ``new``, with those of ``old`` that are gone in their old place."""
    if old is None:
        return [Line(Mark.NEW, words) for words in lines_of(new)]
    marks = {" ": Mark.SAME, "+": Mark.NEW, "-": Mark.GONE}
    found = difflib.ndiff(lines_of(old), lines_of(new))
    return [Line(marks[line[0]], line[2:]) for line in found if line[0] in marks]
