"""Who joins or leaves the team: what one admin asks for and another one agrees to."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.ids import new_public_id
from accounts.models.user import PSEUDONYM_MAX
from moderation.models.proposal import Approval, ProposalStatus

STAFF_REASON_MAX = 500
WAITS_FOR = timedelta(days=7)


class StaffChangeKind(models.TextChoices):
    """What is asked for. Health professionals have a way of their own."""

    MODERATOR = "moderator", _("A new community moderator")
    ADMIN = "admin", _("A new admin")
    REMOVE = "remove", _("The end of a role")


class StaffChange(models.Model):
    """Giving or ending a role. Never about the admin who asks or agrees.

    ``email`` and ``pseudonym`` are of somebody who has no account yet; both go when the row is
    closed. ``user``: whose role ends, or the account that was made.
    """

    public_id = models.CharField(max_length=14, unique=True, default=new_public_id, editable=False)
    kind = models.CharField(max_length=9, choices=StaffChangeKind)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="staff_changes",
    )
    email = models.EmailField(blank=True)
    pseudonym = models.CharField(max_length=PSEUDONYM_MAX, blank=True)
    trained_on = models.DateField(null=True, blank=True)
    reason = models.CharField(max_length=STAFF_REASON_MAX)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    asked_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    status = models.CharField(max_length=10, choices=ProposalStatus, default=ProposalStatus.WAITING)
    approval = models.CharField(max_length=8, choices=Approval, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    kind__in=StaffChangeKind.values,
                    status__in=["waiting", "approved", "refused", "taken_back", "expired"],
                ),
                name="staff_change_words_known",
            ),
            models.CheckConstraint(
                condition=Q(user__isnull=True)
                | (~Q(user=F("asked_by")) & (Q(closed_by__isnull=True) | ~Q(user=F("closed_by")))),
                name="staff_change_not_about_oneself",
            ),
            models.CheckConstraint(
                condition=(~Q(status="approved") & Q(approval=""))
                | (
                    Q(status="approved", approval="second", closed_by__isnull=False)
                    & ~Q(closed_by=F("asked_by"))
                )
                | Q(status="approved", approval="solo", closed_by__isnull=True),
                name="staff_change_two_people",
                violation_error_message=_("Somebody else must say yes."),
            ),
            models.CheckConstraint(
                condition=Q(status="waiting", closed_at__isnull=True)
                | (~Q(status="waiting") & Q(closed_at__isnull=False, email="", pseudonym="")),
                name="staff_change_closed_whole",
            ),
            models.CheckConstraint(
                condition=Q(kind="remove", user__isnull=False, email="", pseudonym="")
                | (~Q(kind="remove") & (~Q(pseudonym="") | ~Q(status="waiting"))),
                name="staff_change_about_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(kind="moderator") | Q(trained_on__isnull=False),
                name="staff_change_moderators_are_trained",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="staff_change_has_reason"),
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(status="waiting", kind="remove"),
                name="staff_change_one_end_a_person",
            ),
            models.UniqueConstraint(
                fields=["email"],
                condition=Q(status="waiting") & ~Q(email=""),
                name="staff_change_one_an_address",
            ),
        ]

    def __str__(self) -> str:
        return self.public_id

    def waits(self, at: datetime) -> bool:
        """Whether a second admin can still agree."""
        return self.status == ProposalStatus.WAITING and at < self.expires_at

    @property
    def name(self) -> str:
        """Of whom it is. Of somebody who did not join, no name is kept."""
        return self.pseudonym or (self.user.pseudonym if self.user else str(_("somebody")))
