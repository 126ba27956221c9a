"""Proposing, agreeing, refusing: what takes two people.

Locks as everywhere: person, thread, post, and then the proposal. Doing anything twice changes
nothing, and a proposal ends once.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Clause, User
from accounts.viewer import viewer_of
from forum.actions.hide_part import NoSuchPassage, spans_of
from forum.actions.state import IllegalMove, change_state, lock_post
from forum.errors import NotVisible, Refused, StaleVersion
from forum.models import Post, Status
from forum.policy import Ticket
from forum.states import Severity, Track
from moderation import audit
from moderation.actions.decide import AlreadyDecided, decide
from moderation.actions.sanctions import carry_out
from moderation.actions.second import SecondNeeded, close, store, tell
from moderation.models import (
    Approval,
    Case,
    Claim,
    Decision,
    DecisionKind,
    Proposal,
    ProposalStatus,
    WhySecond,
)
from moderation.models.proposal import WAITS_FOR
from moderation.second import FOR_ADMINS, proposals_for, solo_is_possible

ASK_SOMEBODY_ELSE = gettext_lazy("You proposed this, so somebody else must look at it.")
SAY_WHY = gettext_lazy("Please say why.")


def decide_or_propose(
    *,
    post: Post,
    moderator: User,
    kind: DecisionKind,
    version: int,
    clause: Clause | None = None,
    message: str = "",
    private_note: str = "",
    passages: Sequence[str] = (),
    case: Case | None = None,
    at: datetime | None = None,
) -> Decision | Proposal:
    """``decide``; where that takes two people, propose it and leave the post as it is.

    ``passages``: the words to hide. A proposal keeps their places, and no words.

    Raises what ``decide`` raises, but for ``SecondNeeded``.
    """
    at = at or timezone.now()
    try:
        return decide(
            post=post,
            moderator=moderator,
            kind=kind,
            version=version,
            clause=clause,
            message=message,
            private_note=private_note,
            passages=passages,
            case=case,
            at=at,
        )
    except SecondNeeded as needed:
        return _propose_decision(
            Proposal(
                reason=needed.reason,
                about=post.author,
                post=post,
                post_version=version,
                decision_kind=kind,
                clause=clause,
                message=message.strip(),
                note=private_note.strip(),
                case=case,
                proposed_by=moderator,
                proposed_at=at,
                expires_at=at + WAITS_FOR,
            ),
            passages,
            at,
        )


@transaction.atomic
def _propose_decision(proposal: Proposal, passages: Sequence[str], at: datetime) -> Proposal:
    """Store one for a post; who proposes something else for the same post takes the first back."""
    post = lock_post(proposal.post_id or 0)
    if post.version != proposal.post_version:
        raise StaleVersion(post)
    if passages:
        proposal.passages = [list(span) for span in spans_of(post, passages)]
    own = Proposal.objects.filter(
        post=post, proposed_by=proposal.proposed_by, status=ProposalStatus.WAITING, sanction_kind=""
    )
    for earlier in own.select_for_update(of=("self",), no_key=True):
        if earlier.state(at) == ProposalStatus.WAITING and _says(earlier) == _says(proposal):
            return earlier
        over = earlier.state(at) == ProposalStatus.EXPIRED
        _end(earlier, ProposalStatus.EXPIRED if over else ProposalStatus.TAKEN_BACK, at)
    Claim.objects.filter(post=post, moderator=proposal.proposed_by).delete()
    return store(proposal, at=at)


def _says(proposal: Proposal) -> tuple[object, ...]:
    """What a proposal would do: twice the same is one."""
    return (
        proposal.decision_kind,
        proposal.clause_id,
        proposal.message,
        proposal.post_version,
        proposal.spans,
    )


@transaction.atomic
def approve(*, proposal: Proposal, person: User, at: datetime | None = None) -> bool:
    """Agree, and let it take effect now. Returns whether it did.

    False where it was agreed to before, and where the post has changed since: then the proposal is
    over, as nobody has looked at the new words. The person must be able to do the thing themselves.
    A single admin may agree to their own where ``solo_is_possible``, which is marked for good.
    Raises ``NotVisible``, ``Refused``, ``ClaimedByOther``, and ``StaleVersion`` where it ended
    otherwise.
    """
    at = at or timezone.now()
    proposal = _locked(proposal, person, at)
    state = proposal.state(at)
    if state == ProposalStatus.APPROVED:
        return False
    if state != ProposalStatus.WAITING:
        raise StaleVersion
    if _is_overtaken(proposal):
        _end(proposal, ProposalStatus.OVERTAKEN, at)
        _tell_proposer(proposal, _("The post changed before anybody agreed. Look again."), at)
        return False
    if proposal.proposed_by_id != person.pk:
        _take_effect(proposal, Approval.SECOND, person, at)
    elif proposal.reason in FOR_ADMINS and solo_is_possible(person):
        _take_effect(proposal, Approval.SOLO, person, at)
    else:
        raise Refused(ASK_SOMEBODY_ELSE)
    return True


@transaction.atomic
def refuse(*, proposal: Proposal, person: User, why: str, at: datetime | None = None) -> bool:
    """Say no as the second person; or take it back, as who proposed it.

    Returns whether this did it: False where it was refused before. Raises ``NotVisible``,
    ``Refused`` (no reason given), and ``StaleVersion`` where it ended otherwise or is over.
    """
    at = at or timezone.now()
    proposal = _locked(proposal, person, at)
    own = proposal.proposed_by_id == person.pk
    status = ProposalStatus.TAKEN_BACK if own else ProposalStatus.REFUSED
    if proposal.status == status:
        return False
    if proposal.state(at) != ProposalStatus.WAITING:
        raise StaleVersion
    if not own and not why.strip():
        raise Refused(SAY_WHY)
    _end(proposal, status, at, by=person, why=why)
    if not own:
        _tell_proposer(proposal, _("Another person said no to what you proposed."), at)
    return True


@transaction.atomic
def answer_from_outside(
    *, proposal: Proposal, agrees: bool, why: str, at: datetime | None = None
) -> bool:
    """The answer of somebody outside, who came by a signed link. Returns whether this did it.

    Raises ``Refused`` (a no without a reason), ``StaleVersion`` (it does not wait any more), and
    ``NotVisible`` where who proposed it could not decide on the post any more.
    """
    at = at or timezone.now()
    proposal = _lock(proposal)
    if proposal.state(at) != ProposalStatus.WAITING or proposal.reason not in FOR_ADMINS:
        raise StaleVersion
    if not agrees and not why.strip():
        raise Refused(SAY_WHY)
    if _is_overtaken(proposal):
        _end(proposal, ProposalStatus.OVERTAKEN, at)
        return False
    if agrees:
        _take_effect(proposal, Approval.OUTSIDE, None, at)
    else:
        _end(proposal, ProposalStatus.REFUSED, at, why=why)
        _tell_proposer(proposal, _("Somebody outside said no to what you proposed."), at)
    return True


@transaction.atomic
def hide_meanwhile(*, proposal: Proposal, person: User, at: datetime | None = None) -> bool:
    """Hide the post while it waits. It keeps its ticket, and comes back where the answer is no.

    Only where it is about staff and the post is open to others. Returns whether this did it. Raises
    ``NotVisible`` and ``StaleVersion``.
    """
    at = at or timezone.now()
    proposal = _locked(proposal, person, at)
    if proposal.post is None or proposal.reason != WhySecond.STAFF or not proposal.decision_kind:
        raise NotVisible
    if proposal.hidden_from:
        return False
    post = lock_post(proposal.post.pk)
    if proposal.state(at) != ProposalStatus.WAITING or post.version != proposal.post_version:
        raise StaleVersion
    if post.status != Status.PUBLISHED:
        return False
    proposal.hidden_from = post.status
    change_state(post=post, to=Status.HIDDEN, ticket=ticket_of(post), at=at)
    proposal.post_version = post.version
    proposal.save(update_fields=["hidden_from", "post_version"])
    audit.record(
        actor=person,
        verb="hidden_meanwhile",
        subject_kind="post",
        subject_public_id=post.public_id,
        data={"proposal": proposal.public_id},
        at=at,
    )
    return True


@transaction.atomic
def expire(*, proposal: Proposal, at: datetime | None = None) -> bool:
    """Write down that nobody looked in time; returns whether this did it."""
    at = at or timezone.now()
    proposal = _lock(proposal)
    if proposal.status != ProposalStatus.WAITING or at < proposal.expires_at:
        return False
    _end(proposal, ProposalStatus.EXPIRED, at)
    _tell_proposer(proposal, _("Nobody looked at what you proposed in time. It is off."), at)
    return True


def sweep(*, at: datetime | None = None) -> int:
    """Write down what is over; returns how many."""
    at = at or timezone.now()
    over = Proposal.objects.filter(status=ProposalStatus.WAITING, expires_at__lte=at)
    return sum(expire(proposal=proposal, at=at) for proposal in over)


def _lock(proposal: Proposal) -> Proposal:
    """The proposal as it stands, locked after the person or the post that it is about."""
    if proposal.sanction_kind:
        User.objects.select_for_update(no_key=True).get(pk=proposal.about_id)
    elif proposal.post_id is not None:
        lock_post(proposal.post_id)
    rows = Proposal.objects.select_for_update(of=("self",), no_key=True)
    related = ("about", "clause", "post", "case", "proposed_by", "closed_by")
    return rows.select_related(*related).get(pk=proposal.pk)


def _locked(proposal: Proposal, person: User, at: datetime) -> Proposal:
    """The same, for somebody who may see it."""
    locked = _lock(proposal)
    if not proposals_for(viewer_of(person, at=at)).filter(pk=locked.pk).exists():
        raise NotVisible
    return locked


def _is_overtaken(proposal: Proposal) -> bool:
    """Whether the post is no longer what the proposal is about; it is locked."""
    post = proposal.post
    if post is None or not proposal.decision_kind:
        return False
    return post.version != proposal.post_version or post.status == Status.WITHDRAWN


def _take_effect(proposal: Proposal, approval: Approval, person: User | None, at: datetime) -> None:
    """Close a locked proposal as approved, and do what it says, in one transaction."""
    second = person if approval == Approval.SECOND else None
    kind = proposal.decision_kind
    if proposal.reason == WhySecond.SHADOW:
        # ``settle`` closes it: the decision of the second person is the same one.
        _decide(proposal, second, None, at)
        return
    close(
        proposal,
        ProposalStatus.APPROVED,
        at=at,
        by=second,
        approval=approval,
        actor=proposal.proposed_by if approval == Approval.SOLO else None,
    )
    if kind:
        _decide(proposal, second, proposal, at)
    else:
        carry_out(proposal, at=at)
    if approval != Approval.SOLO:
        _tell_proposer(proposal, _("What you proposed was confirmed."), at)


def _decide(
    proposal: Proposal, second: User | None, seconded: Proposal | None, at: datetime
) -> None:
    """Make the decision of a proposal. Who was second answers for it; else who proposed it."""
    if proposal.post is None:
        raise StaleVersion
    try:
        decide(
            post=proposal.post,
            moderator=second or proposal.proposed_by,
            kind=DecisionKind(proposal.decision_kind),
            version=proposal.post_version or 0,
            clause=proposal.clause,
            message=proposal.message,
            private_note=proposal.note,
            passages=[proposal.post.text[start:end] for start, end in proposal.spans],
            case=proposal.case,
            seconded=seconded,
            at=at,
        )
    except (AlreadyDecided, IllegalMove, NoSuchPassage):
        raise StaleVersion from None


def _end(
    proposal: Proposal,
    status: ProposalStatus,
    at: datetime,
    *,
    by: User | None = None,
    why: str = "",
) -> None:
    """Close without effect, and bring back a post that was hidden meanwhile."""
    if status == ProposalStatus.TAKEN_BACK:
        by = proposal.proposed_by
    close(proposal, status, at=at, by=by, why=why)
    if not proposal.hidden_from or proposal.post is None:
        return
    post = lock_post(proposal.post.pk)
    if post.status == Status.HIDDEN and post.version == proposal.post_version:
        change_state(post=post, to=Status(proposal.hidden_from), ticket=ticket_of(post), at=at)


def ticket_of(post: Post) -> Ticket | None:
    """The ticket that the post has now."""
    if post.review_due_at is None or post.review_severity is None:
        return None
    return Ticket(
        severity=Severity(post.review_severity),
        track=Track(post.review_track),
        due_at=post.review_due_at,
        reasons=post.review_reasons,
    )


def _tell_proposer(proposal: Proposal, words: str, at: datetime) -> None:
    tell(proposal, proposal.proposed_by, words, proposal.status, at)
