"""The words of an article as HTML, made once, when they are written.

There is one renderer for all that people write, and it lives where posts do. Guides know nothing of
that room: the settings name the function (``ARTICLE_MARKDOWN``), text in, safe HTML out. Headings
are ours: in a post they would break the order of headings of its page, in an article they are it.
"""

import re
from collections.abc import Callable
from functools import cache

from django.conf import settings
from django.utils.html import escape, strip_tags
from django.utils.module_loading import import_string
from django.utils.safestring import SafeString, mark_safe

_HEADING = re.compile(r"^## +(\S.*)$", re.MULTILINE)


@cache
def _renderer(path: str) -> Callable[[str], str]:
    render_text: Callable[[str], str] = import_string(path)
    return render_text


def _render(text: str) -> str:
    return _renderer(settings.ARTICLE_MARKDOWN)(text)


def render(body: str) -> str:
    """Safe HTML of an article. Lines that begin with ``## `` are its headings."""
    first, *rest = _HEADING.split(body.replace("\r\n", "\n"))
    pieces = [_render(first)] if first.strip() else []
    for heading, words in zip(rest[::2], rest[1::2], strict=True):
        pieces.append(f'<h2 dir="auto">{escape(heading.strip())}</h2>\n')
        if words.strip():
            pieces.append(_render(words))
    return "".join(pieces)


def as_html(stored: str) -> SafeString:
    """HTML that ``render`` made and the database kept."""
    return mark_safe(stored)  # noqa: S308 - made by ``render``, fixed by triggers


def plain(html: str) -> str:
    """The words of rendered HTML, on one line; not escaped."""
    return " ".join(strip_tags(html.replace("<", " <")).split())
