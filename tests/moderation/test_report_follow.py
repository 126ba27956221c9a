"""Following a report: finding it, the talk, adding, taking back, and what comes after."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.ids import new_public_id
from accounts.models import Block, CutOff, Role, User
from forum.models import Post
from moderation.actions.cases import open_case
from moderation.actions.reporting import ask_reporter, file_report, write_to_reporter
from moderation.models import Category, Report, ReportStatus
from moderation.report_drafts import ACCESS_LASTS
from moderation.views.reports import MOST_GUESSES, MOST_UNREAD
from tests.factories import (
    make_board,
    make_hcp,
    make_member,
    make_staff,
    publish_reply,
    publish_thread,
)
from tests.moderation.desk import settle

pytestmark = [pytest.mark.usefixtures("texts"), pytest.mark.one_database]

STATUS = reverse("moderation:report_status")
NOT_HERE, TOO_MANY = 404, 429


@pytest.fixture
def reporter(db: None) -> User:
    return make_member("robin")


@pytest.fixture
def admin(db: None) -> User:
    return make_staff("ada", Role.ADMIN)


@pytest.fixture
def post(db: None) -> Post:
    author = make_member("wren")
    board = make_board("feelings")
    return publish_thread(author, board, title="Dinner", text="Eat less.").posts.get()


@pytest.fixture
def unnamed(db: None) -> Report:
    return file_report(category=Category.BULLYING, submission_key="unnamed", words="They hit me.")


@pytest.fixture
def own(reporter: User, post: Post) -> Report:
    return file_report(
        category=Category.BULLYING,
        submission_key="own",
        reporter=reporter,
        post=post,
        words="It hurts.",
    )


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def text_of(response) -> str:
    return response.content.decode()


def act(report: Report, name: str) -> str:
    return reverse(f"moderation:{name}", args=[report.number])


def look_up(client: Client, number: str, key: str):
    return client.post(STATUS, {"number": number, "key": key})


def with_key(report: Report) -> Client:
    """A browser that was given number and key."""
    client = Client()
    assert look_up(client, report.number, report.key)["Location"] == act(report, "followed")
    return client


def decided(report: Report, admin: User) -> None:
    case = open_case(report=report, admin=admin)
    settle(case, admin, message="We read it and acted.")
    report.refresh_from_db()


# Finding it --------------------------------------------------------------------------------------


def test_number_and_key_open_it_and_show_no_words_of_the_reporter(unnamed):
    page = text_of(with_key(unnamed).get(act(unnamed, "followed")))
    assert "Received" in page
    assert "Bullying or hate" in page
    assert "They hit me." not in page


@pytest.mark.parametrize(
    "typed",
    [
        lambda number, key: (f" {number.lower()} ", f" {key.lower()} "),
        lambda number, key: (number[2:], f"{key[:4]}-{key[4:8]}-{key[8:]}"),
        lambda number, key: (number.replace("-", " "), f"{key[:6]} {key[6:]}"),
    ],
)
def test_they_can_be_typed_in_many_ways(client, unnamed, typed):
    number, key = typed(unnamed.number, unnamed.key)
    assert look_up(client, number, key).status_code == 302


@pytest.mark.parametrize("key", ["AAAAAAAAAAAA", "", "ключ"])
def test_a_wrong_key_shows_nothing_of_it(client, unnamed, key):
    page = text_of(look_up(client, unnamed.number, key))
    assert "<title>Error:" in page
    assert "Bullying" not in page
    assert 'name="key"' in page


def test_a_wrong_key_and_a_wrong_number_are_answered_alike(client, unnamed):
    answers = set()
    for number in (unnamed.number, "R-AAAA-AAAA"):
        page = text_of(look_up(client, number, "AAAAAAAAAAAA"))
        assert "We found no report with this number and key." in page
        answers.add(re.sub(r'value="[^"]*"', "", page))
    assert len(answers) == 1


def test_many_guesses_slow_one_number_down_and_lock_nobody_out(client, unnamed):
    now = timezone.now().replace(minute=1)
    with time_machine.travel(now, tick=False) as clock:
        for _ in range(MOST_GUESSES):
            assert look_up(client, "R-AAAA-AAAA", "AAAAAAAAAAAA").status_code == 200
        look_up(client, "R-AAAA-AAAA", "AAAAAAAAAAAA")
        slowed = look_up(client, "R-AAAA-AAAA", "CCCCCCCCCCCC")
        assert slowed.status_code == TOO_MANY
        assert "Please wait five seconds" in text_of(slowed)
        # Another number, from the same network, at the same moment.
        assert look_up(client, unnamed.number, unnamed.key).status_code == 302
        clock.shift(6)
        assert look_up(client, "R-AAAA-AAAA", "CCCCCCCCCCCC").status_code == 200


def test_a_broken_cache_keeps_nobody_from_their_report(client, unnamed, monkeypatch):
    def fail(*args: object, **kwargs: object) -> None:
        raise OSError("broken on purpose")

    for name in ("get", "set", "add"):
        monkeypatch.setattr(cache._connections["default"], name, fail)
    assert look_up(client, unnamed.number, unnamed.key).status_code == 302


def test_a_browser_may_open_it_for_the_visit_and_no_other_may_at_all(client, unnamed):
    browser = with_key(unnamed)
    assert client.get(act(unnamed, "followed"))["Location"] == STATUS
    with time_machine.travel(timezone.now() + timedelta(seconds=ACCESS_LASTS + 60)):
        assert browser.get(act(unnamed, "followed"))["Location"] == STATUS


def test_leaving_now_closes_it(unnamed):
    browser = with_key(unnamed)
    browser.post(reverse("accounts:leave_now"))
    assert browser.get(act(unnamed, "followed"))["Location"] == STATUS


ACTS = [
    "report_answer",
    "report_add",
    "report_take_back",
    "report_rate",
    "report_look_again",
    "report_hide",
    "report_meet_again",
]


@pytest.mark.parametrize("name", ACTS)
def test_nobody_does_anything_with_the_report_of_another(own, unnamed, name):
    somebody = signed_in(make_member("somebody"))
    for report in (own, unnamed):
        assert somebody.post(act(report, name)).status_code == NOT_HERE


# What it says ------------------------------------------------------------------------------------


def test_it_says_when_we_aim_to_read_it_and_is_sorry_when_that_is_over(own, reporter):
    client = signed_in(reporter)
    assert "We aim to read it by" in text_of(client.get(act(own, "own_report")))
    Report.objects.update(due_at=timezone.now() - timedelta(minutes=1))
    page = text_of(client.get(act(own, "own_report")))
    assert "This takes longer than we want" in page
    assert "We aim to read it by" not in page


def test_a_question_of_the_desk_is_answered_on_the_page(own, reporter, admin):
    ask_reporter(report=own, admin=admin, text="When was it?")
    client = signed_in(reporter)
    page = text_of(client.get(act(own, "own_report")))
    assert "We have a question for you" in page
    assert "When was it?" in page
    assert admin.pseudonym not in page
    sent = {"key": new_public_id(), "text": "On Monday."}
    for _ in range(2):
        answer = client.post(act(own, "report_answer"), sent)
        assert answer["Location"] == act(own, "own_report")
    own.refresh_from_db()
    assert own.status == ReportStatus.READ
    assert own.messages.filter(from_desk=False).count() == 1


def test_a_message_is_new_once(own, reporter, admin):
    write_to_reporter(report=own, admin=admin, text="We are on it.")
    client = signed_in(reporter)
    pages = [text_of(client.get(act(own, "own_report"))) for _ in range(2)]
    assert [">New<" in page for page in pages] == [True, False]


def test_an_empty_message_is_refused_at_the_field(unnamed):
    page = text_of(with_key(unnamed).post(act(unnamed, "report_answer"), {"text": " "}))
    assert "Write something first." in page
    assert "<title>Error:" in page


def test_so_many_unread_messages_wait_until_they_are_read(unnamed):
    client = with_key(unnamed)
    for number in range(MOST_UNREAD):
        sent = {"key": new_public_id(), "text": f"Message {number}."}
        assert client.post(act(unnamed, "report_answer"), sent).status_code == 302
    page = client.post(act(unnamed, "report_answer"), {"key": new_public_id(), "text": "Last."})
    assert f"We have {MOST_UNREAD} messages of yours" in text_of(page)
    assert "Last." in text_of(page)
    assert unnamed.messages.count() == MOST_UNREAD


def test_posts_can_be_added_later_by_whoever_sees_them(own, reporter, post):
    reply = publish_reply(post.author, post.thread, text="Much less.")
    client = signed_in(reporter)
    assert "Much less." in text_of(client.get(act(own, "report_add")))
    client.post(act(own, "report_add"), {"posts": [reply.public_id]})
    assert own.evidence.count() == 2
    assert "Much less." not in text_of(client.get(act(own, "own_report")))
    assert "Much less." not in text_of(with_key(own).get(act(own, "report_add")))


# Its end -----------------------------------------------------------------------------------------


def test_it_is_taken_back_after_one_question(own, reporter):
    client = signed_in(reporter)
    assert "Then we close it" in text_of(client.get(act(own, "report_take_back")))
    client.post(act(own, "report_take_back"))
    own.refresh_from_db()
    assert own.status == ReportStatus.CLOSED
    assert "This report is closed." in text_of(client.get(act(own, "own_report")))


def test_where_somebody_may_be_in_danger_it_is_said_that_we_may_go_on(db):
    report = file_report(category=Category.GROOMING_OR_THREAT, submission_key="k")
    client = with_key(report)
    assert "we may still look into it" in text_of(client.get(act(report, "report_take_back")))
    client.post(act(report, "report_take_back"))
    assert "we may still look into it" in text_of(client.get(act(report, "followed")))


def test_the_outcome_can_be_rated_and_the_rating_changed(own, reporter, admin):
    client = signed_in(reporter)
    rating = {"handled_well": "no", "feedback": "Too slow."}
    assert client.post(act(own, "report_rate"), rating).status_code == NOT_HERE
    decided(own, admin)
    client.post(act(own, "report_rate"), rating)
    client.post(act(own, "report_rate"), {"handled_well": "partly", "feedback": "Slow."})
    own.refresh_from_db()
    assert (own.handled_well, own.feedback) == ("partly", "Slow.")
    page = text_of(client.get(act(own, "own_report")))
    assert "We read it and acted." in page
    assert "Slow." in page


def test_somebody_uninvolved_can_be_asked_to_look_again(own, reporter, admin):
    client = signed_in(reporter)
    assert "Ask for another look" not in text_of(client.get(act(own, "own_report")))
    sent = {"key": new_public_id(), "words": "You missed it."}
    assert client.post(act(own, "report_look_again"), sent).status_code == NOT_HERE
    decided(own, admin)
    assert "Ask for another look" in text_of(client.get(act(own, "own_report")))
    place = client.post(act(own, "report_look_again"), sent)["Location"]
    complaint = Report.objects.get(complaint_about=own)
    assert complaint.number in place
    assert client.get(place).status_code == 200
    assert complaint.number in text_of(client.get(act(own, "own_report")))


def test_a_signed_out_reporter_complains_with_their_key(unnamed, admin):
    decided(unnamed, admin)
    client = with_key(unnamed)
    sent = {"key": new_public_id(), "words": "No."}
    place = client.post(act(unnamed, "report_look_again"), sent)["Location"]
    complaint = Report.objects.get(complaint_about=unnamed)
    assert complaint.key in text_of(client.get(place))


def test_the_reported_person_can_be_hidden_later(own, reporter, post):
    client = signed_in(reporter)
    assert "Hide wren?" in text_of(client.get(act(own, "own_report")))
    client.post(act(own, "report_hide"))
    assert Block.objects.filter(blocker=reporter, blocked=post.author).exists()


def test_a_reported_professional_can_be_met_again_only_after_all_is_decided(reporter, admin):
    nurse = make_hcp("nurse")
    report = file_report(
        category=Category.HCP_BOUNDARY, submission_key="k", reporter=reporter, about=nurse
    )
    client = signed_in(reporter)
    assert "See each other again" not in text_of(client.get(act(report, "own_report")))
    client.post(act(report, "report_meet_again"))
    assert CutOff.objects.exists()
    decided(report, admin)
    assert "See each other again" in text_of(client.get(act(report, "own_report")))
    client.post(act(report, "report_meet_again"))
    assert not CutOff.objects.exists()
