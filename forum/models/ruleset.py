"""Versions of the rules of screening: one draft, and what was published."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from accounts.ids import new_public_id


class Origin(models.TextChoices):
    """Where the rules of a version come from."""

    SHIPPED = "shipped", _("Came with the software")
    DESK = "desk", _("Changed by an admin")
    BACK = "back", _("Went back to an earlier version")


class RulesetQuerySet(models.QuerySet["Ruleset"]):
    """Reads of rulesets."""

    def published(self) -> "RulesetQuerySet":
        """Versions that were or are in force, newest first."""
        return self.filter(number__isnull=False).order_by("-number")


class Ruleset(models.Model):
    """One version of the rules: a draft without ``number``, or published and never changed again.

    ``tables`` is what forum.screening compiles: each kind with its sets, settings and rules.
    ``figures``: how these rules do on the labelled posts (``Figures`` as JSON).
    """

    public_id = models.CharField(max_length=14, unique=True, default=new_public_id, editable=False)
    number = models.PositiveIntegerField(null=True, blank=True)
    origin = models.CharField(max_length=10, choices=Origin, default=Origin.DESK)
    tables = models.JSONField()
    content_hash = models.CharField(max_length=64)
    changes = models.TextField(blank=True, max_length=500)
    figures = models.JSONField(null=True, blank=True)
    # Why it was published although it finds too little of what is vital.
    reason = models.TextField(blank=True, max_length=500)
    back_to = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True)
    saved_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True, blank=True)
    # None: it came with the software.
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = RulesetQuerySet.as_manager()

    class Meta:
        constraints = [
            # A draft counts as number 0, so there is one at most.
            models.UniqueConstraint(Coalesce("number", 0), name="ruleset_number_once"),
            models.CheckConstraint(
                condition=Q(number__isnull=True, published_at__isnull=True)
                | Q(number__gte=1, published_at__isnull=False),
                name="ruleset_published_whole",
            ),
            models.CheckConstraint(
                condition=Q(origin__in=Origin.values), name="ruleset_origin_known"
            ),
        ]

    def __str__(self) -> str:
        return f"rules {self.number or 'draft'}"

    @property
    def is_draft(self) -> bool:
        """Whether it may still be changed."""
        return self.number is None
