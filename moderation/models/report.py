"""Reports: what a person files. Anyone can, signed in or not."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.ids import new_report_key, new_report_number
from forum.states import Severity


class Category(models.TextChoices):
    """What a report is about; severities after procedure 4."""

    SUICIDE_OR_OVERDOSE = "suicide_or_overdose", _("Someone may want to die or hurt themselves")
    MEDICAL_EMERGENCY = "medical_emergency", _("Someone is in medical danger now")
    GROOMING_OR_THREAT = "grooming_or_threat", _("Grooming, a sexual message, abuse or a threat")
    SELF_HARM_OR_EATING = "self_harm_or_eating", _("Self-harm, eating or skipping insulin")
    HCP_BOUNDARY = "hcp_boundary", _("A health professional crossed a line")
    PRIVACY = "privacy", _("Private details, or somebody can be recognised")
    DANGEROUS_ADVICE = "dangerous_advice", _("A dangerous dose or treatment tip")
    UNCOMFORTABLE = "uncomfortable", _("Someone made me uncomfortable")
    BULLYING = "bullying", _("Bullying or hate")
    MISINFORMATION = "misinformation", _("Something is not true")
    UNDER_13 = "under_13", _("Someone is under 13")
    SPAM = "spam", _("Spam, or in the wrong place")
    DECISION_COMPLAINT = "decision_complaint", _("A decision was wrong")
    OTHER = "other", _("Something else")


SEVERITY = {
    Category.SUICIDE_OR_OVERDOSE: Severity.S0,
    Category.MEDICAL_EMERGENCY: Severity.S0,
    Category.GROOMING_OR_THREAT: Severity.S0,
    Category.SELF_HARM_OR_EATING: Severity.S1,
    Category.HCP_BOUNDARY: Severity.S1,
    Category.PRIVACY: Severity.S1,
    Category.DANGEROUS_ADVICE: Severity.S1,
    Category.UNCOMFORTABLE: Severity.S2,
    Category.BULLYING: Severity.S2,
    Category.MISINFORMATION: Severity.S2,
    Category.UNDER_13: Severity.S2,
    Category.SPAM: Severity.S3,
    Category.DECISION_COMPLAINT: Severity.S2,
    Category.OTHER: Severity.S2,
}
# Where the first look may take longer than the severity says (same table).
LOOK_WITHIN = {
    Category.MISINFORMATION: timedelta(days=1),
    Category.UNDER_13: timedelta(days=1),
    Category.DECISION_COMPLAINT: timedelta(days=7),
}


class ReportStatus(models.TextChoices):
    """Where a report stands, in words for the person who filed it."""

    RECEIVED = "received", _("Received")
    READ = "read", _("Being looked at")
    QUESTION = "question", _("We have a question for you")
    DECIDED = "decided", _("Decided")
    APPEALED = "appealed", _("Somebody else is looking again")
    CLOSED = "closed", _("Closed")


# Nothing more to do at the desk. What was complained about is worked on as a report of its own.
FINISHED = (ReportStatus.DECIDED, ReportStatus.APPEALED, ReportStatus.CLOSED)


class HandledWell(models.TextChoices):
    """What the reporter thinks of how it was handled."""

    YES = "yes", _("Yes")
    PARTLY = "partly", _("Partly")
    NO = "no", _("No")


class Report(models.Model):
    """One person's report. Other reporters, and who it is about, never see it."""

    number = models.CharField(max_length=12, unique=True, default=new_report_number, editable=False)
    key = models.CharField(max_length=12, default=new_report_key, editable=False)
    reporter = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="reports",
    )
    category = models.CharField(max_length=24, choices=Category)
    severity = models.PositiveSmallIntegerField(choices=Severity)
    words = models.TextField(blank=True, max_length=4000)
    contact = models.EmailField(blank=True)
    post = models.ForeignKey(
        "forum.Post", on_delete=models.PROTECT, null=True, blank=True, related_name="reports"
    )
    # Whom it is about; for posts the author. They never handle it, nor see that it exists.
    about = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="reports_about",
    )
    # The rule that the reporter has in mind, where they named one.
    clause = models.ForeignKey(
        "accounts.Clause", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    # A complaint about how another report was handled; somebody uninvolved looks at it.
    complaint_about = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="complaint"
    )
    # The wording that was reported: later edits do not change the evidence.
    revision = models.ForeignKey(
        "forum.Revision", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    case = models.ForeignKey(
        "moderation.Case", on_delete=models.PROTECT, null=True, blank=True, related_name="reports"
    )
    submission_key = models.CharField(max_length=14, unique=True)
    status = models.CharField(max_length=10, choices=ReportStatus, default=ReportStatus.RECEIVED)
    outcome_message = models.TextField(blank=True, max_length=2000)
    # It may come from a machine: too quick, a filled trap, or one of very many from one network.
    is_suspect = models.BooleanField(default=False, db_default=False)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    handled_well = models.CharField(max_length=6, choices=HandledWell, blank=True)
    feedback = models.TextField(blank=True, max_length=2000)
    feedback_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    due_at = models.DateTimeField()
    first_look_at = models.DateTimeField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(category__in=Category.values), name="report_category_known"
            ),
            models.CheckConstraint(
                condition=Q(status__in=ReportStatus.values), name="report_status_known"
            ),
            models.CheckConstraint(
                condition=Q(about__isnull=True)
                | Q(reporter__isnull=True)
                | ~Q(about=models.F("reporter")),
                name="report_not_about_its_reporter",
            ),
            models.CheckConstraint(
                condition=Q(handled_well="", feedback_at__isnull=True)
                | Q(handled_well__in=HandledWell.values, feedback_at__isnull=False),
                name="report_feedback_whole",
            ),
        ]
        indexes = [
            models.Index(fields=["status", "severity", "due_at"], name="report_desk_order"),
            models.Index(fields=["reporter", "-created_at"], name="report_own_list"),
            models.Index(fields=["about", "-created_at"], name="report_about_list"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def about_name(self) -> str:
        """The name of whom it is about, as the post has it. Empty where it is about nobody."""
        if self.about is None:
            return ""
        return (self.post.alias if self.post else "") or self.about.pseudonym

    @property
    def is_finished(self) -> bool:
        """Whether the desk is done with it."""
        return self.status in FINISHED

    def is_overdue(self, at: datetime) -> bool:
        """Whether nobody has looked at it by the time that we aim at."""
        return self.status == ReportStatus.RECEIVED and at > self.due_at
