"""When the demo's team is there, who is on call, and what that led to."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from accounts.models import User
from forum import waits
from forum.models import StaffedHours
from moderation.actions.alerts import raise_alerts
from moderation.actions.rota import add_shift, set_hours
from moderation.models import AlertDelivery, Channel, DeliveryState

ZONE = "Europe/London"
NINE_TO_NINE, TEN_TO_SIX = ((9 * 60, 21 * 60),), ((10 * 60, 18 * 60),)
WEEK = (NINE_TO_NINE,) * 5 + (TEN_TO_SIX,) * 2
SET_BEFORE = timedelta(days=60)
WEEKS = 3  # the last one, this one and the next
WEEK_LASTS = timedelta(days=7)
# Between two weeks nobody is on call, so that there is a gap to look at.
GAP = timedelta(hours=10)
NO_ANSWER = "The mail server does not answer (TimeoutError)."


def add_duty(*, now: datetime, people: dict[str, User]) -> int:
    """Set hours and rota where there are none, and raise what is due; returns how many rows."""
    if StaffedHours.objects.exists():
        return 0
    admins = [people["admin_one"], people["admin_two"]]
    next_year = now.year + 1
    set_hours(
        admin=admins[0],
        number=0,
        time_zone=ZONE,
        week=WEEK,
        exceptions={f"{now.year}-12-25": (), f"{now.year}-12-26": (), f"{next_year}-01-01": ()},
        at=now - SET_BEFORE,
    )
    monday = now.astimezone(ZoneInfo(ZONE)).replace(hour=9, minute=0, second=0, microsecond=0)
    monday -= timedelta(days=monday.weekday()) + WEEK_LASTS
    for number in range(WEEKS):
        start = monday + number * WEEK_LASTS
        add_shift(
            person=admins[number % 2],
            starts_at=start,
            ends_at=start + WEEK_LASTS - GAP,
            admin=admins[0],
            at=now - SET_BEFORE,
        )
    raised = raise_alerts(at=now)
    _settle_messages(now)
    waits.measure(at=now)
    return 1 + WEEKS + raised


def _settle_messages(now: datetime) -> None:
    """All messages are sent, but one: a mail server that did not answer."""
    due = AlertDelivery.objects.filter(state=DeliveryState.DUE)
    lost = due.filter(channel=Channel.EMAIL).order_by("pk").first()
    if lost is not None:
        AlertDelivery.objects.filter(pk=lost.pk).update(
            state=DeliveryState.FAILED, tries=40, error=NO_ANSWER
        )
    due.update(state=DeliveryState.SENT, tries=1, sent_at=now)
