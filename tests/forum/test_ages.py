"""Turning 16, 18 and 26: told once, whenever the daily job runs; older posts can be taken back."""

from datetime import date, datetime, timedelta

import pytest
import time_machine
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role, User
from accounts.viewer import Barrier, viewer_of
from forum.actions.older import narrow_older, withdraw_older
from forum.ages import STAGES, day_of_turning, last_day, settle_ages, stage_of
from forum.mail import send_due
from forum.models import Audience, Notice, NoticeKind, Post, Status
from forum.queries.notices import notices_for
from forum.summaries import wrong_rows
from forum.tasks import daily
from tests.factories import (
    agree,
    make_board,
    make_member,
    make_staff,
    publish_reply,
    publish_thread,
    submit_thread,
)

pytestmark = pytest.mark.usefixtures("texts")

DAY = timedelta(days=1)


def noon(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, 12, tzinfo=timezone.get_current_timezone())


def born(name: str, year: int, month: int, *, joined: datetime, **fields: object) -> User:
    """A member who was born in a month and joined at a moment."""
    user = User.objects.create_user(
        email=f"{name}@members.example",
        pseudonym=name,
        birth_year=year,
        birth_month=month,
        joined_at=joined,
        **fields,
    )
    agree(user, at=joined)
    return user


def told(user: User) -> list[str]:
    """The stages that somebody was told of, in order."""
    notices = Notice.objects.filter(recipient=user, kind=NoticeKind.AGE).order_by("pk")
    return [same_as.removeprefix("age:") for same_as in notices.values_list("same_as", flat=True)]


def stage(user: User) -> str:
    return User.objects.values_list("age_stage", flat=True).get(pk=user.pk)


@pytest.fixture
def teen(texts: None) -> User:
    """Turns 16 on 1 July 2026, since June is the month of birth."""
    return born("teen", 2010, 6, joined=noon(2025, 9, 1))


@pytest.mark.parametrize(
    "day, name",
    [
        (date(2026, 6, 30), "13-15"),
        (date(2026, 7, 1), "16-17"),
        (date(2028, 6, 30), "16-17"),
        (date(2028, 7, 1), "18-25"),
        (date(2036, 5, 1), "18-25"),
        (date(2036, 5, 2), "leaving"),
        (date(2036, 6, 30), "leaving"),
        (date(2036, 7, 1), "left"),
    ],
)
def test_stages_begin_on_the_first_of_a_month_and_leaving_sixty_days_before(teen, day, name):
    assert stage_of(teen, noon(day.year, day.month, day.day)).name == name


def test_the_stage_agrees_with_the_age_group_of_the_account(teen):
    at = noon(2024, 1, 1)
    while at < noon(2037, 1, 1):
        group, name = teen.age_group(at), stage_of(teen, at).name
        expected = {"leaving": "18-25", "left": None}.get(name, name)
        if at >= noon(2023, 7, 1):
            assert group == expected, at
        at += 5 * DAY


def test_the_last_day_is_the_one_before_26_counts(teen):
    assert last_day(teen) == date(2036, 6, 30)
    assert day_of_turning(teen, 16) == date(2026, 7, 1)
    assert viewer_of(teen, at=noon(2036, 6, 30)).barrier is None
    after = viewer_of(teen, at=noon(2036, 7, 1))
    assert (after.barrier, after.has_outgrown, after.may_read) == (
        Barrier.NO_AGE_GROUP,
        True,
        False,
    )


def test_everything_is_told_once_on_its_day(teen):
    weeks = (noon(2026, 6, 25), noon(2028, 6, 25), noon(2036, 4, 28), noon(2036, 6, 28))
    days = [start + number * DAY for start in weeks for number in range(10)]
    seen = {told(teen)[-1]: at.date() for at in days if settle_ages(at=at)}
    assert seen == {
        "16-17": date(2026, 7, 1),
        "18-25": date(2028, 7, 1),
        "leaving": date(2036, 5, 2),
        "left": date(2036, 7, 1),
    }


