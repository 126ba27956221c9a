"""Cutting a health professional off at once, ending the role, giving it back."""

from datetime import datetime

from allauth.usersessions.models import UserSession
from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Clause, HcpProfile, Role, User
from accounts.viewer import viewer_of
from forum.actions.notices import notify
from forum.errors import NotVisible, Refused, StaleVersion
from forum.models import NoticeKind
from moderation import audit
from moderation.models import Case, Claim, HcpMeasure, MeasureKind

SAME_ADMIN = gettext_lazy("You asked for this. Somebody else must agree.")
REASON_NEEDED = gettext_lazy("Say why.")


@transaction.atomic
def suspend_access(
    *,
    hcp: User,
    admin: User,
    clause: Clause,
    reason: str,
    message: str = "",
    case: Case | None = None,
    at: datetime | None = None,
) -> HcpMeasure:
    """Put the role on hold at once, until something is decided. Again: the one that stands.

    From the next request on nothing of the role is left; sessions end, claims are given back.
    ``reason`` is for admins, ``message`` for the professional. Raises ``NotVisible``, ``Refused``.
    """
    at = at or timezone.now()
    profile = _locked(hcp, admin, at)
    if not reason.strip():
        raise Refused(REASON_NEEDED)
    standing = HcpMeasure.objects.filter(hcp=hcp, ended_at=None).first()
    if standing is not None:
        return standing
    return _cut_off(profile, MeasureKind.SUSPEND, admin, clause, reason, message, case, at)


@transaction.atomic
def ask_to_revoke(
    *,
    hcp: User,
    admin: User,
    clause: Clause,
    reason: str,
    message: str = "",
    case: Case | None = None,
    at: datetime | None = None,
) -> HcpMeasure:
    """End the role: cut off at once, for good when a second admin agrees (``revoke``).

    Takes the place of a hold. Raises ``NotVisible``, ``Refused``.
    """
    at = at or timezone.now()
    profile = _locked(hcp, admin, at)
    if not reason.strip():
        raise Refused(REASON_NEEDED)
    standing = HcpMeasure.objects.select_for_update(of=("self",), no_key=True).filter(
        hcp=hcp, ended_at=None
    )
    for measure in standing:
        if measure.kind == MeasureKind.REVOKE:
            return measure
        measure.ended_by, measure.ended_at = admin, at
        measure.save(update_fields=["ended_by", "ended_at"])
    return _cut_off(profile, MeasureKind.REVOKE, admin, clause, reason, message, case, at)


@transaction.atomic
def revoke(*, measure: HcpMeasure, admin: User, at: datetime | None = None) -> HcpMeasure:
    """Agree that the role ends. Raises ``NotVisible``, ``StaleVersion``, ``Refused``."""
    at = at or timezone.now()
    profile = _locked(measure.hcp, admin, at)
    rows = HcpMeasure.objects.select_for_update(of=("self",), no_key=True)
    measure = rows.select_related("hcp", "clause").get(pk=measure.pk)
    if measure.kind != MeasureKind.REVOKE or measure.ended_at or measure.approved_at:
        raise StaleVersion
    if measure.admin_id == admin.pk:
        raise Refused(SAME_ADMIN)
    measure.approved_by, measure.approved_at = admin, at
    measure.save(update_fields=["approved_by", "approved_at"])
    profile.revoked_at = at
    profile.save(update_fields=["revoked_at"])
    _end_work(measure.hcp)
    _log("hcp_revoked", measure, admin, at)
    _tell(measure, _("Your role here as a health professional has ended."), "revoked", at)
    return measure


@transaction.atomic
def restore_access(*, hcp: User, admin: User, reason: str, at: datetime | None = None) -> bool:
    """Give back what was on hold, or turn down the end of the role; False where nothing is on hold.

    What two admins ended stays ended. Raises ``NotVisible``, ``Refused``.
    """
    at = at or timezone.now()
    profile = _locked(hcp, admin, at)
    if not reason.strip():
        raise Refused(REASON_NEEDED)
    rows = HcpMeasure.objects.select_for_update(of=("self",), no_key=True)
    measure = rows.filter(hcp=hcp, ended_at=None, approved_at=None).first()
    if measure is None:
        return False
    measure.ended_by, measure.ended_at = admin, at
    measure.save(update_fields=["ended_by", "ended_at"])
    profile.suspended_at = None
    profile.save(update_fields=["suspended_at"])
    _log("hcp_access_restored", measure, admin, at)
    _tell(measure, _("Your access is back. Thank you for your patience."), "restored", at)
    return True


def end_sessions(user: User) -> int:
    """Sign somebody out everywhere, at once; returns how many browsers were known.

    Rows of known browsers go; a session that has no such row no longer fits the account.
    """
    User.objects.filter(pk=user.pk).update(sessions_ended=F("sessions_ended") + 1)
    sessions = list(UserSession.objects.filter(user=user))
    for session in sessions:
        session.end()
    return len(sessions)


def _locked(hcp: User, admin: User, at: datetime) -> HcpProfile:
    """The profile, locked. Raises ``NotVisible`` for those who may not, and for other accounts."""
    profile = (
        HcpProfile.objects.select_for_update(of=("self",), no_key=True)
        .filter(user=hcp, user__role=Role.HCP)
        .first()
    )
    if profile is None or not viewer_of(admin, at=at).may_administer or admin.pk == hcp.pk:
        raise NotVisible
    return profile


def _cut_off(
    profile: HcpProfile,
    kind: MeasureKind,
    admin: User,
    clause: Clause,
    reason: str,
    message: str,
    case: Case | None,
    at: datetime,
) -> HcpMeasure:
    measure = HcpMeasure.objects.create(
        hcp=profile.user,
        kind=kind,
        clause=clause,
        reason=reason.strip(),
        message=message.strip(),
        case=case,
        admin=admin,
        at=at,
    )
    if profile.suspended_at is None:
        profile.suspended_at = at
        profile.save(update_fields=["suspended_at"])
    ended = _end_work(profile.user)
    _log("hcp_access_cut", measure, admin, at, kind=kind, sessions=ended)
    _tell(measure, _("Your access is on hold while the admins look into something."), "cut", at)
    return measure


def _end_work(hcp: User) -> int:
    """Give back what they had claimed, and sign them out; returns of how many browsers."""
    Claim.objects.filter(moderator=hcp).delete()
    return end_sessions(hcp)


def _log(verb: str, measure: HcpMeasure, admin: User, at: datetime, **data: object) -> None:
    audit.record(
        actor=admin,
        verb=verb,
        subject_kind="hcp_measure",
        subject_public_id=measure.public_id,
        data={
            "person": measure.hcp.public_id,
            "clause": measure.clause.anchor,
            "case": measure.case.public_id if measure.case else "",
            **data,
        },
        at=at,
    )


def _tell(measure: HcpMeasure, words: str, what: str, at: datetime) -> None:
    """In words of ours, the clause, and what the admin wrote to them."""
    parts = [words, _("The code says: %(line)s") % {"line": measure.clause.line}]
    if what == "restored":
        parts = [words]
    elif measure.message:
        parts.append(measure.message)
    notify(
        recipient=measure.hcp,
        kind=NoticeKind.HCP,
        message="\n\n".join(parts),
        link=reverse("accounts:application"),
        same_as=f"hcp-measure:{measure.public_id}:{what}",
        at=at,
    )
