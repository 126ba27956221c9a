"""Deciding on a post."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Clause, User
from accounts.viewer import viewer_of
from forum.actions.clocks import mark_looked_at
from forum.actions.hide_part import NoSuchPassage, hide_parts, spans_of
from forum.actions.notices import notify
from forum.actions.state import IllegalMove, Standing, change_state, lock_post
from forum.due import due_at
from forum.errors import NotVisible, StaleVersion
from forum.models import NoticeKind, Post, Status
from forum.policy import Ticket
from forum.states import Severity, Track
from moderation import audit
from moderation.actions.second import check_one_is_enough, settle
from moderation.models import Case, Claim, Decision, DecisionKind, Proposal, Report
from moderation.models.decision import LIMITING, SAYING, UNDO_FOR

# The state a decision leads to; None: it stays as it is.
LEADS_TO: dict[DecisionKind, Status | None] = {
    DecisionKind.PUBLISH: Status.PUBLISHED,
    DecisionKind.PUBLISH_NOTE: Status.PUBLISHED,
    DecisionKind.ASK_CHANGE: Status.CHANGES,
    DecisionKind.HIDE: Status.HIDDEN,
    DecisionKind.REMOVE: Status.REMOVED,
    DecisionKind.HIDE_PART: Status.PUBLISHED,
    DecisionKind.SAFEGUARD: None,
    DecisionKind.CLOSE: None,
}


class AlreadyDecided(Exception):
    """Somebody decided on this version first. ``decision`` is theirs."""

    def __init__(self, decision: Decision) -> None:
        super().__init__("already decided")
        self.decision = decision


class ClaimedByOther(Exception):
    """Another reviewer has this post right now."""

    def __init__(self, claim: Claim) -> None:
        super().__init__("claimed")
        self.claim = claim


class ReasonsMissing(Exception):
    """A decision that limits somebody needs a clause and a message; one with a note, the note."""


@transaction.atomic
def decide(
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
    seconded: Proposal | None = None,
    at: datetime | None = None,
) -> Decision:
    """Decide on the version of a post that the moderator saw.

    Writes the decision, changes the post, clears the ticket and the claim, tells the author (once
    it can no longer be undone) and the audit log, all or nothing. ``case``: an admin decides as
    part of a case; then the post needs no ticket. ``seconded``: what another person proposed and
    this one agreed to just now. ``passages``: the words to hide, exactly. Raises ``NotVisible``
    (no such ticket for this person), ``StaleVersion``, ``AlreadyDecided``, ``ClaimedByOther``,
    ``ReasonsMissing``, ``IllegalMove``,
    ``NoSuchPassage``, and ``SecondNeeded`` where one person is not enough: ``decide_or_propose``
    (actions/proposals.py) then proposes it.
    """
    at = at or timezone.now()
    if (kind in LIMITING and clause is None) or (kind in SAYING and not message.strip()):
        raise ReasonsMissing
    if (kind == DecisionKind.HIDE_PART) != bool(passages):
        raise NoSuchPassage
    post = lock_post(post.pk)
    _check_may_decide(post, moderator, version, case, at, needs_ticket=seconded is None)
    check_one_is_enough(post=post, moderator=moderator, kind=kind, seconded=seconded)
    if (kind == DecisionKind.CLOSE) and post.status != Status.WITHDRAWN:
        raise IllegalMove(f"close {post.status}")
    spans = spans_of(post, passages) if passages else []
    to = LEADS_TO[kind] or Status(post.status)
    before = Status(post.status)
    told_from = at + UNDO_FOR
    decision = Decision.objects.create(
        post=post,
        author=post.author,
        moderator=moderator,
        kind=kind,
        clause=clause,
        message=message.strip(),
        private_note=private_note.strip(),
        post_version=post.version,
        ticket_severity=post.review_severity,
        ticket_track=post.review_track or None,
        ticket_reasons=post.review_reasons if post.has_ticket else None,
        status_before=before,
        status_after=to,
        revision_number=post.revisions.aggregate(number=Max("number"))["number"] or 0,
        before=Standing.of(post).as_json(),
        case=case,
        decided_at=at,
    )
    settle(decision=decision, spans=spans, at=at)
    ticket = _safeguarding(post, at) if kind == DecisionKind.SAFEGUARD else None
    mark_looked_at(post, at=at)
    if spans:
        hide_parts(post=post, spans=spans, at=at)
    change_state(post=post, to=to, ticket=ticket, clause=clause, at=at, told_from=told_from)
    Claim.objects.filter(post=post).delete()
    audit.record(
        actor=moderator,
        verb=f"decide_{kind}",
        subject_kind="post",
        subject_public_id=post.public_id,
        data={
            "decision": decision.public_id,
            "version": decision.post_version,
            "from": before,
            "to": to,
            "clause": clause.anchor if clause else "",
            "case": case.public_id if case else "",
        },
        at=at,
    )
    if kind in SAYING or before != to:
        _tell_author(decision, at)
    return decision


def _check_may_decide(
    post: Post,
    moderator: User,
    version: int,
    case: Case | None,
    at: datetime,
    *,
    needs_ticket: bool,
) -> None:
    viewer = viewer_of(moderator, at=at)
    may_handle = Post.objects.handleable_by(viewer).filter(pk=post.pk).exists()
    own_report = Report.objects.filter(post=post, reporter=moderator).exists()
    if not may_handle or own_report or (case is not None and not viewer.may_administer):
        raise NotVisible
    standing = Decision.objects.standing().filter(post=post, post_version=version)
    earlier = standing.select_related("moderator")
    if decision := earlier.first():
        raise AlreadyDecided(decision)
    if post.version != version:
        raise StaleVersion(post)
    if case is None and needs_ticket and not post.has_ticket:
        raise NotVisible
    other = Claim.objects.filter(post=post, until__gt=at).exclude(moderator=moderator)
    if claimed := other.select_related("moderator").first():
        raise ClaimedByOther(claimed)


def _safeguarding(post: Post, at: datetime) -> Ticket:
    return Ticket(
        severity=Severity.S0,
        track=Track.SAFEGUARDING,
        due_at=due_at(Severity.S0, at),
        reasons=post.review_reasons,
    )


def told_as(decision: Decision) -> str:
    """What the notice to the author is known by."""
    return f"decision:{decision.public_id}"


def _tell_author(decision: Decision, at: datetime) -> None:
    told = {
        Status.PUBLISHED: _("Your post is now open to others."),
        Status.CHANGES: _("Please change your post. Then we will look at it again."),
        Status.HIDDEN: _("We hid your post for now. You can still see it."),
        Status.REMOVED: _("We removed your post. You can still see it."),
    }
    hid_part = decision.kind == DecisionKind.HIDE_PART
    opening = _("Your post is open to others. We hid a few words of it.") if hid_part else ""
    parts = [opening or told.get(Status(decision.status_after), "")]
    if decision.clause:
        parts.append(_("The rule: %(line)s") % {"line": decision.clause.line})
    parts.append(decision.message)
    notify(
        recipient=decision.author,
        kind=NoticeKind.DECISION,
        post=decision.post,
        message="\n\n".join(part for part in parts if part),
        link=reverse("moderation:decision", args=[decision.public_id]),
        same_as=told_as(decision),
        at=at,
        shown_from=decision.can_be_undone_until,
    )
