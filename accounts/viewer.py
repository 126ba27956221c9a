"""What one person may do right now, worked out once a request.

``Viewer`` is the only thing that rules of visibility ask about a person. It is computed anew for
each request (and each mail), so that a change of role, age, verification or sanction counts from
the next request on.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from allauth.mfa.models import Authenticator
from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists
from django.utils import timezone

from accounts.models import (
    AgeGroup,
    Block,
    Document,
    DocumentKind,
    HcpProfile,
    HiddenHcp,
    HiddenWorkplace,
    Recusal,
    Role,
    User,
)


class Barrier(StrEnum):
    """Why an account that is signed in may not read or act now."""

    SUSPENDED = "suspended"
    MFA_MISSING = "mfa_missing"
    HCP_NOT_CURRENT = "hcp_not_current"
    NO_AGE_GROUP = "no_age_group"


class Exclusion(StrEnum):
    """Kinds of reasons not to meet some authors. A kind that nobody used costs no query."""

    I_BLOCKED = "i_blocked"
    BLOCKED_ME = "blocked_me"
    HIDDEN_FROM_ME = "hidden_from_me"
    WORKPLACE_HIDDEN_FROM_ME = "workplace_hidden_from_me"
    RECUSED = "recused"
    I_HID_FROM_HCP = "i_hid_from_hcp"
    I_HID_FROM_WORKPLACE = "i_hid_from_workplace"


@dataclass(frozen=True, slots=True)
class Viewer:
    """A person as the rules see them. ``role`` is None for guests."""

    user_id: int | None = None
    role: Role | None = None
    age_group: AgeGroup | None = None
    barrier: Barrier | None = None
    silenced: bool = False
    exclusions: frozenset[Exclusion] = frozenset()

    @property
    def may_read(self) -> bool:
        """Whether this person may read any posts at all."""
        return self.role is not None and self.barrier is None

    @property
    def may_write(self) -> bool:
        """Whether this person may post. Silenced people read on."""
        return self.may_read and not self.silenced

    @property
    def may_review(self) -> bool:
        """Whether this person may work in the queue."""
        return self.may_read and self.role in (Role.MODERATOR, Role.HCP, Role.ADMIN)

    @property
    def may_administer(self) -> bool:
        """Whether this person may work at the admins' desk."""
        return self.may_read and self.role == Role.ADMIN


GUEST = Viewer()


def viewer_of(user: User | AnonymousUser, *, at: datetime | None = None) -> Viewer:
    """The viewer for a user at a moment (default: now). Fails closed: in doubt, a barrier."""
    if not isinstance(user, User) or not user.is_active:
        return GUEST
    at = at or timezone.now()
    role = Role(user.role)
    return Viewer(
        user_id=user.pk,
        role=role,
        age_group=user.age_group(at) if role == Role.MEMBER else None,
        barrier=_barrier(user, role, at),
        silenced=user.silenced_until is not None and at < user.silenced_until,
        exclusions=_exclusions(user),
    )


def _exclusions(user: User) -> frozenset[Exclusion]:
    """The kinds of exclusions that exist for a user, in one query."""
    asked = {
        Exclusion.I_BLOCKED: Block.objects.filter(blocker=user),
        Exclusion.BLOCKED_ME: Block.objects.filter(blocked=user),
        Exclusion.I_HID_FROM_HCP: HiddenHcp.objects.filter(member=user),
        Exclusion.I_HID_FROM_WORKPLACE: HiddenWorkplace.objects.filter(member=user),
    }
    if user.role == Role.HCP:
        asked |= {
            Exclusion.HIDDEN_FROM_ME: HiddenHcp.objects.filter(hcp=user),
            Exclusion.WORKPLACE_HIDDEN_FROM_ME: HiddenWorkplace.objects.filter(
                workplace__professionals__user=user
            ),
            Exclusion.RECUSED: Recusal.objects.filter(hcp=user),
        }
    row = User.objects.filter(pk=user.pk).values_list(*(Exists(rows) for rows in asked.values()))
    return frozenset(kind for kind, found in zip(asked, row.get(), strict=True) if found)


def _barrier(user: User, role: Role, at: datetime) -> Barrier | None:
    if user.suspended_until is not None and at < user.suspended_until:
        return Barrier.SUSPENDED
    if role == Role.MEMBER:
        return None if user.age_group(at) else Barrier.NO_AGE_GROUP
    if role == Role.HCP and not _hcp_is_current(user, at):
        return Barrier.HCP_NOT_CURRENT
    if not Authenticator.objects.filter(
        user=user, type__in=[Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
    ).exists():
        return Barrier.MFA_MISSING
    return None


def _hcp_is_current(user: User, at: datetime) -> bool:
    profile = HcpProfile.objects.filter(user=user).first()
    code = Document.objects.current(DocumentKind.HCP_CODE)
    return (
        profile is not None
        and code is not None
        and profile.is_current(at=at, code_version=code.version)
    )
