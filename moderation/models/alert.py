"""Alerts: somebody must look now. Rows say what was raised, and what became of each message."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.ids import new_public_id
from forum.states import Severity


class Stage(models.TextChoices):
    """Why an alert was raised. Each stage comes once for a ticket or report."""

    NEW = "new", _("New")
    OVERDUE = "overdue", _("Overdue")
    SECOND = "second", _("Nobody has looked yet")
    ADMINS = "admins", _("Only admins may look")
    NOBODY = "nobody", _("Nobody here may look")


class Alert(models.Model):
    """One alert about one review ticket (``clock``) or one report. Holds no words and no names."""

    public_id = models.CharField(max_length=14, unique=True, default=new_public_id, editable=False)
    stage = models.CharField(max_length=8, choices=Stage)
    severity = models.PositiveSmallIntegerField(choices=Severity)
    clock = models.ForeignKey(
        "forum.TicketClock", on_delete=models.CASCADE, null=True, blank=True, related_name="alerts"
    )
    report = models.ForeignKey(
        "moderation.Report", on_delete=models.CASCADE, null=True, blank=True, related_name="alerts"
    )
    waiting_since = models.DateTimeField()
    raised_at = models.DateTimeField()
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["clock", "stage"], name="alert_once_a_ticket_stage"),
            models.UniqueConstraint(fields=["report", "stage"], name="alert_once_a_report_stage"),
            models.CheckConstraint(
                condition=Q(clock__isnull=False, report__isnull=True)
                | Q(clock__isnull=True, report__isnull=False),
                name="alert_about_one_thing",
            ),
            models.CheckConstraint(
                condition=Q(acknowledged_at__isnull=True, acknowledged_by__isnull=True)
                | Q(acknowledged_at__isnull=False, acknowledged_by__isnull=False),
                name="alert_acknowledged_by_someone",
            ),
        ]
        indexes = [models.Index(fields=["-raised_at"], name="alert_newest")]

    def __str__(self) -> str:
        return f"{self.stage} S{self.severity}"


class Channel(models.TextChoices):
    """How an alert goes out."""

    EMAIL = "email", _("E-mail")
    WEBHOOK = "webhook", _("Webhook")


class DeliveryState(models.TextChoices):
    """What became of one message. ``due`` goes on being tried."""

    DUE = "due", _("Waiting")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Given up")
    NOT_NEEDED = "not_needed", _("Not needed any more")


class AlertDelivery(models.Model):
    """One message about an alert, over one channel, to one admin, address or webhook.

    ``target`` makes it once only: the public id of an admin, "outside", or a webhook's number.
    The row itself knows that it is due, and who is sending it until when.
    """

    public_id = models.CharField(max_length=14, unique=True, default=new_public_id, editable=False)
    alert = models.ForeignKey(Alert, on_delete=models.CASCADE, related_name="deliveries")
    channel = models.CharField(max_length=8, choices=Channel)
    target = models.CharField(max_length=20)
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    state = models.CharField(max_length=10, choices=DeliveryState, default=DeliveryState.DUE)
    due_at = models.DateTimeField()
    leased_until = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    # Kind of the last failure: our own words and codes, nothing that came from outside.
    error = models.CharField(max_length=120, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "alert deliveries"
        constraints = [
            models.UniqueConstraint(
                fields=["alert", "channel", "target"], name="delivery_once_a_target"
            ),
            models.CheckConstraint(
                condition=~Q(state=DeliveryState.SENT) | Q(sent_at__isnull=False),
                name="delivery_sent_has_time",
            ),
            models.CheckConstraint(
                condition=Q(state__in=DeliveryState.values), name="delivery_state_known"
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(state="due"), name="delivery_due"),
        ]

    def __str__(self) -> str:
        return f"{self.channel} to {self.target}"
