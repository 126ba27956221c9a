"""Addresses that lists need for each of their rows, without working each out anew."""

from functools import lru_cache

from django.urls import get_script_prefix, reverse

_PLACE = "x" * 14


def address(name: str, public_id: str) -> str:
    """What ``reverse`` gives for a page that is named by one public id or slug alone."""
    before, after = _around(name, get_script_prefix())
    return f"{before}{public_id}{after}"


@lru_cache
def _around(name: str, prefix: str) -> tuple[str, str]:
    before, _place, after = reverse(name, args=[_PLACE]).partition(_PLACE)
    return before, after
