"""Taking a case: first a word about ties, then the work. Who has a tie passes it on.

Every action locks the case, asks anew whether this admin may work on it, and writes its entry in
the audit log in the same transaction. Doing it again changes nothing.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from accounts.viewer import viewer_of
from forum.actions.notices import notify
from forum.errors import NotVisible, Refused, StaleVersion
from forum.models import Notice, NoticeKind
from moderation import audit
from moderation.conflicts import cases_for, free_admins, has_declared, open_reports_for, parts_of
from moderation.models import (
    Case,
    CaseNote,
    CaseParty,
    CaseStatus,
    ConflictDeclaration,
    NoteKind,
    PartyRole,
    Report,
    ReportStatus,
    Tie,
)

# From taking or reopening a case to its decision.
DECIDE_WITHIN = timedelta(days=7)

NOT_OPEN = gettext_lazy("This case is not open any more.")
SAME_CASE = gettext_lazy("Pick another case.")
NOT_IN_HERE = gettext_lazy("They cannot be added: they work on this case or are in it already.")
SAY_WHY = gettext_lazy("Please say why.")


class NotDeclared(Exception):
    """The admin has not yet said whether they have a tie to this case."""


def lock_case(case: Case) -> Case:
    """The case as it stands, locked until the transaction ends."""
    return Case.objects.select_for_update(of=("self",), no_key=True).get(pk=case.pk)


def working_case(case: Case, admin: User, at: datetime) -> Case:
    """The locked case, for an admin who may work on it.

    Raises ``NotVisible`` (no such case for them, or merged into another) and ``NotDeclared``.
    """
    case = lock_case(case)
    if not cases_for(viewer_of(admin, at=at)).filter(pk=case.pk, merged_into=None).exists():
        raise NotVisible
    if not has_declared(case, admin):
        raise NotDeclared
    return case


def open_working_case(case: Case, admin: User, at: datetime) -> Case:
    """The same for an open case. Raises ``Refused`` for others."""
    case = working_case(case, admin, at)
    if case.status != CaseStatus.OPEN:
        raise Refused(NOT_OPEN)
    return case


def log(case: Case, admin: User | None, verb: str, at: datetime, **data: object) -> None:
    """Write an entry about a case."""
    audit.record(
        actor=admin,
        verb=verb,
        subject_kind="case",
        subject_public_id=case.public_id,
        data=data,
        at=at,
    )


@transaction.atomic
def open_case(*, report: Report, admin: User, at: datetime | None = None) -> Case:
    """Take a report: say that there is no tie, and open its case, or join the one it has.

    Raises ``NotVisible``.
    """
    at = at or timezone.now()
    case = _case_of(report, admin, at)
    return take(case=case, admin=admin, at=at)


@transaction.atomic
def take(*, case: Case, admin: User, at: datetime | None = None) -> Case:
    """Say that there is no tie. Who does so first works on the case. Raises ``NotVisible``."""
    at = at or timezone.now()
    case = lock_case(case)
    if not cases_for(viewer_of(admin, at=at)).filter(pk=case.pk).exists():
        raise NotVisible
    for part in parts_of(case):
        _declare(part, admin, "", "", at)
    if case.handler_id is None and case.status == CaseStatus.OPEN:
        case.handler = admin
        case.due_at = max(case.due_at, at + DECIDE_WITHIN)
        case.version += 1
        case.save(update_fields=["handler", "due_at", "version"])
        log(case, admin, "case_taken", at)
    return case


@transaction.atomic
def pass_on(
    *, matter: Case | Report, admin: User, tie: Tie, words: str = "", at: datetime | None = None
) -> Case:
    """Declare a tie: the admin is kept out for good, and the others are told that it waits.

    The same again changes nothing. Raises ``NotVisible``.
    """
    at = at or timezone.now()
    case = _case_of(matter, admin, at) if isinstance(matter, Report) else lock_case(matter)
    if not cases_for(viewer_of(admin, at=at)).filter(pk=case.pk).exists():
        raise NotVisible
    _declare(case, admin, tie, words.strip(), at)
    _let_go(case, admin)
    forget(case, admin)
    _tell_others(case, at)
    return case


@transaction.atomic
def take_over(*, case: Case, admin: User, version: int, at: datetime | None = None) -> Case:
    """Work on a case instead of who did so far. Raises what ``working_case`` does, ``Stale...``."""
    at = at or timezone.now()
    case = open_working_case(case, admin, at)
    if case.handler_id == admin.pk:
        return case
    if case.version != version:
        raise StaleVersion
    case.handler = admin
    case.version += 1
    case.save(update_fields=["handler", "version"])
    log(case, admin, "case_taken_over", at)
    return case


def _case_of(report: Report, admin: User, at: datetime) -> Case:
    """The case of a report, locked; a new one where it has none."""
    report = Report.objects.select_for_update(of=("self",), no_key=True).get(pk=report.pk)
    if not open_reports_for(viewer_of(admin, at=at)).filter(pk=report.pk).exists():
        raise NotVisible
    if report.case is not None:
        return lock_case(report.case.merged_into or report.case)
    case = Case.objects.create(
        severity=report.severity,
        about=report.about,
        opened_at=at,
        due_at=report.due_at,
    )
    report.case = case
    if report.status == ReportStatus.RECEIVED:
        report.status = ReportStatus.READ
    report.save(update_fields=["case", "status"])
    mark_report_looked_at(report=report, at=at)
    log(case, admin, "case_opened", at, report=report.number)
    return case


def _declare(case: Case, admin: User, tie: str, words: str, at: datetime) -> None:
    said = ConflictDeclaration.objects.filter(case=case, admin=admin)
    same = said.filter(tie="") if not tie else said.exclude(tie="")
    if same.exists():
        return
    ConflictDeclaration.objects.create(case=case, admin=admin, tie=tie, words=words, at=at)
    log(case, admin, "tie_declared" if tie else "no_tie_declared", at, tie=tie)


def _let_go(case: Case, user: User) -> None:
    """Take a case out of the hands of somebody who is in conflict with it."""
    if case.handler_id == user.pk:
        case.handler = None
        case.version += 1
        case.save(update_fields=["handler", "version"])


def forget(case: Case, user: User) -> None:
    """Take back the notices of the desk about a case that is kept from somebody from now on."""
    Notice.objects.filter(
        recipient=user,
        kind=NoticeKind.DESK,
        same_as__startswith=f"case:{case.public_id}:",
    ).delete()


def _tell_others(case: Case, at: datetime) -> None:
    if case.handler_id is not None:
        return
    for other in free_admins(case, at=at):
        tell_desk(case, other, "waits", _("A case waits for somebody to take it."), at)


def tell_desk(case: Case, admin: User, what: str, words: str, at: datetime) -> None:
    """Tell one admin about a case. The notice names nobody."""
    notify(
        recipient=admin,
        kind=NoticeKind.DESK,
        message=words,
        link=reverse("moderation:case", args=[case.public_id]),
        same_as=f"case:{case.public_id}:{what}:{case.version}",
        at=at,
    )


def mark_report_looked_at(*, report: Report, at: datetime | None = None) -> bool:
    """An admin looks at a report. Only the first look counts."""
    unread = Report.objects.filter(pk=report.pk, first_look_at=None)
    return bool(unread.update(first_look_at=at or timezone.now()))


# People and notes ------------------------------------------------------------------------------


@transaction.atomic
def add_party(
    *, case: Case, admin: User, user: User, role: PartyRole, at: datetime | None = None
) -> bool:
    """Add a person to a case; from then on they are kept from it. False where they were in it.

    Raises ``Refused`` for who works on it, and what ``open_working_case`` raises.
    """
    at = at or timezone.now()
    case = open_working_case(case, admin, at)
    if user.pk == admin.pk:
        raise Refused(NOT_IN_HERE)
    __, new = CaseParty.objects.get_or_create(
        case=case, user=user, defaults={"role": role, "added_by": admin, "added_at": at}
    )
    if new:
        if case.about_id is None and role == PartyRole.CONCERNED and case.handler_id != user.pk:
            case.about = user
            case.save(update_fields=["about"])
        _let_go(case, user)
        forget(case, user)
        log(case, admin, "party_added", at, person=user.public_id, role=role)
    return new


@transaction.atomic
def add_note(*, case: Case, admin: User, text: str, at: datetime | None = None) -> CaseNote:
    """Write a note for the desk. Raises ``Refused`` (empty) and what ``working_case`` does."""
    at = at or timezone.now()
    case = working_case(case, admin, at)
    if not text.strip():
        raise Refused(SAY_WHY)
    note = CaseNote.objects.create(case=case, author=admin, text=text.strip(), at=at)
    log(case, admin, "note_added", at)
    return note


@transaction.atomic
def reopen(
    *, case: Case, admin: User, version: int, reason: str, at: datetime | None = None
) -> Case:
    """Open a decided case again. What was decided stays written down.

    Raises ``StaleVersion``, ``Refused`` (no reason) and what ``working_case`` raises.
    """
    at = at or timezone.now()
    case = working_case(case, admin, at)
    if case.version != version or case.status != CaseStatus.DECIDED:
        raise StaleVersion
    if not reason.strip():
        raise Refused(SAY_WHY)
    case.status = CaseStatus.OPEN
    case.decided_at = None
    case.handler = admin
    case.version += 1
    case.due_at = at + DECIDE_WITHIN
    case.save(update_fields=["status", "decided_at", "handler", "version", "due_at"])
    CaseNote.objects.create(
        case=case, kind=NoteKind.REOPENED, author=admin, text=reason.strip(), at=at
    )
    decided = Report.objects.filter(case__in=parts_of(case), status=ReportStatus.DECIDED)
    for report in decided:
        report.status = ReportStatus.READ
        report.decided_at = None
        report.save(update_fields=["status", "decided_at"])
    log(case, admin, "case_reopened", at)
    return case


# Merging ---------------------------------------------------------------------------------------


@transaction.atomic
def merge(*, case: Case, into: Case, admin: User, at: datetime | None = None) -> Case:
    """Handle a case together with another one. Its reports keep their own talk.

    The admin must have declared no tie to both. Whoever is kept from either is kept from both.
    Returns the case that goes on. Raises ``Refused`` and what ``open_working_case`` raises.
    """
    at = at or timezone.now()
    if case.pk == into.pk:
        raise Refused(SAME_CASE)
    for pk in sorted([case.pk, into.pk]):
        lock_case(Case(pk=pk))
    case, into = open_working_case(case, admin, at), open_working_case(into, admin, at)
    Case.objects.filter(merged_into=case).update(merged_into=into)
    case.merged_into = into
    case.version += 1
    case.save(update_fields=["merged_into", "version"])
    into.severity = min(into.severity, case.severity)
    into.due_at = min(into.due_at, case.due_at)
    into.version += 1
    into.save(update_fields=["severity", "due_at", "version"])
    _settle_conflicts(into)
    log(into, admin, "case_merged", at, merged=case.public_id)
    return into


@transaction.atomic
def separate(*, case: Case, admin: User, at: datetime | None = None) -> Case:
    """Take a merged case out again, with the reports it came with, and nothing else.

    Raises ``NotVisible`` (not merged) and what ``open_working_case`` raises for the whole.
    """
    at = at or timezone.now()
    if case.merged_into_id is None:
        raise NotVisible
    whole = open_working_case(Case(pk=case.merged_into_id), admin, at)
    case = lock_case(case)
    if case.merged_into_id != whole.pk:
        raise NotVisible
    case.merged_into = None
    case.version += 1
    case.save(update_fields=["merged_into", "version"])
    whole.version += 1
    whole.save(update_fields=["version"])
    log(whole, admin, "case_separated", at, separated=case.public_id)
    return case


def _settle_conflicts(case: Case) -> None:
    """After a change of what belongs to a case: nobody in conflict goes on working on it."""
    for part in parts_of(case).select_related("handler"):
        handler = part.handler
        if handler is None:
            continue
        if not cases_for(viewer_of(handler)).filter(pk=part.pk).exists():
            _let_go(part, handler)
            forget(part, handler)
    case.refresh_from_db()
