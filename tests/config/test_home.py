"""The front door, the demo's way in, and the mails that lead here."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core import mail
from django.template.loader import render_to_string
from django.test import Client
from django.urls import include, path, reverse
from django.utils import timezone

from accounts.models import Role
from config import urls as usual
from config.demo.personas import PERSONAS
from forum.actions.notices import notify
from forum.mail import send_due
from forum.models import NoticeKind
from tests.factories import make_hcp, make_member, make_staff_without_mfa
from tests.readability import MAX_GRADE, MAX_WORDS_IN_SENTENCE, main_text, measure

pytestmark = pytest.mark.one_database

HOME = reverse("home")
OK, NOT_HERE = 200, 404
TEMPLATES = Path(settings.BASE_DIR) / "templates"
SUBJECTS = sorted(
    str(path.relative_to(TEMPLATES)) for path in TEMPLATES.glob("*/email/*_subject.txt")
)

# Addresses with those of the demo, which are there only with DEMO=1.
urlpatterns = [*usual.urlpatterns, path("demo/", include("config.demo.urls"))]
handler404 = usual.handler404


def text_of(response) -> str:
    return response.content.decode()


def test_guests_read_what_this_is_and_how_to_join_or_sign_in(client, db):
    page = text_of(client.get(HOME))
    main = page[page.index("<main") :]
    for name in ("account_signup", "account_login", "guides:help_now", "accounts:rules"):
        assert f'href="{reverse(name)}"' in main
    assert "Type 1 diabetes" in page


def test_the_front_door_is_the_page_that_web_searches_may_show(client, db):
    assert "noindex" not in text_of(client.get(HOME))
    assert "noindex" in text_of(client.get(reverse("moderation:report")))


def test_the_front_door_is_easy_to_read(client, db):
    reading = measure(main_text(text_of(client.get(HOME))))
    assert reading.grade <= MAX_GRADE
    assert reading.longest_words <= MAX_WORDS_IN_SENTENCE, reading.longest


def test_members_go_straight_to_the_boards(client, db):
    client.force_login(make_member("wren"))
    assert client.get(HOME)["Location"] == reverse("forum:boards")


@pytest.mark.parametrize(
    "barrier,words",
    [
        ("suspended", "Your account is paused"),
        ("mfa_missing", "One more step"),
        ("hcp_not_current", "Your check is not in place"),
        ("no_age_group", "This place is for people from 13 to 25"),
        ("outgrown", "Goodbye, and thank you"),
    ],
)
def test_whoever_may_not_read_is_told_why_at_the_door_and_on_pages_that_are_not_there(
    texts, client, barrier, words
):
    person = {
        "suspended": lambda: make_member(
            "wren", suspended_until=timezone.now() + timedelta(days=3)
        ),
        "mfa_missing": lambda: make_staff_without_mfa("kim", Role.MODERATOR),
        "hcp_not_current": lambda: make_hcp("nurse", expires_at=timezone.now()),
        "no_age_group": lambda: make_member("finch", age=11),
        "outgrown": lambda: make_member("finch", age=26),
    }[barrier]()
    client.force_login(person)
    page = text_of(client.get(HOME))
    assert words in page
    assert "noindex" in page
    assert reverse("account_signup") not in page
    closed = client.get(reverse("forum:boards"))
    if barrier == "mfa_missing":
        assert closed["Location"] == reverse("mfa_index")
    else:
        assert closed.status_code == NOT_HERE
        assert words in text_of(closed)


def test_a_page_that_is_not_there_says_nothing_about_accounts_in_good_standing(client, db):
    client.force_login(make_member("wren"))
    page = client.get(reverse("forum:board", args=["no-such-board"]))
    assert page.status_code == NOT_HERE
    assert "Your account is paused" not in text_of(page)
    assert f'href="{reverse("forum:boards")}"' in text_of(page)


def test_without_the_demo_there_is_no_way_into_it(client, db):
    assert client.get("/demo/").status_code == NOT_HERE
    assert "demo" not in text_of(client.get(HOME)).lower()


@pytest.fixture
def demo(settings, db: None) -> None:
    """The site as it is with DEMO=1."""
    settings.DEMO = True
    settings.ROOT_URLCONF = __name__


def test_the_demo_page_has_one_button_for_each_of_its_people(demo, client):
    page = text_of(client.get("/demo/"))
    for persona in PERSONAS:
        assert page.count(f'name="persona" value="{persona.name}"') == 1
        assert str(persona.about) in page


def test_one_click_signs_in_as_one_of_the_people_of_the_demo(demo, client):
    make_member("peer_open")
    assert 'href="/demo/"' in text_of(client.get(HOME))
    client.post("/demo/sign-in/", {"persona": "peer_open"})
    assert client.get(HOME)["Location"] == reverse("forum:boards")
    assert "You are peer_open now." in text_of(client.get("/demo/"))


def test_the_demo_signs_nobody_in_who_is_not_one_of_its_people(demo, client):
    make_member("wren")
    assert client.post("/demo/sign-in/", {"persona": "wren"}).status_code == NOT_HERE
    assert client.get(HOME).status_code == OK


# Mails -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("template", SUBJECTS)
def test_no_subject_of_a_mail_says_what_this_place_is_about(template):
    subject = render_to_string(template, {"code": "123456"})
    assert len(subject.strip().splitlines()) == 1
    assert "diabet" not in subject.lower()
    assert "123456" not in subject


def test_the_mail_about_a_notice_has_an_address_and_no_content(db):
    member = make_member("wren")
    notify(
        recipient=member,
        kind=NoticeKind.DECISION,
        message="Your post about needles & insulin was hidden.",
        same_as="decision:x",
        at=timezone.now(),
    )
    assert send_due() == 1
    (message,) = mail.outbox
    assert settings.SITE_URL + reverse("forum:notices") in message.body
    for word in ("insulin", "hidden", "wren", "diabet", "&amp;"):
        assert word not in f"{message.subject}\n{message.body}"


def test_the_code_to_sign_in_comes_by_mail_in_plain_words(db):
    member = make_member("wren")
    Client().post(reverse("account_request_login_code"), {"email": member.email})
    (message,) = mail.outbox
    assert message.subject == "Your code to sign in"
    code = next(line for line in message.body.splitlines() if line.isdigit())
    assert code not in message.subject
    assert "diabet" not in message.body.lower()
    assert message.body.rstrip().endswith("testserver")
