"""Health professionals of the demo who are not there yet: one at their tasks, one being checked."""

from datetime import datetime, timedelta

from django.utils import timezone

from accounts.applying import actions
from accounts.applying.dilemmas import dilemmas
from accounts.models import (
    ApplicationKind,
    Document,
    DocumentKind,
    HcpApplication,
    User,
    Workplace,
)
from config.demo.seed.people import WORKPLACES
from moderation.actions.hcps import record_check, send_application

SIGNED_SO_FAR = 5


def add_applications(*, now: datetime, people: dict[str, User]) -> int:
    """Add the applications that are missing; returns how many."""
    code = Document.objects.current(DocumentKind.HCP_CODE)
    if code is None:
        return 0
    added = 0
    if not HcpApplication.objects.filter(user=people["hcp_unverified"]).exists():
        _in_the_middle(people["hcp_unverified"], code, now - timedelta(days=2))
        added += 1
    if not HcpApplication.objects.filter(user=people["hcp_applicant"]).exists():
        _half_checked(people["hcp_applicant"], people["admin_one"], code, now - timedelta(days=4))
        added += 1
    return added


def _in_the_middle(user: User, code: Document, at: datetime) -> None:
    """Some lines signed, one practice case answered at the second try."""
    application, _made = actions.start(user=user, kind=ApplicationKind.FIRST, at=at)
    actions.tell_who(
        application=application,
        profession="Dietitian",
        register_body="HCPC",
        register_number="DT000000",
        at=at,
    )
    known = Workplace.objects.filter(name=WORKPLACES[2])
    actions.tell_workplaces(application=application, known=known, new_names=[], at=at)
    anchors = list(code.clauses.values_list("anchor", flat=True))[:SIGNED_SO_FAR]
    actions.sign(application=application, anchors=anchors, seen_hash=code.content_hash, at=at)
    dilemma = dilemmas().all[0]
    for right in (False, True):
        picked = next(answer for answer in dilemma.answers if answer.right == right)
        actions.answer_dilemma(
            application=application, dilemma=dilemma.slug, answer=picked.slug, at=at
        )


def _half_checked(user: User, admin: User, code: Document, at: datetime) -> None:
    """All tasks done, a new workplace named, and the first of two checks is in."""
    application, _made = actions.start(user=user, kind=ApplicationKind.FIRST, at=at)
    actions.tell_who(
        application=application,
        profession="Psychologist",
        register_body="HCPC",
        register_number="PYL00000",
        at=at,
    )
    known = Workplace.objects.filter(name=WORKPLACES[1])
    actions.tell_workplaces(
        application=application, known=known, new_names=["Quayside Youth Clinic"], at=at
    )
    told = "A maker of pumps paid for my train to one meeting last year."
    actions.tell_interests(application=application, interests=told, at=at)
    anchors = code.clauses.values_list("anchor", flat=True)
    actions.sign(application=application, anchors=anchors, seen_hash=code.content_hash, at=at)
    for dilemma in dilemmas().all:
        right = next(answer for answer in dilemma.answers if answer.right)
        actions.answer_dilemma(
            application=application, dilemma=dilemma.slug, answer=right.slug, at=at
        )
    sent = send_application(application=application, at=at)
    looked_up = at + timedelta(days=1)
    record_check(
        application=sent,
        admin=admin,
        round=sent.round,
        looked_up_on=timezone.localdate(looked_up),
        looked_up_where="The public register of the HCPC",
        matches=True,
        note="I rang the hospital's switchboard and was put through to the same person.",
        at=looked_up,
    )