def test_twice_a_day_tells_once(teen):
    assert [settle_ages(at=noon(2026, 7, 1)) for _run in range(3)] == [1, 0, 0]
    assert told(teen) == ["16-17"]


def test_after_a_pause_it_is_told_once_and_late(teen):
    settle_ages(at=noon(2026, 6, 28))
    assert settle_ages(at=noon(2026, 7, 9)) == 1
    assert told(teen) == ["16-17"]


def test_who_slept_through_a_stage_hears_of_the_last_one_only(teen):
    settle_ages(at=noon(2026, 6, 28))
    assert settle_ages(at=noon(2028, 8, 1)) == 1
    assert told(teen) == ["18-25"]


def test_nobody_is_told_of_an_age_that_they_had_when_they_joined(texts):
    adult = born("adult", 2004, 3, joined=noon(2026, 5, 1))
    older_teen = born("older", 2009, 3, joined=noon(2026, 5, 1))
    assert settle_ages(at=noon(2026, 6, 1)) == 0
    assert (stage(adult), stage(older_teen)) == ("18-25", "16-17")


def test_the_first_run_on_an_old_site_tells_those_who_grew_since_they_joined(teen):
    assert stage(teen) == ""
    assert settle_ages(at=noon(2026, 8, 15)) == 1
    assert told(teen) == ["16-17"]


def test_who_joins_in_the_last_sixty_days_is_told_how_long_it_lasts(texts):
    late = born("late", 2000, 6, joined=noon(2026, 6, 10))
    assert settle_ages(at=noon(2026, 6, 11)) == 1
    assert told(late) == ["leaving"]
    assert "for 19 more days" in Notice.objects.get(recipient=late).message


def test_staff_and_closed_accounts_are_told_nothing(texts):
    make_staff("kim", Role.ADMIN, birth_year=2010, birth_month=6)
    born("closed", 2010, 6, joined=noon(2025, 9, 1), is_active=False)
    assert settle_ages(at=noon(2026, 8, 1)) == 0


def test_the_notice_offers_older_posts_and_leaving_offers_the_way_out(teen):
    settle_ages(at=noon(2026, 7, 1))
    notice = Notice.objects.get(recipient=teen)
    assert notice.link == reverse("forum:older_posts")
    assert "agree again" in notice.message
    settle_ages(at=noon(2036, 7, 1))
    assert Notice.objects.latest("pk").link == reverse("accounts:leaving")


def test_the_goodbye_can_be_read_and_is_mailed_although_reading_is_over(teen, mailoutbox):
    settle_ages(at=noon(2036, 6, 1))
    Notice.objects.update(mail_due_at=None)
    with time_machine.travel(noon(2036, 7, 1)):
        daily.call_local()
        assert send_due() == 1
        client = Client()
        client.force_login(teen)
        page = client.get(reverse("forum:notices")).content.decode()
        assert "You are 26 now" in page
        home = client.get(reverse("home")).content.decode()
        assert "Goodbye, and thank you" in home
        assert client.get(reverse("forum:boards")).status_code == 404
        assert notices_for(viewer_of(teen, at=noon(2036, 7, 2))).count() == 2
    assert mailoutbox[0].to == [teen.email]


def test_the_command_does_the_same_and_says_so(teen, capsys):
    with time_machine.travel(noon(2026, 7, 1)):
        call_command("daily")
        call_command("daily")
    assert capsys.readouterr().out.splitlines()[0::3] == ["1 ages", "0 ages"]


def test_the_stages_are_in_the_order_of_age_and_fit_the_column() -> None:
    assert [entry.age for entry in STAGES] == sorted(entry.age for entry in STAGES)
    longest = max(len(entry.name) for entry in STAGES)
    assert longest <= User._meta.get_field("age_stage").max_length


# Older posts -------------------------------------------------------------------------------------


