"""Checking health professionals: two admins, one register, one year (procedure 3)."""

from datetime import date, datetime

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.applying import actions as applying
from accounts.applying.actions import LASTS
from accounts.applying.tasks import signed_version, unfinished
from accounts.models import (
    ApplicationState,
    HcpApplication,
    HcpCheck,
    HcpProfile,
    ProposedWorkplace,
    Role,
    User,
    Workplace,
)
from accounts.viewer import viewer_of
from forum.actions.notices import notify
from forum.errors import NotVisible, Refused, StaleVersion
from forum.models import NoticeKind
from moderation import audit

SUBJECT = "hcp_application"

SAME_ADMIN = gettext_lazy("You have checked this one. The second check must be by somebody else.")
DOUBTS = gettext_lazy("There is a doubt. Send it back with a question, or refuse it.")
PLACES_FIRST = gettext_lazy("Decide on the new workplaces first.")
NOT_WHOLE = gettext_lazy(
    "Something is not in place any more, such as the code or the extra step. Send it back."
)


@transaction.atomic
def send_application(*, application: HcpApplication, at: datetime | None = None) -> HcpApplication:
    """Hand a round in, and log it. Raises what ``accounts.applying.actions.send`` raises."""
    at = at or timezone.now()
    sent = applying.send(application=application, at=at)
    _log("hcp_application_sent", sent, sent.user, at, {"kind": sent.kind, "round": sent.round})
    return sent


@transaction.atomic
def record_check(
    *,
    application: HcpApplication,
    admin: User,
    round: int,
    looked_up_on: date,
    looked_up_where: str,
    matches: bool,
    note: str = "",
    at: datetime | None = None,
) -> bool:
    """Record what one admin found; returns whether that was the second yes.

    The second yes, by another admin, makes the account work for a year. ``round``: what the admin
    saw. Raises ``NotVisible``, ``StaleVersion``, ``Refused``.
    """
    at = at or timezone.now()
    application = _waiting(application, admin, round, at)
    checks = list(HcpCheck.objects.filter(application=application, round=round))
    if any(check.admin_id == admin.pk for check in checks):
        raise Refused(SAME_ADMIN)
    if any(not check.matches for check in checks):
        raise Refused(DOUBTS)
    second = matches and bool(checks)
    if second and application.proposed.filter(decided_at=None).exists():
        raise Refused(PLACES_FIRST)
    if second and unfinished(application):
        raise Refused(NOT_WHOLE)
    HcpCheck.objects.create(
        application=application,
        round=round,
        admin=admin,
        looked_up_on=looked_up_on,
        looked_up_where=looked_up_where,
        matches=matches,
        note=note.strip(),
        at=at,
    )
    _log("hcp_checked", application, admin, at, {"round": round, "matches": matches})
    if second:
        _verify(application, first=checks[0].admin, second=admin, at=at)
    return second


def _verify(application: HcpApplication, *, first: User, second: User, at: datetime) -> None:
    """Let the account work: what was told becomes the profile."""
    signed = signed_version(application)
    if signed is None:
        raise Refused(NOT_WHOLE)
    profile = HcpProfile.objects.filter(user=application.user).first()
    profile = profile or HcpProfile(user=application.user)
    profile.profession = application.profession
    profile.register_body = application.register_body
    profile.register_number = application.register_number
    profile.interests = application.interests
    profile.verified_by_first, profile.verified_by_second = first, second
    profile.verified_at, profile.expires_at = at, at + LASTS
    profile.code_version, profile.code_signed_at = signed[0].version, signed[1]
    profile.save()
    profile.workplaces.set(application.workplaces.all())
    application.state, application.decided_at = ApplicationState.APPROVED, at
    application.save()
    data = {"first": first.public_id, "second": second.public_id, "code": signed[0].version}
    _log("hcp_verified", application, second, at, data)
    _tell(application, _("Two admins have checked you. You can start."), "approved", at)


