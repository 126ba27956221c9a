"""Staffed hours: when people of the team are there to look. Each change is a version of its own."""

from django.conf import settings
from django.db import models


class StaffedHours(models.Model):
    """One version of the hours; the highest number is in force. Only added to.

    ``week``: seven lists, Monday first, of [start, end] in minutes after midnight, local time.
    ``exceptions``: {"2026-12-25": []}, the spans of single days that differ.
    """

    number = models.PositiveIntegerField(unique=True)
    time_zone = models.CharField(max_length=64)
    week = models.JSONField()
    exceptions = models.JSONField(default=dict)
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "staffed hours"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(number__gte=1), name="hours_numbered_from_one"
            )
        ]

    def __str__(self) -> str:
        return f"hours {self.number}"
