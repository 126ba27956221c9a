"""Which passage of a post is quoted: the one that somebody marked, or its beginning.

A quote stands only while its words stand in its source (``Quote.still_stands``), so a passage is
always cut out of the source as its author wrote it. What people mark is the rendered text: without
asterisks, with other spaces. So it is looked for word by word.
"""

import re

from forum.markdown import plain
from forum.models import Post
from forum.models.post import EXCERPT_MAX

PASSAGE_MAX = 2 * EXCERPT_MAX  # of what was marked; more cannot matter
_WORD = re.compile(r"\w+")
_ADDRESS = re.compile(r"\]\([^)\s]*\)")
_MARKUP = "*_`~"


def excerpt_of(post: Post, passage: str = "") -> str:
    """The words to quote, as they stand in the post.

    ``passage``: what was marked on the page; where the post does not have it, the beginning.
    """
    return (passage_in(post.text, passage) if passage else "") or _beginning(post)


def passage_in(text: str, passage: str) -> str:
    """The part of ``text`` (Markdown) that reads like ``passage`` (plain); empty where none does.

    At most ``EXCERPT_MAX`` characters, whole words.
    """
    wanted = [match.group().casefold() for match in _WORD.finditer(passage[:PASSAGE_MAX])]
    if not wanted:
        return ""
    # Where a link leads is not on the page. Its place stays, so that positions hold.
    shown = _ADDRESS.sub(lambda match: "]" + " " * (len(match.group()) - 1), text)
    words = list(_WORD.finditer(shown))
    have = [match.group().casefold() for match in words]
    for first in range(len(have) - len(wanted) + 1):
        if _reads_like(have[first : first + len(wanted)], wanted):
            break
    else:
        return ""
    begin, last = words[first].start(), first + len(wanted) - 1
    while words[last].end() - begin > EXCERPT_MAX and last > first:
        last -= 1
    end = words[last].end()
    if end - begin > EXCERPT_MAX:
        return text[begin : begin + EXCERPT_MAX]
    return _with_edges(text, begin, end)


def _reads_like(words: list[str], marked: list[str]) -> bool:
    """Whether words are what was marked; its first and last may be parts of words."""
    if len(marked) == 1:
        return marked[0] in words[0]
    whole = words[1:-1] == marked[1:-1]
    return whole and words[0].endswith(marked[0]) and words[-1].startswith(marked[-1])


def _with_edges(text: str, begin: int, end: int) -> str:
    """The cut with the markup and the full stop that touch it, while there is room."""
    while begin and text[begin - 1] in _MARKUP and end - begin < EXCERPT_MAX:
        begin -= 1
    while end < len(text) and text[end] in f"{_MARKUP}.,!?…)" and end - begin < EXCERPT_MAX:
        end += 1
    return text[begin:end]


def _beginning(post: Post) -> str:
    """The beginning of the post, whole lines, as it was written."""
    text = post.text[:EXCERPT_MAX]
    if len(post.text) > EXCERPT_MAX and "\n" in text:
        text = text[: text.rindex("\n")]
    return text.strip() or plain(post.text)[:EXCERPT_MAX]
