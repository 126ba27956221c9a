"""A feed as Atom (RFC 4287): titles and links, no word of any post.

An address of a feed leaks easily: programs keep it, pass it on, and show it. So it gives away as
little as a list of titles can, and is not for health professionals.
"""

import re
from collections.abc import Sequence
from datetime import datetime
from uuid import NAMESPACE_URL, uuid5

from django.conf import settings
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from forum.queries.feed import FeedEntry

# What XML 1.0 cannot hold at all.
NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class _SteadyFeed(Atom1Feed):
    """The same entries give the same bytes: an empty feed does not say what time it is."""

    def __init__(self, *args: object, updated: datetime, **kwargs: object) -> None:
        self._updated = updated
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]

    def latest_post_date(self) -> datetime:
        """The moment of the newest entry; without any, when the address was made."""
        return self._updated


def atom(entries: Sequence[FeedEntry], *, feed_id: str, made_at: datetime) -> str:
    """The feed with this public id (of its key) as a text of XML."""
    # Not its own address: that is a secret, and a copy of the feed would carry it along.
    feed = _SteadyFeed(
        title=settings.SITE_NAME,
        link=settings.SITE_URL + reverse("forum:following"),
        description="",
        language=get_language(),
        author_name=settings.SITE_NAME,
        feed_guid=_urn(f"feed:{feed_id}"),
        updated=entries[0].at if entries else made_at,
    )
    for entry in entries:
        feed.add_item(
            title=_clean(_title(entry)),
            link=settings.SITE_URL + reverse("forum:post", args=[entry.public_id]),
            description=None,  # type: ignore[arg-type]  # else an empty summary stands there
            unique_id=_urn(f"post:{entry.public_id}"),
            pubdate=entry.at,
            updateddate=entry.at,
        )
    return feed.writeString("utf-8")


def _title(entry: FeedEntry) -> str:
    if entry.note:
        words = _("Content note: %(note)s") % {"note": entry.note}
    else:
        words = entry.title
    return _("New reply: %(title)s") % {"title": words} if entry.is_reply else words


def _clean(words: str) -> str:
    return NOT_IN_XML.sub("", words)


def _urn(name: str) -> str:
    """An id that stays the same, wherever the site may move."""
    return uuid5(NAMESPACE_URL, f"islet:{name}").urn
