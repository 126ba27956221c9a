"""Chainable reads of threads, posts and board rows. All rules come from forum/visibility.py."""

from typing import Self

from django.db import models

from accounts.viewer import Viewer
from forum import visibility


class ThreadQuerySet(models.QuerySet):
    """Reads of threads."""

    def visible_to(self, viewer: Viewer) -> Self:
        """Threads that ``viewer`` may see."""
        return self.filter(visibility.thread_visible(viewer))


class PostQuerySet(models.QuerySet):
    """Reads of posts."""

    def visible_to(self, viewer: Viewer) -> Self:
        """Posts that ``viewer`` may see."""
        return self.filter(visibility.post_visible(viewer))

    def visible_beside(self, viewer: Viewer) -> Self:
        """Posts that ``viewer`` may see of threads that the caller got through the one door."""
        return self.filter(visibility.post_visible_beside(viewer))

    def shown_to(self, viewer: Viewer) -> Self:
        """Posts and tombstones that take a place on a thread page of ``viewer``."""
        return self.filter(visibility.post_shown(viewer))

    def kept_from(self, viewer: Viewer) -> Self:
        """Posts of a visible thread that have no place on a thread page of ``viewer``."""
        return self.filter(visibility.post_kept_from(viewer))

    def handleable_by(self, viewer: Viewer) -> Self:
        """Posts that ``viewer`` may review. For ``moderation`` alone, which logs what it reads."""
        return self.filter(visibility.post_handleable(viewer))


class SummaryQuerySet(models.QuerySet):
    """Reads of board rows."""

    def visible_to(self, viewer: Viewer) -> Self:
        """Rows of ``viewer``'s own audience for threads that ``viewer`` may see."""
        return self.filter(visibility.summary_visible(viewer))
