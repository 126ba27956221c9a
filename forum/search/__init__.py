"""Search: one interface, whatever the database. ``search`` is all that views need.

The index finds candidates; the one door lets through what this person may see; only that is
counted, ranked, cut into snippets and shown.
"""

from forum.search.find import Found, Hit, Order, search
from forum.search.query import Query, parse

__all__ = ["Found", "Hit", "Order", "Query", "parse", "search"]
