"""Admins change helplines; help is never less than what comes with the software."""

from datetime import timedelta

import pytest
from django.db import OperationalError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import HelplineSheet, Role, User
from config.helpline_actions import (
    as_data,
    back_to_shipped,
    check,
    drop_sheet,
    number_now,
    publish_sheet,
    save_sheet,
)
from forum.errors import NotVisible, Refused, StaleVersion
from guides.helplines import shipped
from guides.helplines_now import edited, for_country
from guides.panel import help_panel
from moderation.models import AuditEvent
from tests.factories import make_staff

pytestmark = [pytest.mark.usefixtures("texts"), pytest.mark.one_database]
HELP, PAGE = reverse("guides:help_now"), reverse("helpline_sheet", args=["GB"])


@pytest.fixture
def admin(db) -> User:
    return make_staff("ada", Role.ADMIN)


def new_lines(**changes) -> dict:
    """A sheet of the United Kingdom with one line, which differs in something."""
    line = {
        "name": "Elm Listeners",
        "kind": "call",
        "number": "0800 1111",
        "for_whom": "Any age",
        "source": "elm.example",
        "last_verified": "2026-11-02",
    }
    return {
        "code": "GB",
        "name": "United Kingdom",
        "emergency": "999",
        "line": [{**line, **changes}],
    }


def in_force(admin: User, data: dict | None = None) -> HelplineSheet:
    number = number_now("GB")
    draft = save_sheet(country="GB", data=data or new_lines(), number=number, admin=admin)
    return publish_sheet(country="GB", number=draft.number, admin=admin)


def help_page() -> str:
    return Client().get(HELP, {"country": "GB"}).content.decode()


# What counts -------------------------------------------------------------------------------------


def test_a_draft_counts_for_nobody_and_what_is_published_for_everybody(admin):
    draft = save_sheet(country="GB", data=new_lines(), number=0, admin=admin)
    assert "Elm Listeners" not in help_page()
    publish_sheet(country="GB", number=draft.number, admin=admin)
    assert "Elm Listeners" in help_page()
    assert "Samaritans" not in help_page()
    assert [line.name for line in help_panel("GB")["lines"]] == ["Elm Listeners"]
    assert for_country("IE") == {each.code: each for each in shipped()}["IE"]


def test_the_newest_version_counts_and_the_shipped_lines_can_come_back(admin):
    in_force(admin)
    in_force(admin, new_lines(name="Oak Listeners"))
    assert "Oak Listeners" in help_page()
    back_to_shipped(country="GB", number=number_now("GB"), admin=admin)
    assert for_country("GB") == {each.code: each for each in shipped()}["GB"]
    assert HelplineSheet.objects.count() == 3


@pytest.mark.parametrize(
    "broken",
    [
        {},
        {"line": []},
        {"code": "GB", "name": "United Kingdom", "emergency": "call us", "line": [{}]},
        {"line": "words"},
        {**new_lines(), "line": [{"name": "x"}]},
        {**new_lines(), "line": [{**new_lines()["line"][0], "last_verified": "never"}]},
        {**new_lines(), "line": [{**new_lines()["line"][0], "kind": "pigeon"}]},
    ],
)
def test_a_row_that_is_broken_gives_the_lines_that_come_with_the_software(admin, broken):
    in_force(admin)
    HelplineSheet.objects.update(data=broken)
    edited.forget()
    assert for_country("GB") == {each.code: each for each in shipped()}["GB"]
    assert "Samaritans" in help_page()


def test_a_country_that_the_software_does_not_know_is_not_shown(admin):
    HelplineSheet.objects.create(
        country="XX",
        number=1,
        data={**new_lines(), "code": "XX"},
        saved_by=admin,
        saved_at=timezone.now(),
        published_by=admin,
        published_at=timezone.now(),
    )
    edited.forget()
    assert "XX" not in {country.code for country in shipped()}
    assert for_country("XX").code == "GB"


def test_with_the_database_down_help_stays_what_it_was_last(admin, monkeypatch):
    in_force(admin)
    assert "Elm Listeners" in help_page()

    def down():
        raise OperationalError("no route to host")

    monkeypatch.setattr(edited, "read", down)
    edited._ask_again()
    assert "Elm Listeners" in help_page()
    monkeypatch.setattr(edited, "_known", None)
    edited._ask_again()
    assert "Samaritans" in help_page()


def test_a_database_that_is_down_is_asked_once_and_not_by_every_visitor(monkeypatch):
    asked = []

    def down():
        asked.append(1)
        raise OperationalError("no route to host")

    monkeypatch.setattr(edited, "read", down)
    edited._ask_again()
    for _ in range(5):
        assert "Call 999" in help_page()
    assert asked == [1]


# Checks ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("country", [country.code for country in shipped()])
def test_all_that_comes_with_the_software_passes_the_checks(country):
    check(as_data(country))


