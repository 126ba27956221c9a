"""The team as admins see it, and people by their name. Reads only."""

from dataclasses import dataclass
from datetime import datetime

from allauth.mfa.models import Authenticator
from django.db.models import QuerySet
from django.db.models.functions import Lower

from accounts.models import HcpProfile, Role, User
from accounts.viewer import Viewer
from moderation.models import ProposalStatus, Shift, StaffChange, Workbench

ORDER = (Role.ADMIN, Role.MODERATOR, Role.HCP)
MOST_LISTED = 500
MOST_FOUND = 20
SHORTEST_NAME = 2


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody of the team right now. ``expires_at``: until when a professional was checked."""

    user: User
    has_mfa: bool
    is_on_call: bool
    away_until: datetime | None
    profession: str
    expires_at: datetime | None
    is_checked: bool
    is_on_hold: bool
    is_asked_to_leave: bool

    @property
    def can_be_removed(self) -> bool:
        """By this page: professionals have one of their own."""
        return self.user.role in (Role.ADMIN, Role.MODERATOR) and not self.is_asked_to_leave


def team(*, at: datetime) -> list[Colleague]:
    """Everybody of the team whose account is open, admins first. Six queries, however many."""
    users = list(
        User.objects.filter(role__in=ORDER, is_active=True, closed_at=None).order_by(
            Lower("pseudonym")
        )[:MOST_LISTED]
    )
    ids = [user.pk for user in users]
    types = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
    secured = set(
        Authenticator.objects.filter(user__in=ids, type__in=types).values_list("user_id", flat=True)
    )
    shifts = Shift.objects.filter(removed_at=None, starts_at__lte=at, ends_at__gt=at)
    on_call = set(shifts.values_list("person_id", flat=True))
    away = dict(
        Workbench.objects.filter(reviewer__in=ids, away_until__gt=at).values_list(
            "reviewer_id", "away_until"
        )
    )
    profiles = {row.user_id: row for row in HcpProfile.objects.filter(user__in=ids)}
    leaving = set(
        waiting_changes(at=at).filter(user__isnull=False).values_list("user_id", flat=True)
    )

    def colleague(user: User) -> Colleague:
        profile = profiles.get(user.pk)
        return Colleague(
            user=user,
            has_mfa=user.pk in secured,
            is_on_call=user.pk in on_call,
            away_until=away.get(user.pk),
            profession=profile.profession if profile else "",
            expires_at=profile.expires_at if profile else None,
            is_checked=profile is not None and profile.verified_at is not None,
            is_on_hold=profile is not None and profile.suspended_at is not None,
            is_asked_to_leave=user.pk in leaving,
        )

    rows = [colleague(user) for user in users]
    return sorted(rows, key=lambda row: ORDER.index(Role(row.user.role)))


def waiting_changes(*, at: datetime) -> QuerySet[StaffChange]:
    """What waits for a second admin, the oldest first."""
    rows = StaffChange.objects.filter(status=ProposalStatus.WAITING, expires_at__gt=at)
    return rows.select_related("user", "asked_by").order_by("asked_at", "pk")


def changes_for(viewer: Viewer) -> QuerySet[StaffChange]:
    """Changes that an admin may see: none about themselves."""
    rows = StaffChange.objects.select_related("user", "asked_by", "closed_by")
    return rows.exclude(user__pk=viewer.user_id or 0)


def to_agree(viewer: Viewer, *, at: datetime) -> QuerySet[StaffChange]:
    """What waits for this admin: asked for by somebody else, about somebody else."""
    own = viewer.user_id or 0
    return waiting_changes(at=at).exclude(asked_by__pk=own).exclude(user__pk=own)


def people_named(words: str) -> list[User]:
    """People whose name starts with these letters, at most 20. Erased accounts have no name."""
    words = words.strip().lower()
    if len(words) < SHORTEST_NAME:
        return []
    named = User.objects.annotate(lower_name=Lower("pseudonym")).filter(
        lower_name__startswith=words
    )
    found = named.exclude(email__endswith="@erased.invalid").order_by("lower_name")
    return list(found[:MOST_FOUND])
