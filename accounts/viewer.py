"""What one person may do right now, worked out once a request.

``Viewer`` is the only thing that rules of visibility ask about a person. It is computed anew for
each request (and each mail), so that a change of role, age, verification or sanction counts from
the next request on.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, QuerySet, Subquery
from django.utils import timezone

from accounts.consent import YES, agreed_until, grew_up, notice_kind
from accounts.models import (
    AgeGroup,
    Block,
    Consent,
    CutOff,
    Document,
    DocumentKind,
    HcpProfile,
    HiddenHcp,
    HiddenWorkplace,
    Purpose,
    Recusal,
    Role,
    User,
)
from accounts.models.user import OLDEST
from accounts.prepared import SOMEBODY, Prepared

HAS_SECOND_STEP = "has_second_step"


class Barrier(StrEnum):
    """Why an account that is signed in may not read or act now."""

    CLOSED = "closed"
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
    I_REPORTED = "i_reported"
    REPORTED_ME = "reported_me"


@dataclass(frozen=True, slots=True)
class Viewer:
    """A person as the rules see them. ``role`` is None for guests.

    ``must_agree``: a text that members agree to has changed, or they grew into another age group:
    reading goes on, writing waits (P1.5, P1.7). ``needs_guardian``: below the age of consent of
    the place, and no guardian has said yes (P1.7). ``has_outgrown``: older than 25.
    """

    user_id: int | None = None
    role: Role | None = None
    age_group: AgeGroup | None = None
    barrier: Barrier | None = None
    silenced: bool = False
    has_outgrown: bool = False
    must_agree: bool = False
    needs_guardian: bool = False
    exclusions: frozenset[Exclusion] = frozenset()

    @property
    def may_read(self) -> bool:
        """Whether this person may read any posts at all."""
        return self.role is not None and self.barrier is None

    @property
    def may_write(self) -> bool:
        """Whether this person may post. Silenced people and those who must agree read on."""
        stopped = self.silenced or self.must_agree or self.needs_guardian
        return self.may_read and not stopped

    @property
    def may_review(self) -> bool:
        """Whether this person may work in the queue."""
        return self.may_read and self.role in (Role.MODERATOR, Role.HCP, Role.ADMIN)

    @property
    def shape(self) -> "Viewer":
        """Somebody to whom the same rules apply: all that SQL for this person hangs on."""
        return replace(self, user_id=SOMEBODY)

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
    age_group = user.age_group(at) if role == Role.MEMBER else None
    found = _known_of(user, role, age_group)
    return Viewer(
        user_id=user.pk,
        role=role,
        age_group=age_group,
        barrier=_barrier(user, role, found, at),
        silenced=user.silenced_until is not None and at < user.silenced_until,
        has_outgrown=role == Role.MEMBER and (user.age(at) or 0) > OLDEST,
        must_agree=role == Role.MEMBER and _must_agree(found, age_group),
        needs_guardian=role == Role.MEMBER
        and needs_guardian(user, at)
        and found["guardian_value"] != YES,
        exclusions=frozenset(kind for kind in Exclusion if found.get(kind.name)),
    )


def _known_of(user: User, role: Role, age_group: AgeGroup | None) -> dict[str, Any]:
    """What must be asked about a person, by name. One query: it is asked on every page."""
    (found,) = _KNOWN.rows((role, age_group), person=user.pk)
    return found


def _asked(shape: tuple[Role, AgeGroup | None]) -> QuerySet:
    role, age_group = shape
    exists = {kind.name: rows for kind, rows in _exclusions_asked(role).items()}
    if role != Role.MEMBER:
        exists[HAS_SECOND_STEP] = Authenticator.objects.filter(
            user=SOMEBODY, type__in=[Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
        )
    agreement = _agreement_asked(age_group) if role == Role.MEMBER else {}
    return (
        User.objects.filter(pk=SOMEBODY)
        .annotate(
            **{name: Exists(rows) for name, rows in exists.items()},
            **{name: Subquery(rows[:1]) for name, rows in agreement.items()},
        )
        .values(*exists, *agreement)
    )


_KNOWN = Prepared(_asked)


def needs_guardian(user: User, at: datetime) -> bool:
    """Whether somebody of this age needs a guardian's yes here (``DIGITAL_CONSENT_AGE``).

    An unknown age: no, as nobody without one gets past ``Barrier.NO_AGE_GROUP``.
    """
    age = user.age(at)
    return age is not None and age < settings.DIGITAL_CONSENT_AGE


def _agreement_asked(age_group: AgeGroup | None) -> dict[str, QuerySet]:
    """What must be known of agreements: the newest of each kind, and the newest material text."""
    own = Consent.objects.filter(user=SOMEBODY).order_by("-at", "-pk")
    joined = own.filter(purpose=Purpose.JOIN)
    kinds = (notice_kind(age_group), DocumentKind.MEMBER_RULES)
    texts = Document.objects.filter(
        kind__in=kinds, published_at__isnull=False, is_material=True
    ).order_by("-published_at")
    return {
        "join_value": joined.values("value"),
        "join_at": joined.values("at"),
        "join_group": joined.values("age_group"),
        "join_text_at": joined.values("document__published_at"),
        "text_at": texts.values("published_at"),
        "guardian_value": own.filter(purpose=Purpose.GUARDIAN).values("value"),
    }


def _must_agree(found: dict[str, Any], age_group: AgeGroup | None) -> bool:
    """Whether a member's newest agreement no longer covers the texts. None at all: it does not."""
    if found["join_value"] != YES:
        return True
    if grew_up(found["join_group"], age_group):
        return True
    covered = agreed_until(found["join_at"], found["join_text_at"])
    return found["text_at"] is not None and found["text_at"] > covered


