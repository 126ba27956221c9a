"""Markdown to safe HTML (first version)."""

from bleach.sanitizer import Cleaner
from markdown_it import MarkdownIt

_md = MarkdownIt("js-default", {"html": False, "linkify": True, "breaks": True})
_cleaner = Cleaner(
    tags={"p", "br", "em", "strong", "ul", "ol", "li", "blockquote", "code", "pre", "a", "hr", "s"},
    attributes={"a": ["href"]},
    protocols={"http", "https"},
    strip=True,
)


def render(text: str) -> str:
    """Safe HTML."""
    return _cleaner.clean(_md.render(text))


def plain(text: str) -> str:
    """Text without markup."""
    return Cleaner(tags=set(), strip=True).clean(_md.render(text)).strip()
