"""Staffed hours: what is counted, when something is due, on days when clocks change too."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forum.hours import (
    Hours,
    is_staffed,
    moment_after,
    next_opening,
    spans_between,
    staffed_between,
)
from forum.policy import DUE, LATEST, due_by
from forum.states import Severity

LONDON = ZoneInfo("Europe/London")
NINE_TO_NINE, TEN_TO_SIX = ((540, 1260),), ((600, 1080),)
USUAL = Hours(LONDON, (NINE_TO_NINE,) * 5 + (TEN_TO_SIX,) * 2)
HOUR = timedelta(hours=1)


def london(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=LONDON)


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)


# Examples ----------------------------------------------------------------------------------------


def test_four_hours_from_friday_evening_end_on_saturday():
    at = london(2026, 11, 27, 20, 0)
    assert due_by(Severity.S2, at, hours=USUAL) == london(2026, 11, 28, 13, 0)


def test_what_comes_at_night_starts_to_count_in_the_morning():
    assert due_by(Severity.S2, london(2026, 11, 25, 2, 0), hours=USUAL) == london(2026, 11, 25, 13)


def test_a_closed_day_does_not_count():
    closed = Hours(LONDON, USUAL.week, {date(2026, 12, 25): (), date(2026, 12, 26): ()})
    at = london(2026, 12, 24, 20, 0)  # a Thursday; Friday and Saturday are closed
    assert due_by(Severity.S2, at, hours=closed) == london(2026, 12, 27, 13, 0)


def test_a_day_with_other_hours_counts_those():
    short = Hours(LONDON, USUAL.week, {date(2026, 12, 24): ((540, 600),)})
    span = (london(2026, 12, 24), london(2026, 12, 25))
    assert staffed_between(short, *span) == HOUR


@pytest.mark.parametrize("severity", [Severity.S0, Severity.S1])
def test_danger_is_due_in_real_time_at_night_too(severity):
    at = london(2026, 11, 25, 2, 0)
    assert due_by(severity, at, hours=USUAL) == at + DUE[severity]


@pytest.mark.parametrize("hours", [None, Hours(LONDON, ((),) * 7)])
@pytest.mark.parametrize("severity", list(Severity))
def test_without_hours_all_is_due_in_real_time_and_nobody_counts_as_there(hours, severity):
    at = london(2026, 11, 25, 12, 0)
    assert due_by(severity, at, hours=hours) == at + DUE[severity]
    assert not is_staffed(hours, at)
    assert next_opening(hours, at, within=timedelta(days=14)) is None


def test_weeks_of_closed_days_put_nothing_off_for_more_than_seven_days():
    days = {date(2026, 12, 1) + timedelta(days=n): () for n in range(40)}
    at = london(2026, 12, 2, 9, 0)
    assert due_by(Severity.S2, at, hours=Hours(LONDON, USUAL.week, days)) == at + LATEST


def test_a_complaint_with_seven_days_gets_seven_days():
    at = london(2026, 11, 25, 9, 0)
    assert due_by(Severity.S2, at, hours=USUAL, within=timedelta(days=7)) == at + LATEST


def test_the_day_that_loses_an_hour_at_night_has_all_its_hours_by_day():
    day = (london(2026, 3, 29), london(2026, 3, 30))
    assert staffed_between(USUAL, *day) == 8 * HOUR
    nights = Hours(LONDON, (((0, 360),),) * 7)
    assert staffed_between(nights, *day) == 5 * HOUR
    assert is_staffed(USUAL, london(2026, 3, 29, 10, 0))
    assert not is_staffed(USUAL, london(2026, 3, 29, 9, 59))


def test_the_night_that_has_an_hour_twice_counts_it_twice():
    day = (london(2026, 10, 25), london(2026, 10, 26))
    nights = Hours(LONDON, (((0, 360),),) * 7)
    assert staffed_between(nights, *day) == 7 * HOUR
    assert staffed_between(USUAL, *day) == 8 * HOUR


def test_spans_on_both_sides_of_a_skipped_hour_are_not_counted_twice():
    split = Hours(LONDON, (((0, 90), (90, 120), (120, 300)),) * 7)
    day = (london(2026, 3, 29), london(2026, 3, 30))
    assert staffed_between(split, *day) == 4 * HOUR


def test_open_day_and_night_is_real_time():
    always = Hours(LONDON, (((0, 1440),),) * 7)
    at = london(2026, 10, 24, 20, 0)
    assert due_by(Severity.S3, at, hours=always) == utc(2026, 10, 25, 19, 0)


def test_a_span_holds_its_start_and_not_its_end():
    assert is_staffed(USUAL, london(2026, 11, 25, 9, 0))
    assert not is_staffed(USUAL, london(2026, 11, 25, 21, 0))


def test_the_next_opening_is_now_while_people_are_there():
    at = london(2026, 11, 25, 12, 0)
    two_weeks = timedelta(days=14)
    assert next_opening(USUAL, at, within=two_weeks) == at
    assert next_opening(USUAL, london(2026, 11, 27, 22), within=two_weeks) == london(
        2026, 11, 28, 10
    )


@pytest.mark.parametrize(
    "day", [((600, 540),), ((540, 540),), ((0, 1441),), ((-1, 5),), ((0, 60), (30, 90)), ((9, 9),)]
)
def test_spans_that_make_no_sense_are_refused(day):
    with pytest.raises(ValueError, match="spans"):
        Hours(LONDON, (day,) + ((),) * 6)


def test_a_week_of_six_days_is_refused():
    with pytest.raises(ValueError, match="seven"):
        Hours(LONDON, ((),) * 6)


# Properties --------------------------------------------------------------------------------------

ZONES = ["Europe/London", "Europe/Madrid", "America/New_York", "Australia/Lord_Howe", "UTC"]
ZONES += ["Pacific/Apia", "Asia/Kathmandu", "America/St_Johns"]


@st.composite
def days(draw) -> tuple[tuple[int, int], ...]:
    """Spans of a day, in order."""
    marks = sorted(draw(st.sets(st.integers(0, 96), max_size=6)))
    return tuple((a * 15, b * 15) for a, b in zip(marks[::2], marks[1::2], strict=False))


@st.composite
def some_hours(draw) -> Hours:
    week = tuple(draw(st.lists(days(), min_size=7, max_size=7)))
    special = st.dates(date(2026, 3, 1), date(2026, 12, 31))
    exceptions = draw(st.dictionaries(special, days(), max_size=8))
    if draw(st.booleans()):
        closed = draw(special)
        exceptions |= {closed + timedelta(days=n): () for n in range(21)}
    return Hours(ZoneInfo(draw(st.sampled_from(ZONES))), week, exceptions)


# Around the days when clocks change in one of the zones, and any other time.
starts = st.sampled_from([utc(2026, 3, 27), utc(2026, 4, 1), utc(2026, 10, 23), utc(2026, 11, 1)])
moments = st.builds(
    lambda start, later: start + later,
    st.one_of(starts, st.just(utc(2026, 6, 1))),
    st.timedeltas(timedelta(0), timedelta(days=10)),
)
lengths = st.timedeltas(timedelta(0), timedelta(days=9))


@given(hours=some_hours(), at=moments, length=lengths)
def test_spans_are_in_order_apart_and_within_the_time_asked_for(hours, at, length):
    spans = list(spans_between(hours, at, at + length))
    before = at
    for number, (start, end) in enumerate(spans):
        assert before <= start < end <= at + length
        assert number == 0 or before < start
        before = end
    assert timedelta(0) <= staffed_between(hours, at, at + length) <= length


@given(hours=some_hours(), at=moments, first=lengths, then=lengths)
def test_staffed_time_adds_up(hours, at, first, then):
    middle, end = at + first, at + first + then
    whole = staffed_between(hours, at, end)
    assert whole == staffed_between(hours, at, middle) + staffed_between(hours, middle, end)


@given(hours=some_hours(), at=moments, severity=st.sampled_from(Severity))
def test_due_is_when_the_staffed_time_is_over_and_never_later_than_the_limit(hours, at, severity):
    due = due_by(severity, at, hours=hours)
    assert at + DUE[severity] <= due <= at + LATEST
    if severity > Severity.S1 and hours.is_set and due < at + LATEST:
        assert staffed_between(hours, at, due) == DUE[severity]
        assert staffed_between(hours, at, due - timedelta(minutes=1)) < DUE[severity]


@given(hours=some_hours(), at=moments, later=lengths, severity=st.sampled_from(Severity))
def test_what_comes_later_is_never_due_sooner(hours, at, later, severity):
    assert due_by(severity, at, hours=hours) <= due_by(severity, at + later, hours=hours)


@given(hours=some_hours(), at=moments)
def test_the_next_opening_is_staffed_and_nothing_before_it_is(hours, at):
    opening = next_opening(hours, at, within=timedelta(days=14))
    if opening is None:
        assert (
            staffed_between(hours, at, at + timedelta(days=14)) == timedelta(0) or not hours.is_set
        )
    else:
        assert is_staffed(hours, opening)
        assert staffed_between(hours, at, opening) == timedelta(0)


@given(at=moments, length=lengths)
def test_hours_of_day_and_night_count_everything(at, length):
    always = Hours(ZoneInfo("Australia/Lord_Howe"), (((0, 1440),),) * 7)
    assert staffed_between(always, at, at + length) == length
    assert moment_after(always, length, at, until=at + timedelta(days=30)) == at + length
