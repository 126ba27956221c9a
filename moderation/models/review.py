"""How reviewers work: sittings, their own settings, what was hard to read, second reviews."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from moderation.models.decision import LIMITING, DecisionKind


class Sitting(models.Model):
    """One stretch of work in the queue, from start to stop. One open one a person.

    ``filters``: what part of the list was picked (moderation/worklist.py), codes only.
    """

    moderator = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="sittings"
    )
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    filters = models.JSONField(default=dict, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["moderator"], condition=Q(ended_at__isnull=True), name="sitting_one_open"
            ),
            models.CheckConstraint(
                condition=Q(seen_at__gte=models.F("started_at")), name="sitting_in_order"
            ),
        ]
        indexes = [models.Index(fields=["moderator", "-started_at"], name="sitting_latest")]

    def __str__(self) -> str:
        return f"{self.moderator_id} from {self.started_at:%Y-%m-%d %H:%M}"


class Workbench(models.Model):
    """A reviewer's own settings. No row: the defaults, all of them off. Private to the person."""

    reviewer = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="workbench"
    )
    # Hard topics are left out of their list until then.
    away_until = models.DateTimeField(null=True, blank=True)
    shortcuts_on = models.BooleanField(default=False, db_default=False)
    # Action -> key, where they differ from the defaults (moderation/shortcuts.py).
    keys = models.JSONField(default=dict, blank=True)

    def __str__(self) -> str:
        return f"settings of {self.reviewer_id}"


class HardItem(models.Model):
    """A reviewer opened a post that is hard to read; once a post and day. Private to the person."""

    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+"
    )
    post = models.ForeignKey("forum.Post", on_delete=models.CASCADE, related_name="+")
    day = models.DateField()
    opened_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["reviewer", "post", "day"], name="hard_item_once_a_day")
        ]
        indexes = [
            models.Index(fields=["reviewer", "-opened_at"], name="hard_item_of_person"),
            models.Index(fields=["opened_at"], name="hard_item_of_team"),
        ]

    def __str__(self) -> str:
        return f"{self.reviewer_id} opened {self.post_id} on {self.day}"


class SecondReview(models.Model):
    """A decision that somebody else looks at again without knowing of it (double-blind).

    It never changes the post. ``reviewer`` and ``kind`` come when it is done. ``first_moderator``
    and ``author`` repeat the decision's, so that the database itself can refuse a conflict.
    """

    decision = models.OneToOneField(
        "moderation.Decision", on_delete=models.PROTECT, related_name="second_review"
    )
    first_moderator = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="second_reviews",
    )
    kind = models.CharField(max_length=12, choices=DecisionKind, blank=True)
    clause = models.ForeignKey(
        "accounts.Clause", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    note = models.TextField(blank=True, max_length=2000)
    asked_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(reviewer__isnull=True) | ~Q(reviewer=models.F("first_moderator")),
                name="second_review_by_another",
            ),
            models.CheckConstraint(
                condition=Q(reviewer__isnull=True) | ~Q(reviewer=models.F("author")),
                name="second_review_not_on_oneself",
            ),
            models.CheckConstraint(
                condition=Q(done_at__isnull=True, reviewer__isnull=True, kind="")
                | (
                    Q(done_at__isnull=False, reviewer__isnull=False)
                    & Q(kind__in=DecisionKind.values)
                ),
                name="second_review_whole",
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=[kind.value for kind in LIMITING]) | Q(clause__isnull=False),
                name="second_review_limiting_has_clause",
            ),
        ]
        indexes = [
            models.Index(
                fields=["asked_at"], condition=Q(done_at__isnull=True), name="second_review_open"
            )
        ]

    def __str__(self) -> str:
        return f"second look at {self.decision_id}"
