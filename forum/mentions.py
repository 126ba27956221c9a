"""Names with an ``@`` in a text: finding them, and making links of them. Pure, no queries."""

import re
from collections.abc import Mapping
from html import escape

MOST_MENTIONS = 10  # of one post; more names stay words
_NAME = re.compile(r"(?<![\w@./+-])@([A-Za-z0-9][A-Za-z0-9_-]{2,23})(?![\w@])")
_TAG = re.compile(r"(<[^>]*>)")
_NOT_WITHIN = ("a", "code", "pre")


def names_in(text: str) -> list[str]:
    """The first names in a text, in small letters, each once, as they stand and without an end
    of ``-`` or ``_``, which may belong to the sentence."""
    found: dict[str, None] = {}
    for match in _NAME.finditer(text):
        if len(found) >= 2 * MOST_MENTIONS:
            break
        name = match.group(1).lower()
        found |= {name: None, name.rstrip("-_"): None}
    return list(found)


def linked(html: str, addresses: Mapping[str, str]) -> str:
    """Safe HTML with each ``@name`` made a link, but not within links and code.

    ``addresses``: of each name in small letters. Other names stay as they are.
    """
    if not addresses or "@" not in html:
        return html

    def link(match: re.Match[str]) -> str:
        whole = match.group(1)
        for name in (whole, whole.rstrip("-_")):
            if address := addresses.get(name.lower()):
                rest = whole[len(name) :]
                return f'<a class="mention" href="{escape(address)}">@{name}</a>{rest}'
        return match.group()

    pieces = _TAG.split(html)
    within = 0
    for index, piece in enumerate(pieces):
        if index % 2 == 0:
            if not within:
                pieces[index] = _NAME.sub(link, piece)
            continue
        name = re.match(r"</?(\w+)", piece)
        if name and name.group(1) in _NOT_WITHIN:
            within += -1 if piece.startswith("</") else 1
    return "".join(pieces)
