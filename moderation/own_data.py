"""What moderation knows about one person, for their copy.

Words that were written to the person are theirs to keep. Who reported, decided, agreed or reviewed
is not: no name of any of them is in a copy, nor what others said about the person.
"""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from accounts.own_data import Section, rows_of
from moderation.models import (
    AccountRequest,
    Appeal,
    Decision,
    HardItem,
    HcpMeasure,
    Report,
    ReportMessage,
    Sanction,
    Shift,
    Sitting,
    Workbench,
)


def gather(user: User, at: datetime) -> list[Section]:
    """Reports that the person filed, what was decided about them, their work for the team."""
    decided = Decision.objects.filter(author=user).told_by(at)
    return [
        Section("reports", _("My reports"), _reports(user)),
        Section(
            "decisions",
            _("Decisions about my posts"),
            rows_of(
                decided.select_related("clause", "post").order_by("decided_at"),
                "public_id",
                "post.public_id",
                "kind",
                "clause.anchor",
                "message",
                "decided_at",
            ),
        ),
        Section(
            "sanctions",
            _("What was put on my account"),
            rows_of(
                Sanction.objects.filter(user=user).select_related("clause", "words_taken"),
                "kind",
                "taken_words",
                "clause.anchor",
                "message",
                "starts_at",
                "until",
                "ends_at",
                "lifted_at",
            ),
        ),
        Section(
            "appeals",
            _("My appeals"),
            rows_of(
                Appeal.objects.filter(appellant=user),
                "number",
                "words",
                "created_at",
                "status",
                "answer",
                "decided_at",
            ),
        ),
        Section(
            "questions",
            _("Questions to me"),
            rows_of(
                AccountRequest.objects.filter(asked=user),
                "question",
                "asked_at",
                "answer",
                "answered_at",
            ),
        ),
        Section(
            "measures",
            _("Measures about my work as a professional"),
            rows_of(HcpMeasure.objects.filter(hcp=user), "kind", "message", "at", "ended_at"),
        ),
        *_team(user),
    ]


def _reports(user: User) -> list[dict[str, Any]]:
    rows = Report.objects.filter(reporter=user).order_by("created_at", "pk")
    talk: dict[int, list[dict[str, Any]]] = {}
    for each in ReportMessage.objects.filter(report__in=rows).order_by("at", "pk"):
        line = {"from": "the team" if each.from_desk else "me", "text": each.text, "at": each.at}
        talk.setdefault(each.report_id, []).append(line)
    return [
        {
            "number": row.number,
            "category": row.category,
            "words": row.words,
            "contact": row.contact,
            "status": row.status,
            "outcome": row.outcome_message,
            "handled_well": row.handled_well,
            "feedback": row.feedback,
            "created_at": row.created_at,
            "decided_at": row.decided_at,
            "withdrawn_at": row.withdrawn_at,
            "messages": talk.get(row.pk, []),
        }
        for row in rows
    ]


def _team(user: User) -> list[Section]:
    sittings = Sitting.objects.filter(moderator=user)
    hard = HardItem.objects.filter(reviewer=user)
    settings = Workbench.objects.filter(reviewer=user)
    return [
        Section("sittings", _("My time in the queue"), rows_of(sittings, "started_at", "ended_at")),
        Section("hard_topics", _("Hard topics I opened"), rows_of(hard, "day", "opened_at")),
        Section(
            "keyboard",
            _("My settings for the queue"),
            rows_of(settings, "away_until", "shortcuts_on", "keys"),
        ),
        Section(
            "shifts",
            _("My shifts"),
            rows_of(Shift.objects.filter(person=user), "starts_at", "ends_at"),
        ),
    ]
