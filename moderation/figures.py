"""Figures of a stretch of time, as they are: for the admins, and to be suppressed for the public.

About the team as a whole: nothing here is counted by moderator, nor by member. Each thing belongs
to the moment at which it began or was decided, so to one stretch of time alone; what became of it
is read when the figures are made. Tables share no counts with each other (docs/decisions/0023).
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Coalesce

from accounts.models import Clause, Document, DocumentKind
from accounts.viewer import Viewer
from forum.models import Ruleset, TicketClock
from forum.states import Severity
from forum.waits import Waits, summed_up
from moderation import quality
from moderation.conflicts import cases_for, kept_case_ids, open_reports_for
from moderation.models import (
    Appeal,
    AppealStatus,
    Approval,
    BreakGlass,
    Case,
    CaseDecision,
    CaseStatus,
    Category,
    Decision,
    DecisionKind,
    GlassState,
    Outcome,
    Proposal,
    ProposalStatus,
    Report,
    Sanction,
    SanctionKind,
)
from moderation.models.decision import LIMITING
from moderation.models.report import FINISHED

# Tables, by the names that their addresses have.
REPORTS, HCP_CASES, LETTING, LIMITS = "reports", "hcp-cases", "decisions", "rules"
APPEALS, GLASSES, SECONDS, SAMPLES, TWICE = (
    "appeals",
    "break-glass",
    "second-people",
    "samples",
    "second-reviews",
)
CLOSED, WAITING, OTHER, COUNT = "closed", "waiting", "other", "count"
MISSED, FINE, ALIKE, APART = "missed", "fine", "alike", "apart"
ABOUT_POST, ABOUT_ACCOUNT = "post", "account"
ENDS = (*(outcome.value for outcome in Outcome), CLOSED, WAITING)
LETS = (DecisionKind.PUBLISH, DecisionKind.PUBLISH_NOTE, DecisionKind.SAFEGUARD)
RULES_FOR = (DocumentKind.MEMBER_RULES, DocumentKind.HCP_CODE)
ACTS = (*(kind.value for kind in LIMITING), *(kind.value for kind in SanctionKind))
GLASS_ENDS = ("used", GlassState.REFUSED.value, GlassState.LAPSED.value, GlassState.ASKED.value)


@dataclass(frozen=True, slots=True)
class Sources:
    """Where the figures come from: all rows, or those that one admin may know of."""

    reports: QuerySet[Report]
    cases: QuerySet[Case]
    case_decisions: QuerySet[CaseDecision]
    decisions: QuerySet[Decision]
    sanctions: QuerySet[Sanction]
    proposals: QuerySet[Proposal]
    appeals: QuerySet[Appeal]
    glasses: QuerySet[BreakGlass]
    clocks: QuerySet[TicketClock]


def everything() -> Sources:
    """All rows: for the public, who see no small counts."""
    return Sources(
        reports=Report.objects.all(),
        cases=Case.objects.all(),
        case_decisions=CaseDecision.objects.all(),
        decisions=Decision.objects.standing(),
        sanctions=Sanction.objects.all(),
        proposals=Proposal.objects.all(),
        appeals=Appeal.objects.all(),
        glasses=BreakGlass.objects.all(),
        clocks=TicketClock.objects.all(),
    )


def without_own(viewer: Viewer) -> Sources:
    """Rows for an admin: none about themselves, nor of a case that is kept from them.

    Their counts are whole numbers, in which one more report would show.
    """
    me, kept = viewer.user_id or 0, kept_case_ids(viewer.user_id or 0)
    in_kept = Q(case__in=kept) | Q(case__merged_into__in=kept)
    of_decision = Q(decision__case__in=kept) | Q(decision__case__merged_into__in=kept)
    of_sanction = Q(sanction__case__in=kept) | Q(sanction__case__merged_into__in=kept)
    about_me = Q(decision__author_id=me) | Q(sanction__user_id=me) | Q(appellant_id=me)
    cases = cases_for(viewer)
    rows = everything()
    return Sources(
        reports=open_reports_for(viewer),
        cases=cases,
        case_decisions=rows.case_decisions.filter(case__in=cases),
        decisions=rows.decisions.exclude(author_id=me).exclude(in_kept),
        sanctions=rows.sanctions.exclude(user_id=me).exclude(in_kept),
        proposals=rows.proposals.exclude(about_id=me).exclude(in_kept),
        appeals=rows.appeals.exclude(about_me).exclude(of_decision).exclude(of_sanction),
        glasses=rows.glasses.exclude(Q(author_id=me) | Q(hcp_id=me)),
        clocks=rows.clocks.exclude(post__author_id=me),
    )


@dataclass(frozen=True, slots=True)
class Table:
    """Counts by row and column, without totals. Rows and columns are codes."""

    rows: Sequence[str]
    columns: Sequence[str]
    counts: list[list[int]]


@dataclass(frozen=True, slots=True)
class Figures:
    """All figures of a stretch of time. ``clauses``: the words of rules, by row of their table.

    ``screening``: number and date of the rules in force at its end, with their recall and false
    alarms (``forum.screening.measure.Figures`` as JSON), or None.
    """

    tables: dict[str, Table]
    report_waits: dict[Severity, Waits]
    post_waits: dict[Severity, Waits]
    kappa: float | None
    screening: dict[str, Any] | None
    clauses: dict[str, str] = field(default_factory=dict)
    alone: bool = False
    outside: bool = False


def figures(sources: Sources, *, since: datetime, until: datetime, at: datetime) -> Figures:
    """The figures from ``since`` to before ``until``, made at ``at``. A fixed number of queries."""
    clauses = _clauses(since, until)
    twice = quality.agreement(since=since, until=until)
    sampled = quality.misses(since=since, until=until)
    return Figures(
        tables={
            REPORTS: _reports(sources.reports.filter(_within("created_at", since, until))),
            HCP_CASES: _hcp_cases(sources.cases.filter(_within("opened_at", since, until))),
            LETTING: _letting(sources.decisions.filter(_within("decided_at", since, until))),
            LIMITS: _limits(sources, clauses, since, until),
            APPEALS: _appeals(sources.appeals.filter(_within("created_at", since, until))),
            GLASSES: _glasses(sources.glasses.filter(_within("asked_at", since, until)), at),
            SECONDS: _seconds(sources, since, until),
            SAMPLES: _listed(
                {MISSED: sampled.missed, FINE: sampled.looked_at - sampled.missed}, (MISSED, FINE)
            ),
            TWICE: _listed({ALIKE: twice.same, APART: twice.pairs - twice.same}, (ALIKE, APART)),
        },
        report_waits=_report_waits(sources.reports, since, until, at),
        post_waits=_post_waits(sources.clocks, since, until, at),
        kappa=twice.kappa,
        screening=_screening(until),
        clauses=clauses,
        alone=settings.SOLO_ADMIN,
        outside=bool(settings.OUTSIDE_APPROVER_EMAIL),
    )


def _within(name: str, since: datetime, until: datetime) -> Q:
    return Q(**{f"{name}__gte": since, f"{name}__lt": until})


def _table(counts: Counter[tuple[str, str]], rows: Iterable[str], columns: Iterable[str]) -> Table:
    rows, columns = [str(row) for row in rows], [str(column) for column in columns]
    return Table(rows, columns, [[counts[row, column] for column in columns] for row in rows])


def _listed(counts: dict[str, int], rows: Iterable[str]) -> Table:
    """A table of one column."""
    return _table(Counter({(row, COUNT): n for row, n in counts.items()}), rows, [COUNT])


def _reports(reports: QuerySet[Report]) -> Table:
    """Reports by category and by what came of the case (of the whole, where cases were merged)."""
    rows = reports.annotate(
        state=Coalesce("case__merged_into__status", "case__status"),
        came=Coalesce("case__merged_into__outcome", "case__outcome"),
    )
    counts: Counter[tuple[str, str]] = Counter()
    found = rows.values_list("category", "status", "state", "came").annotate(Count("pk"))
    for category, status, state, came, number in found.order_by():
        if state == CaseStatus.DECIDED and came in Outcome.values:
            end = came
        else:
            end = CLOSED if status in FINISHED else WAITING
        counts[category, end] += number
    return _table(counts, Category.values, ENDS)


def _hcp_cases(cases: QuerySet[Case]) -> Table:
    """Cases about health professionals, by outcome. Merged ones count once."""
    about = cases.filter(merged_into=None).filter(
        Q(about__hcp_profile__isnull=False)
        | Q(pk__in=Report.objects.filter(category=Category.HCP_BOUNDARY).values("case_id"))
    )
    counts: Counter[str] = Counter()
    for status, outcome, number in about.values_list("status", "outcome").annotate(Count("pk")):
        decided = status == CaseStatus.DECIDED and outcome in Outcome.values
        counts[outcome if decided else WAITING] += number
    return _listed(counts, (*Outcome.values, WAITING))


def _letting(decisions: QuerySet[Decision]) -> Table:
    """Decisions that limit nothing, by kind."""
    found = decisions.filter(kind__in=LETS).values_list("kind").annotate(Count("pk"))
    return _listed(dict(found.order_by()), LETS)


def clause_row(kind: str, anchor: str) -> str:
    """The row of a clause, in whatever version."""
    return f"{kind}/{anchor}"


def _clauses(since: datetime, until: datetime) -> dict[str, str]:
    """The rules that were in force, by row, whether or not anybody broke them."""
    found: dict[str, str] = {}
    for kind in RULES_FOR:
        at_first = Document.objects.in_force_at(kind, since)
        rows = Clause.objects.filter(document__kind=kind).filter(
            Q(document__published_at__gte=since, document__published_at__lt=until)
            | Q(document=at_first)
        )
        order = rows.order_by("document__published_at", "document_id", "position")
        for anchor, line in order.values_list("anchor", "line"):
            found[clause_row(kind, anchor)] = line
    return found


def _limits(sources: Sources, clauses: dict[str, str], since: datetime, until: datetime) -> Table:
    """What was limited, by rule: posts and accounts."""
    names = ("clause__document__kind", "clause__anchor", "kind")
    posts = sources.decisions.filter(_within("decided_at", since, until), kind__in=LIMITING)
    accounts = sources.sanctions.filter(_within("starts_at", since, until))
    counts: Counter[tuple[str, str]] = Counter()
    for rows in (posts, accounts):
        found = rows.values_list(*names).annotate(Count("pk")).order_by()
        for document, anchor, kind, number in found:
            row = clause_row(document, anchor)
            counts[row if row in clauses else OTHER, kind] += number
    return _table(counts, (*clauses, OTHER), ACTS)


def _appeals(appeals: QuerySet[Appeal]) -> Table:
    """Appeals by what they are about and by answer."""
    counts: Counter[tuple[str, str]] = Counter()
    for about, rows in (
        (ABOUT_POST, appeals.filter(decision__isnull=False)),
        (ABOUT_ACCOUNT, appeals.filter(sanction__isnull=False)),
    ):
        for status, number in rows.values_list("status").annotate(Count("pk")).order_by():
            counts[about, status] += number
    return _table(counts, (ABOUT_POST, ABOUT_ACCOUNT), AppealStatus.values)


def _glasses(glasses: QuerySet[BreakGlass], at: datetime) -> Table:
    """Exceptions that were asked for, by what became of them."""
    states = Counter(glass.state(at) for glass in glasses)
    used = states[GlassState.OPEN] + states[GlassState.OVER]
    others = {state: states[GlassState(state)] for state in GLASS_ENDS[1:]}
    return _listed({"used": used, **others}, GLASS_ENDS)


def _seconds(sources: Sources, since: datetime, until: datetime) -> Table:
    """Who said yes where one person is not enough."""
    closed = sources.proposals.filter(
        _within("closed_at", since, until), status=ProposalStatus.APPROVED
    )
    applied = sources.case_decisions.filter(_within("applied_at", since, until)).exclude(
        approval=""
    )
    counts: Counter[str] = Counter()
    for rows in (closed, applied):
        counts.update(dict(rows.values_list("approval").annotate(Count("pk")).order_by()))
    return _listed(counts, Approval.values)


def _report_waits(
    reports: QuerySet[Report], since: datetime, until: datetime, at: datetime
) -> dict[Severity, Waits]:
    """From sending to the first look of a human; for those without one, until now."""
    rows = reports.filter(_within("created_at", since, until)).exclude(
        first_look_at=None, status__in=FINISHED
    )
    return _waits(rows.values_list("severity", "created_at", "first_look_at"), at)


def _post_waits(
    clocks: QuerySet[TicketClock], since: datetime, until: datetime, at: datetime
) -> dict[Severity, Waits]:
    """The same for posts that wait for a look."""
    rows = clocks.filter(_within("opened_at", since, until)).exclude(
        first_look_at=None, closed_at__isnull=False
    )
    return _waits(rows.values_list("severity", "opened_at", "first_look_at"), at)


def _waits(
    rows: Iterable[tuple[int, datetime, datetime | None]], at: datetime
) -> dict[Severity, Waits]:
    waits: dict[Severity, list[timedelta]] = {severity: [] for severity in Severity}
    for severity, opened, looked in rows:
        waits[Severity(severity)].append(max((looked or at) - opened, timedelta()))
    return {severity: summed_up(found) for severity, found in waits.items()}


def _screening(until: datetime) -> dict[str, Any] | None:
    """The rules that were in force at the end, with what they find of the labelled posts."""
    rules = Ruleset.objects.published().filter(published_at__lt=until).first()
    if rules is None or rules.published_at is None:
        return None
    return {
        "number": rules.number,
        "published": rules.published_at.date().isoformat(),
        "figures": rules.figures,
    }
