"""Break-glass: two admins show the least of one post to one health professional.

Only for risk to life or serious harm (procedure 2). It opens no
door: ``visible_to`` never asks about it, and no thread or post page ever shows more because of it.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length
from django.db.models.lookups import GreaterThanOrEqual
from django.utils.translation import gettext_lazy as _

from accounts.ids import new_public_id

REASON_MIN = 20  # characters
REASON_MAX = 2000
WORDS_MAX = 2000
APPROVE_WITHIN = timedelta(hours=24)
OPEN_FOR = timedelta(minutes=60)
DELAY_MAX = timedelta(hours=72)


class Risk(models.TextChoices):
    """The only two reasons there are."""

    LIFE = "life", _("A life may be in danger")
    SERIOUS_HARM = "serious_harm", _("Someone may be badly hurt")


class GlassState(models.TextChoices):
    """Where it stands. Worked out from the times, so that nothing stays open by mistake."""

    ASKED = "asked", _("Waits for a second admin")
    OPEN = "open", _("Open")
    REFUSED = "refused", _("Refused")
    LAPSED = "lapsed", _("Nobody approved it in time")
    OVER = "over", _("Over")


class BreakGlass(models.Model):
    """One exception: this passage, to this professional, for this long.

    The passage is a place in a kept wording (``revision``), so there is no second copy of the
    member's words. ``expires_at``: until when it can be approved, then until when it can be read.
    """

    public_id = models.CharField(max_length=14, unique=True, default=new_public_id, editable=False)
    post = models.ForeignKey("forum.Post", on_delete=models.PROTECT, related_name="break_glasses")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="break_glasses_about"
    )
    hcp = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="break_glasses_for"
    )
    revision = models.ForeignKey("forum.Revision", on_delete=models.PROTECT, related_name="+")
    excerpt_start = models.PositiveIntegerField()
    excerpt_end = models.PositiveIntegerField()
    risk = models.CharField(max_length=12, choices=Risk)
    reason = models.TextField(max_length=REASON_MAX)
    # What the admins want to know from the professional; shown to them, so without names.
    question = models.TextField(blank=True, max_length=WORDS_MAX)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="break_glasses_asked"
    )
    asked_at = models.DateTimeField()
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="break_glasses_approved",
    )
    approved_at = models.DateTimeField(null=True, blank=True)
    refused_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    refused_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField()
    # Set by the sweep, for the log and for the rule below. Reading asks `expires_at` alone.
    expired_at = models.DateTimeField(null=True, blank=True)
    delay_reason = models.TextField(blank=True, max_length=REASON_MAX)
    delayed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    delayed_until = models.DateTimeField(null=True, blank=True)
    told_at = models.DateTimeField(null=True, blank=True)
    answer = models.TextField(blank=True, max_length=WORDS_MAX)
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-asked_at", "-pk"]
        indexes = [
            models.Index(
                fields=["expires_at"],
                condition=Q(refused_at__isnull=True, expired_at__isnull=True),
                name="break_glass_to_expire",
            ),
            models.Index(
                fields=["delayed_until"],
                condition=Q(approved_at__isnull=False, told_at__isnull=True),
                name="break_glass_to_tell",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("asked_by")),
                name="break_glass_two_admins",
                violation_error_message=_("Somebody else must approve it."),
            ),
            models.CheckConstraint(
                condition=~Q(asked_by=F("author")) & ~Q(asked_by=F("hcp")) & ~Q(hcp=F("author")),
                name="break_glass_asked_by_no_party",
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True)
                | (~Q(approved_by=F("author")) & ~Q(approved_by=F("hcp"))),
                name="break_glass_approved_by_no_party",
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True, approved_at__isnull=True)
                | Q(approved_by__isnull=False, approved_at__isnull=False, refused_at__isnull=True),
                name="break_glass_approved_whole",
            ),
            models.CheckConstraint(
                condition=Q(refused_by__isnull=True, refused_at__isnull=True)
                | Q(refused_by__isnull=False, refused_at__isnull=False),
                name="break_glass_refused_whole",
            ),
            models.CheckConstraint(
                condition=GreaterThanOrEqual(Length("reason"), REASON_MIN),
                name="break_glass_has_reason",
            ),
            models.CheckConstraint(
                condition=Q(risk__in=Risk.values), name="break_glass_risk_known"
            ),
            models.CheckConstraint(
                condition=Q(excerpt_end__gt=F("excerpt_start")), name="break_glass_has_passage"
            ),
            models.CheckConstraint(
                condition=Q(delayed_by__isnull=True, delayed_until__isnull=True, delay_reason="")
                | (
                    Q(delayed_by__isnull=False, delayed_until__isnull=False)
                    & Q(approved_at__isnull=False)
                    & ~Q(delay_reason="")
                ),
                name="break_glass_delay_has_reason",
            ),
            models.CheckConstraint(
                condition=Q(told_at__isnull=True) | Q(approved_at__isnull=False),
                name="break_glass_told_of_what_happened",
            ),
            models.UniqueConstraint(
                fields=["post", "hcp"],
                condition=Q(refused_at__isnull=True, expired_at__isnull=True),
                name="break_glass_once_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return self.public_id

    def state(self, at: datetime) -> GlassState:
        """Where it stands at a moment."""
        if self.refused_at is not None:
            return GlassState.REFUSED
        over = self.expired_at is not None or at >= self.expires_at
        if self.approved_at is None:
            return GlassState.LAPSED if over else GlassState.ASKED
        return GlassState.OVER if over else GlassState.OPEN

    @property
    def passage(self) -> str:
        """The words that were picked, as they were when it was asked for."""
        return self.revision.text[self.excerpt_start : self.excerpt_end]