@pytest.mark.parametrize(
    "wrong",
    [
        {**new_lines(), "line": []},
        {**new_lines(), "emergency": ""},
        {**new_lines(), "emergency": "123456"},
        {**new_lines(), "emergency": "911"},
        {**new_lines(), "advice_name": "NHS"},
        {**new_lines(), "advice_name": "NHS", "advice_number": "01"},
        new_lines(number="12"),
        new_lines(number="+44 20 0000 00"),
        new_lines(number="ring us"),
        new_lines(kind="chat", number="http://elm.example"),
        new_lines(kind="pigeon"),
        new_lines(for_whom=""),
        new_lines(source=""),
        new_lines(last_verified="2999-01-01"),
        {**new_lines(), "line": new_lines()["line"] * 21},
    ],
)
def test_what_nobody_could_reach_is_refused_as_a_draft_already(admin, wrong):
    with pytest.raises(Refused):
        save_sheet(country="GB", data=wrong, number=0, admin=admin)
    assert not HelplineSheet.objects.exists()


def test_a_draft_that_went_bad_is_not_published(admin):
    draft = save_sheet(country="GB", data=new_lines(), number=0, admin=admin)
    HelplineSheet.objects.update(data={**new_lines(), "line": []})
    with pytest.raises(Refused):
        publish_sheet(country="GB", number=draft.number, admin=admin)


def test_two_admins_do_not_undo_each_other(admin):
    save_sheet(country="GB", data=new_lines(), number=0, admin=admin)
    with pytest.raises(StaleVersion):
        save_sheet(country="GB", data=new_lines(), number=0, admin=admin)
    publish_sheet(country="GB", number=1, admin=admin)
    for act in (publish_sheet, drop_sheet):
        with pytest.raises(StaleVersion):
            act(country="GB", number=1, admin=admin)


def test_nobody_but_an_admin_changes_them_and_the_log_names_who_did(admin):
    moss = make_staff("moss", Role.MODERATOR)
    with pytest.raises(NotVisible):
        save_sheet(country="GB", data=new_lines(), number=0, admin=moss)
    in_force(admin)
    events = AuditEvent.objects.filter(subject_kind="helplines")
    assert [(e.verb, e.actor, e.subject_public_id) for e in events] == [
        ("helplines_saved", admin, "GB-1"),
        ("helplines_published", admin, "GB-1"),
    ]


# The pages ---------------------------------------------------------------------------------------


def sent(do: str, number: int, *lines: dict) -> dict:
    fields = {"emergency": "999", "number": number, "do": do}
    fields |= {"line-TOTAL_FORMS": len(lines), "line-INITIAL_FORMS": 0}
    for place, line in enumerate(lines):
        line = {**line, "reach": line["number"]}
        fields |= {f"line-{place}-{name}": value for name, value in line.items()}
    return fields


def test_an_admin_goes_from_the_shipped_lines_to_a_draft_to_all(admin):
    client = Client()
    client.force_login(admin)
    page = client.get(PAGE).content.decode()
    assert 'value="Samaritans"' in page
    line, gone = new_lines()["line"][0], {**new_lines()["line"][0], "name": ""}
    assert client.post(PAGE, sent("save", 0, line, gone)).status_code == 302
    assert "This is a draft" in client.get(PAGE).content.decode()
    assert "A draft waits" in client.get(reverse("helplines")).content.decode()
    assert client.post(PAGE, sent("publish", 1, line)).status_code == 302
    assert "Elm Listeners" in help_page()
    assert "Version 1" in client.get(reverse("helplines")).content.decode()
    assert client.post(PAGE, sent("shipped", 1, line)).status_code == 302
    assert "Samaritans" in help_page()


def test_a_mistake_stands_at_the_field_and_what_was_typed_stays(admin):
    client = Client()
    client.force_login(admin)
    line = new_lines()["line"][0]
    page = client.post(PAGE, sent("publish", 0, {**line, "for_whom": "", "hours": "Mondays"}))
    assert page.status_code == 422
    assert "This is needed." in page.content.decode()
    assert 'value="Mondays"' in page.content.decode()
    page = client.post(PAGE, sent("publish", 0, {**line, "number": "12"}))
    assert "12 is no phone number of this country." in page.content.decode()
    page = client.post(PAGE, sent("publish", 0))
    assert "There must be one line at least." in page.content.decode()
    assert not HelplineSheet.objects.exists()


def test_a_draft_can_be_thrown_away(admin):
    client = Client()
    client.force_login(admin)
    save_sheet(country="GB", data=new_lines(), number=0, admin=admin)
    assert client.post(PAGE, sent("drop", 1, new_lines()["line"][0])).status_code == 302
    assert not HelplineSheet.objects.exists()


def test_dates_in_the_future_are_refused_on_the_page(admin):
    client = Client()
    client.force_login(admin)
    day = timezone.localdate() + timedelta(days=3)
    page = client.post(PAGE, sent("save", 0, {**new_lines()["line"][0], "last_verified": day}))
    assert "still to come" in page.content.decode()
