"""Cases: how reports are handled by admins."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.ids import new_public_id
from forum.states import Severity


class CaseStatus(models.TextChoices):
    """Open until decided."""

    OPEN = "open", _("Open")
    DECIDED = "decided", _("Decided")


class Outcome(models.TextChoices):
    """What came of a case."""

    NOTHING_FOUND = "nothing_found", _("No rule was broken")
    ACTION_TAKEN = "action_taken", _("We took action")
    PASSED_ON = "passed_on", _("Passed on to people who can help")


class Case(models.Model):
    """One matter that an admin works on, with the reports that belong to it."""

    public_id = models.CharField(max_length=14, unique=True, default=new_public_id, editable=False)
    severity = models.PositiveSmallIntegerField(choices=Severity)
    status = models.CharField(max_length=8, choices=CaseStatus, default=CaseStatus.OPEN)
    # The person the case is about. They never handle it, nor see that it exists.
    about = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="cases_about",
    )
    handler = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="cases_handled"
    )
    outcome = models.CharField(max_length=14, choices=Outcome, blank=True)
    clause = models.ForeignKey(
        "accounts.Clause", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    note = models.TextField(blank=True, max_length=4000)
    version = models.PositiveIntegerField(default=1)
    opened_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(about__isnull=True) | ~models.Q(about=models.F("handler")),
                name="case_not_about_its_handler",
            )
        ]

    def __str__(self) -> str:
        return self.public_id
