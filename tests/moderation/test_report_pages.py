"""Reporting, and following a report."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.ids import new_public_id
from accounts.models import Role, User
from forum.models import Board, Post
from moderation.actions.reporting import file_report
from moderation.models import Category, Report
from tests.factories import (
    make_board,
    make_member,
    make_staff,
    publish_thread,
)

pytestmark = [pytest.mark.usefixtures("texts"), pytest.mark.one_database]

REPORT = reverse("moderation:report")
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
