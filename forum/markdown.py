"""Members' Markdown to safe HTML, and to plain text for titles and snippets.

Two lines of defence: markdown-it without raw HTML writes only what is on the list below, and one
bleach Cleaner throws out anything else. Links are checked by `safe_url`, because bleach lets
schemes such as "javascript:123" through. There are no images, ids, classes or styles.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, MutableMapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from bleach.sanitizer import Cleaner
from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from markdown_it.utils import OptionsDict

ALLOWED_TAGS = frozenset(
    "p br hr strong em s a blockquote ul ol li code pre table thead tbody tr th td".split()
)
ALLOWED_ATTRIBUTES = {"a": {"href", "rel"}, "ol": {"start"}}
DIRECTED_TAGS = frozenset({"p", "blockquote", "ul", "ol", "li", "pre", "table"})
LINK_REL = "nofollow ugc noopener noreferrer"
MAX_DEPTH = 24  # deeper text is shown flat: nobody reads it nested, and nothing may be lost
MAX_URL = 2000

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_URL_JUNK = re.compile(r"[\s\\\x00-\x20\x7f]")
_SPACE = re.compile(r"\s+")


def safe_url(url: str) -> bool:
    """Say whether a link may stay: absolute http or https, with a host and without credentials."""
    if len(url) > MAX_URL or _URL_JUNK.search(url):
        return False
    try:
        parts = urlsplit(url)
        host, user = parts.hostname, parts.username
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(host) and user is None


def render(text: str) -> str:
    """Return safe HTML for a member's Markdown; never raises, whatever the text."""
    text = _readable(text)
    tokens = _parse(text)
    if _depth(tokens) > MAX_DEPTH:
        return _clean(_flat(text))
    html: str = _MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {})
    return _clean(html)


def plain(text: str) -> str:
    """Return the text on one line, without markup, for titles and snippets (not escaped)."""
    text = _readable(text)
    tokens = _parse(text)
    if _depth(tokens) > MAX_DEPTH:
        return _SPACE.sub(" ", text).strip()
    return _SPACE.sub(" ", "".join(_texts(tokens))).strip()


def _readable(text: str) -> str:
    """Return the text without control characters and lone surrogates, which nobody can see."""
    return _CONTROL.sub("", text.encode("utf-8", "replace").decode("utf-8"))


def _parse(text: str) -> list[Token]:
    # Looking for links is quadratic in the length of one word; no link may be that long anyway.
    longest = max(map(len, text.split()), default=0)
    return (_MARKDOWN if longest <= MAX_URL else _MARKDOWN_UNLINKED).parse(text)


def _depth(tokens: Sequence[Token]) -> int:
    return (
        max(
            (token.level + max((child.level for child in token.children or ()), default=0))
            for token in tokens
        )
        if tokens
        else 0
    )


def _flat(text: str) -> str:
    paragraphs = [part for part in re.split(r"\n\s*\n", text) if part.strip()]
    lines = ("<br>\n".join(escapeHtml(part.strip()).split("\n")) for part in paragraphs)
    return "".join(f'<p dir="auto">{line}</p>\n' for line in lines)


def _texts(tokens: Sequence[Token]) -> Iterator[str]:
    for token in tokens:
        if token.type == "inline":
            yield from _texts(token.children or ())
        elif token.type in ("text", "code_inline") or token.type == "image":
            yield token.content
        elif token.type in ("fence", "code_block"):
            yield f" {token.content} "
        elif token.block or token.type in ("softbreak", "hardbreak"):
            yield " "


class _Renderer(RendererHTML):
    """HTML of the few elements that differ from markdown-it's own."""

    def heading_open(self, *_: Any) -> str:
        """Headings are bold lines: a post must not break the page's own order of headings."""
        return '<p dir="auto"><strong>'

    def heading_close(self, *_: Any) -> str:
        return "</strong></p>\n"

    def image(
        self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: MutableMapping[str, Any]
    ) -> str:
        """No image is ever loaded from a post; its description stays."""
        return escapeHtml(tokens[idx].content)

    def fence(
        self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: MutableMapping[str, Any]
    ) -> str:
        return f'<pre dir="auto"><code>{escapeHtml(tokens[idx].content)}</code></pre>\n'

    code_block = fence


def _direct(state: StateCore) -> None:
    """Let each block find its own direction, so that right-to-left text reads right."""
    for token in state.tokens:
        if token.nesting == 1 and token.tag in DIRECTED_TAGS:
            token.attrSet("dir", "auto")
        for child in token.children or ():
            if child.type == "link_open":
                child.attrs = {"href": child.attrs["href"], "rel": LINK_REL}


def _markdown() -> MarkdownIt:
    markdown = MarkdownIt(
        "js-default",
        {"html": False, "linkify": True, "breaks": True, "typographer": False, "maxNesting": 50},
        renderer_cls=_Renderer,
    )
    markdown.validateLink = safe_url  # type: ignore[method-assign]
    if markdown.linkify is not None:
        markdown.linkify.set({"fuzzy_email": False, "fuzzy_ip": False, "fuzzy_link": True})
    markdown.core.ruler.push("direct", _direct)
    return markdown


def _attribute_allowed(tag: str, name: str, value: str) -> bool:
    if name == "dir":
        return tag in DIRECTED_TAGS and value == "auto"
    if name == "href":
        return tag == "a" and safe_url(value)
    if name == "rel":
        return tag == "a" and value == LINK_REL
    return name in ALLOWED_ATTRIBUTES.get(tag, ()) and value.isdecimal()


def _clean(html: str) -> str:
    # A Cleaner keeps its parser's state, so threads must not share one.
    cleaner: Cleaner | None = getattr(_local, "cleaner", None)
    if cleaner is None:
        cleaner = _local.cleaner = Cleaner(
            tags=ALLOWED_TAGS,
            attributes=_attribute_allowed,
            protocols={"http", "https"},
            strip=True,
        )
    cleaned: str = cleaner.clean(html)
    return cleaned


_MARKDOWN = _markdown()
_MARKDOWN_UNLINKED = _markdown().disable("linkify")
_local = threading.local()
