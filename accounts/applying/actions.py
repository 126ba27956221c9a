"""What applicants do. Each is one transaction; admins' acts are in moderation."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from accounts.applying.dilemmas import Answer, dilemmas
from accounts.applying.tasks import Task, signed_version, unfinished
from accounts.consent import YES, record_consent
from accounts.models import (
    ApplicationKind,
    ApplicationState,
    Clause,
    ClauseSignature,
    DilemmaAnswer,
    Document,
    DocumentKind,
    HcpApplication,
    HcpProfile,
    Method,
    ProposedWorkplace,
    Purpose,
    Role,
    User,
    Workplace,
)
from accounts.models.application import OPEN

LASTS = timedelta(days=365)
MOST_PROPOSED = 5


class NotNow(Exception):
    """The round cannot be changed (it waits, or is decided), or there may be none now."""


class OtherWords(Exception):
    """The code has changed since the page was opened."""


class Unfinished(Exception):
    """Tasks are still open. ``tasks`` names them."""

    def __init__(self, tasks: list[Task]) -> None:
        super().__init__(", ".join(tasks))
        self.tasks = tasks


def newest(user: User) -> HcpApplication | None:
    """The person's newest round."""
    return HcpApplication.objects.filter(user=user).order_by("-started_at", "-pk").first()


@transaction.atomic
def start(
    *, user: User, kind: ApplicationKind, at: datetime | None = None
) -> tuple[HcpApplication, bool]:
    """The open round of this person and whether it was made now.

    A renewal starts from what was told last time. Raises ``NotNow`` for members and others, after
    a refusal or the end of the role, for a second first round, and for a renewal without a first.
    """
    at = at or timezone.now()
    user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    open_one = HcpApplication.objects.filter(user=user, state__in=OPEN).first()
    if open_one is not None:
        return open_one, False
    profile = HcpProfile.objects.filter(user=user).first()
    checked = profile is not None and profile.verified_at is not None
    if user.role != Role.HCP or checked == (kind == ApplicationKind.FIRST):
        raise NotNow
    if profile is not None and (profile.revoked_at or profile.suspended_at):
        raise NotNow
    if kind == ApplicationKind.FIRST and HcpApplication.objects.filter(user=user).exists():
        raise NotNow
    application = HcpApplication.objects.create(user=user, kind=kind, started_at=at)
    if profile is not None and kind == ApplicationKind.RENEWAL:
        application.profession = profile.profession
        application.register_body = profile.register_body
        application.register_number = profile.register_number
        application.interests = profile.interests
        application.save()
        application.workplaces.set(profile.workplaces.all())
    return application, True


def _locked(application: HcpApplication) -> HcpApplication:
    """The round as it stands now, to be changed. Raises ``NotNow``."""
    rows = HcpApplication.objects.select_for_update(of=("self",), no_key=True)
    found = rows.select_related("user").get(pk=application.pk)
    if not found.is_editable:
        raise NotNow
    return found


@transaction.atomic
def tell_who(
    *,
    application: HcpApplication,
    profession: str,
    register_body: str,
    register_number: str,
    at: datetime | None = None,
) -> HcpApplication:
    """Say what one is and where that can be looked up."""
    application = _locked(application)
    application.profession = profession
    application.register_body = register_body
    application.register_number = register_number
    application.who_at = at or timezone.now()
    application.save()
    return application


