"""Cases: how reports are handled by admins."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.ids import new_public_id
from accounts.models import Role, User
from forum.states import Severity
from moderation.models.proposal import Approval


class CaseStatus(models.TextChoices):
    """Open until decided; a decision that needs a second admin waits for them in between."""

    OPEN = "open", _("Open")
    APPROVAL = "approval", _("Waits for a second admin")
    DECIDED = "decided", _("Decided")


# Nothing of a case in one of these states can be deleted.
UNDECIDED = (CaseStatus.OPEN, CaseStatus.APPROVAL)


class Outcome(models.TextChoices):
    """What came of a case."""

    NOTHING_FOUND = "nothing_found", _("No rule was broken")
    ACTION_TAKEN = "action_taken", _("We took action")
    PASSED_ON = "passed_on", _("Passed on to people who can help")


class Case(models.Model):
    """One matter that admins work on, with the reports that belong to it.

    A report keeps its own case for good. Merging points one case to another (``merged_into``), and
    taking it out again clears the pointer: so reports and their talks never mix.
    """

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
    # Nobody: the last one passed it on because of a tie.
    handler = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="cases_handled",
    )
    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="merged"
    )
    outcome = models.CharField(max_length=14, choices=Outcome, blank=True)
    clause = models.ForeignKey(
        "accounts.Clause", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    note = models.TextField(blank=True, max_length=4000)
    version = models.PositiveIntegerField(default=1)
    opened_at = models.DateTimeField()
    # Until when it should be decided; before anybody took it, until when somebody should look.
    due_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(about__isnull=True) | ~Q(about=F("handler")),
                name="case_not_about_its_handler",
            ),
            models.CheckConstraint(
                condition=Q(status__in=CaseStatus.values), name="case_status_known"
            ),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | ~Q(merged_into=F("pk")),
                name="case_not_merged_into_itself",
            ),
            models.CheckConstraint(
                condition=Q(status=CaseStatus.DECIDED, decided_at__isnull=False)
                | (~Q(status=CaseStatus.DECIDED) & Q(decided_at__isnull=True)),
                name="case_decided_whole",
            ),
        ]
        indexes = [
            models.Index(fields=["status", "severity", "due_at"], name="case_desk_order"),
        ]

    def __str__(self) -> str:
        return self.public_id

    @property
    def is_about_hcp(self) -> bool:
        """Whether it is about a health professional: the checklist must be answered then."""
        return self.about is not None and self.about.role == Role.HCP

    @property
    def is_about_staff(self) -> bool:
        """Whether it is about somebody of the staff: what limits them needs a second admin."""
        return self.about is not None and is_staff(self.about)


def is_staff(user: User) -> bool:
    """Moderators, health professionals and admins; an unknown role counts as staff."""
    return user.role != Role.MEMBER


class CaseDecision(models.Model):
    """What was decided in a case, in full. One for each version of the case that was decided.

    ``answers``: report number -> words to its reporter. ``posts``: one entry a post, with
    ``post`` (public id), ``version`` and ``kind``. Kept until applied, so that what the second
    admin approves is what happens.
    """

    public_id = models.CharField(max_length=14, unique=True, default=new_public_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="case_decisions")
    case_version = models.PositiveIntegerField()
    outcome = models.CharField(max_length=14, choices=Outcome)
    clause = models.ForeignKey(
        "accounts.Clause", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    note = models.TextField(blank=True, max_length=4000)
    answers = models.JSONField(default=dict)
    posts = models.JSONField(default=list, blank=True)
    person_message = models.TextField(blank=True, max_length=2000)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="case_decisions_made"
    )
    decided_at = models.DateTimeField()
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="case_decisions_approved",
    )
    # Who said yes, where one admin was not enough; ``solo`` is marked for good.
    approval = models.CharField(max_length=8, choices=Approval, blank=True)
    applied_at = models.DateTimeField(null=True, blank=True)
    refused_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    refused_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["decided_at", "pk"]
        constraints = [
            # Two admins at once: the database itself lets only one decide on a version.
            models.UniqueConstraint(
                fields=["case", "case_version"], name="case_decision_once_a_version"
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("decided_by")),
                name="case_decision_two_admins",
            ),
            models.CheckConstraint(
                condition=Q(approval="", approved_by__isnull=True)
                | Q(approval=Approval.SECOND, approved_by__isnull=False)
                | Q(approval=Approval.SOLO, approved_by__isnull=True),
                name="case_decision_approval_known",
            ),
            models.CheckConstraint(
                condition=Q(applied_at__isnull=True) | Q(refused_at__isnull=True),
                name="case_decision_one_end",
            ),
            models.CheckConstraint(
                condition=Q(outcome__in=Outcome.values), name="case_decision_outcome_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.outcome} in {self.case_id}"
