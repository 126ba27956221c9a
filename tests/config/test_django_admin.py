"""Django's admin is off; where it is on it shows no words of members, and only to admins."""

from collections.abc import Iterator
from types import ModuleType

import pytest
from django.apps import apps
from django.conf import settings
from django.test import Client, modify_settings, override_settings
from django.urls import path

from accounts.models import Role, SiteSettings
from config import urls as usual
from config.django_admin import SHOWN, site
from tests.factories import make_board, make_hcp, make_member, make_staff, make_staff_without_mfa

pytestmark = pytest.mark.one_database

# With the admin at its path, as DJANGO_ADMIN=1 has it.
with_admin = ModuleType("with_admin")
with_admin.urlpatterns = [  # type: ignore[attr-defined]
    *usual.urlpatterns,
    path("django-admin/", site.urls),
]
with_admin.handler404 = usual.handler404  # type: ignore[attr-defined]
START = "/django-admin/"
# Tables in which words, names or acts of members stand, or secrets of anybody.
NEVER = {
    "accounts": {"user", "consent", "guardianrequest", "hcpapplication", "invitationcode", "block"},
    "forum": {"post", "thread", "draft", "revision", "quote", "notice", "label", "hcpaccess"},
    "moderation": {"report", "case", "decision", "appeal", "auditevent", "breakglass", "proposal"},
}


@pytest.fixture
def switched_on(texts) -> Iterator[None]:
    with (
        modify_settings(INSTALLED_APPS={"append": "django.contrib.admin.apps.SimpleAdminConfig"}),
        override_settings(ROOT_URLCONF=with_admin),
    ):
        yield


def browser(user=None) -> Client:
    client = Client()
    if user is not None:
        client.force_login(user)
    return client


def test_it_is_off_unless_the_server_says_so(texts):
    assert not settings.DJANGO_ADMIN
    assert not apps.is_installed("django.contrib.admin")
    assert browser(make_staff("ada", Role.ADMIN)).get(START).status_code == 404


def test_no_table_with_words_of_members_is_in_it():
    shown = {(model._meta.app_label, model._meta.model_name) for model in SHOWN}
    assert set(site._registry) == set(SHOWN)
    for app, names in NEVER.items():
        for name in names:
            apps.get_model(app, name)  # still called so
            assert (app, name) not in shown


def test_no_column_that_is_shown_is_of_a_person_or_reaches_further():
    for model, columns in SHOWN.items():
        for name in columns:
            field = model._meta.pk if name == "pk" else model._meta.get_field(name)
            assert not field.is_relation, (model, name)


@pytest.mark.usefixtures("switched_on")
def test_an_admin_looks_and_changes_nothing():
    board = make_board("school")
    client = browser(make_staff("ada", Role.ADMIN))
    assert "Boards" in client.get(START).content.decode()
    page = client.get(f"{START}forum/board/")
    assert "School" in page.content.decode()
    row = f"{START}forum/board/{board.pk}/"
    assert client.get(f"{row}change/").status_code == 200
    assert client.post(f"{row}change/", {"title": "Other"}).status_code == 403
    assert client.post(f"{START}forum/board/add/", {"title": "Other"}).status_code == 403
    assert client.post(f"{row}delete/", {"post": "yes"}).status_code == 403
    assert client.get(f"{row}history/").status_code == 404
    board.refresh_from_db()
    assert board.title == "School"


@pytest.mark.usefixtures("switched_on")
@pytest.mark.parametrize("address", [START, f"{START}forum/board/", f"{START}login/"])
def test_others_find_nothing(address):
    people = [
        make_member("fern"),
        make_staff("moss", Role.MODERATOR),
        make_hcp("teal"),
    ]
    for person in people:
        assert browser(person).get(address).status_code == 404
    without = browser(make_staff_without_mfa("ada", Role.ADMIN)).get(address)
    assert without.status_code in (302, 404)
    assert browser().get(address).status_code in (302, 404)


@pytest.mark.usefixtures("switched_on")
def test_every_list_opens(db):
    client = browser(make_staff("ada", Role.ADMIN))
    for model in SHOWN:
        meta = model._meta
        page = client.get(f"{START}{meta.app_label}/{meta.model_name}/")
        assert page.status_code == 200, model
    assert SiteSettings in SHOWN
