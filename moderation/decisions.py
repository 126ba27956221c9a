"""Reads of decisions: the reasons that an author is given, and a reviewer's own list."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from accounts.models import Clause, DocumentKind, User
from accounts.viewer import Viewer
from forum import policy
from forum.models import Post, Revision, Status
from forum.screening import Kind
from moderation.models import Decision
from moderation.models.appeal import APPEAL_WITHIN

LIST_SIZE = 50


class FoundBy(StrEnum):
    """What brought a post to a reviewer, as its author is told. Never who."""

    PROGRAM = "program"
    READ_FIRST = "read_first"
    CHANGED = "changed"
    TOLD = "told"
    TO_BE_SURE = "to_be_sure"


@dataclass(frozen=True, slots=True)
class Statement:
    """The statement of reasons of one decision (DSA art. 17), for the post's author.

    ``wording``: the words that were decided on; empty where the author cannot read them any more.
    """

    decision: Decision
    found_by: list[FoundBy]
    wording: str
    clause_address: str
    appeal_until: datetime | None
    may_change: bool
    # Whether its post can be opened.
    may_read: bool = False


def statement_for(
    viewer: Viewer, public_id: str, *, at: datetime | None = None
) -> Statement | None:
    """The reasons of a decision on this person's own post, once they were told; None otherwise."""
    at = at or timezone.now()
    told = Decision.objects.told_by(at).filter(author_id=viewer.user_id, public_id=public_id)
    decision = told.select_related("clause__document", "moderator", "post").first()
    if decision is None:
        return None
    visible = Post.objects.visible_to(viewer).filter(pk=decision.post_id).exists()
    return Statement(
        decision=decision,
        found_by=_found_by(decision),
        wording=_wording(decision) if visible else "",
        clause_address=address_of(decision.clause) if decision.clause else "",
        appeal_until=decision.decided_at + APPEAL_WITHIN if decision.is_limiting else None,
        may_change=visible and decision.post.status == Status.CHANGES,
        may_read=visible,
    )


def address_of(clause: Clause) -> str:
    """Where a clause stands, in the version that it belongs to. It comes with its document."""
    is_code = clause.document.kind == DocumentKind.HCP_CODE
    name = "accounts:hcp_code_version" if is_code else "accounts:rules_version"
    return reverse(name, args=[clause.document.version]) + f"#{clause.anchor}"


def last_undoable(moderator: User, *, at: datetime) -> Decision | None:
    """The newest decision of a reviewer, while it can be undone."""
    own = Decision.objects.standing().filter(moderator=moderator, case=None)
    newest = own.order_by("-decided_at", "-pk").first()
    return newest if newest is not None and at < newest.can_be_undone_until else None


def own_decisions(viewer: Viewer, *, after: str = "") -> tuple[list[Decision], bool]:
    """A reviewer's decisions after the one with id ``after``, newest first; and whether more.

    Only on posts that they could still review: a list must not tell of others.
    """
    own = Decision.objects.filter(
        moderator_id=viewer.user_id, post__in=Post.objects.handleable_by(viewer)
    )
    if after and (last := own.filter(public_id=after).first()):
        own = own.filter(
            Q(decided_at__lt=last.decided_at) | Q(decided_at=last.decided_at, pk__lt=last.pk)
        )
    rows = list(
        own.select_related("clause", "post__thread__board").order_by("-decided_at", "-pk")[
            : LIST_SIZE + 1
        ]
    )
    return rows[:LIST_SIZE], len(rows) > LIST_SIZE


def _found_by(decision: Decision) -> list[FoundBy]:
    ticket = decision.before.get("ticket") or {}
    kinds = {reason["kind"] for reason in ticket.get("reasons", [])}
    found = []
    if kinds & set(Kind):
        found.append(FoundBy.PROGRAM)
    if kinds & {policy.PREMODERATION, policy.BOARD_HOLDS_ALL, policy.PICTURE}:
        found.append(FoundBy.READ_FIRST)
    if policy.EDITED in kinds:
        found.append(FoundBy.CHANGED)
    if policy.REPORTED in kinds or decision.case_id is not None:
        found.append(FoundBy.TOLD)
    return found or [FoundBy.TO_BE_SURE]


def _wording(decision: Decision) -> str:
    """The words of the revision that was decided on."""
    revisions = Revision.objects.filter(post_id=decision.post_id, number=decision.revision_number)
    return revisions.values_list("text", flat=True).first() or ""
