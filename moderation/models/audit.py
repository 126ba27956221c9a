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


class AuditCheck(models.Model):
    """The chain was checked: when, by whom (nobody: the daily job), and whether it was whole.

    ``first`` and ``last``: the numbers of the entries that were checked. They are for the command
    line alone: on a page, numbers would tell an admin of entries that are kept from them.
    """

    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    first = models.PositiveBigIntegerField()
    last = models.PositiveBigIntegerField()
    whole = models.BooleanField()

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["-at"], name="audit_check_newest")]

    def __str__(self) -> str:
        return f"{self.at}: {'whole' if self.whole else 'broken'}"
