"""The audit log: only added to (triggers see to it), each entry bound to the one before."""

from django.conf import settings
from django.db import models


class AuditEvent(models.Model):
    """One thing that staff did or read. ``data`` holds ids and codes, never words of members."""

    number = models.PositiveBigIntegerField(unique=True)
    at = models.DateTimeField()
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    actor_public_id = models.CharField(max_length=14, blank=True)
    verb = models.CharField(max_length=40)
    subject_kind = models.CharField(max_length=20)
    subject_public_id = models.CharField(max_length=20, blank=True)
    data = models.JSONField(default=dict)
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64, unique=True)

    class Meta:
        ordering = ["number"]
        indexes = [
            models.Index(fields=["subject_kind", "subject_public_id"], name="audit_by_subject")
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.verb} {self.subject_kind} {self.subject_public_id}"


class AuditHead(models.Model):
    """The end of the chain: one row, locked while an entry is added.

    It also shows when entries were cut off at the end, which the chain alone would not.
    """

    number = models.PositiveBigIntegerField(default=0)
    hash = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="audit_head_single")]

    def __str__(self) -> str:
        return f"head at {self.number}"
