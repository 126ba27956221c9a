"""Asking a parent or guardian by e-mail, where the law of the place wants it (P1.7)."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.ids import new_public_id


class GuardianRequest(models.Model):
    """One question to one guardian. The row knows that its mail is due; a sweep sends it.

    The address is only kept until there is an answer. The answer itself is a ``Consent``.
    """

    public_id = models.CharField(max_length=14, unique=True, default=new_public_id, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="guardian_requests"
    )
    email = models.EmailField(blank=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    # Answered, or replaced by a newer request: the link works no more.
    closed_at = models.DateTimeField(null=True, blank=True)
    mail_due_at = models.DateTimeField(null=True, blank=True)
    mail_leased_until = models.DateTimeField(null=True, blank=True)
    mail_tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=Q(closed_at__isnull=True), name="guardian_one_open"
            ),
        ]
        indexes = [
            models.Index(
                fields=["mail_due_at"],
                condition=Q(mail_due_at__isnull=False),
                name="guardian_mail_due",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.public_id} for {self.user_id}"
