"""A rest from hard topics, and a gentle word when it gets much."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role, User
from accounts.viewer import viewer_of
from forum.models import Board, Notice, Post
from moderation.models import HardItem, Workbench
from moderation.queue import free_tickets_for, open_item, tickets_for
from moderation.wellbeing import MANY_A_DAY, MANY_AN_HOUR, exposure_of, set_away
from moderation.worklist import Filters, waiting, work_page
from tests.factories import make_board, make_member, make_staff, submit_thread

pytestmark = [pytest.mark.usefixtures("texts"), pytest.mark.one_database]

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
PAGE = reverse("moderation:wellbeing")
QUEUE = reverse("moderation:queue")
HARD = [
    "I want to die and I have a plan.",
    "I have been skipping my insulin to lose weight.",
    "You are pathetic, go and kill yourself.",
]


@pytest.fixture
def board(db: None) -> Board:
    return make_board("feelings")


@pytest.fixture
def author(db: None) -> User:
    return make_member("wren")


@pytest.fixture
def kim(db: None) -> User:
    return make_staff("kim", Role.MODERATOR)


@pytest.fixture
def robin(db: None) -> User:
    return make_staff("robin", Role.MODERATOR)


@pytest.fixture
def easy(author: User, board: Board) -> Post:
    return submit_thread(author, board, title="Socks", text="My sensor came off in my sock.")


@pytest.fixture
def hard(author: User, board: Board) -> list[Post]:
    return [submit_thread(author, board, title="Hm", text=text) for text in HARD]


def away(user: User, hours: int = 4) -> None:
    set_away(reviewer=user, until=timezone.now() + timedelta(hours=hours))


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_crisis_eating_and_abuse_are_hard_and_the_rest_is_not(easy, hard):
    assert [post.review_hard for post in hard] == [True, True, True]
    assert not easy.review_hard


def test_while_away_hard_posts_leave_no_trace_in_list_counts_and_next(kim, robin, easy, hard):
    only_easy = Post.objects.filter(pk=easy.pk)
    assert len(tickets_for(viewer_of(kim))) == 1 + len(hard)
    away(kim)
    viewer, now = viewer_of(kim), timezone.now()
    page = work_page(viewer, Filters(), at=now)
    assert page.rows == list(only_easy)
    assert (page.total, page.wanted, waiting(viewer, Filters(), at=now)) == (1, 1, 1)
    assert [option.value for option in page.options["severity"]] == ["2"]
    assert free_tickets_for(viewer, at=now).first() == easy
    assert open_item(viewer, kim, hard[0].public_id) is None
    client = signed_in(kim)
    assert "1 post waits" in client.get(QUEUE).content.decode()
    assert client.get(reverse("moderation:item", args=[hard[0].public_id])).status_code == 404


def test_a_world_with_hard_posts_looks_like_one_without_to_somebody_who_is_away(
    kim, robin, easy, author, board
):
    client = signed_in(kim)
    with time_machine.travel(NOON, tick=False):
        away(kim)
        before = client.get(QUEUE).content
        for text in HARD:
            submit_thread(author, board, title="Hm", text=text)
        after = client.get(QUEUE).content
    strip = [line for line in before.splitlines() if b"csrf" not in line]
    assert strip == [line for line in after.splitlines() if b"csrf" not in line]


def test_others_still_get_them(kim, robin, hard):
    away(kim)
    assert set(tickets_for(viewer_of(robin))) == set(hard)


def test_the_rest_ends_by_itself(kim, robin, hard):
    away(kim, hours=1)
    now = timezone.now()
    assert not tickets_for(viewer_of(kim), at=now).exists()
    assert tickets_for(viewer_of(kim), at=now + timedelta(hours=2)).count() == len(hard)


def test_the_admins_are_told_when_nobody_else_is_there(kim, hard):
    admin = make_staff("lead", Role.ADMIN)
    away(admin)
    assert not Notice.objects.filter(recipient=admin).exists()  # Kim is there
    away(kim)
    told = Notice.objects.get(recipient=admin)
    assert "Nobody is there for hard posts" in told.message
    assert "kim" not in told.message


def test_nobody_is_told_while_somebody_else_is_there(kim, robin):
    make_staff("lead", Role.ADMIN)
    away(kim)
    assert not Notice.objects.exists()


def test_hard_posts_stay_with_an_admin_when_everybody_is_away(kim, hard):
    admin = make_staff("lead", Role.ADMIN)
    away(admin)
    assert not tickets_for(viewer_of(admin)).exists()
    away(kim)
    assert not tickets_for(viewer_of(kim)).exists()
    assert set(tickets_for(viewer_of(admin))) == set(hard)


def test_the_page_sets_a_rest_and_ends_it(kim, robin):
    client = signed_in(kim)
    with time_machine.travel(NOON, tick=False):
        client.post(PAGE, {"lasts": "24"})
        assert Workbench.objects.get().away_until == NOON + timedelta(days=1)
        assert "You get no hard posts until" in client.get(PAGE).content.decode()
        client.post(PAGE, {"do": "back"})
    assert Workbench.objects.get().away_until is None


def test_a_rest_until_a_day_lasts_to_its_end(kim, robin):
    with time_machine.travel(NOON, tick=False):
        signed_in(kim).post(PAGE, {"lasts": "day", "day": "2026-03-04"})
        until = timezone.localtime(Workbench.objects.get().away_until)
    assert (until.date().isoformat(), until.hour) == ("2026-03-05", 0)


@pytest.mark.parametrize("day", ["", "2026-03-01", "2026-06-01", "soon"])
def test_a_day_that_cannot_be_is_said_at_the_field(day, kim):
    with time_machine.travel(NOON, tick=False):
        answer = signed_in(kim).post(PAGE, {"lasts": "day", "day": day})
    assert answer.status_code == 422
    assert 'id="id_day_error"' in answer.content.decode()
    assert not Workbench.objects.exists()


# When it gets much -------------------------------------------------------------------------------


def test_a_hard_post_counts_once_a_day_and_an_easy_one_not_at_all(kim, easy, hard):
    viewer = viewer_of(kim)
    for post in (easy, hard[0], hard[0]):
        open_item(viewer, kim, post.public_id)
    assert HardItem.objects.get().post == hard[0]


@pytest.mark.parametrize(
    "number, apart, is_much",
    [
        (MANY_AN_HOUR - 1, timedelta(minutes=1), False),
        (MANY_AN_HOUR, timedelta(minutes=1), True),
        (MANY_AN_HOUR, timedelta(minutes=30), False),
        (MANY_A_DAY, timedelta(minutes=30), True),
    ],
)
def test_it_is_much_after_five_in_an_hour_or_ten_a_day(number, apart, is_much, kim, author, board):
    for n in range(number):
        post = submit_thread(author, board, title="Hm", text=HARD[0])
        moment = NOON - n * apart
        HardItem.objects.create(
            reviewer=kim, post=post, opened_at=moment, day=timezone.localdate(moment)
        )
    assert exposure_of(kim, at=NOON).is_much is is_much


def test_the_word_is_gentle_stops_nobody_and_is_for_the_person_alone(kim, robin, author, board):
    client = signed_in(kim)
    for n in range(MANY_AN_HOUR + 1):
        post = submit_thread(author, board, title="Hm", text=HARD[0])
        page = client.get(reverse("moderation:item", args=[post.public_id]))
        assert page.status_code == 200
        assert ("A short break" in page.content.decode()) == (n + 1 >= MANY_AN_HOUR)
    assert "A short break" in client.get(QUEUE).content.decode()
    assert "A short break" not in signed_in(robin).get(QUEUE).content.decode()
