"""First steps: a calm list from facts, for new members, gone for good when they like."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import HcpChoice, Role, User
from accounts.viewer import viewer_of
from forum.actions.first_steps import opened_lesson, put_away
from forum.models import FirstSteps
from forum.queries.boards import boards_for
from forum.queries.first_steps import FEW_POSTS, Step, first_steps
from tests.factories import (
    make_board,
    make_hcp,
    make_member,
    make_staff,
    publish_reply,
    publish_thread,
    submit_thread,
)
from tests.seasoned import make_seasoned

pytestmark = [pytest.mark.usefixtures("texts"), pytest.mark.one_database]
BOARDS = reverse("forum:boards")
DO = reverse("forum:first_steps")
TITLE = "first steps"


@pytest.fixture(autouse=True)
def hello(texts: None):
    return make_board("welcome")


@pytest.fixture
def new() -> User:
    return make_member("new", choice="")


def browser_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def steps_of(user: User) -> dict[Step, bool]:
    user.refresh_from_db()
    viewer = viewer_of(user)
    return {row.step: row.is_done for row in first_steps(viewer, user, boards_for(viewer))}


def test_each_line_follows_from_a_fact(new, hello):
    assert steps_of(new) == dict.fromkeys(Step, False)
    thread = publish_thread(make_seasoned("host", board=hello), hello, title="T", text="Words.")
    client = browser_of(new)
    client.get(reverse("forum:thread", args=[thread.public_id]))
    assert steps_of(new)[Step.LOOK]
    User.objects.filter(pk=new.pk).update(hcp_choice=HcpChoice.NONE)
    assert steps_of(new)[Step.READERS]
    assert client.post(DO, {"do": "judge"})["Location"] == reverse("guides:judge")
    assert steps_of(new)[Step.JUDGE]
    # A hello that still waits for a look is said.
    submit_thread(new, hello, title="Hello", text="Hello all.")
    assert steps_of(new)[Step.HELLO]
    assert TITLE in client.get(BOARDS).content.decode()
    assert client.post(DO, {"do": "helpline"})["Location"] == reverse("guides:help_now")
    assert steps_of(new) == {}
    assert TITLE not in client.get(BOARDS).content.decode()


def test_it_is_put_away_for_good(new):
    client = browser_of(new)
    assert TITLE in client.get(BOARDS).content.decode()
    assert client.post(DO, {"do": "hide"})["Location"] == BOARDS
    assert TITLE not in client.get(BOARDS).content.decode()
    assert TITLE not in browser_of(new).get(BOARDS).content.decode()


def test_the_first_moment_stays(new):
    assert opened_lesson(user=new)
    first = FirstSteps.objects.get(user=new).judged_at
    assert not opened_lesson(user=new)
    assert FirstSteps.objects.get(user=new).judged_at == first
    assert put_away(user=new)
    assert not put_away(user=new)


def test_who_has_written_a_few_posts_gets_no_list(new, hello):
    thread = publish_thread(make_seasoned("host", board=hello), hello, title="T", text="Words.")
    for number in range(FEW_POSTS):
        assert steps_of(new)
        publish_reply(new, thread, text=f"Hello {number}.")
    assert steps_of(new) == {}


def test_staff_and_professionals_get_none_and_cannot_press_it():
    for user in (
        make_hcp("nurse"),
        make_staff("mo", Role.MODERATOR),
        make_staff("ada", Role.ADMIN),
    ):
        assert TITLE not in browser_of(user).get(BOARDS).content.decode()
        assert browser_of(user).post(DO, {"do": "hide"}).status_code == 404
    assert not FirstSteps.objects.exists()


def test_nonsense_and_reading_change_nothing(new):
    client = browser_of(new)
    assert client.get(DO).status_code == 405
    assert client.post(DO, {"do": "nonsense"}).status_code == 404
    assert not FirstSteps.objects.exists()


def test_without_a_board_for_hellos_the_step_is_left_out(new, hello):
    hello.slug = "elsewhere"
    hello.save()
    assert Step.HELLO not in steps_of(new)
    assert "Say hello" not in browser_of(new).get(BOARDS).content.decode()


@pytest.mark.both_databases
def test_it_costs_those_who_know_the_place_one_short_question(new, hello):
    seasoned = make_seasoned("host", board=hello)
    thread = publish_thread(seasoned, hello, title="T", text="Words.")
    for number in range(FEW_POSTS):
        publish_reply(seasoned, thread, text=f"Hello {number}.")
    boards = list(boards_for(viewer_of(new)))
    for user, most in ((seasoned, 1), (new, 3)):
        viewer = viewer_of(user)
        with CaptureQueriesContext(connection) as captured:
            first_steps(viewer, user, boards)
        assert len(captured) <= most
