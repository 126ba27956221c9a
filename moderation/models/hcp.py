"""What admins do about a health professional's role: hold it, end it, give it back."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.ids import new_public_id

WORDS_MAX = 2000


class MeasureKind(models.TextChoices):
    """What is done."""

    SUSPEND = "suspend", _("Access is on hold")
    REVOKE = "revoke", _("The role ends")


class HcpMeasure(models.Model):
    """Access on hold (at once, by one admin), or the end of the role (a second admin agrees).

    Both cut the professional off from the moment of ``at``. ``ended_at``: access was given back.
    The truth about *why*; ``HcpProfile.suspended_at`` and ``revoked_at`` are what is asked.
    """

    public_id = models.CharField(max_length=14, unique=True, default=new_public_id, editable=False)
    hcp = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="hcp_measures"
    )
    kind = models.CharField(max_length=8, choices=MeasureKind)
    clause = models.ForeignKey("accounts.Clause", on_delete=models.PROTECT, related_name="+")
    # For admins; ``message`` is what the professional reads.
    reason = models.TextField(max_length=WORDS_MAX)
    message = models.TextField(blank=True, max_length=WORDS_MAX)
    case = models.ForeignKey(
        "moderation.Case", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    admin = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="hcp_measures_made"
    )
    at = models.DateTimeField()
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    approved_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=MeasureKind.values), name="hcp_measure_kind_known"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="hcp_measure_has_reason"),
            models.CheckConstraint(
                condition=~Q(admin=F("hcp"))
                & (Q(approved_by__isnull=True) | ~Q(approved_by=F("hcp"))),
                name="hcp_measure_not_by_themselves",
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("admin")),
                name="hcp_measure_two_admins",
                violation_error_message=_("Somebody else must agree."),
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True, approved_at__isnull=True)
                | Q(
                    approved_by__isnull=False,
                    approved_at__isnull=False,
                    kind=MeasureKind.REVOKE,
                ),
                name="hcp_measure_approved_whole",
            ),
            models.UniqueConstraint(
                fields=["hcp"], condition=Q(ended_at__isnull=True), name="hcp_measure_one_open"
            ),
        ]

    def __str__(self) -> str:
        return self.public_id
