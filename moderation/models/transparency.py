"""Figures of a finished half-year, as they were published. Only added to (triggers see to it)."""

from django.db import models
from django.db.models import Q


class TransparencySnapshot(models.Model):
    """What is told of one half-year: January to June is half 1.

    ``data``: small counts are left out already (``moderation.transparency``), so the row holds
    nothing that the page does not show. ``hash``: SHA-256 (hex) over year, half and data.
    Half-years have fixed ends, so no two rows cover the same day.
    """

    year = models.PositiveSmallIntegerField()
    half = models.PositiveSmallIntegerField()
    data = models.JSONField()
    made_at = models.DateTimeField()
    hash = models.CharField(max_length=64)

    class Meta:
        ordering = ["-year", "-half"]
        constraints = [
            models.UniqueConstraint(fields=["year", "half"], name="transparency_once_a_half"),
            models.CheckConstraint(condition=Q(half__in=[1, 2]), name="transparency_half_known"),
        ]

    def __str__(self) -> str:
        return f"{self.year}-{self.half}"
