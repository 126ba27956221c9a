"""What ``decide`` asks of the rule of two people; the rest is in ``actions/proposals.py``."""

from collections.abc import Sequence
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Role, User
from forum.actions.notices import notify
from forum.models import NoticeKind, Post
from moderation import audit, outside
from moderation.models import (
    Approval,
    Decision,
    DecisionKind,
    Proposal,
    ProposalStatus,
    ShadowDone,
    WhySecond,
)
from moderation.second import (
    FOR_ADMINS,
    SHADOW_DECISIONS,
    confirmed_so_far,
    second_admins,
    why_second,
)

SUBJECT = "proposal"


class SecondNeeded(Exception):
    """One person is not enough for this. ``reason`` says why; nothing was written."""

    def __init__(self, reason: WhySecond) -> None:
        super().__init__(reason)
        self.reason = reason


def check_one_is_enough(
    *, post: Post, moderator: User, kind: DecisionKind, seconded: Proposal | None
) -> None:
    """Raise ``SecondNeeded`` where a decision needs a second person and none agreed.

    ``seconded``: the proposal that was approved just now, in this transaction.
    """
    reason = why_second(post=post, moderator=moderator, kind=kind)
    agreed = (
        seconded is not None
        and seconded.post_id == post.pk
        and seconded.decision_kind == kind
        and seconded.status == ProposalStatus.APPROVED
    )
    if reason is not None and not agreed:
        raise SecondNeeded(reason)


def settle(*, decision: Decision, spans: Sequence[tuple[int, int]], at: datetime) -> None:
    """Close what was proposed for a post that was decided on now; the post must be locked.

    The same decision confirms what a professional proposed in their shadow period: where a part is
    hidden, the same ``spans``.
    """
    proposals = Proposal.objects.select_for_update(of=("self",), no_key=True)
    for proposal in proposals.filter(post=decision.post, decision=None).exclude(decision_kind=""):
        if proposal.status == ProposalStatus.APPROVED:
            Proposal.objects.filter(pk=proposal.pk).update(decision=decision)
        elif proposal.status == ProposalStatus.WAITING:
            same = proposal.decision_kind == decision.kind and proposal.spans == list(spans)
            _close(proposal, decision, at, is_same=same)


def store(proposal: Proposal, *, at: datetime) -> Proposal:
    """Write a new proposal to the database and the log, and tell those who can be the second.

    Where no other admin is free of conflicts, somebody outside is asked by mail.
    """
    proposal.save(force_insert=True)
    audit.record(
        actor=proposal.proposed_by,
        verb="proposed",
        subject_kind=SUBJECT,
        subject_public_id=proposal.public_id,
        data={
            "reason": proposal.reason,
            "about": proposal.about.public_id,
            "post": proposal.post.public_id if proposal.post else "",
            "what": proposal.decision_kind or proposal.sanction_kind,
            "days": proposal.days,
            "clause": proposal.clause.anchor if proposal.clause else "",
            "case": proposal.case.public_id if proposal.case else "",
        },
        at=at,
    )
    if proposal.reason not in FOR_ADMINS:
        return proposal
    admins = second_admins(proposal, at=at)
    for admin in admins:
        tell(proposal, admin, _("Another person asks you to look at a decision."), "asked", at)
    if not admins:
        outside.ask(proposal=proposal, at=at)
    return proposal


def tell(proposal: Proposal, person: User, words: str, what: str, at: datetime) -> None:
    """A notice about a proposal to somebody who may see it. Never says whom it is about."""
    notify(
        recipient=person,
        kind=NoticeKind.SECOND,
        message=words,
        link=reverse("moderation:proposal", args=[proposal.public_id]),
        same_as=f"proposal:{proposal.public_id}:{what}",
        at=at,
    )


def close(
    proposal: Proposal,
    status: ProposalStatus,
    *,
    at: datetime,
    by: User | None = None,
    approval: str = "",
    why: str = "",
    actor: User | None = None,
    decision: Decision | None = None,
) -> None:
    """Write how a locked proposal ended, with its entry in the log.

    ``by``: who confirmed, refused or decided otherwise. ``actor``: who acted, where that is nobody
    who counts as a second person.
    """
    proposal.status, proposal.approval = status, approval
    proposal.closed_by, proposal.closed_at, proposal.closed_why = by, at, why.strip()
    proposal.decision = decision
    proposal.save(
        update_fields=["status", "approval", "closed_by", "closed_at", "closed_why", "decision"]
    )
    audit.record(
        actor=by or actor,
        verb=f"proposal_{status}",
        subject_kind=SUBJECT,
        subject_public_id=proposal.public_id,
        data={"reason": proposal.reason, "approval": approval},
        at=at,
    )


def end_shadow(hcp: User, at: datetime) -> bool:
    """Let a professional decide alone, once enough was confirmed; returns whether this did it."""
    if hcp.role != Role.HCP or confirmed_so_far(hcp) < SHADOW_DECISIONS:
        return False
    _, made = ShadowDone.objects.get_or_create(hcp=hcp, defaults={"at": at})
    if made:
        audit.record(
            actor=None,
            verb="shadow_over",
            subject_kind="account",
            subject_public_id=hcp.public_id,
            at=at,
        )
    return made


def _close(proposal: Proposal, decision: Decision, at: datetime, *, is_same: bool) -> None:
    """Close one that waits, by a decision on its post."""
    by = decision.moderator
    if by.pk == proposal.proposed_by_id:
        status, approval = ProposalStatus.TAKEN_BACK, ""
    elif proposal.reason == WhySecond.SHADOW and is_same:
        status, approval = ProposalStatus.APPROVED, Approval.SECOND.value
    else:
        status, approval = ProposalStatus.CHANGED, ""
    close(proposal, status, at=at, by=by, approval=approval, decision=decision)
    if status == ProposalStatus.APPROVED:
        end_shadow(proposal.proposed_by, at)
