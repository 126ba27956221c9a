"""Erasing somebody's words in reports, answers and appeals, and the words that were about them.

What happened, when, under which rule and by whom stays, as ids and codes: the triggers of these
tables let words become ``[erased]`` and nothing else (migration ``erasure``).
"""

from django.db import transaction
from django.db.models import Model, QuerySet

from accounts.models import User
from accounts.models.leaving import ERASED
from moderation.models import (
    AccountRequest,
    Appeal,
    Claim,
    Decision,
    HardItem,
    HcpMeasure,
    ProfileEvidence,
    Proposal,
    Report,
    ReportMessage,
    Sanction,
    Sitting,
    Workbench,
)


@transaction.atomic
def erase_records(*, user: User) -> None:
    """Do it. Not for people whom an open case or report holds: the caller asks."""
    reports = Report.objects.filter(reporter=user)
    reports.update(words="", contact="", feedback="", outcome_message="")
    _blank(ReportMessage.objects.filter(report__in=reports), "text")
    _blank(AccountRequest.objects.filter(asked=user), "question", "answer")
    _blank(Appeal.objects.filter(appellant=user), "words", "answer")
    _blank(Decision.objects.filter(author=user), "message", "private_note")
    _blank(Sanction.objects.filter(user=user), "message", "note", "lifted_why")
    _blank(ProfileEvidence.objects.filter(person=user), "words")
    _blank(Proposal.objects.filter(about=user), "message", "note", "closed_why")
    _blank(HcpMeasure.objects.filter(hcp=user), "reason", "message")
    for model, name in (
        (Claim, "moderator"),
        (Sitting, "moderator"),
        (Workbench, "reviewer"),
        (HardItem, "reviewer"),
    ):
        model._default_manager.filter(**{name: user}).delete()


def _blank(rows: QuerySet, *columns: str) -> None:
    """Put ``[erased]`` where there are words, one row at a time: triggers look at each."""
    for row in rows:
        words = [name for name in columns if _has_words(row, name)]
        if words:
            rows.model._default_manager.filter(pk=row.pk).update(**dict.fromkeys(words, ERASED))


def _has_words(row: Model, name: str) -> bool:
    return getattr(row, name) not in ("", ERASED)
