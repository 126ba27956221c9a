"""Makes applicants to be health professionals, through the project's own actions."""

from datetime import datetime

from django.utils import timezone

from accounts.applying import actions
from accounts.applying.dilemmas import dilemmas
from accounts.models import ApplicationKind, Document, DocumentKind, HcpApplication, Role, User
from moderation.actions.hcps import record_check, send_application
from tests.factories import give_mfa, make_staff_without_mfa


def make_applicant(name: str) -> User:
    """Somebody with an account for work and nothing else."""
    return make_staff_without_mfa(name, Role.HCP)


def code() -> Document:
    """The code in force."""
    found = Document.objects.current(DocumentKind.HCP_CODE)
    assert found is not None, "publish the texts first (fixture `texts`)"
    return found


def sign_all(application: HcpApplication, *, at: datetime | None = None) -> None:
    """Sign every clause."""
    current = code()
    anchors = current.clauses.values_list("anchor", flat=True)
    actions.sign(application=application, anchors=anchors, seen_hash=current.content_hash, at=at)


def answer_all(application: HcpApplication, *, at: datetime | None = None) -> None:
    """Answer both practice cases rightly."""
    for dilemma in dilemmas().all:
        right = next(answer for answer in dilemma.answers if answer.right)
        actions.answer_dilemma(
            application=application, dilemma=dilemma.slug, answer=right.slug, at=at
        )


def filled_application(
    user: User,
    *,
    new_place: str = "",
    interests: str = "",
    register_number: str = "00A1234B",
    at: datetime | None = None,
) -> HcpApplication:
    """All tasks done, not sent yet. Without a new place: works nowhere."""
    application, _made = actions.start(user=user, kind=ApplicationKind.FIRST, at=at)
    actions.tell_who(
        application=application,
        profession="Dietitian",
        register_body="HCPC",
        register_number=register_number,
        at=at,
    )
    names = [new_place] if new_place else []
    actions.tell_workplaces(application=application, known=[], new_names=names, at=at)
    actions.tell_interests(application=application, interests=interests, at=at)
    sign_all(application, at=at)
    answer_all(application, at=at)
    give_mfa(user)
    return HcpApplication.objects.get(pk=application.pk)


def sent_application(user: User, *, at: datetime | None = None, **told: str) -> HcpApplication:
    """All tasks done and handed in."""
    application = filled_application(user, at=at, **told)
    return send_application(application=application, at=at)


def check(
    application: HcpApplication,
    admin: User,
    *,
    matches: bool = True,
    note: str = "",
    at: datetime | None = None,
) -> bool:
    """One admin's check of what was sent last."""
    at = at or timezone.now()
    return record_check(
        application=application,
        admin=admin,
        round=HcpApplication.objects.get(pk=application.pk).round,
        looked_up_on=timezone.localdate(at),
        looked_up_where="The register's page",
        matches=matches,
        note=note,
        at=at,
    )
