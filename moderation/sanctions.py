"""Reads of sanctions: who may see and make which, and whether accounts say what the rows say."""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Q, QuerySet

from accounts.models import Role, User
from accounts.viewer import Viewer
from moderation.conflicts import cases_for
from moderation.models import InterimMeasure, Sanction, SanctionKind
from moderation.models.proposal import ON_ACCOUNTS
from moderation.models.sanction import SanctionQuerySet
from moderation.ties import people_apart, people_reported

# For how many days, as picked; moderators may silence for a week at most.
DAYS = (1, 3, 7, 14, 30, 90, 365)
MODERATORS_MOST_DAYS = 7
# The column of the account that says until when, by kind.
UNTIL_FIELD = {
    SanctionKind.SILENCE: "silenced_until",
    SanctionKind.SUSPENSION: "suspended_until",
}


def kinds_for(viewer: Viewer) -> tuple[SanctionKind, ...]:
    """What this person may do about a member. HCPs: nothing."""
    if viewer.may_administer:
        return ON_ACCOUNTS
    if viewer.may_review and viewer.role == Role.MODERATOR:
        return (SanctionKind.WARNING, SanctionKind.SILENCE)
    return ()


def days_for(viewer: Viewer) -> tuple[int, ...]:
    """For how many days this person may silence somebody."""
    if viewer.role == Role.ADMIN:
        return DAYS
    return tuple(days for days in DAYS if days <= MODERATORS_MOST_DAYS)


def has_conflict(viewer: Viewer, user: User) -> bool:
    """Whether somebody is no one to act on this person: themselves, kept apart, or reported."""
    if viewer.user_id is None or user.pk == viewer.user_id:
        return True
    return user.pk in people_apart(viewer.user_id) | people_reported(viewer.user_id)


def sanctions_for(viewer: Viewer) -> SanctionQuerySet:
    """Sanctions that an admin may see and lift: none on themselves or of a case kept from them."""
    if not viewer.may_administer or viewer.user_id is None:
        return Sanction.objects.none()
    rows = Sanction.objects.exclude(user_id__in={viewer.user_id, *people_apart(viewer.user_id)})
    rows = rows.filter(Q(case=None) | Q(case__in=cases_for(viewer)))
    return rows.select_related("user", "clause", "decided_by", "approved_by", "lifted_by", "post")


def own_sanctions(viewer: Viewer) -> QuerySet[Sanction]:
    """What is or was done about this person themselves, newest first."""
    if viewer.user_id is None:
        return Sanction.objects.none()
    return Sanction.objects.filter(user_id=viewer.user_id).select_related("clause", "appeal")


def end_in_force(user_id: int, kind: SanctionKind, at: datetime) -> datetime | None:
    """Until when the rows keep somebody from something; None where they do not.

    Access that a case cut off for now counts as a suspension.
    """
    rows = Sanction.objects.in_force(at).filter(user_id=user_id, kind=kind)
    end = rows.order_by("-ends_at").values_list("ends_at", flat=True).first()
    if kind != SanctionKind.SUSPENSION:
        return end
    cut = InterimMeasure.objects.filter(user_id=user_id, lifted_at=None, until__gt=at)
    cut_until = cut.order_by("-until").values_list("until", flat=True).first()
    return max(filter(None, (end, cut_until)), default=None)


def wrong_accounts(at: datetime) -> Iterator[str]:
    """Accounts that say something else than the rows in force, one line each."""
    for kind, field in UNTIL_FIELD.items():
        rows = Sanction.objects.in_force(at).filter(kind=kind)
        held = User.objects.filter(Q(**{f"{field}__gt": at}) | Q(pk__in=rows.values("user_id")))
        for user in held.order_by("pk"):
            said = getattr(user, field)
            said = said if said is not None and said > at else None
            true = end_in_force(user.pk, kind, at)
            if said != true:
                yield f"{user.public_id}: {field} is {said}, the sanctions in force say {true}"
