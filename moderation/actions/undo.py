"""Taking a decision back, in the minute before anybody is told of it."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.viewer import viewer_of
from forum.actions.hide_part import show_parts_again
from forum.actions.notices import recall
from forum.actions.state import Standing, lock_post, put_back
from forum.errors import NotVisible, StaleVersion
from forum.models import Post, Status
from moderation import audit
from moderation.actions.decide import ClaimedByOther, told_as
from moderation.models import Claim, Decision, DecisionKind, Proposal


class TooLate(Exception):
    """The minute is over, or others were told at once: the decision stands."""


@transaction.atomic
def undo(*, decision: Decision, moderator: User, at: datetime | None = None) -> bool:
    """Take back one's own decision: state and ticket are as before, and nobody is told.

    Returns whether it did something: the second time changes nothing. Raises ``NotVisible`` for
    anybody but who decided, ``TooLate``, ``StaleVersion`` where anything changed the post since,
    ``ClaimedByOther`` where somebody works on the ticket that it left.
    """
    at = at or timezone.now()
    post = lock_post(decision.post_id)
    decision = Decision.objects.get(pk=decision.pk)
    if decision.moderator_id != moderator.pk or not viewer_of(moderator, at=at).may_review:
        raise NotVisible
    if decision.undone_at is not None:
        return False
    # In a case, whoever reported was told with the decision. A second person's yes has counted.
    shared = decision.case_id is not None or Proposal.objects.filter(decision=decision).exists()
    if at >= decision.can_be_undone_until or shared:
        raise TooLate
    _check_untouched(post, decision)
    others = Claim.objects.filter(post=post, until__gt=at).exclude(moderator=moderator)
    if claimed := others.select_related("moderator").first():
        raise ClaimedByOther(claimed)
    Decision.objects.filter(pk=decision.pk).update(undone_at=at)
    recall(post=post, same_as=told_as(decision), at=at)
    if decision.kind == DecisionKind.HIDE_PART:
        show_parts_again(post=post, hidden_at=decision.decided_at, at=at)
    put_back(post=post, standing=Standing.from_json(decision.before), at=at)
    audit.record(
        actor=moderator,
        verb="undo_decision",
        subject_kind="post",
        subject_public_id=post.public_id,
        data={
            "decision": decision.public_id,
            "from": decision.status_after,
            "to": decision.status_before,
        },
        at=at,
    )
    return True


def _check_untouched(post: Post, decision: Decision) -> None:
    """The post is as the decision left it: no edit, no other decision, no new ticket."""
    left = Standing.of(post)
    passed_on = decision.kind == DecisionKind.SAFEGUARD
    if (
        post.version != decision.post_version + 1
        or left.status != Status(decision.status_after)
        or (left.ticket is not None) != passed_on
    ):
        raise StaleVersion(post)
