"""Professionals never learn an e-mail address, a birth date or an IP of a member (P3.3)."""

import re

import pytest
from allauth.usersessions.models import UserSession
from django.test import Client

from accounts.access import Access
from accounts.documents import publish_texts
from accounts.models import Role, User
from tests.crawl import LONG_WALK, crawl, everything_in
from tests.facts import World
from tests.routes import ROUTES
from tests.world import build_world

pytestmark = list(LONG_WALK)

IP = "203.0.113.77"


@pytest.fixture(scope="module")
def world(module_db: None) -> World:
    publish_texts()
    built = build_world()
    for member in User.objects.filter(role=Role.MEMBER):
        UserSession.objects.create(user=member, ip=IP, session_key=f"s{member.pk}", user_agent="x")
    return built


def met_in(text: str) -> list[str]:
    """Addresses and IPs of members, and years that stand for their birth dates, in a text."""
    members = User.objects.filter(role=Role.MEMBER)
    words = [*members.values_list("email", flat=True), IP]
    years = set(members.exclude(birth_year=None).values_list("birth_year", flat=True))
    of_dates = re.compile(rf"(?<![\w/+-])(?:{'|'.join(map(str, years))})(?![\w/+=-])")
    return [word for word in words if word in text] + of_dates.findall(text)


def test_a_professional_who_asks_for_everything_meets_none_of_them(
    world: World, undone: None
) -> None:
    client = Client()
    client.force_login(world.person("hcp_nurse"))
    texts = []
    # The desk is not there for them (tests/test_routes.py), and a dozen of each kind are enough.
    addresses = [
        address
        for route in ROUTES
        if "GET" in route.methods and route.kind != Access.ADMIN
        for address in route.addresses(world)[:12]
    ]
    for address, response in crawl(client, addresses, most_links=50):
        # The code and the guides name the years of their sources.
        if not address.startswith(("/code", "/rules", "/how-to", "/help-now", "/stay-safe")):
            texts.append(everything_in(response))
    assert len(texts) > 200
    assert met_in("\n".join(texts)) == []


def test_the_same_search_finds_them_where_they_are(world: World, undone: None) -> None:
    """So that a silent search is worth something: members see their own address."""
    member = world.person("peer_open")
    client = Client()
    client.force_login(member)
    found = met_in(everything_in(client.get("/account/email/")) + f" {member.birth_year} {IP}")
    assert sorted(found) == sorted([member.email, str(member.birth_year), IP])
