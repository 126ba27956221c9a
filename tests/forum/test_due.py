"""The hours in force, and what they do to the due time of what comes in."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError, transaction

from forum.actions.state import lock_post
from forum.due import current_hours, due_at
from forum.models import StaffedHours
from forum.states import Severity
from moderation.actions.decide import decide
from moderation.actions.reporting import file_report
from moderation.models import Category, DecisionKind
from tests.factories import make_member, make_staff, submit_thread

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]

NIGHT = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)
ONE_PM = datetime(2026, 11, 25, 13, 0, tzinfo=UTC)


@pytest.fixture
def by_day(texts):
    """Nine to nine in London, every day."""
    return StaffedHours.objects.create(
        number=1,
        time_zone="Europe/London",
        week=[[[540, 1260]]] * 7,
        set_by=make_staff("lead", "admin"),
        set_at=NIGHT - timedelta(days=1),
    )


def test_the_newest_version_is_in_force(by_day):
    assert due_at(Severity.S2, NIGHT) == ONE_PM
    StaffedHours.objects.create(
        number=2, time_zone="UTC", week=[[[600, 1200]]] * 7, set_by=by_day.set_by, set_at=NIGHT
    )
    assert due_at(Severity.S2, NIGHT) == ONE_PM + timedelta(hours=1)


@pytest.mark.parametrize(
    "broken",
    [
        {"time_zone": "Europe/Atlantis"},
        {"time_zone": "../../etc/passwd"},
        {"week": []},
        {"week": "always"},
        {"week": None},
        {"week": [[[600]]] * 7},
        {"week": [[["9", "17"]]] * 7},
        {"exceptions": {"Christmas": []}},
        {"exceptions": []},
    ],
)
def test_hours_that_make_no_sense_count_as_none(by_day, broken):
    values = {"time_zone": "UTC", "week": [[[600, 1200]]] * 7, **broken}
    if values["week"] is None:
        values["week"] = {}
    StaffedHours.objects.create(number=2, set_by=by_day.set_by, set_at=NIGHT, **values)
    assert current_hours() is None
    assert due_at(Severity.S2, NIGHT) == NIGHT + timedelta(hours=4)


@pytest.mark.both_databases
def test_a_version_is_never_changed_nor_removed(by_day):
    with pytest.raises(DatabaseError), transaction.atomic():
        StaffedHours.objects.filter(pk=by_day.pk).update(time_zone="UTC")
    with pytest.raises(DatabaseError), transaction.atomic():
        by_day.delete()


def test_a_held_post_is_due_in_staffed_hours(by_day, board):
    post = submit_thread(make_member("newbie"), board, title="Hi", text="Hello you.", at=NIGHT)
    assert (post.review_severity, post.review_due_at) == (Severity.S2, ONE_PM)


def test_a_crisis_at_night_is_due_in_a_quarter_of_an_hour(by_day, board):
    post = submit_thread(
        make_member("low"), board, title="Tired", text="I want to kill myself.", at=NIGHT
    )
    assert (post.review_severity, post.review_due_at) == (
        Severity.S0,
        NIGHT + timedelta(minutes=15),
    )


def test_what_is_passed_to_the_safeguarding_lead_is_due_in_real_time(by_day, board):
    post = submit_thread(make_member("newbie"), board, title="Hi", text="Hello you.", at=NIGHT)
    decide(
        post=post,
        moderator=make_staff("mod", "moderator"),
        kind=DecisionKind.SAFEGUARD,
        version=post.version,
        at=NIGHT,
    )
    with transaction.atomic():
        assert lock_post(post.pk).review_due_at == NIGHT + timedelta(minutes=15)


@pytest.mark.parametrize(
    "category, due",
    [
        (Category.GROOMING_OR_THREAT, NIGHT + timedelta(minutes=15)),
        (Category.PRIVACY, NIGHT + timedelta(hours=1)),
        (Category.BULLYING, ONE_PM),
        # 12 staffed hours on the first day, 12 on the second.
        (Category.MISINFORMATION, datetime(2026, 11, 26, 21, 0, tzinfo=UTC)),
        (Category.DECISION_COMPLAINT, NIGHT + timedelta(days=7)),
    ],
)
def test_reports_are_due_as_the_table_says(by_day, category, due):
    assert file_report(category=category, submission_key="k", at=NIGHT).due_at == due


@pytest.mark.both_databases
def test_what_needs_no_look_asks_for_no_hours(
    by_day, board, seasoned, django_assert_max_num_queries
):
    author = seasoned("host")
    with django_assert_max_num_queries(200) as asked:
        submit_thread(author, board, title="Hi", text="Hello you.")
    assert not any("staffedhours" in query["sql"] for query in asked.captured_queries)
