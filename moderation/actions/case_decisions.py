"""Deciding a case: once, by a clause, with words of its own for each side.

What limits somebody of the staff waits for a second admin. Until then nothing happens: no post
changes and nobody is told.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Clause, User
from forum.actions.notices import notify
from forum.errors import NotVisible, Refused, StaleVersion
from forum.models import NoticeKind, Post
from moderation.actions.case_evidence import open_referrals
from moderation.actions.cases import log, tell_desk, working_case
from moderation.actions.decide import ReasonsMissing
from moderation.actions.interim import give_back, posts_of
from moderation.actions.proposals import approve, decide_or_propose
from moderation.actions.reporting import tell_reporter
from moderation.conflicts import free_admins, parts_of
from moderation.models import (
    Approval,
    Case,
    CaseDecision,
    CaseStatus,
    DecisionKind,
    InterimKind,
    InterimMeasure,
    Outcome,
    Proposal,
    ProposalStatus,
    Report,
    ReportStatus,
)
from moderation.models.case import is_staff
from moderation.models.decision import LIMITING
from moderation.second import solo_is_possible

CHECKLIST_OPEN = gettext_lazy("Answer the checklist first: whom else must we tell?")
PROPOSAL_WAITS = gettext_lazy("Something in this case still waits for a second person.")
NEEDS_OTHER = gettext_lazy("You decided this, so another admin must look at it.")


@dataclass(frozen=True, slots=True)
class PostChoice:
    """What becomes of one post. ``version``: as the admin saw it. ``message``: to its author."""

    post: Post
    version: int
    kind: DecisionKind
    message: str


@transaction.atomic
def decide_case(
    *,
    case: Case,
    admin: User,
    version: int,
    outcome: Outcome,
    answers: Mapping[str, str],
    note: str = "",
    clause: Clause | None = None,
    posts: Sequence[PostChoice] = (),
    person_message: str = "",
    at: datetime | None = None,
) -> CaseDecision:
    """Decide a case once. ``answers``: report number -> words to its reporter, one for each report.

    Done at once, or, where it limits somebody of the staff, kept until a second admin approves it.
    Raises ``StaleVersion``, ``ReasonsMissing``, ``Refused`` (checklist), what ``working_case`` and
    ``decide`` raise.
    """
    at = at or timezone.now()
    case = working_case(case, admin, at)
    if case.version != version or case.status != CaseStatus.OPEN:
        raise StaleVersion
    _check_reasons(case, outcome, clause, answers, posts, person_message)
    if open_referrals(case):
        raise Refused(CHECKLIST_OPEN)
    if Proposal.objects.filter(
        case__in=parts_of(case), status=ProposalStatus.WAITING, expires_at__gt=at
    ).exists():
        raise Refused(PROPOSAL_WAITS)
    known = {post.pk for post in posts_of(case)}
    if any(choice.post.pk not in known for choice in posts):
        raise NotVisible
    decision = CaseDecision.objects.create(
        case=case,
        case_version=case.version,
        outcome=outcome,
        clause=clause,
        note=note.strip(),
        answers={number: words.strip() for number, words in answers.items()},
        posts=[
            {
                "post": choice.post.public_id,
                "version": choice.version,
                "kind": choice.kind,
                "message": choice.message.strip(),
            }
            for choice in posts
        ],
        person_message=person_message.strip(),
        decided_by=admin,
        decided_at=at,
    )
    if needs_second(case, outcome, posts):
        _wait(case, decision, at)
    else:
        _carry_out(case, decision, admin, at)
    return decision


def needs_second(case: Case, outcome: Outcome, posts: Sequence[PostChoice]) -> bool:
    """Whether a decision limits somebody of the staff (high-impact decisions)."""
    about_staff = any(part.is_about_staff for part in parts_of(case).select_related("about"))
    limits_staff = any(choice.kind in LIMITING and is_staff(choice.post.author) for choice in posts)
    return limits_staff or (about_staff and outcome == Outcome.ACTION_TAKEN)


def _check_reasons(
    case: Case,
    outcome: Outcome,
    clause: Clause | None,
    answers: Mapping[str, str],
    posts: Sequence[PostChoice],
    person_message: str,
) -> None:
    numbers = set(reports_to_answer(case).values_list("number", flat=True))
    if set(answers) != numbers or not all(words.strip() for words in answers.values()):
        raise ReasonsMissing
    limiting = [choice for choice in posts if choice.kind in LIMITING]
    if (outcome == Outcome.ACTION_TAKEN or limiting) and clause is None:
        raise ReasonsMissing
    if any(not choice.message.strip() for choice in limiting):
        raise ReasonsMissing
    told = {choice.post.author_id for choice in posts}
    must_hear = outcome == Outcome.ACTION_TAKEN and case.about_id and case.about_id not in told
    if must_hear and not person_message.strip():
        raise ReasonsMissing


def reports_of(case: Case) -> QuerySet[Report]:
    """Reports of a case and of what is merged into it, oldest first."""
    return Report.objects.filter(case__in=parts_of(case)).order_by("created_at", "pk")


def reports_to_answer(case: Case) -> QuerySet[Report]:
    """The same without those that were taken back."""
    return reports_of(case).exclude(status=ReportStatus.CLOSED)


def _wait(case: Case, decision: CaseDecision, at: datetime) -> None:
    case.status = CaseStatus.APPROVAL
    case.version += 1
    case.save(update_fields=["status", "version"])
    log(
        case,
        decision.decided_by,
        "case_decision_proposed",
        at,
        decision=decision.public_id,
        outcome=decision.outcome,
        clause=decision.clause.anchor if decision.clause else "",
    )
    for other in free_admins(case, at=at):
        if other.pk != decision.decided_by_id:
            tell_desk(case, other, "second", _("A decision waits for a second admin."), at)


@transaction.atomic
def approve_decision(
    *, decision: CaseDecision, admin: User, at: datetime | None = None
) -> CaseDecision:
    """Say yes as a second admin: now it happens, as it was written.

    A single admin may approve their own where the site allows it (``solo_is_possible``); that is
    marked. Raises ``Refused`` (one's own), ``StaleVersion`` (not waiting, or a post changed since)
    and what ``working_case`` and ``decide`` raise.
    """
    at = at or timezone.now()
    case, decision = _waiting(decision, admin, at)
    if decision.decided_by_id != admin.pk:
        decision.approval, decision.approved_by = Approval.SECOND, admin
    elif solo_is_possible(admin):
        decision.approval = Approval.SOLO
    else:
        raise Refused(NEEDS_OTHER)
    decision.save(update_fields=["approval", "approved_by"])
    log(case, admin, "case_decision_approved", at, decision=decision.public_id)
    _carry_out(case, decision, admin, at)
    return decision


@transaction.atomic
def refuse_decision(
    *, decision: CaseDecision, admin: User, at: datetime | None = None
) -> CaseDecision:
    """Say no, or take one's own decision back: the case is open again, and nothing has happened.

    Raises ``StaleVersion`` (not waiting) and what ``working_case`` raises.
    """
    at = at or timezone.now()
    case, decision = _waiting(decision, admin, at)
    decision.refused_by, decision.refused_at = admin, at
    decision.save(update_fields=["refused_by", "refused_at"])
    case.status = CaseStatus.OPEN
    case.version += 1
    case.save(update_fields=["status", "version"])
    log(case, admin, "case_decision_refused", at, decision=decision.public_id)
    return decision


def _waiting(decision: CaseDecision, admin: User, at: datetime) -> tuple[Case, CaseDecision]:
    case = working_case(decision.case, admin, at)
    decision = CaseDecision.objects.select_for_update(of=("self",), no_key=True).get(pk=decision.pk)
    if case.status != CaseStatus.APPROVAL or decision.applied_at or decision.refused_at:
        raise StaleVersion
    return case, decision


def _carry_out(case: Case, decision: CaseDecision, admin: User, at: datetime) -> None:
    """Do what was decided. ``admin``: who acts now, the second one where there are two."""
    told = _act_on_posts(case, decision, admin, at)
    if decision.person_message and case.about is not None and case.about_id not in told:
        parts = []
        if decision.clause:
            parts.append(_("The rule: %(line)s") % {"line": decision.clause.line})
        parts.append(decision.person_message)
        notify(
            recipient=case.about,
            kind=NoticeKind.DECISION,
            message="\n\n".join(parts),
            same_as=f"outcome:{decision.public_id}",
            at=at,
        )
    for report in reports_to_answer(case).select_related("reporter"):
        _tell_reporter(report, decision, at)
    _end_measures(case, decision, admin, at)
    decision.applied_at = at
    decision.save(update_fields=["applied_at"])
    case.status = CaseStatus.DECIDED
    case.outcome = decision.outcome
    case.clause = decision.clause
    case.note = decision.note
    case.version += 1
    case.decided_at = at
    case.save()
    log(
        case,
        admin,
        "case_decided",
        at,
        decision=decision.public_id,
        outcome=decision.outcome,
        clause=decision.clause.anchor if decision.clause else "",
    )


def _act_on_posts(case: Case, decision: CaseDecision, admin: User, at: datetime) -> set[int]:
    """Decide on each post by itself; returns the authors who are told by that.

    What takes two is proposed by who decided, and agreed to by who approves now.
    """
    posts = {post.public_id: post for post in posts_of(case)}
    told = set()
    for choice in decision.posts:
        post = posts.get(choice["post"])
        if post is None:
            raise StaleVersion
        done = decide_or_propose(
            post=post,
            moderator=decision.decided_by,
            kind=DecisionKind(choice["kind"]),
            version=choice["version"],
            clause=decision.clause,
            message=choice["message"],
            case=case,
            at=at,
        )
        if isinstance(done, Proposal) and not approve(proposal=done, person=admin, at=at):
            raise StaleVersion
        told.add(post.author_id)
    return told


def _tell_reporter(report: Report, decision: CaseDecision, at: datetime) -> None:
    report.status = ReportStatus.DECIDED
    report.outcome_message = decision.answers[report.number]
    report.decided_at = at
    report.save(update_fields=["status", "outcome_message", "decided_at"])
    Report.objects.filter(complaint=report).update(status=ReportStatus.CLOSED)
    tell_reporter(
        report=report,
        message=report.outcome_message,
        same_as=f"report:{report.number}:decided:{decision.public_id}",
        at=at,
    )


def _end_measures(case: Case, decision: CaseDecision, admin: User, at: datetime) -> None:
    """Access that was cut off for the time being comes back where no rule was broken."""
    if decision.outcome != Outcome.NOTHING_FOUND:
        return
    standing = InterimMeasure.objects.filter(
        case__in=parts_of(case), kind=InterimKind.CUT_ACCESS, lifted_at=None
    )
    for measure in standing:
        give_back(measure, admin, at)
