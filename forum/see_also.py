"""Guides that fit what somebody writes. The forum knows no guides: the settings name who does."""

from collections.abc import Sequence
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string

MOST_GUIDES = 3


class SeeAlso(Protocol):
    """Something to read: a title and its address."""

    @property
    def title(self) -> str:
        """Its name."""

    @property
    def url(self) -> str:
        """Where it is, on this site."""


def see_also(text: str, *, limit: int = MOST_GUIDES) -> Sequence[SeeAlso]:
    """Guides that fit a text, the best first; none where the site has no such look-up."""
    if not settings.SEE_ALSO:
        return []
    found: Sequence[SeeAlso] = import_string(settings.SEE_ALSO)(text, limit)
    return found[:limit]
