"""Showing versioned texts in templates."""

from django import template

from accounts.wording import as_html

register = template.Library()
register.filter("as_html", as_html)
