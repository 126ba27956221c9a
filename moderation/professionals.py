"""Reads of the admins' pages about health professionals."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from accounts.applying.dilemmas import dilemmas
from accounts.applying.standing import RENEW_FROM, Standing, standing_of
from accounts.models import ApplicationState, HcpApplication, HcpCheck, HcpProfile, Role
from accounts.viewer import Viewer
from moderation.models import HcpMeasure

LIST_SIZE = 100


@dataclass(frozen=True, slots=True)
class Tried:
    """A dilemma as somebody answered it: all picks in order, the last one right."""

    title: str
    picks: list[str]
    finished: bool


def applications_for(viewer: Viewer) -> QuerySet[HcpApplication]:
    """Rounds that an admin may see, never their own. Drafts are the applicant's alone."""
    if not viewer.may_administer or viewer.user_id is None:
        return HcpApplication.objects.none()
    return HcpApplication.objects.exclude(user_id=viewer.user_id).filter(round__gte=1)


def waiting_applications(viewer: Viewer) -> QuerySet[HcpApplication]:
    """What waits for a check, oldest first, with ``checked`` and whether it was ``by_me``."""
    of_round = Q(checks__round=F("round"))
    return (
        applications_for(viewer)
        .filter(state=ApplicationState.WAITING)
        .select_related("user")
        .annotate(
            checked=Count("checks", filter=of_round),
            by_me=Count("checks", filter=of_round & Q(checks__admin_id=viewer.user_id)),
        )
        .order_by("submitted_at", "pk")[:LIST_SIZE]
    )


def to_check(viewer: Viewer) -> QuerySet[HcpApplication]:
    """What waits for this admin: not what they checked already."""
    mine = HcpCheck.objects.filter(
        admin_id=viewer.user_id, application=OuterRef("pk"), round=OuterRef("round")
    )
    waits = applications_for(viewer).filter(state=ApplicationState.WAITING)
    return waits.exclude(Exists(mine))


def professionals_for(viewer: Viewer) -> QuerySet[HcpProfile]:
    """Everybody who was ever checked."""
    if not viewer.may_administer or viewer.user_id is None:
        return HcpProfile.objects.none()
    return HcpProfile.objects.filter(user__role=Role.HCP, verified_at__isnull=False).exclude(
        user_id=viewer.user_id
    )


def due_renewals(viewer: Viewer, *, at: datetime | None = None) -> QuerySet[HcpProfile]:
    """Whose year ends soon or has ended, the nearest first."""
    soon = (at or timezone.now()) + RENEW_FROM
    return (
        professionals_for(viewer)
        .filter(revoked_at=None, expires_at__lt=soon)
        .select_related("user")
        .order_by("expires_at", "pk")[:LIST_SIZE]
    )


def pending_ends(viewer: Viewer) -> QuerySet[HcpMeasure]:
    """Roles on hold, and ends of roles that wait for a second admin."""
    if not viewer.may_administer:
        return HcpMeasure.objects.none()
    return (
        HcpMeasure.objects.filter(ended_at=None, approved_at=None)
        .select_related("hcp", "admin", "clause")
        .order_by("at", "pk")[:LIST_SIZE]
    )


def with_standing(profile: HcpProfile, *, at: datetime | None = None) -> Standing:
    """The standing of a profile now."""
    return standing_of(profile, at=at or timezone.now())


def tried(application: HcpApplication) -> list[Tried]:
    """What the applicant answered in the practice cases."""
    rows = list(application.dilemma_answers.all())
    found = []
    for dilemma in dilemmas().all:
        own = [row for row in rows if row.dilemma == dilemma.slug]
        picks = [picked.text for row in own if (picked := dilemma.answer(row.answer))]
        found.append(Tried(dilemma.title, picks, any(row.is_right for row in own)))
    return found
