"""Announcements reach whom they are for, until they are hidden or over, and cost nothing."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, OperationalError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.announcements import COOKIE, MOST_HIDDEN, MOST_SHOWN, hide, live
from accounts.models import Announcement, AnnouncementAudience, Role, Tone, User
from forum.errors import NotVisible, Refused, StaleVersion
from moderation.actions.announcements import announce, is_our_page, take_down
from moderation.models import AuditEvent
from tests.factories import make_hcp, make_member, make_staff

pytestmark = [pytest.mark.usefixtures("texts"), pytest.mark.one_database]
RULES, HELP = reverse("accounts:rules"), reverse("guides:help_now")
DESK = reverse("moderation:announcements")
WORDS = "The site rests on Sunday."


@pytest.fixture
def admin(db) -> User:
    return make_staff("ada", Role.ADMIN)


def up(admin: User, text: str = WORDS, **changes) -> Announcement:
    now = timezone.now()
    values = {
        "audience": AnnouncementAudience.EVERYBODY,
        "tone": Tone.CALM,
        "starts_at": now,
        "ends_at": now + timedelta(days=2),
    }
    return announce(admin=admin, text=text, **{**values, **changes})


def browser(user: User | None = None) -> Client:
    client = Client()
    if user is not None:
        client.force_login(user)
    return client


def sees(client: Client, words: str = WORDS, at: str = RULES) -> bool:
    return words in client.get(at).content.decode()


# Who sees what -----------------------------------------------------------------------------------


@pytest.mark.both_databases
@pytest.mark.parametrize(
    "audience, readers",
    [
        ("everybody", {"guest", "member", "moderator", "hcp", "admin"}),
        ("members", {"member"}),
        ("staff", {"moderator", "hcp", "admin"}),
    ],
)
def test_an_announcement_reaches_those_whom_it_is_for(admin, audience, readers):
    up(admin, audience=AnnouncementAudience(audience))
    people = {
        "guest": None,
        "member": make_member("fern"),
        "suspended": make_member("moth", suspended_until=timezone.now() + timedelta(days=1)),
        "moderator": make_staff("moss", Role.MODERATOR),
        "hcp": make_hcp("teal"),
        "admin": admin,
    }
    found = {name for name, user in people.items() if sees(browser(user))}
    assert found - {"suspended"} == readers
    assert ("suspended" in found) == (audience == "everybody")


@pytest.mark.both_databases
def test_it_is_shown_from_its_start_to_its_end(admin, time_machine):
    now = timezone.now()
    up(admin, starts_at=now + timedelta(hours=1), ends_at=now + timedelta(hours=2))
    assert not sees(browser())
    time_machine.move_to(now + timedelta(hours=1, minutes=1), tick=False)
    assert sees(browser())
    time_machine.move_to(now + timedelta(hours=2), tick=False)
    assert not sees(browser())


@pytest.mark.both_databases
def test_at_most_two_are_shown_and_the_important_first(admin):
    for number in range(3):
        up(admin, f"Calm number {number}.")
    up(admin, "Read this first.", tone=Tone.IMPORTANT)
    page = browser().get(RULES).content.decode()
    assert page.count('name="next"') == MOST_SHOWN
    assert page.index("Read this first.") < page.index("Calm number 2.")
    assert "Calm number 0." not in page


def test_words_are_words_and_no_html(admin):
    up(admin, "<script>alert(1)</script>")
    assert "&lt;script&gt;alert(1)" in browser().get(RULES).content.decode()


def test_nothing_comes_before_help(admin):
    up(admin, tone=Tone.IMPORTANT)
    assert not sees(browser(), at=HELP)


@pytest.mark.both_databases
def test_a_database_that_does_not_answer_shows_nothing_more(monkeypatch, admin):
    def down():
        raise OperationalError("gone")

    monkeypatch.setattr(live, "read", down)
    live._ask_again()
    assert browser().get(RULES).status_code == 200


@pytest.mark.both_databases
def test_showing_one_costs_a_page_no_query(admin):
    """What is live is kept in the process, and what a member hid is in their account's row."""
    client = browser(make_member("fern"))
    client.get(RULES)
    with CaptureQueriesContext(connection) as without:
        client.get(RULES)
    up(admin)
    live.get()
    with CaptureQueriesContext(connection) as shown:
        assert sees(client)
    assert len(shown) == len(without)


# Hiding ------------------------------------------------------------------------------------------


def press_hide(client: Client, announcement: Announcement, back: str = RULES):
    address = reverse("accounts:hide_announcement", args=[announcement.public_id])
    return client.post(address, {"next": back})


