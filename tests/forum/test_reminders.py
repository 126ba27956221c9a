"""The choice about health professionals is restated every half year, once."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import HcpChoice, Role, User
from forum.actions.audience import choose_hcp_involvement
from forum.models import Notice, NoticeKind
from forum.reminders import EVERY, remind_of_choice
from tests.factories import make_member, make_staff

pytestmark = pytest.mark.usefixtures("texts")

DAY = timedelta(days=1)


@pytest.fixture
def wren(texts: None) -> User:
    return make_member("wren", choice=HcpChoice.ON_REQUEST)


def reminders(user: User) -> int:
    return Notice.objects.filter(recipient=user, kind=NoticeKind.REMINDER).count()


def test_half_a_year_after_the_choice_and_not_before(wren):
    assert remind_of_choice(at=wren.hcp_choice_at + EVERY - timedelta(seconds=1)) == 0
    assert remind_of_choice(at=wren.hcp_choice_at + EVERY) == 1
    notice = Notice.objects.get(recipient=wren)
    assert notice.link == reverse("forum:involvement")
    assert str(HcpChoice.ON_REQUEST.label) in notice.message


def test_who_never_chose_is_reminded_half_a_year_after_joining(texts):
    newcomer = make_member("newcomer", choice="")
    assert remind_of_choice(at=newcomer.joined_at + EVERY - DAY) == 0
    assert remind_of_choice(at=newcomer.joined_at + EVERY) == 1
    assert "You have not chosen yet" in Notice.objects.get(recipient=newcomer).message


def test_running_again_reminds_nobody_twice(wren):
    at = wren.hcp_choice_at + EVERY
    assert [remind_of_choice(at=at + number * timedelta(hours=6)) for number in range(5)] == [
        1,
        0,
        0,
        0,
        0,
    ]


def test_every_day_for_two_years_makes_a_reminder_each_half_year(wren):
    for number in range(2 * 365):
        remind_of_choice(at=wren.hcp_choice_at + number * DAY)
    assert reminders(wren) == 4  # after 182, 364, 546 and 728 days


def test_after_a_long_pause_there_is_one_reminder(wren):
    assert remind_of_choice(at=wren.hcp_choice_at + 900 * DAY) == 1
    assert remind_of_choice(at=wren.hcp_choice_at + 901 * DAY) == 0
    assert reminders(wren) == 1


def test_a_new_choice_starts_the_time_anew(wren):
    remind_of_choice(at=wren.hcp_choice_at + EVERY)
    later = wren.hcp_choice_at + EVERY + 100 * DAY
    choose_hcp_involvement(user=wren, choice=HcpChoice.NONE, at=later)
    assert remind_of_choice(at=later + EVERY - DAY) == 0
    assert remind_of_choice(at=later + EVERY) == 1
    assert reminders(wren) == 2


def test_only_members_who_still_belong_here_are_reminded(texts):
    long_ago = timezone.now() - 900 * DAY
    make_staff("kim", Role.MODERATOR, joined_at=long_ago)
    make_member("closed", is_active=False, joined_at=long_ago, choice="")
    make_member("outgrown", age=26, joined_at=long_ago, choice="")
    assert remind_of_choice() == 0
