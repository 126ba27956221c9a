"""Changing the state of a post. Nothing else in the project writes ``status``.

Lock order everywhere: author, thread, post. So a change of state, of audience and of choice of
the same thing never cross each other. All locks are ``no_key``: on PostgreSQL a full lock also
stops others from writing rows that refer to the locked one, and a notice to the thread's author
would wait for their change of choice while that waits for the thread.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.models import Clause
from forum import summaries
from forum.actions.clocks import keep_clock
from forum.actions.notices import tell_of_mentions, tell_of_new_post
from forum.models import Post, Status, Thread
from forum.policy import Ticket, is_hard
from forum.states import Severity, Track

# From which states to which a post may go. Everything else is refused and writes nothing.
ALLOWED: dict[Status, frozenset[Status]] = {
    Status.HELD: frozenset(
        {Status.PUBLISHED, Status.CHANGES, Status.HIDDEN, Status.REMOVED, Status.WITHDRAWN}
    ),
    Status.CHANGES: frozenset(
        {Status.HELD, Status.PUBLISHED, Status.HIDDEN, Status.REMOVED, Status.WITHDRAWN}
    ),
    Status.PUBLISHED: frozenset(
        {Status.HELD, Status.CHANGES, Status.HIDDEN, Status.REMOVED, Status.WITHDRAWN}
    ),
    Status.HIDDEN: frozenset({Status.PUBLISHED, Status.CHANGES, Status.REMOVED, Status.WITHDRAWN}),
    Status.REMOVED: frozenset({Status.PUBLISHED, Status.CHANGES, Status.HIDDEN}),
    Status.WITHDRAWN: frozenset(),
}


class IllegalMove(Exception):
    """A state that cannot follow the present one."""


def lock_post(post_id: int) -> Post:
    """The post as it stands, with its thread, both locked until the transaction ends."""
    thread_id = Post.objects.values_list("thread_id", flat=True).get(pk=post_id)
    threads = Thread.objects.select_for_update(of=("self",), no_key=True).select_related("board")
    posts = Post.objects.select_for_update(of=("self",), no_key=True).select_related("author")
    thread, post = threads.get(pk=thread_id), posts.get(pk=post_id)
    post.thread = thread
    return post


def next_position(thread: Thread) -> int:
    """Give out the next position of a locked thread; never the same twice."""
    Thread.objects.filter(pk=thread.pk).update(last_position=F("last_position") + 1)
    thread.last_position += 1
    return thread.last_position


def set_ticket(post: Post, ticket: Ticket | None) -> None:
    """Put a review ticket on a post object, or take it off. The caller saves."""
    post.review_due_at = ticket.due_at if ticket else None
    post.review_severity = ticket.severity if ticket else None
    post.review_track = ticket.track if ticket else ""
    post.review_reasons = ticket.reasons if ticket else []
    post.review_hard = is_hard(ticket) if ticket else False


@transaction.atomic
def change_state(
    *,
    post: Post,
    to: Status,
    ticket: Ticket | None,
    clause: Clause | None = None,
    at: datetime | None = None,
    told_from: datetime | None = None,
) -> bool:
    """Move a post (locked by ``lock_post``) to a state and replace its ticket.

    ``told_from``: when others are told of a post that comes out with this; without it, at once.
    Returns whether the state changed. Raises ``IllegalMove``. Keeps thread, counts and order
    true for both audiences, and tells people of a post that is published for the first time.
    """
    at = at or timezone.now()
    before = Status(post.status)
    if to != before and to not in ALLOWED[before]:
        raise IllegalMove(f"{before} -> {to}")
    set_ticket(post, ticket)
    post.status = to
    post.removed_under = clause if to == Status.REMOVED else None
    post.version += 1
    first_time = to == Status.PUBLISHED and post.published_at is None
    at_the_end = first_time and post.position is None
    if first_time:
        post.published_at = at
    if at_the_end:
        post.position = next_position(post.thread)
    post.save()
    keep_clock(post, at=at)
    if to == before:
        return False
    _thread_follows(post)
    if at_the_end and not post.is_opening and post.thread.status == Status.PUBLISHED:
        summaries.count_new_post(post)
    elif Status.PUBLISHED in (before, to) or Status.REMOVED in (before, to):
        summaries.recount([post.thread_id])
    if first_time:
        tell_of_new_post(post, at=at, shown_from=told_from)
    elif to == Status.PUBLISHED:
        tell_of_mentions(post, at=at, shown_from=told_from)
    return True


@dataclass(frozen=True, slots=True)
class Standing:
    """What a change of state changes of a post: kept, so that the change can be undone."""

    status: Status
    ticket: Ticket | None
    removed_under_id: int | None
    was_out: bool  # had been published once

    @classmethod
    def of(cls, post: Post) -> Self:
        """How a post stands now."""
        ticket = None
        if post.review_due_at is not None and post.review_severity is not None:
            ticket = Ticket(
                severity=Severity(post.review_severity),
                track=Track(post.review_track),
                due_at=post.review_due_at,
                reasons=post.review_reasons,
            )
        return cls(
            Status(post.status), ticket, post.removed_under_id, post.published_at is not None
        )

    def as_json(self) -> dict[str, Any]:
        """For a JSON column: codes, numbers and a moment; no words."""
        ticket = self.ticket and {
            "severity": self.ticket.severity.value,
            "track": self.ticket.track.value,
            "due_at": self.ticket.due_at.isoformat(),
            "reasons": self.ticket.reasons,
        }
        return {
            "status": self.status.value,
            "ticket": ticket,
            "removed_under": self.removed_under_id,
            "was_out": self.was_out,
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """The inverse of ``as_json``."""
        kept = data["ticket"]
        ticket = kept and Ticket(
            severity=Severity(kept["severity"]),
            track=Track(kept["track"]),
            due_at=datetime.fromisoformat(kept["due_at"]),
            reasons=kept["reasons"],
        )
        return cls(Status(data["status"]), ticket, data["removed_under"], data["was_out"])


@transaction.atomic
def put_back(*, post: Post, standing: Standing, at: datetime) -> None:
    """Bring a post (locked by ``lock_post``) back to how it stood before an act that is undone.

    ``ALLOWED`` is not asked: it is about what comes after, this is about what was. A post that
    came out with the act counts as never published again. Its position goes back too, unless a
    later one was given out since: positions are never given twice.
    """
    set_ticket(post, standing.ticket)
    post.status = standing.status
    post.removed_under_id = standing.removed_under_id
    post.version += 1
    if not standing.was_out and post.published_at is not None:
        post.published_at = None
        if post.position == post.thread.last_position:
            post.position = None
            post.thread.last_position -= 1
            post.thread.save(update_fields=["last_position"])
    post.save()
    keep_clock(post, at=at)
    _thread_follows(post)
    summaries.recount([post.thread_id])


def _thread_follows(post: Post) -> None:
    """A thread has the state of its opening post."""
    if post.is_opening:
        post.thread.status = post.status
        post.thread.published_at = post.published_at
        post.thread.save(update_fields=["status", "published_at"])
