"""Word that a guide waits for a check, or no more.

Guides know no notices: the settings name who does. ``GUIDE_MOVED`` is the dotted path of a function
that takes a version and a moment, or empty: then nobody is told. It is called in the transaction of
the act itself.
"""

from collections.abc import Callable
from datetime import datetime

from django.conf import settings
from django.utils.module_loading import import_string

from guides.models import ArticleVersion


def tell(version: ArticleVersion, at: datetime) -> None:
    """Say that a version waits now, or does not any more."""
    if settings.GUIDE_MOVED:
        moved: Callable[[ArticleVersion, datetime], None] = import_string(settings.GUIDE_MOVED)
        moved(version, at)
