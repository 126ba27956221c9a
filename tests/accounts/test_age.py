"""How old somebody is, from month and year of birth alone. Pure."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.models import AgeGroup
from accounts.models.user import OLDEST, YOUNGEST, age_on, group_for_age

steady = settings(deadline=None, derandomize=True, database=None)
days = st.dates(date(2000, 1, 1), date(2100, 12, 31))
months = st.integers(1, 12)
years = st.integers(1950, 2100)


@pytest.mark.parametrize(
    "day, age",
    [
        (date(2024, 4, 30), 13),
        (date(2024, 5, 1), 13),  # the birthday may still come
        (date(2024, 5, 31), 13),
        (date(2024, 6, 1), 14),
        (date(2025, 5, 31), 14),
    ],
)
def test_within_the_month_of_birth_the_birthday_counts_as_still_to_come(day, age):
    assert age_on(day, birth_year=2010, birth_month=5) == age


@steady
@given(day=days, year=years, month=months, born_on=st.integers(1, 28))
def test_nobody_is_taken_for_older_than_they_are(day, year, month, born_on):
    had_birthday = (day.month, day.day) >= (month, born_on)
    real_age = day.year - year - (0 if had_birthday else 1)
    assert real_age - 1 <= age_on(day, birth_year=year, birth_month=month) <= real_age


@steady
@given(day=days, later=days, year=years, month=months)
def test_nobody_grows_younger(day, later, year, month):
    first, second = sorted([day, later])
    assert age_on(first, birth_year=year, birth_month=month) <= age_on(
        second, birth_year=year, birth_month=month
    )


@steady
@given(day=days, year=years, month=months)
def test_a_year_later_everybody_is_a_year_older(day, year, month):
    in_a_year = day.replace(year=day.year + 1, day=min(day.day, 28))
    now = age_on(day.replace(day=min(day.day, 28)), birth_year=year, birth_month=month)
    assert age_on(in_a_year, birth_year=year, birth_month=month) == now + 1


@pytest.mark.parametrize(
    "age, group",
    [
        (-1, None),
        (12, None),
        (13, AgeGroup.TEEN),
        (15, AgeGroup.TEEN),
        (16, AgeGroup.OLDER_TEEN),
        (17, AgeGroup.OLDER_TEEN),
        (18, AgeGroup.ADULT),
        (25, AgeGroup.ADULT),
        (26, None),
        (99, None),
    ],
)
def test_each_age_has_its_group(age, group):
    assert group_for_age(age) == group


@steady
@given(st.integers(-10, 130))
def test_only_people_from_13_to_25_have_a_group_and_its_name_says_their_age(age):
    group = group_for_age(age)
    assert (group is not None) == (YOUNGEST <= age <= OLDEST)
    if group is not None:
        low, high = (int(part) for part in group.value.split("-"))
        assert low <= age <= high
