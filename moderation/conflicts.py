"""Who is kept from which case: one answer for pages, counts, search, audit and actions.

Somebody is in conflict with a case who reported it, whom it is about, who wrote a reported post,
who is in it as a further person, who declared a tie, or, for a complaint, who had a part in what it
is about. Merged cases count as one: whoever is kept
from a part is kept from the whole. The database holds to the same (migration 0015): nobody in
conflict becomes handler of a case, decides or approves in it.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.models import Role, User
from accounts.viewer import Viewer, viewer_of
from moderation.models import Case, CaseDecision, CaseParty, ConflictDeclaration, Report


def reports_in_conflict(user_id: int) -> Q:
    """Reports with which somebody is in conflict by the report alone."""
    return (
        Q(reporter_id=user_id)
        | Q(about_id=user_id)
        | Q(post__author_id=user_id)
        | Q(complaint_about__in=had_a_part_in(user_id))
    )


def had_a_part_in(user_id: int) -> QuerySet[Report]:
    """Reports that somebody sent, that are about them, or that they handled or decided on."""
    decided = CaseDecision.objects.filter(Q(decided_by_id=user_id) | Q(approved_by_id=user_id))
    cases = Case.objects.filter(
        Q(handler_id=user_id)
        | Q(merged_into__handler_id=user_id)
        | Q(pk__in=decided.values("case_id"))
        | Q(merged_into__in=decided.values("case_id"))
    )
    return Report.objects.filter(
        Q(reporter_id=user_id) | Q(about_id=user_id) | Q(case__in=cases.values("pk"))
    )


def kept_case_ids(user_id: int) -> list[int]:
    """Row ids of the cases from which somebody is kept; of merged ones that of the whole.

    Asked by itself, as it is short: nested into what asks about cases, SQLite's parser gives up.
    """
    reasons = (
        Q(about_id=user_id)
        | Q(pk__in=CaseParty.objects.filter(user_id=user_id).values("case_id"))
        | Q(
            pk__in=ConflictDeclaration.objects.filter(admin_id=user_id)
            .exclude(tie="")
            .values("case_id")
        )
        | Q(
            pk__in=Report.objects.filter(reports_in_conflict(user_id), case__isnull=False).values(
                "case_id"
            )
        )
    )
    roots = Case.objects.filter(reasons).annotate(root=Coalesce("merged_into_id", "pk"))
    return sorted(set(roots.values_list("root", flat=True)))


def cases_for(viewer: Viewer) -> QuerySet[Case]:
    """Cases that an admin may see: none with which they are in conflict, nor what is merged there.

    Having said that there is no tie is asked for apart, by ``has_declared``.
    """
    if not viewer.may_administer:
        return Case.objects.none()
    kept = kept_case_ids(viewer.user_id or 0)
    return Case.objects.exclude(Q(pk__in=kept) | Q(merged_into__in=kept))


def open_reports_for(viewer: Viewer) -> QuerySet[Report]:
    """Reports that an admin may handle: none in conflict, none of a case that is kept from them."""
    if not viewer.may_administer:
        return Report.objects.none()
    own = Report.objects.filter(reports_in_conflict(viewer.user_id or 0))
    kept = kept_case_ids(viewer.user_id or 0)
    return Report.objects.exclude(
        Q(pk__in=list(own.values_list("pk", flat=True)))
        | Q(case__in=kept)
        | Q(case__merged_into__in=kept)
    )


def has_declared(case: Case, admin: User) -> bool:
    """Whether an admin said that they have no tie to this case and to all that is merged in it."""
    group = Case.objects.filter(Q(pk=case.pk) | Q(merged_into=case.pk))
    said = ConflictDeclaration.objects.filter(admin=admin, tie="")
    return not group.exclude(pk__in=said.values("case_id")).exists()


def admins_now(*, at: datetime | None = None) -> list[tuple[User, Viewer]]:
    """Admins whose accounts work now, with what they may do."""
    at = at or timezone.now()
    people = User.objects.filter(role=Role.ADMIN, is_active=True).order_by("pk")
    found = [(user, viewer_of(user, at=at)) for user in people]
    return [(user, viewer) for user, viewer in found if viewer.may_administer]


def free_admins(case: Case, *, at: datetime | None = None) -> list[User]:
    """Admins who may work on a case."""
    return [
        user for user, viewer in admins_now(at=at) if cases_for(viewer).filter(pk=case.pk).exists()
    ]


def parts_of(case: Case) -> QuerySet[Case]:
    """The case and what is merged into it."""
    return Case.objects.filter(Q(pk=case.pk) | Q(merged_into=case.pk))


def kept_ids(user: User) -> set[str]:
    """Public ids and numbers of all that belongs to cases from which somebody is kept."""
    roots = kept_case_ids(user.pk)
    cases = Case.objects.filter(Q(pk__in=roots) | Q(merged_into__in=roots))
    reports = Report.objects.filter(Q(case__in=cases) | reports_in_conflict(user.pk))
    return {
        *_ids(cases),
        *(number for number in reports.values_list("number", flat=True)),
        *_ids(cases, "questions__public_id"),
        *_ids(cases, "evidence__public_id"),
        *_ids(cases, "measures__public_id"),
        *_ids(cases, "case_decisions__public_id"),
        *_ids(cases, "decisions__public_id"),
        *_ids(cases, "proposals__public_id"),
        *_ids(cases, "sanctions__public_id"),
    }


def _ids(cases: QuerySet[Case], path: str = "public_id") -> Iterable[str]:
    rows = cases.annotate(an_id=F(path)).values_list("an_id", flat=True)
    return (value for value in rows if value)
