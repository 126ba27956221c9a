"""Giving and ending roles: one admin asks, another one agrees; nobody for themselves.

A role is never put on a member's account: whoever joins the team gets an account of its own, so
that what somebody wrote as a member stays apart from what they may do (docs/decisions).
"""

from datetime import date, datetime

from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy

from accounts.joining.names import is_taken
from accounts.models import Role, User
from accounts.viewer import viewer_of
from forum.errors import NotVisible, Refused, StaleVersion
from moderation import audit
from moderation.actions.hcp_access import end_sessions
from moderation.models import Approval, Claim, ProposalStatus, StaffChange, StaffChangeKind
from moderation.models.staff import WAITS_FOR
from moderation.second import solo_is_possible

HAS_ACCOUNT = gettext_lazy("This address has an account. A role needs an address of its own.")
NAME_TAKEN = gettext_lazy("Someone has this name already. Please pick another.")
ASKED_BEFORE = gettext_lazy("This was asked for already, and waits for a second admin.")
NOT_TRAINED = gettext_lazy("Say when the training was. It cannot be still to come.")
SOMEBODY_ELSE = gettext_lazy("You asked for this, so another admin must agree.")
ROLES = {StaffChangeKind.MODERATOR: Role.MODERATOR, StaffChangeKind.ADMIN: Role.ADMIN}
REMOVABLE = (Role.MODERATOR, Role.ADMIN)


@transaction.atomic
def ask_to_appoint(
    *,
    admin: User,
    kind: StaffChangeKind,
    email: str,
    pseudonym: str,
    reason: str,
    trained_on: date | None = None,
    at: datetime | None = None,
) -> StaffChange:
    """Ask for a new moderator or admin. Raises ``NotVisible``, ``Refused``."""
    at = at or timezone.now()
    _admin(admin, at)
    email = email.strip().lower()
    if kind == StaffChangeKind.MODERATOR and (
        trained_on is None or trained_on > timezone.localdate(at)
    ):
        raise Refused(NOT_TRAINED)
    _is_free(email, pseudonym)
    _write_down_what_is_over(at)
    return _store(
        StaffChange(
            kind=kind, email=email, pseudonym=pseudonym, trained_on=trained_on, reason=reason
        ),
        admin,
        at,
    )


@transaction.atomic
def ask_to_remove(
    *, admin: User, person: User, reason: str, at: datetime | None = None
) -> StaffChange:
    """Ask that somebody's role ends. Raises ``NotVisible``, ``Refused``."""
    at = at or timezone.now()
    _admin(admin, at)
    if person.role not in REMOVABLE or not person.is_active or person.pk == admin.pk:
        raise NotVisible
    _write_down_what_is_over(at)
    kind = StaffChangeKind.REMOVE
    return _store(StaffChange(kind=kind, user=person, reason=reason), admin, at)


@transaction.atomic
def agree(*, change: StaffChange, admin: User, at: datetime | None = None) -> StaffChange:
    """Agree as the second admin: it takes effect now; who lost a role is signed out everywhere.

    An admin who is the only one may agree to their own where the site says so, marked for good.
    Raises ``NotVisible``, ``StaleVersion``, ``Refused``.
    """
    at = at or timezone.now()
    change = _locked(change, admin, at)
    if change.asked_by_id != admin.pk:
        change.approval, change.closed_by = Approval.SECOND, admin
    elif solo_is_possible(admin):
        change.approval = Approval.SOLO
    else:
        raise Refused(SOMEBODY_ELSE)
    if change.kind == StaffChangeKind.REMOVE:
        data: dict[str, object] = {"sessions": _remove(change)}
    else:
        change.user = _make_account(change)
        data = {"trained_on": str(change.trained_on or "")}
    return _close(change, ProposalStatus.APPROVED, admin, at, data)


