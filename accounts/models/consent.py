"""What people agreed to, said no to, and took back: only added to, never changed."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.ids import new_public_id


class Purpose(models.TextChoices):
    """What a choice is about. Each is asked on its own, unticked (P1.3)."""

    JOIN = "join", _("Being a member under the rules")
    HCP_INVOLVEMENT = "hcp_involvement", _("Health professionals and my posts")
    EMAIL = "email", _("E-mails about what is new")
    RESEARCH = "research", _("Being asked about research")
    GUARDIAN = "guardian", _("A parent or guardian says yes")
    HCP_CODE = "hcp_code", _("The code of conduct for health professionals")


class Method(models.TextChoices):
    """How a choice was made."""

    JOINING = "joining", _("While joining")
    SETTINGS = "settings", _("On my own pages")
    ASKED_AGAIN = "asked_again", _("When the text had changed")
    GUARDIAN_LINK = "guardian_link", _("By the link sent to a parent or guardian")
    APPLYING = "applying", _("While applying as a health professional")
    AGE_CHANGE = "age_change", _("On a birthday")


class Consent(models.Model):
    """One choice at one time. The newest row of a purpose is the choice in force.

    ``value``: ``yes`` or ``no``; for ``hcp_involvement`` one of ``HcpChoice``. What the person was
    shown is kept by version and hash (P1.4), so the receipt can prove it.
    """

    public_id = models.CharField(max_length=14, unique=True, default=new_public_id, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="consents"
    )
    purpose = models.CharField(max_length=20, choices=Purpose)
    value = models.CharField(max_length=12)
    document = models.ForeignKey(
        "accounts.Document", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    document_hash = models.CharField(max_length=64, blank=True)
    language = models.CharField(max_length=8)
    age_group = models.CharField(max_length=6, blank=True)
    method = models.CharField(max_length=14, choices=Method)
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["user", "purpose", "-at"], name="consent_in_force")]
        constraints = [
            models.CheckConstraint(
                condition=Q(purpose__in=Purpose.values), name="consent_purpose_known"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.purpose} {self.value}"
