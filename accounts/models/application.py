"""Applying as a health professional (HCP): what was told, signed, answered and checked.

Rules: procedure 3. One row for each round: the first, the yearly renewal, and signing a
code that has changed. What proves something (signatures, answers, checks) is only added to.
"""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from accounts.ids import new_public_id

WORDS_MAX = 1000


class ApplicationKind(models.TextChoices):
    """What a round is for."""

    FIRST = "first", _("First application")
    RENEWAL = "renewal", _("Renewal")
    SIGNATURE = "signature", _("New version of the code")


class ApplicationState(models.TextChoices):
    """Where a round stands."""

    DRAFT = "draft", _("Not sent yet")
    WAITING = "waiting", _("Waiting for the check")
    QUESTION = "question", _("Sent back with a question")
    APPROVED = "approved", _("In place")
    REFUSED = "refused", _("Refused")


# The applicant may change it.
EDITABLE = (ApplicationState.DRAFT, ApplicationState.QUESTION)
OPEN = (*EDITABLE, ApplicationState.WAITING)


class HcpApplication(models.Model):
    """One round. ``round`` counts how often it was sent: a check is about what was sent then.

    ``who_at``, ``workplaces_at``, ``interests_at``: when the person last said or confirmed it.
    """

    public_id = models.CharField(max_length=14, unique=True, default=new_public_id, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="hcp_applications"
    )
    kind = models.CharField(max_length=10, choices=ApplicationKind)
    state = models.CharField(
        max_length=10, choices=ApplicationState, default=ApplicationState.DRAFT
    )
    profession = models.CharField(max_length=80, blank=True)
    register_body = models.CharField(max_length=80, blank=True)
    register_number = models.CharField(max_length=40, blank=True)
    who_at = models.DateTimeField(null=True, blank=True)
    workplaces = models.ManyToManyField("accounts.Workplace", related_name="+", blank=True)
    workplaces_at = models.DateTimeField(null=True, blank=True)
    interests = models.TextField(blank=True, max_length=WORDS_MAX)
    interests_at = models.DateTimeField(null=True, blank=True)
    round = models.PositiveSmallIntegerField(default=0)
    question = models.TextField(blank=True, max_length=WORDS_MAX)
    reason = models.TextField(blank=True, max_length=WORDS_MAX)
    started_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-started_at", "-pk"]
        indexes = [models.Index(fields=["state", "submitted_at"], name="hcp_application_waiting")]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=ApplicationKind.values), name="hcp_application_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(state__in=ApplicationState.values), name="hcp_application_state_known"
            ),
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(state__in=[state.value for state in OPEN]),
                name="hcp_application_one_open",
            ),
            # Nothing is checked that was not told.
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in EDITABLE])
                | Q(kind=ApplicationKind.SIGNATURE)
                | (
                    Q(round__gte=1, submitted_at__isnull=False, who_at__isnull=False)
                    & Q(workplaces_at__isnull=False, interests_at__isnull=False)
                    & ~Q(profession="")
                    & ~Q(register_body="")
                    & ~Q(register_number="")
                ),
                name="hcp_application_sent_whole",
            ),
            models.CheckConstraint(
                condition=~Q(state=ApplicationState.QUESTION) | ~Q(question=""),
                name="hcp_application_sent_back_with_question",
            ),
            models.CheckConstraint(
                condition=~Q(state=ApplicationState.REFUSED) | ~Q(reason=""),
                name="hcp_application_refused_with_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.public_id

    @property
    def is_editable(self) -> bool:
        """Whether the applicant may change it now."""
        return self.state in EDITABLE


class ProposedWorkplace(models.Model):
    """A place that nobody has named before. It becomes a ``Workplace`` when an admin says so."""

    public_id = models.CharField(max_length=14, unique=True, default=new_public_id, editable=False)
    application = models.ForeignKey(
        HcpApplication, on_delete=models.CASCADE, related_name="proposed"
    )
    name = models.CharField(max_length=120)
    workplace = models.ForeignKey(
        "accounts.Workplace", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                "application", Lower("name"), name="proposed_workplace_once_each"
            ),
            models.CheckConstraint(
                condition=Q(workplace__isnull=True) | Q(decided_by__isnull=False),
                name="proposed_workplace_accepted_by_admin",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ClauseSignature(models.Model):
    """One clause of the code, signed by itself. Only added to (triggers see to it)."""

    application = models.ForeignKey(
        HcpApplication, on_delete=models.PROTECT, related_name="signatures"
    )
    clause = models.ForeignKey("accounts.Clause", on_delete=models.PROTECT, related_name="+")
    document = models.ForeignKey("accounts.Document", on_delete=models.PROTECT, related_name="+")
    document_hash = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["application", "clause"], name="clause_signed_once"),
            models.CheckConstraint(condition=~Q(document_hash=""), name="clause_signed_as_shown"),
        ]

    def __str__(self) -> str:
        return f"{self.application_id} signed {self.clause_id}"


class DilemmaAnswer(models.Model):
    """An answer to a practice dilemma, right or wrong. Only added to."""

    application = models.ForeignKey(
        HcpApplication, on_delete=models.PROTECT, related_name="dilemma_answers"
    )
    dilemma = models.SlugField(max_length=40)
    answer = models.SlugField(max_length=40)
    version = models.CharField(max_length=12)  # of the dilemmas
    is_right = models.BooleanField()
    at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.application_id} {self.dilemma}: {self.answer}"


class HcpCheck(models.Model):
    """What one admin found in the register. Two by different admins are needed. Only added to."""

    application = models.ForeignKey(HcpApplication, on_delete=models.PROTECT, related_name="checks")
    round = models.PositiveSmallIntegerField()
    admin = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="hcp_checks"
    )
    looked_up_on = models.DateField()
    looked_up_where = models.CharField(max_length=200)
    matches = models.BooleanField()
    note = models.TextField(blank=True, max_length=WORDS_MAX)
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["application", "round", "admin"],
                name="hcp_check_once_an_admin",
                violation_error_message=_("The second check must be by somebody else."),
            ),
            models.CheckConstraint(condition=~Q(looked_up_where=""), name="hcp_check_says_where"),
        ]

    def __str__(self) -> str:
        return f"{self.admin_id} checked {self.application_id}"
