"""Showing versioned texts in templates."""

from django import template

from accounts.wording import as_html

register = template.Library()
register.filter("as_html", as_html)


@register.filter
def as_words(name: str) -> str:
    """The name of a column as somebody would say it: ``asked_at`` is "Asked at"."""
    return name.replace("_", " ").capitalize()


@register.filter
def is_list(value: object) -> bool:
    """Whether there may be several of it."""
    return isinstance(value, list | tuple)
