"""Asking for second reviews, and taking them."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts.models import Clause, Role, User
from accounts.viewer import viewer_of
from forum.actions.state import change_state, lock_post
from forum.due import due_at
from forum.errors import NotVisible
from forum.models import Post, Status
from forum.policy import HARD_KINDS, SEEN_DIFFERENTLY, Ticket
from forum.states import Severity, Track
from moderation import audit
from moderation.actions.decide import ReasonsMissing
from moderation.models import Claim, Decision, DecisionKind, SecondReview
from moderation.models.decision import LIMITING
from moderation.second_reviews import KINDS, NOT_BEFORE, OFFERED_FOR, is_picked, look_at


def ask_for_looks(*, at: datetime | None = None) -> int:
    """Ask for a second review at a share of the decisions of the last days. Returns how many.

    Left out: welfare and what is hard to read (nobody reads that without need), decisions within a
    case, posts of the team.
    """
    at = at or timezone.now()
    fresh = Decision.objects.standing().filter(
        decided_at__gt=at - OFFERED_FOR,
        decided_at__lte=at - NOT_BEFORE,
        second_review__isnull=True,
        case__isnull=True,
        kind__in=KINDS,
        ticket_track=Track.CONDUCT,
        author__role=Role.MEMBER,
    )
    rows = [
        SecondReview(
            decision=decision,
            first_moderator_id=decision.moderator_id,
            author_id=decision.author_id,
            asked_at=at,
        )
        for decision in fresh
        if is_picked(decision.public_id) and not _is_hard(decision)
    ]
    SecondReview.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def _is_hard(decision: Decision) -> bool:
    return any(reason.get("kind") in HARD_KINDS for reason in decision.ticket_reasons or [])


@transaction.atomic
def take_look(
    *,
    post: Post,
    reviewer: User,
    kind: DecisionKind,
    version: int,
    clause: Clause | None = None,
    note: str = "",
    at: datetime | None = None,
) -> SecondReview:
    """Keep what the second reviewer would have decided. The post stays as it is.

    Where the two differ in what it means for the post, the admins get a ticket. Raises
    ``NotVisible`` and ``ReasonsMissing``.
    """
    at = at or timezone.now()
    if kind in LIMITING and clause is None:
        raise ReasonsMissing
    post = lock_post(post.pk)
    look = look_at(viewer_of(reviewer, at=at), post.public_id, at=at)
    if look is None or post.version != version:
        raise NotVisible
    look.reviewer = reviewer
    look.kind = kind
    look.clause = clause if kind in LIMITING else None
    look.note = note.strip()
    look.done_at = at
    look.save()
    Claim.objects.filter(post=post, moderator=reviewer).delete()
    audit.record(
        actor=reviewer,
        verb="second_review",
        subject_kind="post",
        subject_public_id=post.public_id,
        data={"decision": look.decision.public_id, "first": look.decision.kind, "second": kind},
        at=at,
    )
    if differs(look.decision.kind, kind):
        ticket = Ticket(
            severity=Severity.S2,
            track=Track.SAFEGUARDING,
            due_at=due_at(Severity.S2, at),
            reasons=[{"kind": SEEN_DIFFERENTLY}],
        )
        change_state(
            post=post,
            to=Status(post.status),
            ticket=ticket,
            clause=post.removed_under,
            at=at,
        )
    return look


def differs(first: str, second: str) -> bool:
    """Whether two decisions mean something different for the post: open, or not, or a danger."""
    return _meaning(first) != _meaning(second)


def _meaning(kind: str) -> str:
    if kind in (DecisionKind.PUBLISH, DecisionKind.PUBLISH_NOTE):
        return "open"
    return "limited" if kind in LIMITING else "danger"
