"""The rota: which admin is on call, from when until when."""

from django.conf import settings
from django.db import models

from accounts.ids import new_public_id


class Shift(models.Model):
    """One admin is on call for a time. A shift that was taken back stays, and counts no more."""

    public_id = models.CharField(max_length=14, unique=True, default=new_public_id, editable=False)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="shifts"
    )
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    added_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at")), name="shift_ends_after_start"
            ),
            # The same entered twice, from two tabs, is one.
            models.UniqueConstraint(
                fields=["person", "starts_at", "ends_at"],
                condition=models.Q(removed_at__isnull=True),
                name="shift_once",
            ),
        ]
        indexes = [
            models.Index(
                fields=["ends_at", "starts_at"],
                condition=models.Q(removed_at__isnull=True),
                name="shift_by_time",
            )
        ]

    def __str__(self) -> str:
        return f"{self.person_id} on call"
