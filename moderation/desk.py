"""The list of the desk: reports that nobody took, and cases, by urgency, without OFFSET."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import CharField, Exists, F, OuterRef, Prefetch, Q, QuerySet, Value

from accounts.models import Role
from accounts.viewer import Viewer
from moderation.conflicts import cases_for, open_reports_for
from moderation.models import Case, CaseStatus, Category, Report
from moderation.models.report import FINISHED

PAGE_SIZE = 25
CASE, REPORT = "case", "report"
WAITING, WORKED_ON, APPROVAL, DECIDED = "waiting", "open", "approval", "decided"
MINE, NOBODY = "me", "nobody"


@dataclass(frozen=True, slots=True)
class Filters:
    """What the list is narrowed to. Empty: no limit; without ``status`` nothing decided."""

    status: str = ""
    severity: str = ""
    category: str = ""
    handler: str = ""
    staff: bool = False
    overdue: bool = False
    words: str = ""

    def as_codes(self) -> dict[str, Any]:
        """For the audit log: codes, and whether there were words, never the words."""
        return {
            "status": self.status,
            "severity": self.severity,
            "category": self.category,
            "handler": self.handler,
            "staff": self.staff,
            "overdue": self.overdue,
            "words": bool(self.words),
        }


@dataclass(frozen=True, slots=True)
class Matter:
    """One row: a case, or a report that nobody took (then ``case`` is None)."""

    row: Case | Report
    case: Case | None
    categories: list[str]
    is_overdue: bool


@dataclass(frozen=True, slots=True)
class DeskPage:
    """One page. ``next_key``: from where the next one goes on; empty at the end."""

    matters: list[Matter]
    next_key: str


def desk_page(viewer: Viewer, filters: Filters, *, at: datetime, after: str = "") -> DeskPage:
    """The matters that an admin may see, most urgent first. Four queries, whatever the length."""
    reports = _reports(viewer, filters, at)
    cases = _cases(viewer, filters, at)
    if after and (place := _place(viewer, after)):
        reports, cases = _behind(reports, *place), _behind(cases, *place)
    columns = ("severity", "due_at", "row_key", "row_kind")
    both: Any = cases.values_list(*columns).union(reports.values_list(*columns), all=True)
    rows = list(both.order_by("severity", "due_at", "row_key")[: PAGE_SIZE + 1])
    shown = rows[:PAGE_SIZE]
    return DeskPage(_loaded(shown, at), shown[-1][2] if len(rows) > PAGE_SIZE else "")


def _reports(viewer: Viewer, filters: Filters, at: datetime) -> QuerySet[Report]:
    found = open_reports_for(viewer).filter(case__isnull=True).exclude(status__in=FINISHED)
    if filters.status not in ("", WAITING) or filters.handler not in ("", NOBODY):
        return _with_key(found.none(), REPORT, "number")
    if filters.severity:
        found = found.filter(severity=filters.severity)
    if filters.category:
        found = found.filter(category=filters.category)
    if filters.staff:
        found = found.filter(_about_staff())
    if filters.overdue:
        found = found.filter(due_at__lt=at)
    if filters.words:
        found = found.filter(_says(filters.words))
    return _with_key(found, REPORT, "number")


def _about_staff() -> Q:
    """Reports that are about somebody of the staff."""
    about = Q(about__isnull=False) & ~Q(about__role=Role.MEMBER)
    return about | Q(category=Category.HCP_BOUNDARY)


def _says(words: str) -> Q:
    """Reports with this number, or with these words."""
    return Q(number__iexact=words) | Q(words__icontains=words)


def _cases(viewer: Viewer, filters: Filters, at: datetime) -> QuerySet[Case]:
    found = cases_for(viewer).filter(_in_state(filters), _in_hands(viewer, filters.handler))
    found = found.filter(merged_into__isnull=True)
    if filters.severity:
        found = found.filter(severity=filters.severity)
    if filters.overdue:
        found = found.filter(due_at__lt=at).exclude(status=CaseStatus.DECIDED)
    inside = Report.objects.filter(Q(case=OuterRef("pk")) | Q(case__merged_into=OuterRef("pk")))
    if filters.category:
        found = found.filter(Exists(inside.filter(category=filters.category)))
    if filters.staff:
        about = Q(about__isnull=False) & ~Q(about__role=Role.MEMBER)
        found = found.filter(about | Q(Exists(inside.filter(_about_staff()))))
    if filters.words:
        named = Q(public_id=filters.words.lower())
        found = found.filter(named | Q(Exists(inside.filter(_says(filters.words)))))
    return _with_key(found, CASE, "public_id")


def _in_state(filters: Filters) -> Q:
    """The state asked for; where none is, all that is not decided, or all for a search."""
    is_open = Q(status=CaseStatus.OPEN)
    default = Q() if filters.words else ~Q(status=CaseStatus.DECIDED)
    return {
        DECIDED: Q(status=CaseStatus.DECIDED),
        WAITING: is_open & Q(handler__isnull=True),
        WORKED_ON: is_open & Q(handler__isnull=False),
        APPROVAL: Q(status=CaseStatus.APPROVAL),
    }.get(filters.status, default)


def _in_hands(viewer: Viewer, handler: str) -> Q:
    """Who works on it: anybody, this admin, nobody, or an admin by public id."""
    if handler == MINE:
        return Q(handler_id=viewer.user_id)
    if handler == NOBODY:
        return Q(handler__isnull=True)
    return Q(handler__public_id=handler) if handler else Q()


def _with_key(rows: QuerySet, kind: str, field: str) -> QuerySet:
    return rows.annotate(row_key=F(field), row_kind=Value(kind, output_field=CharField()))


def _place(viewer: Viewer, key: str) -> tuple[int, datetime, str] | None:
    """Where a row stands; None where there is none for this admin."""
    case = cases_for(viewer).filter(public_id=key).first()
    row = case or open_reports_for(viewer).filter(number=key).first()
    return (row.severity, row.due_at, key) if row else None


def _behind(rows: QuerySet, severity: int, due_at: datetime, key: str) -> QuerySet:
    """What comes after a place in the order."""
    return rows.filter(
        Q(severity__gt=severity)
        | Q(severity=severity, due_at__gt=due_at)
        | Q(severity=severity, due_at=due_at, row_key__gt=key)
    )


def _loaded(rows: list[tuple], at: datetime) -> list[Matter]:
    """The rows in their order, with what the page shows of them."""
    keys = {kind: [row[2] for row in rows if row[3] == kind] for kind in (CASE, REPORT)}
    inside = Report.objects.only("category", "case_id")
    cases = Case.objects.filter(public_id__in=keys[CASE]).select_related("handler", "about")
    cases = cases.prefetch_related(
        Prefetch("reports", queryset=inside), Prefetch("merged__reports", queryset=inside)
    )
    reports = Report.objects.filter(number__in=keys[REPORT]).select_related("post__author")
    by_key: dict[str, Case | Report] = {case.public_id: case for case in cases}
    by_key |= {report.number: report for report in reports}
    return [_matter(by_key[row[2]], at) for row in rows if row[2] in by_key]


def _matter(row: Case | Report, at: datetime) -> Matter:
    overdue = row.due_at < at and row.status != CaseStatus.DECIDED
    if isinstance(row, Report):
        return Matter(row, None, [row.get_category_display()], overdue)
    inside = [*row.reports.all(), *(r for part in row.merged.all() for r in part.reports.all())]
    categories = list(dict.fromkeys(report.get_category_display() for report in inside))
    return Matter(row, row, categories, overdue)
