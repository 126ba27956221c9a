"""The circuit breaker of screening: how often rules match, and which match far too often."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q


class RuleDay(models.Model):
    """How many people wrote something on a day in which a rule found something.

    Counted when a text is sent or changed. ``forgiven``: those counted when an admin reset the
    rule that day; the breaker leaves them out.
    """

    rule = models.CharField(max_length=60)
    day = models.DateField()
    hits = models.PositiveIntegerField(default=0, db_default=0)
    forgiven = models.PositiveIntegerField(default=0, db_default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["rule", "day"], name="rule_day_once"),
            models.CheckConstraint(
                condition=Q(forgiven__lte=F("hits")), name="rule_day_forgiven_of_hits"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule} on {self.day}: {self.hits}"


class RuleTrip(models.Model):
    """A rule matched far more than before. Open until an admin resets it.

    ``told_at``: when admins were told, by a sweep in moderation.
    """

    rule = models.CharField(max_length=60)
    tripped_at = models.DateTimeField()
    hits = models.PositiveIntegerField()
    usual = models.FloatField()  # mean of the days before
    told_at = models.DateTimeField(null=True, blank=True)
    reset_at = models.DateTimeField(null=True, blank=True)
    reset_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["rule"], condition=Q(reset_at__isnull=True), name="rule_trip_open_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.rule} tripped at {self.tripped_at:%Y-%m-%d %H:%M}"
