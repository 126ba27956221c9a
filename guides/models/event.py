"""What was done with an article, by whom: only added to (triggers), never changed."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from guides.models.version import ArticleVersion

WORDS_MAX = 1000


class EventKind(models.TextChoices):
    """What somebody did."""

    STARTED = "started", _("Started it")
    SAVED = "saved", _("Changed it")
    SENT = "sent", _("Sent it to be checked")
    TAKEN_BACK = "taken_back", _("Took it back to write")
    APPROVED = "approved", _("Checked it and said yes")
    SENT_BACK = "sent_back", _("Sent it back")
    PUBLISHED = "published", _("Published it")
    RETIRED = "retired", _("Took it off the site")
    FEATURED = "featured", _("Put it on top")
    UNFEATURED = "unfeatured", _("Took it from the top")


# Who did one of these has written it, and cannot check it.
WRITING = (EventKind.STARTED, EventKind.SAVED)
# With these a version begins to wait for a check, or waits no more.
MOVING = (EventKind.SENT, EventKind.TAKEN_BACK, EventKind.APPROVED, EventKind.SENT_BACK)


class ArticleEvent(models.Model):
    """One act. ``words``: what a reviewer or an admin wrote about it. ``revision``: what they saw.

    ``checklist``: the keys of what a reviewer confirmed (guides/checklist.py).
    """

    version = models.ForeignKey(ArticleVersion, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(max_length=12, choices=EventKind)
    # Nobody: it came with the software.
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    at = models.DateTimeField()
    revision = models.PositiveIntegerField()
    words = models.TextField(blank=True, max_length=WORDS_MAX)
    checklist = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=EventKind.values), name="article_event_kind_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.at:%Y-%m-%d}"
