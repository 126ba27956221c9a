"""Posts that wait, and that nobody may look at: everybody has a tie to them.

If no reviewer is left, admins look; if no admin is left, the contact outside is told. Both by an
alert, so by a row that is written once for a ticket, and mailed by the sweep of alerts.
"""

from collections.abc import Iterable
from datetime import datetime

from django.utils import timezone

from accounts.models import Role, User
from accounts.viewer import Viewer, viewer_of
from forum.models import Post, TicketClock
from forum.states import Track
from moderation.actions.alerts import OUTSIDE, heal_clocks, matter_of, raise_one
from moderation.models import Alert, Stage
from moderation.queue import tickets_for

# So many mails to the outside in one sweep at most: a site without a team must not send hundreds.
MOST_AT_ONCE = 5
FEW = 500


def tell_where_nobody_is_left(*, at: datetime | None = None) -> int:
    """Raise what must be raised by now; returns how many alerts.

    Admins are alerted of what is late, where the team has others who review and none of them may;
    the contact outside at once.
    """
    at = at or timezone.now()
    heal_clocks()
    people = User.objects.filter(is_active=True).exclude(role=Role.MEMBER).order_by("pk")
    viewers = [viewer for user in people if (viewer := viewer_of(user, at=at)).may_review]
    others = [viewer for viewer in viewers if not viewer.may_administer]
    admins = [viewer for viewer in viewers if viewer.may_administer]
    waiting = set(Post.objects.filter(review_due_at__isnull=False).values_list("pk", flat=True))
    left = _without(waiting, others, at)
    nobody = _without(left, admins, at)
    raised = _raise(nobody, Stage.NOBODY, at)
    return raised + (_raise(left - nobody, Stage.ADMINS, at) if others else 0)


def _without(tickets: set[int], viewers: Iterable[Viewer], at: datetime) -> set[int]:
    """Those of the tickets that none of these people may work on."""
    left = set(tickets)
    for viewer in viewers:
        if not left:
            break
        theirs = tickets_for(viewer, at=at).order_by()
        if len(left) <= FEW:
            theirs = theirs.filter(pk__in=left)
        left -= set(theirs.values_list("pk", flat=True))
    return left


def _raise(tickets: set[int], stage: Stage, at: datetime) -> int:
    """Alerts of this stage for tickets of which nobody was told so yet, the most urgent first."""
    told = Alert.objects.filter(stage=stage, clock__closed_at=None)
    if stage == Stage.NOBODY:
        told |= Alert.objects.filter(deliveries__target=OUTSIDE, clock__closed_at=None)
    told_of = set(told.values_list("clock_id", flat=True))
    clocks = TicketClock.objects.filter(closed_at=None).order_by("severity", "due_at", "pk")
    if stage == Stage.ADMINS:
        # What went to the safeguarding lead is theirs anyway; danger has alerts of its own.
        clocks = clocks.filter(due_at__lte=at, alerts=None).exclude(
            post__review_track=Track.SAFEGUARDING
        )
    rows = [
        clock
        for clock in clocks.prefetch_related("alerts")
        if clock.post_id in tickets and clock.pk not in told_of
    ]
    return sum(raise_one(matter_of(clock), stage, at) for clock in rows[:MOST_AT_ONCE])
