"""Admins see whole counts of the team's work, and nothing about themselves."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role, User
from accounts.viewer import viewer_of
from moderation.actions.cases import open_case
from moderation.actions.reporting import file_report
from moderation.figures import HCP_CASES, REPORTS, Figures, figures, without_own
from moderation.models import Category
from moderation.statistics import statistics
from tests.factories import make_member, make_staff

PAGE = reverse("moderation:statistics")


@pytest.fixture
def lamp(texts: None) -> User:
    return make_staff("SteadyLamp", Role.ADMIN)


@pytest.fixture
def other(texts: None) -> User:
    return make_staff("OtherLamp", Role.ADMIN)


def report(key: str, about: User | None = None, category: Category = Category.UNCOMFORTABLE):
    return file_report(
        category=category, submission_key=key * 14, reporter=None, words="Words.", about=about
    )


def found_by(admin: User) -> Figures:
    now = timezone.now()
    since = now - timedelta(days=28)
    end = now + timedelta(minutes=1)
    return figures(without_own(viewer_of(admin, at=now)), since=since, until=end, at=end)


def total(found: Figures, name: str) -> int:
    return sum(map(sum, found.tables[name].counts))


def test_a_report_and_a_case_about_an_admin_are_in_no_count_of_theirs(lamp, other):
    report("a")
    open_case(report=report("b", about=lamp, category=Category.HCP_BOUNDARY), admin=other)
    assert total(found_by(other), REPORTS) == 2
    assert total(found_by(other), HCP_CASES) == 1
    assert total(found_by(lamp), REPORTS) == 1
    assert total(found_by(lamp), HCP_CASES) == 0
    now = timezone.now()
    by_day = {
        admin: statistics(viewer_of(admin, at=now), at=now).days[0].counts[:2]
        for admin in (lamp, other)
    }
    assert by_day == {lamp: [1, 0], other: [2, 1]}


def test_the_page_counts_by_day_and_month_and_names_nobody(lamp, other):
    report("a", about=make_member("QuietQuail"))
    admin = Client()
    admin.force_login(lamp)
    answer = admin.get(PAGE)
    page = answer.content.decode()
    assert answer.status_code == 200
    found = statistics(viewer_of(lamp, at=timezone.now()), at=timezone.now())
    assert len(found.days) == 28
    assert len(found.months) == 12
    assert found.months[0].counts[0] == 1
    assert "OtherLamp" not in page
    assert "QuietQuail" not in page


def test_the_page_takes_as_many_queries_however_much_there_is(lamp, django_assert_max_num_queries):
    for key in "abcdefgh":
        report(key)
    admin = Client()
    admin.force_login(lamp)
    with django_assert_max_num_queries(60):
        assert admin.get(PAGE).status_code == 200


def test_only_admins_get_there(texts):
    moderator = Client()
    moderator.force_login(make_staff("OnlyOwl", Role.MODERATOR))
    assert moderator.get(PAGE).status_code == 404
