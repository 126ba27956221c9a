"""Mails about reports that wait to be sent: number and key, or that there is news."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class ReportMailKind(models.TextChoices):
    """What the mail says. None says what the report is about."""

    RECEIVED = "received", _("Number and key")
    NEWS = "news", _("There is an answer")


class ReportMail(models.Model):
    """One mail that is due, or was sent. The address stands in the report or the account."""

    report = models.ForeignKey("moderation.Report", on_delete=models.CASCADE, related_name="mails")
    kind = models.CharField(max_length=8, choices=ReportMailKind)
    # What makes it the same mail again.
    same_as = models.CharField(max_length=80)
    mail_due_at = models.DateTimeField(null=True, blank=True)
    mail_leased_until = models.DateTimeField(null=True, blank=True)
    mail_tries = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["report", "same_as"], name="report_mail_once"),
            models.CheckConstraint(
                condition=Q(kind__in=ReportMailKind.values), name="report_mail_kind_known"
            ),
        ]
        indexes = [
            models.Index(
                fields=["mail_due_at"],
                condition=Q(mail_due_at__isnull=False),
                name="report_mail_due",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} for {self.report_id}"