@transaction.atomic
def send_back(
    *,
    application: HcpApplication,
    admin: User,
    round: int,
    question: str,
    at: datetime | None = None,
) -> HcpApplication:
    """Ask the applicant something; they change it and send it again. Checks start anew then.

    Also reopens what was refused. Raises ``NotVisible``, ``StaleVersion``.
    """
    at = at or timezone.now()
    states = (ApplicationState.WAITING, ApplicationState.REFUSED)
    application = _waiting(application, admin, round, at, states=states)
    application.state, application.question = ApplicationState.QUESTION, question.strip()
    application.decided_at = None
    application.save()
    _log("hcp_application_sent_back", application, admin, at, {"round": round})
    _tell(application, _("The admins have a question about your application."), "question", at)
    return application


@transaction.atomic
def refuse(
    *,
    application: HcpApplication,
    admin: User,
    round: int,
    reason: str,
    at: datetime | None = None,
) -> HcpApplication:
    """Say no, with a reason that the applicant reads. Raises ``NotVisible``, ``StaleVersion``."""
    at = at or timezone.now()
    application = _waiting(application, admin, round, at)
    application.state, application.reason = ApplicationState.REFUSED, reason.strip()
    application.decided_at = at
    application.save()
    _log("hcp_application_refused", application, admin, at, {"round": round})
    _tell(application, _("The admins said no to your application."), "refused", at)
    return application


@transaction.atomic
def decide_workplace(
    *,
    proposed: ProposedWorkplace,
    admin: User,
    accept: bool,
    same_as: Workplace | None = None,
    at: datetime | None = None,
) -> Workplace | None:
    """Make a proposed name a workplace, take it for a known one, or leave it out.

    Returns the workplace, None where it was left out. Raises ``NotVisible``, ``StaleVersion``.
    """
    at = at or timezone.now()
    application = HcpApplication.objects.get(pk=proposed.application_id)
    application = _waiting(application, admin, application.round, at)
    proposed = ProposedWorkplace.objects.select_for_update(of=("self",)).get(pk=proposed.pk)
    if proposed.decided_at is not None:
        raise StaleVersion
    place = None
    if accept:
        place = same_as or Workplace.objects.filter(name__iexact=proposed.name).first()
        place = place or Workplace.objects.create(name=proposed.name)
        application.workplaces.add(place)
        profile = HcpProfile.objects.filter(user=application.user).first()
        if profile is not None:
            profile.workplaces.add(place)
    proposed.workplace, proposed.decided_by, proposed.decided_at = place, admin, at
    proposed.save()
    data = {"workplace": place.public_id if place else "", "new": same_as is None and accept}
    _log("hcp_workplace_decided", application, admin, at, data)
    return place


def _waiting(
    application: HcpApplication,
    admin: User,
    round: int,
    at: datetime,
    *,
    states: tuple[ApplicationState, ...] = (ApplicationState.WAITING,),
) -> HcpApplication:
    """The round as it stands, locked, if this admin may decide on it and it is what they saw."""
    rows = HcpApplication.objects.select_for_update(of=("self",), no_key=True)
    found = rows.select_related("user").filter(pk=application.pk).first()
    by_admin = viewer_of(admin, at=at).may_administer and admin.role == Role.ADMIN
    if found is None or not by_admin or found.user_id == admin.pk:
        raise NotVisible
    if found.state not in states or found.round != round:
        raise StaleVersion
    return found


def _log(verb: str, application: HcpApplication, actor: User, at: datetime, data: dict) -> None:
    audit.record(
        actor=actor,
        verb=verb,
        subject_kind=SUBJECT,
        subject_public_id=application.public_id,
        data={"person": application.user.public_id, **data},
        at=at,
    )


def _tell(application: HcpApplication, message: str, what: str, at: datetime) -> None:
    notify(
        recipient=application.user,
        kind=NoticeKind.HCP,
        message=message,
        link=reverse("accounts:application"),
        same_as=f"hcp:{application.public_id}:{application.round}:{what}:{at:%Y%m%d%H%M%S}",
        at=at,
    )