@transaction.atomic
def tell_workplaces(
    *,
    application: HcpApplication,
    known: Iterable[Workplace],
    new_names: Iterable[str],
    at: datetime | None = None,
) -> HcpApplication:
    """Say where one works. A new name waits for an admin; one that is known by now is taken.

    For somebody who works here already, places that were added count at once, so that their
    patients stay hidden. Those left out count until the check.
    """
    at = at or timezone.now()
    application = _locked(application)
    places = set(known)
    names: dict[str, str] = {}
    for name in new_names:
        same = Workplace.objects.filter(name__iexact=name).first()
        if same is not None:
            places.add(same)
        else:
            names.setdefault(name.lower(), name)
    application.workplaces.set(places)
    kept = [row for row in application.proposed.all() if row.name.lower() in names]
    application.proposed.exclude(pk__in=[row.pk for row in kept]).filter(decided_at=None).delete()
    there = {row.name.lower() for row in application.proposed.all()}
    for lower, name in list(names.items())[:MOST_PROPOSED]:
        if lower not in there:
            ProposedWorkplace.objects.create(application=application, name=name)
    application.workplaces_at = at
    application.save()
    profile = HcpProfile.objects.filter(user=application.user).first()
    if profile is not None:
        profile.workplaces.add(*places)
    return application


@transaction.atomic
def tell_interests(
    *, application: HcpApplication, interests: str, at: datetime | None = None
) -> HcpApplication:
    """Declare who pays one, in one's own words; empty: nobody."""
    application = _locked(application)
    application.interests = interests.strip()
    application.interests_at = at or timezone.now()
    application.save()
    return application


@transaction.atomic
def sign(
    *,
    application: HcpApplication,
    anchors: Iterable[str],
    seen_hash: str,
    at: datetime | None = None,
) -> int:
    """Sign these clauses of the code in force; returns how many are still open.

    Each clause is a row of its own. With the last one, the consent for the whole version is
    recorded. Raises ``OtherWords`` where ``seen_hash`` is of another version.
    """
    at = at or timezone.now()
    application = _locked(application)
    code = Document.objects.current(DocumentKind.HCP_CODE)
    if code is None or code.content_hash != seen_hash:
        raise OtherWords
    was_signed = signed_version(application) is not None
    signed = set(application.signatures.values_list("clause_id", flat=True))
    wanted = set(anchors)
    ClauseSignature.objects.bulk_create(
        ClauseSignature(
            application=application,
            clause=clause,
            document=code,
            document_hash=code.content_hash,
            at=at,
        )
        for clause in Clause.objects.filter(document=code, anchor__in=wanted)
        if clause.pk not in signed
    )
    left = code.clauses.count() - application.signatures.filter(document=code).count()
    if left == 0 and not was_signed:
        record_consent(
            user=application.user,
            purpose=Purpose.HCP_CODE,
            value=YES,
            method=Method.APPLYING,
            document=code,
            at=at,
        )
    return left


@transaction.atomic
def answer_dilemma(
    *, application: HcpApplication, dilemma: str, answer: str, at: datetime | None = None
) -> Answer:
    """Keep an answer, right or wrong, and return it with its reply.

    Raises ``ValueError`` for a dilemma or an answer that is not there.
    """
    application = _locked(application)
    asked = dilemmas().get(dilemma)
    picked = asked.answer(answer) if asked else None
    if asked is None or picked is None:
        raise ValueError(f"{dilemma}: {answer}")
    DilemmaAnswer.objects.create(
        application=application,
        dilemma=asked.slug,
        answer=picked.slug,
        version=dilemmas().version,
        is_right=picked.right,
        at=at or timezone.now(),
    )
    return picked


@transaction.atomic
def send(*, application: HcpApplication, at: datetime | None = None) -> HcpApplication:
    """Hand the round in: it waits for two admins. A new signature alone counts at once.

    Raises ``NotNow``, and ``Unfinished`` while a task is open.
    """
    at = at or timezone.now()
    application = _locked(application)
    missing = unfinished(application)
    if missing:
        raise Unfinished(missing)
    application.round += 1
    application.submitted_at = at
    application.state = ApplicationState.WAITING
    if application.kind == ApplicationKind.SIGNATURE:
        signed = signed_version(application)
        if signed is None:
            raise Unfinished([Task.CODE])
        application.state, application.decided_at = ApplicationState.APPROVED, at
        HcpProfile.objects.filter(user=application.user).update(
            code_version=signed[0].version, code_signed_at=signed[1]
        )
    application.save()
    return application
