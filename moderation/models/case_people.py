"""Who has to do with a case: people in it, admins with and without a tie, accounts asked for."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.ids import new_public_id

WORDS_MAX = 4000
TIE_WORDS_MAX = 1000


class PartyRole(models.TextChoices):
    """Why somebody is in a case. Reporters are known by their reports and not listed twice."""

    CONCERNED = "concerned", _("It is about them")
    WITNESS = "witness", _("They saw it")


class CaseParty(models.Model):
    """A further person in a case, beside reporters and the one it is about."""

    case = models.ForeignKey("moderation.Case", on_delete=models.PROTECT, related_name="parties")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="case_parts"
    )
    role = models.CharField(max_length=10, choices=PartyRole)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    added_at = models.DateTimeField()

    class Meta:
        ordering = ["added_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["case", "user"], name="case_party_once"),
            models.CheckConstraint(
                condition=Q(role__in=PartyRole.values), name="case_party_role_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.case_id}"


class Tie(models.TextChoices):
    """What ties an admin to somebody in a case."""

    KNOWS = "knows", _("I know somebody in it outside of here")
    WORKS_WITH = "works_with", _("I work or worked with somebody in it")
    INVOLVED = "involved", _("I had a part in what happened")
    OTHER = "other", _("Something else")


class ConflictDeclaration(models.Model):
    """An admin said, before working on a case, whether they have a tie. Only added to.

    No tie: they may work on it. A tie, also one said later, keeps them out for good.
    """

    case = models.ForeignKey(
        "moderation.Case", on_delete=models.PROTECT, related_name="declarations"
    )
    admin = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="declarations"
    )
    tie = models.CharField(max_length=10, choices=Tie, blank=True)
    words = models.TextField(blank=True, max_length=TIE_WORDS_MAX)
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "admin"], condition=Q(tie=""), name="declaration_no_tie_once"
            ),
            models.UniqueConstraint(
                fields=["case", "admin"], condition=~Q(tie=""), name="declaration_tie_once"
            ),
            models.CheckConstraint(
                condition=Q(tie__in=[*Tie.values, ""]), name="declaration_tie_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.admin_id}: {self.tie or 'no tie'} to {self.case_id}"


class AccountRequest(models.Model):
    """A question to somebody in a case, with their answer. They see no more than this row."""

    public_id = models.CharField(max_length=14, unique=True, default=new_public_id, editable=False)
    case = models.ForeignKey("moderation.Case", on_delete=models.PROTECT, related_name="questions")
    asked = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="questions_to"
    )
    question = models.TextField(max_length=WORDS_MAX)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    asked_at = models.DateTimeField()
    answer = models.TextField(blank=True, max_length=WORDS_MAX)
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["asked_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True, answer="")
                | (Q(answered_at__isnull=False) & ~Q(answer="")),
                name="account_request_answered_whole",
            ),
            models.CheckConstraint(
                condition=~Q(asked=models.F("asked_by")), name="account_request_not_oneself"
            ),
        ]

    def __str__(self) -> str:
        return f"question to {self.asked_id} in {self.case_id}"
