"""While the site is paused nobody writes, nothing is lost, and help, reports and sign-in work."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import OperationalError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.documents import publish_texts
from accounts.ids import new_public_id
from accounts.maintenance import OPEN, Pause, pause
from accounts.models import Level, Maintenance, Role
from config.maintenance import LONGEST, SHORTEST, STAYS, USUAL, seconds_until
from forum.actions.drafts import save_draft
from forum.errors import NotVisible, StaleVersion
from forum.models import Audience, Draft, Post
from moderation.actions.maintenance import switch
from moderation.models import AuditEvent, Report
from tests.factories import make_board, make_member, make_staff, publish_thread
from tests.facts import World
from tests.routes import ROUTES
from tests.world import build_world

pytestmark = pytest.mark.one_database

HOUR = 3600.0


@pytest.fixture(scope="module")
def world(module_db: None) -> World:
    publish_texts()
    return build_world()


@pytest.fixture
def closed() -> None:
    pause.hold(Pause(Level.CLOSED, "New shelves."), seconds=HOUR)


@pytest.fixture
def read_only() -> None:
    pause.hold(Pause(Level.READ_ONLY), seconds=HOUR)


def browser(user=None) -> Client:
    client = Client()
    if user is not None:
        client.force_login(user)
    return client


# Which pages stay --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["guest", "peer_open", "moderator", "hcp_nurse"])
def test_every_page_but_help_reports_and_sign_in_is_calm_and_nothing_is_written(
    name, world, undone, closed
):
    client = browser(world.people[name])
    wrong = []
    for route in ROUTES:
        address = route.addresses(world)[0]
        for method in route.methods:
            status = client.generic(method, address).status_code
            if (status == 503) == (route.name in STAYS):
                wrong.append((route.name, method, status))
            if route.name == "account_logout" or route.name == "accounts:leave_now":
                client = browser(world.people[name])
    assert wrong == []


def test_while_only_writing_waits_every_page_can_be_read_and_none_can_be_sent(
    world, undone, read_only
):
    client = browser(world.people["peer_open"])
    wrong = []
    for route in ROUTES:
        address = route.addresses(world)[0]
        for method in route.methods - {"DELETE"}:
            if route.name in STAYS:
                continue
            status = client.generic(method, address).status_code
            if (status == 503) != (method == "POST"):
                wrong.append((route.name, method, status))
    assert wrong == []


def test_the_list_of_what_stays_names_pages_that_there_are():
    assert STAYS - {route.name for route in ROUTES} == set()


def test_an_admin_gets_past_and_opens_the_site_again(world, undone):
    admin = world.people["admin_one"]
    switch(level=Level.CLOSED, admin=admin, version=0)
    client = browser(admin)
    address = reverse("moderation:maintenance")
    assert client.get(address).status_code == 200
    sent = client.post(address, {"version": 1, "level": "off", "reason": "", "until": ""})
    assert sent.status_code == 302
    assert browser(world.people["peer_open"]).get(reverse("forum:boards")).status_code == 200


# What people see ---------------------------------------------------------------------------------


@pytest.mark.usefixtures("db", "closed")
def test_the_calm_page_says_why_and_when_to_try_again():
    page = browser().get(reverse("accounts:join"))
    assert page.status_code == 503
    assert page["Retry-After"] == str(USUAL)
    assert "New shelves." in page.content.decode()
    assert reverse("guides:help_now") in page.content.decode()
    assert "no-store" in page["Cache-Control"]


def test_trying_again_makes_sense_after_a_minute_at_least_and_a_day_at_most():
    now = timezone.now()
    assert seconds_until(now + timedelta(minutes=30), at=now) == 1800
    assert seconds_until(now - timedelta(minutes=30), at=now) == SHORTEST
    assert seconds_until(now + timedelta(days=9), at=now) == LONGEST


@pytest.mark.usefixtures("texts")
@pytest.mark.parametrize("level", [Level.READ_ONLY, Level.CLOSED])
def test_a_reply_that_is_refused_is_shown_to_copy_and_the_draft_stays(level):
    member = make_member("peer")
    thread = publish_thread(member, make_board("school"), title="Bus", text="Who takes the bus?")
    save_draft(
        author=member,
        key=new_public_id(),
        thread=thread,
        text="An older draft.",
        audience=Audience.PEERS,
    )
    before = (Draft.objects.values_list("text", flat=True).get(), Post.objects.count())
    pause.hold(Pause(level), seconds=HOUR)
    words = "I take the <b>number</b> nine every morning."
    page = browser(member).post(reverse("forum:reply", args=[thread.public_id]), {"text": words})
    assert page.status_code == 503
    assert "I take the &lt;b&gt;number&lt;/b&gt; nine every morning." in page.content.decode()
    assert (Draft.objects.values_list("text", flat=True).get(), Post.objects.count()) == before


@pytest.mark.usefixtures("db", "closed")
def test_a_password_is_not_shown():
    words = {"password": "correct horse battery staple", "new_password": "correct horse battery 2"}
    page = browser().post(reverse("accounts:join_step", args=["sign-in"]), words)
    assert page.status_code == 503
    assert "correct horse" not in page.content.decode()


@pytest.mark.usefixtures("texts", "closed")
def test_a_report_can_be_sent_from_start_to_end():
    client = browser()
    answer = client.post(
        reverse("moderation:report"), {"key": new_public_id(), "category": "bullying"}
    )
    while "/report/new/" in answer["Location"]:
        assert client.get(answer["Location"]).status_code == 200
        answer = client.post(answer["Location"])
    assert client.get(answer["Location"]).status_code == 200
    assert Report.objects.count() == 1


@pytest.mark.usefixtures("closed")
def test_help_now_works_without_any_database():
    """No fixture here brings one, so a query would fail the test."""
    for page in ("guides:help_now", "guides:offline"):
        assert "Call 999" in browser().get(reverse(page)).content.decode()
    assert browser().get(reverse("worker")).status_code == 200


# Where the setting cannot be read ----------------------------------------------------------------


def test_a_database_that_never_answered_gives_the_calm_page_and_not_an_error(monkeypatch):
    def down():
        raise OperationalError("no route to host")

    monkeypatch.setattr(pause, "read", down)
    monkeypatch.setattr(pause, "_known", None)
    pause._ask_again()
    assert browser().get(reverse("accounts:join")).status_code == 503
    assert browser().get(reverse("guides:help_now")).status_code == 200


def test_a_database_that_is_gone_for_a_moment_changes_nothing(monkeypatch):
    def down():
        raise OperationalError("restarting")

    monkeypatch.setattr(pause, "read", down)
    pause._ask_again()
    assert pause.get() == OPEN


@pytest.mark.usefixtures("db")
def test_another_process_hears_of_it_when_the_seconds_are_over():
    Maintenance.objects.create(pk=1, level=Level.CLOSED, changed_at=timezone.now())
    assert pause.get() == OPEN
    pause.hold(OPEN, seconds=0)
    assert pause.get().level == Level.CLOSED


@pytest.mark.usefixtures("db")
def test_no_row_means_open_and_a_level_of_another_release_means_closed():
    pause._ask_again()
    assert pause.get() == OPEN
    Maintenance(pk=1, changed_at=timezone.now()).save()
    pause._ask_again()
    assert pause.get() == OPEN


# Switching ---------------------------------------------------------------------------------------


@pytest.mark.usefixtures("texts")
def test_switching_is_logged_and_the_same_again_is_not():
    admin = make_staff("ada", Role.ADMIN)
    until = timezone.now() + timedelta(hours=1)
    words = {"level": Level.READ_ONLY, "reason": " New shelves. ", "until": until}
    assert switch(**words, admin=admin, version=0)
    assert not switch(**words, admin=admin, version=1)
    event = AuditEvent.objects.get(verb="maintenance")
    assert (event.data["from"], event.data["to"]) == ("off", "read_only")
    assert event.actor == admin
    assert pause.get() == Pause(Level.READ_ONLY, "New shelves.", until)


@pytest.mark.usefixtures("texts")
def test_two_admins_do_not_undo_each_other():
    ada, grace = make_staff("ada", Role.ADMIN), make_staff("grace", Role.ADMIN)
    switch(level=Level.CLOSED, admin=ada, version=0)
    with pytest.raises(StaleVersion):
        switch(level=Level.OFF, admin=grace, version=0)
    page = browser(grace).post(
        reverse("moderation:maintenance"), {"version": 0, "level": "off", "reason": "", "until": ""}
    )
    assert page.status_code == 422
    assert 'name="version" value="1"' in page.content.decode()
    assert pause.get().level == Level.CLOSED


@pytest.mark.usefixtures("texts")
@pytest.mark.parametrize("role", [Role.MODERATOR, Role.MEMBER])
def test_nobody_but_an_admin_switches(role):
    person = make_staff("moss", role)
    with pytest.raises(NotVisible):
        switch(level=Level.CLOSED, admin=person, version=0)
    assert not Maintenance.objects.exists()


@pytest.mark.usefixtures("texts")
def test_an_end_that_is_over_is_refused_at_the_field():
    client = browser(make_staff("ada", Role.ADMIN))
    sent = {"version": 0, "level": "closed", "reason": "", "until": "2020-01-01T10:00"}
    page = client.post(reverse("moderation:maintenance"), sent)
    assert page.status_code == 422
    assert "This moment is over" in page.content.decode()


@pytest.mark.usefixtures("db")
def test_whoever_runs_the_machine_can_switch_and_the_log_says_so():
    out = StringIO()
    call_command("maintenance", "on", "--reason", "New shelves.", "--minutes", "30", stdout=out)
    assert pause.get().level == Level.CLOSED
    assert pause.get().until is not None
    call_command("maintenance", "off", stdout=out)
    call_command("maintenance", "off", stdout=out)
    assert pause.get() == OPEN
    events = AuditEvent.objects.filter(verb="maintenance")
    assert [(event.actor, event.data["by_command"]) for event in events] == [(None, True)] * 2
    assert "as before" in out.getvalue()
