"""Boards: where threads stand. A board is for some age groups and has a rule for holding."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import AgeGroup
from forum.states import AGE_GROUP_FIELD

SAMPLE_PERCENT = 5


class HoldPolicy(models.TextChoices):
    """What waits for a human before others see it."""

    RULES = "rules", _("What the rules of pre-moderation say")
    ALL = "all", _("Every post")


class Board(models.Model):
    """A place for one side of life with diabetes."""

    slug = models.SlugField(max_length=40, unique=True)
    title = models.CharField(max_length=60)
    description = models.CharField(max_length=200)
    position = models.PositiveSmallIntegerField(default=0)
    for_13_15 = models.BooleanField(_("13 to 15"), default=False, db_default=False)
    for_16_17 = models.BooleanField(_("16 to 17"), default=False, db_default=False)
    for_18_25 = models.BooleanField(_("18 to 25"), default=False, db_default=False)
    hold_policy = models.CharField(
        max_length=8, choices=HoldPolicy, default=HoldPolicy.ALL, db_default=HoldPolicy.ALL
    )
    # Of posts that screening and pre-moderation let pass, so many in a hundred get a look anyway.
    sample_percent = models.PositiveSmallIntegerField(
        default=SAMPLE_PERCENT, db_default=SAMPLE_PERCENT
    )
    drawing = models.CharField(max_length=20, blank=True)

    class Meta:
        ordering = ["position", "slug"]
        constraints = [
            models.CheckConstraint(
                condition=Q(hold_policy__in=HoldPolicy.values), name="board_hold_policy_known"
            ),
            models.CheckConstraint(
                condition=Q(sample_percent__lte=100), name="board_sample_is_a_share"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def age_groups(self) -> list[AgeGroup]:
        """The groups that may read and post here."""
        return [group for group, field in AGE_GROUP_FIELD.items() if getattr(self, field)]
