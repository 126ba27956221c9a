"""How long posts wait for a human: a clock for each ticket, and the waits that were measured."""

from django.db import models
from django.db.models import Q

from forum.states import Severity


class TicketClock(models.Model):
    """The times of one review ticket. It runs while the post has that ticket.

    A ticket that becomes more urgent, or goes to the safeguarding lead, is another one. Without
    ``first_look_at`` in a closed clock nobody looked: the post was withdrawn or changed first.
    """

    post = models.ForeignKey("forum.Post", on_delete=models.CASCADE, related_name="clocks")
    severity = models.PositiveSmallIntegerField(choices=Severity)
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField()
    first_look_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["post"], condition=Q(closed_at__isnull=True), name="clock_one_runs"
            ),
            models.CheckConstraint(
                condition=Q(severity__in=Severity.values), name="clock_severity_known"
            ),
            models.CheckConstraint(
                condition=Q(due_at__gte=models.F("opened_at")), name="clock_due_after_opening"
            ),
        ]
        indexes = [
            models.Index(
                fields=["severity", "due_at"],
                condition=Q(closed_at__isnull=True),
                name="clock_running",
            ),
            models.Index(
                fields=["first_look_at"],
                condition=Q(first_look_at__isnull=False),
                name="clock_looked",
            ),
        ]

    def __str__(self) -> str:
        return f"S{self.severity} clock of {self.post_id}"


class UsualWait(models.Model):
    """The measured wait for a first human look at posts of a severity, over the last 28 days.

    ``median`` and ``p90`` in seconds; None where there were too few to say.
    """

    severity = models.PositiveSmallIntegerField(choices=Severity, unique=True)
    looks = models.PositiveIntegerField()
    median = models.PositiveIntegerField(null=True, blank=True)
    p90 = models.PositiveIntegerField(null=True, blank=True)
    measured_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(median__isnull=True, p90__isnull=True)
                | Q(median__isnull=False, p90__isnull=False, p90__gte=models.F("median")),
                name="wait_both_figures_or_none",
            )
        ]

    def __str__(self) -> str:
        return f"S{self.severity}: {self.median} s"