@pytest.fixture
def wren(texts: None) -> User:
    """Grew up here: joined at 14, is 19 now."""
    user = make_member("wren", age=19, joined_at=timezone.now() - 5 * 365 * DAY)
    return user


@pytest.fixture
def writings(wren: User) -> dict[str, Post]:
    """An old thread with a friend's reply, an old reply, a new thread, an old one that waits."""
    board, friend = make_board("everyday"), make_member("friend")
    old = timezone.now() - 4 * 365 * DAY
    thread = publish_thread(wren, board, title="Old", text="Old words.", at=old)
    publish_reply(friend, thread, text="A friend's words.", at=old)
    other = publish_thread(friend, board, title="Other", text="Other words.", at=old)
    return {
        "opening": Post.objects.get(thread=thread, is_opening=True),
        "reply": publish_reply(wren, other, text="My old reply.", at=old),
        "friend": Post.objects.get(text="A friend's words."),
        "new": Post.objects.get(thread=publish_thread(wren, board, title="New", text="New words.")),
        "waiting": submit_thread(
            wren, board, title="Dose", text="You should take 12 units.", at=old
        ),
    }


def statuses(writings: dict[str, Post]) -> dict[str, str]:
    return {name: Post.objects.get(pk=post.pk).status for name, post in writings.items()}


def test_older_posts_are_withdrawn_and_newer_ones_and_those_of_others_stay(wren, writings):
    assert writings["waiting"].status == Status.HELD
    outcome = withdraw_older(author=wren, before=timezone.now() - 365 * DAY)
    assert (outcome.gone, outcome.waiting) == (2, 1)
    assert statuses(writings) == {
        "opening": Status.WITHDRAWN,
        "reply": Status.WITHDRAWN,
        "friend": Status.PUBLISHED,
        "new": Status.PUBLISHED,
        "waiting": Status.HELD,
    }
    assert wrong_rows() == []
    assert withdraw_older(author=wren, before=timezone.now() - 365 * DAY).gone == 0


def test_older_posts_are_taken_back_from_professionals_with_what_follows(wren, writings):
    assert narrow_older(author=wren, before=timezone.now() - 365 * DAY) == 4
    audiences = dict(Post.objects.values_list("pk", "audience"))
    assert audiences[writings["opening"].pk] == Audience.PEERS
    assert audiences[writings["friend"].pk] == Audience.PEERS  # a reply in a peers-only thread
    assert audiences[writings["new"].pk] == Audience.COMMUNITY
    assert wrong_rows() == []


def test_the_page_offers_the_birthdays_since_joining(wren):
    client = Client()
    client.force_login(wren)
    page = client.get(reverse("forum:older_posts")).content.decode()
    assert "What I wrote before I was 16" in page
    assert "What I wrote before I was 18" in page
    newcomer = make_member("newcomer", age=19)
    client.force_login(newcomer)
    page = client.get(reverse("forum:older_posts")).content.decode()
    assert "before I was" not in page
    assert "All I wrote so far" in page


def test_deleting_asks_for_one_tick_more(wren, writings):
    client = Client()
    client.force_login(wren)
    data = {"until": day_of_turning(wren, 16).isoformat(), "what": "delete"}
    page = client.post(reverse("forum:older_posts"), data).content.decode()
    assert "Tick this if you want to delete them." in page
    assert statuses(writings)["opening"] == Status.PUBLISHED
    done = client.post(reverse("forum:older_posts"), {**data, "sure": "on"}, follow=True)
    text = done.content.decode()
    assert "2 posts are deleted. 1 post waits for our team to look at it." in text
    assert statuses(writings)["opening"] == Status.WITHDRAWN
    assert statuses(writings)["new"] == Status.PUBLISHED


def test_a_day_that_is_not_offered_is_refused(wren, writings):
    client = Client()
    client.force_login(wren)
    data = {"until": "2030-01-01", "what": "peers"}
    assert "Error:" in client.post(reverse("forum:older_posts"), data).content.decode()
