"""The waits that members are told of: measured, in one row, and honest where there are few."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation
from hypothesis import given
from hypothesis import strategies as st

from forum.models import StaffedHours, TicketClock, UsualWait
from forum.states import Severity
from forum.waits import FEWEST, expected_wait, in_words, measure, summed_up, usual_waits
from tests.factories import make_member, make_staff, submit_thread
from tests.racing import at_once

pytestmark = pytest.mark.django_db

NOW = timezone.now()
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def held(board):
    """A first post of ``newbie``, held."""
    return submit_thread(make_member("newbie"), board, title="Hi", text="Hello you.")


def clock(post, *, opened=NOW - DAY, due=None, look=None, closed=None, severity=2) -> TicketClock:
    return TicketClock.objects.create(
        post=post,
        severity=severity,
        opened_at=opened,
        due_at=due or opened + 4 * HOUR,
        first_look_at=look,
        closed_at=closed,
    )


def looked_after(post, minutes: int, *, opened=NOW - DAY, severity=2) -> TicketClock:
    look = opened + minutes * MINUTE
    return clock(post, opened=opened, look=look, closed=look, severity=severity)


# Measuring ---------------------------------------------------------------------------------------


def test_middle_and_ninth_of_ten_are_real_waits(held):
    TicketClock.objects.all().delete()
    for minutes in (1, 2, 3, 4, 5, 6, 7, 8, 9, 100):
        looked_after(held, minutes)
    measure(at=NOW)
    waits = usual_waits(at=NOW)[Severity.S2]
    assert (waits.count, waits.median, waits.p90) == (10, 5 * MINUTE, 9 * MINUTE)


def test_with_four_there_is_no_figure_and_with_five_there_is(held):
    TicketClock.objects.all().delete()
    for _ in range(FEWEST - 1):
        looked_after(held, 10)
    measure(at=NOW)
    assert usual_waits(at=NOW)[Severity.S2].median is None
    looked_after(held, 10)
    measure(at=NOW)
    assert usual_waits(at=NOW)[Severity.S2].median == 10 * MINUTE
    assert usual_waits(at=NOW)[Severity.S1].median is None


def test_looks_of_28_days_count_and_older_ones_do_not(held):
    TicketClock.objects.all().delete()
    for _ in range(FEWEST):
        looked_after(held, 10)
        looked_after(held, 600, opened=NOW - 40 * DAY)
    measure(at=NOW)
    assert usual_waits(at=NOW)[Severity.S2].count == FEWEST


def test_what_is_overdue_and_still_waits_counts_with_its_wait_so_far(held, board):
    TicketClock.objects.all().delete()
    for _ in range(FEWEST):
        looked_after(held, 10)
    clock(held, opened=NOW - 2 * DAY)
    measure(at=NOW)
    waits = usual_waits(at=NOW)[Severity.S2]
    assert (waits.count, waits.p90) == (FEWEST + 1, 2 * DAY)


def test_what_is_not_due_yet_and_what_nobody_looked_at_does_not_count(held):
    TicketClock.objects.all().delete()
    clock(held, opened=NOW - HOUR)
    for _ in range(FEWEST):
        clock(held, closed=NOW - HOUR)  # withdrawn
    measure(at=NOW)
    assert usual_waits(at=NOW)[Severity.S2].count == 0


def test_figures_that_no_sweep_has_renewed_are_not_shown(held):
    measure(at=NOW)
    assert usual_waits(at=NOW + DAY)
    assert usual_waits(at=NOW + 3 * DAY) == {}


@pytest.mark.django_db(transaction=True)
def test_two_sweeps_at_once_leave_one_row_for_each_severity(texts):
    assert at_once(measure, measure) == [None, None]
    assert UsualWait.objects.count() == len(Severity)


@given(st.lists(st.timedeltas(timedelta(0), 30 * DAY), max_size=40))
def test_the_figures_are_waits_that_somebody_had(waits):
    found = summed_up(waits)
    if len(waits) < FEWEST:
        assert (found.median, found.p90) == (None, None)
    else:
        assert found.median in waits
        assert sum(wait <= found.median for wait in waits) * 2 >= len(waits)
        assert sum(wait <= found.p90 for wait in waits) * 10 >= len(waits) * 9


@pytest.mark.parametrize(
    "wait, words",
    [
        (None, ""),
        (timedelta(seconds=2), "1 minute"),
        (61 * timedelta(seconds=1), "2 minutes"),
        (90 * MINUTE, "90 minutes"),
        (91 * MINUTE, "2 hours"),
        (47 * HOUR, "47 hours"),
        (49 * HOUR, "3 days"),
    ],
)
def test_waits_are_said_in_plain_words_and_rounded_up(wait, words):
    with translation.override("en-gb"):
        assert in_words(wait) == words


# Told to members ---------------------------------------------------------------------------------


def page(user, address: str) -> str:
    client = Client()
    if user is not None:
        client.force_login(user)
    response = client.get(address)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def test_the_sent_page_tells_what_was_measured_and_promises_nothing(held):
    measured = {"looks": 20, "median": 600, "p90": 7200, "measured_at": timezone.now()}
    UsualWait.objects.create(severity=2, **measured)
    words = page(held.author, reverse("forum:sent", args=[held.public_id]))
    assert "within 10 minutes, and nine out of ten within 2 hours" in words
    assert "promise it" in words


def test_the_sent_page_says_so_where_there_are_too_few(held):
    measure()
    words = page(held.author, reverse("forum:sent", args=[held.public_id]))
    assert "too few such posts" in words


def test_at_night_the_sent_page_says_when_people_are_back(texts, held):
    now = timezone.now()
    tomorrow = (now + DAY).date()
    StaffedHours.objects.create(
        number=1,
        time_zone="UTC",
        week=[[[600, 1200]]] * 7,
        exceptions={now.date().isoformat(): []},
        set_by=make_staff("lead", "admin"),
        set_at=now,
    )
    expected = expected_wait(2)
    assert expected is not None
    assert (expected.back_at.date(), expected.back_at.hour) == (tomorrow, 10)
    words = page(held.author, reverse("forum:sent", args=[held.public_id]))
    assert "We are back on" in words


def test_a_held_post_tells_its_author_the_usual_wait_on_its_card(held):
    measured = {"looks": 20, "median": 600, "p90": 7200, "measured_at": timezone.now()}
    UsualWait.objects.create(severity=2, **measured)
    assert "That usually takes 10 minutes." in page(held.author, reverse("forum:my_posts"))


def test_pages_without_an_own_held_post_do_not_ask_for_waits(thread, guest):
    client = Client()
    client.force_login(guest)
    with CaptureQueriesContext(connection) as asked:
        client.get(reverse("forum:thread", args=[thread.public_id]))
    assert not any("usualwait" in query["sql"] for query in asked.captured_queries)


def test_anybody_can_read_hours_and_waits(texts):
    StaffedHours.objects.create(
        number=1,
        time_zone="Europe/London",
        week=[[[540, 1260]]] * 5 + [[[600, 1080]]] + [[]],
        exceptions={(timezone.now() + 2 * DAY).date().isoformat(): []},
        set_by=make_staff("lead", "admin"),
        set_at=timezone.now(),
    )
    measured = {"looks": 20, "median": 600, "p90": 7200, "measured_at": timezone.now()}
    UsualWait.objects.create(severity=0, **measured)
    words = page(None, reverse("forum:waits"))
    assert "09:00-21:00" in words
    assert "10:00-18:00" in words
    assert "Closed" in words
    assert "Days that differ" in words
    assert "10 minutes" in words
    assert "Too few to say" in words
    assert "lead" not in words.split()


def test_without_hours_and_measures_the_page_says_so(texts):
    words = page(None, reverse("forum:waits"))
    assert "We have set no hours yet." in words
    assert words.count("Too few to say") == 4
