"""Mail to the one person outside of the site who is told where nobody on it is left."""

from django.db import models
from django.db.models import Q


class OutsideMail(models.Model):
    """One mail about one proposal or one appeal. The row knows that it is due; a sweep sends it."""

    proposal = models.OneToOneField(
        "moderation.Proposal",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="outside_mail",
    )
    appeal = models.OneToOneField(
        "moderation.Appeal",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="outside_mail",
    )
    created_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["due_at"], condition=Q(due_at__isnull=False), name="outside_mail_due"
            )
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(proposal__isnull=False, appeal__isnull=True)
                | Q(proposal__isnull=True, appeal__isnull=False),
                name="outside_mail_about_one_thing",
            )
        ]

    def __str__(self) -> str:
        return f"mail about {self.proposal_id or self.appeal_id}"
