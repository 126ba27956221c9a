"""The ways from the desk and the queue to all that admins and reviewers work with."""

import re

import pytest
from django.urls import NoReverseMatch, reverse

from accounts.access import Access
from accounts.models import Role
from tests.applicants import check, make_applicant, sent_application
from tests.factories import make_hcp, make_staff
from tests.moderation.desk import DESK, signed_in, text_of
from tests.routes import ROUTES

pytestmark = [pytest.mark.usefixtures("texts", "db"), pytest.mark.one_database]


def links_on(client, address):
    page = client.get(address)
    assert page.status_code == 200
    return set(re.findall(r'href="(/[^"#?]*)', page.content.decode()))


def pages_without_an_id(kind):
    for route in ROUTES:
        if route.kind == kind and "GET" in route.methods:
            try:
                yield reverse(route.name)
            except NoReverseMatch:
                continue


def test_the_desk_leads_to_every_page_of_an_admin_in_two_clicks():
    client = signed_in(make_staff("ada", Role.ADMIN))
    first = links_on(client, DESK)
    ours = set(pages_without_an_id(Access.ADMIN))
    reached = first.union(*(links_on(client, address) for address in first & ours))
    assert ours - reached == set()


@pytest.mark.parametrize("role", [Role.MODERATOR, Role.HCP])
def test_the_queue_leads_to_every_page_of_a_reviewer(role):
    client = signed_in(make_hcp("teal") if role == Role.HCP else make_staff("moss", role))
    ours = set(pages_without_an_id(Access.REVIEWER)) - {reverse("moderation:summary")}
    ours = {page for page in ours if client.get(page).status_code == 200}
    assert ours - links_on(client, reverse("moderation:queue")) == set()


def test_the_desk_says_how_many_applications_an_admin_can_check():
    first, second = make_staff("ada", Role.ADMIN), make_staff("grace", Role.ADMIN)
    application = sent_application(make_applicant("teal"))
    assert "1 professional to check" in text_of(signed_in(first).get(DESK))
    check(application, first)
    assert "to check" not in text_of(signed_in(first).get(DESK))
    assert "1 professional to check" in text_of(signed_in(second).get(DESK))