@transaction.atomic
def turn_down(*, change: StaffChange, admin: User, at: datetime | None = None) -> StaffChange:
    """Say no, or take back what one asked for. Raises ``NotVisible``, ``StaleVersion``."""
    at = at or timezone.now()
    change = _locked(change, admin, at)
    own = change.asked_by_id == admin.pk
    change.closed_by = admin
    status = ProposalStatus.TAKEN_BACK if own else ProposalStatus.REFUSED
    return _close(change, status, admin, at, {})


def _admin(admin: User, at: datetime) -> None:
    if not viewer_of(admin, at=at).may_administer:
        raise NotVisible


def _is_free(email: str, pseudonym: str) -> None:
    """Raises ``Refused`` where the address or the name belongs to somebody."""
    known = EmailAddress.objects.filter(email__iexact=email).exists()
    if known or User.objects.filter(email=email).exists():
        raise Refused(HAS_ACCOUNT)
    if is_taken(pseudonym):
        raise Refused(NAME_TAKEN)


def _store(change: StaffChange, admin: User, at: datetime) -> StaffChange:
    change.asked_by, change.asked_at, change.expires_at = admin, at, at + WAITS_FOR
    change.reason = change.reason.strip()
    try:
        with transaction.atomic():
            change.save(force_insert=True)
    except IntegrityError as problem:
        raise Refused(ASKED_BEFORE) from problem
    _log("staff_change_asked", change, admin, at, {})
    return change


def _locked(change: StaffChange, admin: User, at: datetime) -> StaffChange:
    """The change, locked after the people; only while it waits, and never for whom it is about.

    All admins are locked in one order and asked about afterwards, so that two who end each other's
    role at the same moment do not leave the site without any.
    """
    people = User.objects.select_for_update(of=("self",), no_key=True).order_by("pk")
    people = people.filter(Q(role=Role.ADMIN, is_active=True) | Q(pk=change.user_id))
    fresh = {person.pk: person for person in people}
    if admin.pk not in fresh:
        raise NotVisible
    _admin(fresh[admin.pk], at)
    rows = StaffChange.objects.select_for_update(of=("self",), no_key=True)
    change = rows.select_related("user", "asked_by").get(pk=change.pk)
    if change.user_id == admin.pk:
        raise NotVisible
    if not change.waits(at):
        raise StaleVersion
    return change


def _make_account(change: StaffChange) -> User:
    """An account that can do nothing before its address is proven and a second step is set up."""
    _is_free(change.email, change.pseudonym)
    try:
        with transaction.atomic():
            user = User.objects.create_user(
                email=change.email,
                pseudonym=change.pseudonym,
                role=ROLES[StaffChangeKind(change.kind)],
            )
            EmailAddress.objects.create(user=user, email=user.email, verified=False, primary=True)
    except IntegrityError as problem:
        raise Refused(NAME_TAKEN) from problem
    return user


def _remove(change: StaffChange) -> int:
    """End the role at once: account off, claims given back, sessions over; returns how many."""
    person = change.user
    if person is None:
        raise NotVisible
    User.objects.filter(pk=person.pk).update(is_active=False)
    Claim.objects.filter(moderator=person).delete()
    return end_sessions(person)


def _close(
    change: StaffChange,
    status: ProposalStatus,
    admin: User,
    at: datetime,
    data: dict[str, object],
) -> StaffChange:
    change.status, change.closed_at = status, at
    change.email = change.pseudonym = ""
    change.save()
    _log(f"staff_change_{status}", change, admin, at, {"approval": change.approval, **data})
    return change


def _write_down_what_is_over(at: datetime) -> None:
    """What nobody looked at in time makes room for a new question."""
    rows = StaffChange.objects.filter(status=ProposalStatus.WAITING, expires_at__lte=at)
    rows.update(status=ProposalStatus.EXPIRED, closed_at=at, email="", pseudonym="")


def _log(
    verb: str, change: StaffChange, admin: User, at: datetime, data: dict[str, object]
) -> None:
    audit.record(
        actor=admin,
        verb=verb,
        subject_kind="staff_change",
        subject_public_id=change.public_id,
        data={
            "kind": change.kind,
            "person": change.user.public_id if change.user else "",
            **data,
        },
        at=at,
    )
