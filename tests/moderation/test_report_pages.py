"""Reporting, and following a report."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from accounts.ids import new_public_id
from accounts.models import HcpChoice, Role, User
from forum.models import Audience, Board, Post
from moderation.actions.reporting import file_report
from moderation.models import Category, Report
from tests.factories import (
    make_board,
    make_hcp,
    make_member,
    make_staff,
    publish_thread,
)

pytestmark = pytest.mark.usefixtures("texts")

REPORT = reverse("moderation:report")
SENT = reverse("moderation:report_sent")
STATUS = reverse("moderation:report_status")
OWN = reverse("moderation:own_reports")
NOT_HERE = 404
MANY_POSTS = 3


@pytest.fixture
def board(db: None) -> Board:
    return make_board("feelings")


@pytest.fixture
def author(db: None) -> User:
    return make_member("wren")


@pytest.fixture
def reporter(db: None) -> User:
    return make_member("robin")


@pytest.fixture
def admin(db: None) -> User:
    return make_staff("ada", Role.ADMIN)


@pytest.fixture
def post(author: User, board: Board) -> Post:
    thread = publish_thread(author, board, title="Dinner", text="Just take what I take.")
    return thread.posts.get()


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def words(category: Category = Category.BULLYING, **fields: str) -> dict[str, str]:
    return {"key": new_public_id(), "category": category.value, "words": "", **fields}


def report_on(
    post: Post | None,
    reporter: User | None,
    *,
    category: Category = Category.DANGEROUS_ADVICE,
    words: str = "This worries me.",
    contact: str = "",
) -> Report:
    return file_report(
        category=category,
        submission_key=new_public_id(),
        reporter=reporter,
        post=post,
        words=words,
        contact=contact,
    )


def text_of(response) -> str:
    return response.content.decode()


# Reporting -------------------------------------------------------------------------------------


def test_help_now_stands_above_the_report_form(client, db):
    page = text_of(client.get(REPORT))
    main = page[page.index("<main") :]
    assert main.index(reverse("guides:help_now")) < main.index('name="category"')


def test_a_report_without_an_account_gives_a_number_and_a_key_that_open_its_status(client, db):
    answer = client.post(REPORT, words(words="Someone keeps asking for my number."))
    assert answer["Location"] == SENT
    report = Report.objects.get()
    page = text_of(client.get(SENT))
    number = re.search(r"R-\w{4}-\w{4}", page)
    assert number is not None
    assert number.group() == report.number
    assert report.key in page
    elsewhere = Client()
    status = text_of(elsewhere.post(STATUS, {"number": report.number, "key": report.key}))
    assert "Received" in status
    assert "Bullying or hate" in status
    assert "asking for my number" not in status


def test_number_and_key_may_be_typed_in_small_letters_with_spaces_around(client, db):
    report = report_on(None, None)
    page = client.post(
        STATUS, {"number": f" {report.number.lower()} ", "key": f" {report.key.lower()} "}
    )
    assert "Received" in text_of(page)


@pytest.mark.parametrize("key", ["AAAAAAAAAAAA", "", "ключ"])
def test_a_wrong_key_shows_nothing_of_the_report(client, db, key):
    report = report_on(None, None)
    page = text_of(client.post(STATUS, {"number": report.number, "key": key}))
    assert "<title>Error:" in page
    assert "dangerous dose" not in page
    assert 'name="key"' in page


def test_a_wrong_key_and_a_wrong_number_are_answered_alike(client, db):
    report = report_on(None, None)
    answers = {
        re.sub(r'value="[^"]*"', "", text_of(client.post(STATUS, {"number": number, "key": "NO"})))
        for number in (report.number, "R-AAAA-AAAA")
    }
    (answer,) = answers
    assert "We found no report with this number and key." in answer


def test_a_report_needs_a_category_and_keeps_what_was_typed(client, db):
    sent = {"key": new_public_id(), "words": "It is hard to say."}
    page = text_of(client.post(REPORT, sent))
    assert "Pick the one that fits best." in page
    assert 'href="#id_category_0"' in page
    assert "It is hard to say." in page
    assert sent["key"] in page
    assert not Report.objects.exists()


def test_sending_the_same_report_twice_files_it_once(client, db):
    sent = words()
    client.post(REPORT, sent)
    client.post(REPORT, sent)
    assert Report.objects.count() == 1


def test_the_page_after_sending_is_not_there_for_others(client, db):
    report_on(None, None)
    assert client.get(SENT)["Location"] == STATUS


def test_signed_in_people_are_not_asked_for_an_address(reporter):
    assert 'name="contact"' in text_of(Client().get(REPORT))
    assert 'name="contact"' not in text_of(signed_in(reporter).get(REPORT))


def test_a_report_about_a_post_shows_which_one_and_keeps_its_wording(reporter, post):
    client = signed_in(reporter)
    address = reverse("moderation:report_post", args=[post.public_id])
    page = text_of(client.get(address))
    assert "By wren in “Dinner”" in page
    assert "Just take what I take." in page
    client.post(address, words(Category.DANGEROUS_ADVICE))
    report = Report.objects.get()
    assert (report.post, report.reporter) == (post, reporter)
    assert report.revision is not None
    assert report.revision.text == "Just take what I take."


def test_nobody_can_report_their_own_post_or_one_they_cannot_see(author, post, board):
    peers = make_member("lark", choice=HcpChoice.OPEN)
    hidden = publish_thread(
        peers, board, title="Us", text="For us alone.", audience=Audience.PEERS
    ).posts.get()
    own = reverse("moderation:report_post", args=[post.public_id])
    unseen = reverse("moderation:report_post", args=[hidden.public_id])
    assert signed_in(author).get(own).status_code == NOT_HERE
    assert signed_in(make_hcp("nurse")).get(unseen).status_code == NOT_HERE


# One's own reports -----------------------------------------------------------------------------


def test_people_find_the_reports_that_they_sent_and_nobody_elses(reporter, author, post):
    mine = report_on(post, reporter)
    other = report_on(None, author)
    client = signed_in(reporter)
    page = text_of(client.get(OWN))
    assert mine.number in page
    assert other.number not in page
    assert "This worries me." in text_of(
        client.get(reverse("moderation:own_report", args=[mine.number]))
    )
    assert client.get(reverse("moderation:own_report", args=[other.number])).status_code == NOT_HERE


def test_whoever_has_sent_no_report_reads_how_to(reporter):
    page = text_of(signed_in(reporter).get(OWN))
    assert "No reports" in page
    assert page.count(f'href="{REPORT}"') > 1  # the one on every page, and the button here