def test_a_member_hides_it_on_all_devices_and_is_led_back(admin):
    first, second = up(admin, "One."), up(admin, "Two.")
    fern = make_member("fern")
    assert press_hide(browser(fern), first)["Location"] == RULES
    assert not sees(browser(fern), "One.")
    assert sees(browser(fern), "Two.")
    assert sees(browser(make_member("moth")), "One.")
    press_hide(browser(fern), second)
    assert not sees(browser(fern), "Two.")


def test_a_guest_hides_it_in_this_browser_without_a_session(admin):
    announcement = up(admin)
    client = browser()
    press_hide(client, announcement)
    assert set(client.cookies) == {COOKIE}
    assert client.cookies[COOKIE]["httponly"]
    assert not sees(client)
    assert sees(browser())


def test_other_words_are_shown_again(admin):
    first = up(admin)
    client = browser()
    press_hide(client, first)
    up(admin, "It rests on Monday.", replaces=first)
    assert sees(client, "It rests on Monday.")
    assert not sees(browser())


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example/", "javascript:1", ""])
def test_hiding_leads_nowhere_else(admin, back):
    assert press_hide(browser(), up(admin), back)["Location"] == reverse("home")


def test_what_is_no_announcement_is_not_remembered(admin):
    client = browser()
    address = reverse("accounts:hide_announcement", args=["2" * 14])
    assert client.post(address, {"next": RULES})["Location"] == RULES
    assert not client.cookies


def test_only_the_newest_are_remembered(admin):
    fern = make_member("fern")
    ids = [f"{number:0>14}" for number in range(MOST_HIDDEN + 3)]
    for public_id in ids:
        assert hide(user=fern, public_id=public_id)
    assert not hide(user=fern, public_id=ids[-1])
    fern.refresh_from_db()
    assert fern.hidden_announcements == ids[::-1][:MOST_HIDDEN]


# Making ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "link", ["https://evil.example/", "//evil.example/", "/\\evil.example", "/no/such/page/", "x"]
)
def test_a_link_leads_to_a_page_of_this_site_alone(admin, link):
    assert not is_our_page(link)
    with pytest.raises(Refused):
        up(admin, link=link, link_words="Read more")
    with pytest.raises(Refused):
        up(admin, link=RULES)
    assert not Announcement.objects.exists()
    assert up(admin, link=f"{RULES}#be-kind", link_words="Read more").link


@pytest.mark.both_databases
def test_the_database_refuses_a_link_to_another_site(admin):
    made = up(admin)
    with pytest.raises(IntegrityError), transaction.atomic():
        Announcement.objects.filter(pk=made.pk).update(link="//evil.example", link_words="x")


@pytest.mark.both_databases
def test_ending_counts_once_and_what_is_over_cannot_be_replaced(admin):
    made = up(admin)
    assert take_down(announcement=made, admin=admin)
    assert not take_down(announcement=made, admin=admin)
    assert not sees(browser())
    with pytest.raises(StaleVersion):
        up(admin, "Again.", replaces=made)
    verbs = list(AuditEvent.objects.values_list("verb", flat=True))
    assert verbs == ["announced", "announcement_ended"]
    assert WORDS not in repr(list(AuditEvent.objects.values_list("data", flat=True)))


def test_nobody_but_an_admin_announces(admin):
    moss = make_staff("moss", Role.MODERATOR)
    with pytest.raises(NotVisible):
        up(moss)
    with pytest.raises(NotVisible):
        take_down(announcement=up(admin), admin=moss)


def test_an_admin_puts_it_up_changes_it_and_takes_it_down_by_pages(admin):
    client = browser(admin)
    now = timezone.localtime()
    sent = {
        "text": WORDS,
        "link": RULES,
        "link_words": "The rules",
        "audience": "everybody",
        "tone": "calm",
        "starts_at": now.strftime("%Y-%m-%dT%H:%M"),
        "ends_at": (now + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M"),
    }
    assert client.post(DESK, sent).status_code == 302
    made = Announcement.objects.get()
    assert WORDS in client.get(DESK).content.decode()
    change = reverse("moderation:announcement", args=[made.public_id])
    assert WORDS in client.get(change).content.decode()
    assert client.post(change, {**sent, "text": "Other words."}).status_code == 302
    newest = Announcement.objects.first()
    assert (newest.text, newest.replaces) == ("Other words.", made)
    wrong = client.post(change, sent)
    assert wrong.status_code == 422
    assert "over by now" in wrong.content.decode()
    end = reverse("moderation:announcement_end", args=[newest.public_id])
    assert client.post(end).status_code == 302
    assert not sees(browser(), "Other words.")
