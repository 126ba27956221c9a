"""The site on the first screen of a phone: its name and picture, which tell nothing of diabetes."""

import json
import struct

import pytest
from django.conf import settings as project
from django.test import Client
from django.urls import reverse

from config.views import DISCREET, short_name

ADDRESS = reverse("manifest")


@pytest.fixture
def manifest(client: Client, db: None) -> dict:
    answer = client.get(ADDRESS)
    assert answer["Content-Type"] == "application/manifest+json"
    assert "public" in answer["Cache-Control"]
    assert not answer.cookies
    return json.loads(answer.content)


def test_every_page_leads_to_it_and_the_policy_lets_it_in(client, db):
    page = client.get(reverse("guides:help_now"))
    assert f'<link rel="manifest" href="{ADDRESS}">' in page.text
    assert "manifest-src 'self'" in page["Content-Security-Policy"]


def test_it_says_what_a_phone_needs(manifest):
    assert manifest["start_url"] == manifest["scope"] == manifest["id"] == "/"
    assert manifest["display"] == "minimal-ui"
    assert manifest["name"] == project.SITE_NAME


def test_its_pictures_are_ours_and_as_large_as_it_says(manifest):
    sizes = set()
    for icon in manifest["icons"]:
        assert icon["src"].startswith(project.STATIC_URL)
        name = icon["src"].removeprefix(project.STATIC_URL)
        head = (project.BASE_DIR / "static" / name).read_bytes()[:24]
        width, height = struct.unpack(">II", head[16:24])
        assert head[:8] == b"\x89PNG\r\n\x1a\n"
        assert icon["sizes"] == f"{width}x{height}"
        sizes.add((width, icon["purpose"]))
    assert sizes == {(192, "any"), (512, "any"), (512, "maskable")}


def test_nothing_in_it_tells_of_diabetes(client, db, settings):
    settings.SITE_NAME = "Our T1D place"
    found = json.loads(client.get(ADDRESS).content)
    assert found["short_name"] == DISCREET
    assert "diabet" not in json.dumps({**found, "name": ""}).lower()


@pytest.mark.parametrize(
    "name, short",
    [
        ("Harbour", "Harbour"),
        ("Islet", "Islet"),
        ("Diabetes friends", DISCREET),
        ("type-1 talk", DISCREET),
        ("T1 Chat", DISCREET),
        ("Sugar Club", DISCREET),
        ("Hypo Heroes", DISCREET),
        ("Best1", "Best1"),
    ],
)
def test_the_short_name_is_the_name_unless_it_tells(name, short):
    assert short_name(name) == short


def test_it_is_the_same_for_everybody(client, db, django_user_model):
    before = client.get(ADDRESS).content
    client.force_login(
        django_user_model.objects.create_user(email="a@members.example", pseudonym="a")
    )
    assert client.get(ADDRESS).content == before
