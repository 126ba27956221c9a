"""The tail: how long the slow ones waited, by severity and by category."""

from datetime import timedelta

import pytest

from forum.models import TicketClock
from forum.states import Severity
from moderation.actions.cases import mark_report_looked_at
from moderation.models import Category, Report
from moderation.waiting import report_tails, ticket_tails
from tests.factories import make_board, make_member, submit_thread
from tests.moderation.alerting import DAY_TIME, MINUTE, serious

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture
def post(texts):
    """A held post, whose own clock is taken away."""
    found = submit_thread(make_member("newbie"), make_board("x"), title="Hi", text="Hello.")
    TicketClock.objects.all().delete()
    return found


def clock(post, *, opened, look=None, closed=None) -> None:
    TicketClock.objects.create(
        post=post,
        severity=1,
        opened_at=opened,
        due_at=opened + 60 * MINUTE,
        first_look_at=look,
        closed_at=closed or look,
    )


def test_tickets_show_middle_ninth_of_ten_late_and_overdue(post):
    opened = DAY_TIME - DAY
    for minutes in (10, 20, 30, 40, 50, 55, 58, 59, 300):
        clock(post, opened=opened, look=opened + minutes * MINUTE)
    clock(post, opened=DAY_TIME - 2 * DAY)
    clock(post, opened=DAY_TIME - 60 * DAY, look=DAY_TIME - 50 * DAY)
    tail = ticket_tails(at=DAY_TIME)[Severity.S1]
    assert (tail.waits.count, tail.waits.median, tail.waits.p90) == (10, 50 * MINUTE, 300 * MINUTE)
    assert (tail.late, tail.waiting_now, tail.overdue_now) == (2, 1, 1)
    assert ticket_tails(at=DAY_TIME)[Severity.S0].waits.count == 0


def test_what_waits_and_is_not_due_is_counted_as_waiting_only(post):
    clock(post, opened=DAY_TIME - MINUTE)
    tail = ticket_tails(at=DAY_TIME)[Severity.S1]
    assert (tail.waits.count, tail.late, tail.waiting_now, tail.overdue_now) == (0, 0, 1, 0)


def test_reports_are_told_apart_by_category(texts):
    for number in range(5):
        at = DAY_TIME - DAY + timedelta(seconds=number)
        report = serious(at)
        mark_report_looked_at(report=report, at=at + 20 * MINUTE)
    serious(DAY_TIME - DAY, category=Category.DANGEROUS_ADVICE, submission_key="x")
    tails = report_tails(at=DAY_TIME)
    privacy, advice = tails[Category.PRIVACY], tails[Category.DANGEROUS_ADVICE]
    assert (privacy.waits.median, privacy.late, privacy.waiting_now) == (20 * MINUTE, 0, 0)
    assert (advice.waits.count, advice.waits.median) == (1, None)
    assert (advice.late, advice.waiting_now, advice.overdue_now) == (1, 1, 1)
    assert set(tails) == set(Category)


def test_a_second_look_at_a_report_changes_nothing(texts):
    report = serious(DAY_TIME)
    assert mark_report_looked_at(report=report, at=DAY_TIME + MINUTE)
    assert not mark_report_looked_at(report=report, at=DAY_TIME + DAY)
    assert Report.objects.get().first_look_at == DAY_TIME + MINUTE
