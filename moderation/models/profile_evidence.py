"""What a profile said about its person: kept with a report, or as it was taken down."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from forum.models import ShownTo
from forum.models.profile import ABOUT_MAX


class ProfileEvidence(models.Model):
    """Words about oneself, as they stood. Never changed; held while report or case is open.

    Triggers see to both; when it is over the words can be erased. Of a report: as the reporter
    could read them. Of a sanction: as they were taken down, and ``words_for`` whom they were, so
    that an appeal can give them back.
    """

    report = models.ForeignKey(
        "moderation.Report",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="profile_evidence",
    )
    sanction = models.OneToOneField(
        "moderation.Sanction",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="words_taken",
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="profile_evidence"
    )
    words = models.CharField(max_length=ABOUT_MAX)
    words_for = models.CharField(max_length=10, choices=ShownTo, blank=True)
    added_at = models.DateTimeField()

    class Meta:
        ordering = ["added_at", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(words=""), name="profile_evidence_not_empty"),
            models.CheckConstraint(
                condition=Q(report__isnull=False, sanction__isnull=True, words_for="")
                | Q(report__isnull=True, sanction__isnull=False, words_for__in=ShownTo.values),
                name="profile_evidence_of_one_thing",
            ),
        ]

    def __str__(self) -> str:
        return f"words of {self.person_id}"
