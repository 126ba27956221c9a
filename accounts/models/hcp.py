"""Health care professionals (HCPs): who checked them, until when, where they work."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.ids import new_public_id


class Workplace(models.Model):
    """A clinic or other employer. Members can hide from all who work there."""

    public_id = models.CharField(max_length=14, unique=True, default=new_public_id, editable=False)
    name = models.CharField(max_length=120, unique=True)

    def __str__(self) -> str:
        return self.name


class HcpProfile(models.Model):
    """What an HCP account rests on. It works only while ``is_current`` holds.

    Rules: procedure 3: two different admins checked the register entry, the current
    code is signed, not expired, not on hold, not revoked.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="hcp_profile"
    )
    profession = models.CharField(max_length=80)
    register_body = models.CharField(max_length=80)
    register_number = models.CharField(max_length=40)
    interests = models.TextField(blank=True, max_length=1000)
    workplaces = models.ManyToManyField(Workplace, related_name="professionals", blank=True)
    verified_by_first = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    verified_by_second = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    verified_at = models.DateTimeField(null=True, blank=True)
    code_version = models.CharField(max_length=12, blank=True)
    code_signed_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    # On hold while admins look into something; the why is in moderation's HcpMeasure.
    suspended_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(verified_by_first__isnull=True)
                | Q(verified_by_second__isnull=True)
                | ~Q(verified_by_first=F("verified_by_second")),
                name="hcp_two_different_verifiers",
                violation_error_message=_("The second check must be by somebody else."),
            ),
            models.CheckConstraint(
                condition=Q(verified_at__isnull=True)
                | Q(verified_by_first__isnull=False, verified_by_second__isnull=False),
                name="hcp_verified_means_two_checks",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} ({self.profession})"

    def is_current(self, *, at: datetime, code_version: str) -> bool:
        """Whether the account may act as an HCP at ``at``, under the code in force."""
        return (
            self.verified_at is not None
            and self.revoked_at is None
            and self.suspended_at is None
            and self.expires_at is not None
            and at < self.expires_at
            and bool(code_version)
            and self.code_version == code_version
        )
