"""What is written down in a case: notes, evidence, measures for now, the checklist."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.ids import new_public_id

NOTE_MAX = 4000
REASON_MAX = 1000


class NoteKind(models.TextChoices):
    """Why a note is there."""

    NOTE = "note", _("Note")
    REOPENED = "reopened", _("Why it was opened again")


class CaseNote(models.Model):
    """A note of an admin for the desk. Only added to."""

    case = models.ForeignKey("moderation.Case", on_delete=models.PROTECT, related_name="notes")
    kind = models.CharField(max_length=8, choices=NoteKind, default=NoteKind.NOTE)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    text = models.TextField(max_length=NOTE_MAX)
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "pk"]
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="case_note_not_empty")]

    def __str__(self) -> str:
        return f"{self.kind} in {self.case_id}"


class CaseEvidence(models.Model):
    """A wording of a post that belongs to a case. Only added to: it holds post and revision."""

    public_id = models.CharField(max_length=14, unique=True, default=new_public_id, editable=False)
    case = models.ForeignKey("moderation.Case", on_delete=models.PROTECT, related_name="evidence")
    post = models.ForeignKey("forum.Post", on_delete=models.PROTECT, related_name="+")
    revision = models.ForeignKey("forum.Revision", on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=REASON_MAX, blank=True)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    added_at = models.DateTimeField()

    class Meta:
        ordering = ["added_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["case", "revision"], name="case_evidence_once")
        ]

    def __str__(self) -> str:
        return f"{self.revision_id} in {self.case_id}"


class InterimKind(models.TextChoices):
    """What can be done at once, before a decision."""

    CUT_ACCESS = "cut_access", _("Access cut off")
    HIDE_POST = "hide_post", _("Post hidden")


class InterimMeasure(models.Model):
    """Something done at once to keep people safe, until the case is decided.

    ``until``: when cut-off access comes back by itself.
    """

    public_id = models.CharField(max_length=14, unique=True, default=new_public_id, editable=False)
    case = models.ForeignKey("moderation.Case", on_delete=models.PROTECT, related_name="measures")
    kind = models.CharField(max_length=12, choices=InterimKind)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="interim_measures",
    )
    post = models.ForeignKey(
        "forum.Post", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    reason = models.CharField(max_length=REASON_MAX)
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    taken_at = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    lifted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["taken_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    kind=InterimKind.CUT_ACCESS, user__isnull=False, post=None, until__isnull=False
                )
                | Q(kind=InterimKind.HIDE_POST, user=None, post__isnull=False, until=None),
                name="interim_measure_whole",
            ),
            models.CheckConstraint(
                condition=Q(user__isnull=True) | ~Q(user=F("taken_by")),
                name="interim_measure_not_oneself",
            ),
            models.UniqueConstraint(
                fields=["case", "user"],
                condition=Q(kind=InterimKind.CUT_ACCESS, lifted_at=None),
                name="interim_access_cut_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} in {self.case_id}"


class ReferralKind(models.TextChoices):
    """Whom a case about a health professional may have to go to."""

    REGULATOR = "regulator", _("Their regulator")
    EMPLOYER = "employer", _("Their employer")
    SAFEGUARDING = "safeguarding", _("The safeguarding authority")


class ReferralAnswer(models.TextChoices):
    """What became of one line of the checklist."""

    SENT = "sent", _("We told them")
    NOT_NEEDED = "not_needed", _("Not needed")


class Referral(models.Model):
    """One answer on the checklist. Only added to; the newest of a kind counts."""

    case = models.ForeignKey("moderation.Case", on_delete=models.PROTECT, related_name="referrals")
    kind = models.CharField(max_length=12, choices=ReferralKind)
    answer = models.CharField(max_length=10, choices=ReferralAnswer)
    # To whom and under which number, or why it was not needed.
    words = models.CharField(max_length=REASON_MAX)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    answered_at = models.DateTimeField()

    class Meta:
        ordering = ["answered_at", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(words=""), name="referral_has_words"),
            models.CheckConstraint(
                condition=Q(kind__in=ReferralKind.values, answer__in=ReferralAnswer.values),
                name="referral_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.answer} in {self.case_id}"


class OutsideAlert(models.Model):
    """No admin without a conflict is left: the outside contact is told by e-mail.

    About a report that nobody may take, or a case. The row knows that its mail is due.
    """

    report = models.OneToOneField(
        "moderation.Report",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="outside_alert",
    )
    case = models.OneToOneField(
        "moderation.Case",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="outside_alert",
    )
    created_at = models.DateTimeField()
    mail_due_at = models.DateTimeField(null=True, blank=True)
    mail_leased_until = models.DateTimeField(null=True, blank=True)
    mail_tries = models.PositiveSmallIntegerField(default=0)
    mailed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(report__isnull=True, case__isnull=False)
                | Q(report__isnull=False, case__isnull=True),
                name="outside_alert_about_one",
            )
        ]
        indexes = [
            models.Index(
                fields=["mail_due_at"],
                condition=Q(mail_due_at__isnull=False),
                name="outside_alert_due",
            )
        ]

    def __str__(self) -> str:
        return f"outside alert on {self.report_id or self.case_id}"
