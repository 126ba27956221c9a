"""Members who like to welcome new ones. Nobody sees who they are: there is no badge."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q


class Welcomer(models.Model):
    """A member offered to welcome others; an admin said yes or no. Stopping deletes the row."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="welcomer"
    )
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    agreed = models.BooleanField(default=False, db_default=False)

    class Meta:
        constraints = [
            # Without an answer by somebody else nobody is one.
            models.CheckConstraint(
                condition=Q(agreed=False, answered_at=None, answered_by=None)
                | (
                    Q(answered_at__isnull=False, answered_by__isnull=False)
                    & ~Q(answered_by=F("user"))
                ),
                name="welcomer_was_answered",
            ),
        ]

    def __str__(self) -> str:
        return f"welcomer {self.user_id}"
