"""Opening a case for a report, deciding it."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts.models import Clause, User
from accounts.viewer import viewer_of
from forum.errors import NotVisible, StaleVersion
from forum.models import Post
from moderation import audit
from moderation.actions.proposals import decide_or_propose
from moderation.actions.reporting import tell_reporter
from moderation.models import (
    Case,
    CaseStatus,
    DecisionKind,
    Outcome,
    Report,
    ReportStatus,
)
from moderation.queries import cases_for, open_reports_for


def mark_report_looked_at(*, report: Report, at: datetime | None = None) -> bool:
    """An admin looks at a report. Only the first look counts."""
    unread = Report.objects.filter(pk=report.pk, first_look_at=None)
    return bool(unread.update(first_look_at=at or timezone.now()))


@transaction.atomic
def open_case(*, report: Report, admin: User, at: datetime | None = None) -> Case:
    """Open a case for a report, or return the one it has. Raises ``NotVisible``."""
    at = at or timezone.now()
    report = Report.objects.select_for_update(of=("self",), no_key=True).get(pk=report.pk)
    if not open_reports_for(viewer_of(admin, at=at)).filter(pk=report.pk).exists():
        raise NotVisible
    if report.case is not None:
        return report.case
    case = Case.objects.create(
        severity=report.severity,
        about=report.about,
        handler=admin,
        opened_at=at,
    )
    report.case = case
    report.status = ReportStatus.READ
    report.save(update_fields=["case", "status"])
    mark_report_looked_at(report=report, at=at)
    audit.record(
        actor=admin,
        verb="case_opened",
        subject_kind="case",
        subject_public_id=case.public_id,
        data={"report": report.number},
        at=at,
    )
    return case


@transaction.atomic
def decide_case(
    *,
    case: Case,
    admin: User,
    version: int,
    outcome: Outcome,
    reporter_message: str,
    note: str = "",
    clause: Clause | None = None,
    post_decision: DecisionKind | None = None,
    author_message: str = "",
    at: datetime | None = None,
) -> Case:
    """Decide a case once, tell each reporter, and act on the reported post where asked.

    The reporter's and the author's messages are separate, so that neither tells of the other.
    What takes a second admin is proposed.
    Raises ``NotVisible``, ``StaleVersion`` and what ``decide`` raises.
    """
    at = at or timezone.now()
    case = Case.objects.select_for_update(of=("self",), no_key=True).get(pk=case.pk)
    if not cases_for(viewer_of(admin, at=at)).filter(pk=case.pk).exists():
        raise NotVisible
    if case.version != version or case.status != CaseStatus.OPEN:
        raise StaleVersion
    if post_decision is not None:
        for post in Post.objects.filter(reports__case=case).distinct():
            decide_or_propose(
                post=post,
                moderator=admin,
                kind=post_decision,
                version=post.version,
                clause=clause,
                message=author_message,
                case=case,
                at=at,
            )
    case.status = CaseStatus.DECIDED
    case.outcome = outcome
    case.clause = clause
    case.note = note.strip()
    case.version += 1
    case.decided_at = at
    case.save()
    told = case.reports.select_related("reporter").exclude(status=ReportStatus.CLOSED)
    for report in told:
        report.status = ReportStatus.DECIDED
        report.outcome_message = reporter_message.strip()
        report.decided_at = at
        report.save(update_fields=["status", "outcome_message", "decided_at"])
        Report.objects.filter(complaint=report).update(status=ReportStatus.CLOSED)
        tell_reporter(
            report=report,
            message=report.outcome_message,
            same_as=f"report:{report.number}:decided",
            at=at,
        )
    audit.record(
        actor=admin,
        verb="case_decided",
        subject_kind="case",
        subject_public_id=case.public_id,
        data={"outcome": outcome, "clause": clause.anchor if clause else ""},
        at=at,
    )
    return case
