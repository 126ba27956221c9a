"""Settings while the site runs: typed, versioned, logged, in effect, and locked by the server."""

from dataclasses import asdict, replace

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse

from accounts.models import Joining, Role, SiteSettings, User
from accounts.receipts import controller
from accounts.site_settings import NAMES, from_environment, site, stored
from forum.errors import NotVisible, StaleVersion
from forum.ways import quiet_hours
from moderation.actions.site_settings import number_now, set_site
from moderation.models import AuditEvent
from tests.factories import make_staff

pytestmark = [pytest.mark.usefixtures("texts"), pytest.mark.one_database]
PAGE = reverse("moderation:site_settings")


@pytest.fixture(autouse=True)
def nothing_locked(settings) -> None:
    settings.SET_IN_ENVIRONMENT = frozenset()


@pytest.fixture
def admin(db) -> User:
    return make_staff("ada", Role.ADMIN)


def change(admin: User, **changes) -> bool:
    return set_site(wanted=replace(site(), **changes), admin=admin, number=number_now())


def test_without_a_version_the_environment_counts(settings):
    settings.OPERATOR_NAME = "Elm Trust"
    assert site() == from_environment()
    assert site().operator_name == "Elm Trust"


def test_what_is_set_takes_effect(admin):
    assert change(admin, operator_name="Oak Trust", quiet_from=20, quiet_until=8)
    assert controller()["piiController"] == "Oak Trust"
    assert quiet_hours(None) == (20, 8)
    assert change(admin, joining=Joining.CLOSED)
    assert "Joining is closed" in Client().get(reverse("accounts:join")).content.decode()


def test_each_change_is_a_version_and_the_log_has_codes_but_no_words(admin):
    change(admin, operator_email="hello@oak.example", joining=Joining.INVITED)
    assert not change(admin)
    event = AuditEvent.objects.get(verb="set_site")
    assert event.data == {
        "changed": ["joining", "operator_email"],
        "from": {"joining": "open"},
        "to": {"joining": "invited"},
    }
    assert SiteSettings.objects.count() == 1


def test_what_the_server_sets_is_locked(admin, settings):
    change(admin, operator_name="Oak Trust", quiet_from=20)
    settings.SET_IN_ENVIRONMENT = frozenset({"OPERATOR_NAME"})
    settings.OPERATOR_NAME = "Elm Trust"
    assert site().operator_name == "Elm Trust"
    assert site().quiet_from == 20
    assert not change(admin, operator_name="Ash Trust")
    client = Client()
    client.force_login(admin)
    assert "Set on the server" in client.get(PAGE).content.decode()
    sent = {**asdict(site()), "operator_name": "Ash Trust", "quiet_from": 19, "number": 1}
    assert client.post(PAGE, sent).status_code == 302
    assert (site().operator_name, site().quiet_from) == ("Elm Trust", 19)


def test_every_setting_has_a_name_in_the_environment():
    assert NAMES.keys() == asdict(from_environment()).keys()


def test_two_admins_do_not_undo_each_other(admin):
    grace = make_staff("grace", Role.ADMIN)
    change(admin, quiet_from=20)
    with pytest.raises(StaleVersion):
        set_site(wanted=replace(site(), quiet_from=5), admin=grace, number=0)
    client = Client()
    client.force_login(grace)
    page = client.post(PAGE, {**asdict(site()), "quiet_from": 5, "number": 0})
    assert page.status_code == 422
    assert 'name="number" value="1"' in page.content.decode()
    assert site().quiet_from == 20


def test_nobody_but_an_admin_sets_anything(admin):
    with pytest.raises(NotVisible):
        change(make_staff("moss", Role.MODERATOR), quiet_from=3)


@pytest.mark.parametrize("field, value", [("quiet_from", 24), ("alert_second_after", 1)])
def test_what_makes_no_sense_is_refused_at_the_field(admin, field, value):
    client = Client()
    client.force_login(admin)
    page = client.post(PAGE, {**asdict(site()), field: value, "number": 0})
    assert page.status_code == 422
    assert f'id="id_{field}_error"' in page.content.decode()


@pytest.mark.both_databases
def test_versions_are_only_added_to(admin):
    change(admin, quiet_from=20)
    for act in (
        lambda: SiteSettings.objects.update(quiet_from=1),
        lambda: SiteSettings.objects.all().delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            act()


def test_a_value_of_another_release_closes_the_door(admin):
    stored.hold({"joining": "by_lottery"}, seconds=60)
    assert site().joining == Joining.CLOSED
