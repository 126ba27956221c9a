"""What reporter and desk write to each other, and the evidence of a report."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.ids import new_public_id

MESSAGE_MAX = 4000


class ReportMessage(models.Model):
    """One message between the desk and the person who reported.

    The reporter never learns which admin wrote it. ``read_at``: when the other side saw it.
    """

    public_id = models.CharField(max_length=14, unique=True, default=new_public_id, editable=False)
    report = models.ForeignKey(
        "moderation.Report", on_delete=models.PROTECT, related_name="messages"
    )
    from_desk = models.BooleanField()
    # The admin who wrote it; empty for the reporter's own.
    admin = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    # A question of the desk that waits for an answer.
    asks = models.BooleanField(default=False, db_default=False)
    text = models.TextField(max_length=MESSAGE_MAX)
    submission_key = models.CharField(max_length=14, unique=True)
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["at", "pk"]
        indexes = [models.Index(fields=["report", "at"], name="report_message_order")]
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="report_message_not_empty"),
            models.CheckConstraint(
                condition=Q(from_desk=True, admin__isnull=False)
                | Q(from_desk=False, admin__isnull=True, asks=False),
                name="report_message_side_clear",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.public_id} on {self.report_id}"


class EvidenceBy(models.TextChoices):
    """Who added a piece of evidence."""

    REPORTER = "reporter", _("The person who reported")
    DESK = "desk", _("The desk")


class ReportEvidence(models.Model):
    """A wording that belongs to a report. Never changed; not deleted before the matter is closed.

    Triggers see to both. The post may change or go: the revision is what somebody read.
    """

    report = models.ForeignKey(
        "moderation.Report", on_delete=models.PROTECT, related_name="evidence"
    )
    revision = models.ForeignKey("forum.Revision", on_delete=models.PROTECT, related_name="+")
    post_public_id = models.CharField(max_length=14)
    added_by = models.CharField(max_length=8, choices=EvidenceBy)
    added_at = models.DateTimeField()

    class Meta:
        ordering = ["added_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["report", "revision"], name="report_evidence_once"),
            models.CheckConstraint(
                condition=Q(added_by__in=EvidenceBy.values), name="report_evidence_by_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.post_public_id} for {self.report_id}"
