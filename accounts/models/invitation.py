"""Invitation codes, which clinics and charities hand out. No account is linked to one."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from accounts.ids import new_public_id

LABEL_MAX = 60
# Fewer uses than this, and a code that is used up would tell who joined.
FEWEST_USES, MOST_USES = 5, 1000


class InvitationCode(models.Model):
    """A code that so many people may join with. Only its keyed hash is stored.

    ``uses`` is all that is known of those who used it: no time, no account. ``label`` says who
    hands it out, for admins alone.
    """

    public_id = models.CharField(max_length=14, unique=True, default=new_public_id, editable=False)
    label = models.CharField(max_length=LABEL_MAX)
    digest = models.CharField(max_length=64, unique=True)
    uses_allowed = models.PositiveSmallIntegerField()
    uses = models.PositiveSmallIntegerField(default=0)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(uses__lte=F("uses_allowed")), name="invitation_no_more_than_allowed"
            ),
            models.CheckConstraint(
                condition=Q(uses_allowed__gte=FEWEST_USES, uses_allowed__lte=MOST_USES),
                name="invitation_for_a_crowd",
            ),
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True, revoked_by__isnull=True)
                | Q(revoked_at__isnull=False, revoked_by__isnull=False),
                name="invitation_revoked_whole",
            ),
        ]

    def __str__(self) -> str:
        return self.label
