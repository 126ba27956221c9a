"""What is set for the whole site while it runs."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

REASON_MAX = 200


class Level(models.TextChoices):
    """How far the site is open."""

    OFF = "off", _("Open as always")
    READ_ONLY = "read_only", _("Reading works, writing waits")
    CLOSED = "closed", _("Closed, but for help, reports and sign-in")


class Maintenance(models.Model):
    """Whether the site is paused: one row. No row: it is open.

    ``reason`` is what people read, ``until`` what they may expect; neither ends it by itself.
    ``version`` counts changes, so that two admins do not undo each other. ``changed_by`` is empty
    after a change by the command line.
    """

    level = models.CharField(max_length=9, choices=Level, default=Level.OFF)
    reason = models.CharField(max_length=REASON_MAX, blank=True)
    until = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=0)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(pk=1), name="maintenance_single"),
            models.CheckConstraint(
                condition=Q(level__in=Level.values), name="maintenance_level_known"
            ),
        ]

    def __str__(self) -> str:
        return self.level
