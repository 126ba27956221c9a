"""Keeping the clocks of review tickets. Called in the transaction that changes the ticket, with
the post locked (or just made), so that a post's clock and its ticket always say the same.
"""

from datetime import datetime, timedelta

from forum.models import Post, TicketClock

# A ticket that comes back so soon is the same one: its decision was undone.
UNDONE_WITHIN = timedelta(minutes=5)


def keep_clock(post: Post, *, at: datetime) -> None:
    """Make the clock of a saved post say what its ticket says."""
    running = TicketClock.objects.filter(post=post, closed_at=None).first()
    if post.review_due_at is None or post.review_severity is None:
        if running is not None:
            _close(running, at)
        return
    if running is not None and running.severity == post.review_severity:
        if running.due_at == post.review_due_at:
            return
        if running.first_look_at is None:
            running.due_at = max(post.review_due_at, running.opened_at)
            running.save(update_fields=["due_at"])
            return
    if running is not None:
        _close(running, at)
    elif _reopened(post, at):
        return
    TicketClock.objects.create(
        post=post,
        severity=post.review_severity,
        opened_at=at,
        due_at=max(post.review_due_at, at),
    )


def mark_looked_at(post: Post, *, at: datetime) -> bool:
    """A human of the team looks at a post. Only the first look of a ticket counts."""
    return bool(
        TicketClock.objects.filter(post=post, closed_at=None, first_look_at=None).update(
            first_look_at=at
        )
    )


def _close(clock: TicketClock, at: datetime) -> None:
    clock.closed_at = at
    clock.save(update_fields=["closed_at"])


def _reopened(post: Post, at: datetime) -> bool:
    """Let the last clock run on where its own ticket is back, moments after it was closed."""
    last = TicketClock.objects.filter(post=post).order_by("-closed_at", "-pk").first()
    if last is None or last.closed_at is None or last.closed_at < at - UNDONE_WITHIN:
        return False
    if (last.severity, last.due_at) != (post.review_severity, post.review_due_at):
        return False
    last.closed_at = None
    last.save(update_fields=["closed_at"])
    return True
