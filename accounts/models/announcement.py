"""Short words of the admins to everybody, to members or to the team."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.ids import new_public_id

TEXT_MAX, LINK_MAX, LINK_WORDS_MAX = 280, 200, 60


class AnnouncementAudience(models.TextChoices):
    """Who reads it."""

    EVERYBODY = "everybody", _("Everybody, signed in or not")
    MEMBERS = "members", _("Members")
    STAFF = "staff", _("The team: moderators, professionals, admins")


class Tone(models.TextChoices):
    """How it looks. Never loud."""

    CALM = "calm", _("Calm")
    IMPORTANT = "important", _("Important")


class Announcement(models.Model):
    """One wording, which never changes: another one takes its place (``replaces``), and the old
    one ends. So whoever hid it sees new words, and the old ones stay to be read by admins.
    """

    public_id = models.CharField(max_length=14, unique=True, default=new_public_id, editable=False)
    text = models.CharField(max_length=TEXT_MAX)
    link = models.CharField(max_length=LINK_MAX, blank=True)
    link_words = models.CharField(max_length=LINK_WORDS_MAX, blank=True)
    audience = models.CharField(max_length=9, choices=AnnouncementAudience)
    tone = models.CharField(max_length=9, choices=Tone)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    made_at = models.DateTimeField()
    replaces = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="replaced_by"
    )
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(starts_at__lt=F("ends_at")), name="announcement_has_time"
            ),
            models.CheckConstraint(
                condition=Q(audience__in=AnnouncementAudience.values, tone__in=Tone.values),
                name="announcement_words_known",
            ),
            models.CheckConstraint(
                condition=Q(link="", link_words="")
                | (Q(link__startswith="/") & ~Q(link__startswith="//") & ~Q(link_words="")),
                name="announcement_leads_nowhere_else",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by__isnull=True)
                | Q(ended_at__isnull=False, ended_by__isnull=False),
                name="announcement_ended_whole",
            ),
        ]

    def __str__(self) -> str:
        return self.text[:40]

    def is_over(self, at: datetime) -> bool:
        """Whether it is not shown any more."""
        return self.ended_at is not None or self.ends_at <= at