def _exclusions_asked(role: Role) -> dict[Exclusion, QuerySet]:
    """The rows that make each kind of exclusion exist for somebody in this role."""
    asked: dict[Exclusion, QuerySet] = {
        Exclusion.I_BLOCKED: Block.objects.filter(blocker=SOMEBODY),
        Exclusion.BLOCKED_ME: Block.objects.filter(blocked=SOMEBODY),
        Exclusion.I_HID_FROM_HCP: HiddenHcp.objects.filter(member=SOMEBODY),
        Exclusion.I_HID_FROM_WORKPLACE: HiddenWorkplace.objects.filter(member=SOMEBODY),
        Exclusion.I_REPORTED: CutOff.objects.filter(member=SOMEBODY),
    }
    if role == Role.HCP:
        asked |= {
            Exclusion.HIDDEN_FROM_ME: HiddenHcp.objects.filter(hcp=SOMEBODY),
            Exclusion.WORKPLACE_HIDDEN_FROM_ME: HiddenWorkplace.objects.filter(
                workplace__professionals__user=SOMEBODY
            ),
            Exclusion.RECUSED: Recusal.objects.filter(hcp=SOMEBODY),
            Exclusion.REPORTED_ME: CutOff.objects.filter(hcp=SOMEBODY),
        }
    return asked


def _barrier(user: User, role: Role, found: dict[str, Any], at: datetime) -> Barrier | None:
    if user.closed_at is not None:
        return Barrier.CLOSED
    if user.suspended_until is not None and at < user.suspended_until:
        return Barrier.SUSPENDED
    if role == Role.MEMBER:
        return None if user.age_group(at) else Barrier.NO_AGE_GROUP
    if role == Role.HCP and not _hcp_is_current(user, at):
        return Barrier.HCP_NOT_CURRENT
    return None if found[HAS_SECOND_STEP] else Barrier.MFA_MISSING


_PROFILE: Prepared[None] = Prepared(lambda _: HcpProfile.objects.filter(user=SOMEBODY))
_CODES: Prepared[None] = Prepared(
    lambda _: Document.objects.in_force(DocumentKind.HCP_CODE).values("version"),
    for_everybody=True,
)


def _hcp_is_current(user: User, at: datetime) -> bool:
    found = _PROFILE.rows(None, person=user.pk)
    if not found:
        return False
    profile: HcpProfile = found[0]
    # A version that changed nothing in substance does not ask for a new signature.
    valid = {"version": profile.code_version} in _CODES.rows(None)
    return profile.is_current(at=at, code_version=profile.code_version if valid else "")
