"""Helplines as admins changed them. What comes with the software stays in a file (guides)."""

from django.conf import settings
from django.db import models
from django.db.models import Q


class HelplineSheet(models.Model):
    """One version of a country's helplines: a draft, or published. The newest published counts.

    ``data`` has the shape of a ``[[country]]`` of guides/data/helplines.toml, dates as text. Where
    it is missing or broken, the file counts, so that there is always somebody to call.
    """

    country = models.CharField(max_length=2)
    number = models.PositiveIntegerField()
    data = models.JSONField()
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    saved_at = models.DateTimeField()
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    published_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["country", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["country", "number"], name="helplines_one_a_number"),
            models.UniqueConstraint(
                fields=["country"],
                condition=Q(published_at__isnull=True),
                name="helplines_one_draft_a_country",
            ),
            models.CheckConstraint(
                condition=Q(published_at__isnull=True, published_by__isnull=True)
                | Q(published_at__isnull=False, published_by__isnull=False),
                name="helplines_published_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.country} {self.number}"
