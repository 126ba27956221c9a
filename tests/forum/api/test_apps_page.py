"""*Me > My apps*: making a key after saying who one is, seeing it once, ending it."""

import time

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import MemberToken, Role, User
from tests.factories import make_hcp, make_staff
from tests.keys import key_of, with_key

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]
PAGE, NEW = reverse("forum:apps"), reverse("forum:new_app")
WORDS = {"name": "Kitchen display", "scopes": ["read", "notices"], "lasts": "30"}


def browser_of(user: User, *, said_who: bool = True) -> Client:
    client = Client()
    client.force_login(user)
    if said_who:
        session = client.session
        session["still_you_at"] = {"at": time.time(), "user": user.pk}
        session.save()
    return client


def test_making_a_key_asks_again_who_it_is(reader: User) -> None:
    client = browser_of(reader, said_who=False)
    for answer in (client.get(NEW), client.post(NEW, WORDS)):
        assert answer.status_code == 302
        assert answer["Location"].startswith(reverse("accounts:still_you"))
    assert not MemberToken.objects.exists()


def test_the_key_is_shown_once_and_works(reader: User) -> None:
    client = browser_of(reader)
    made = client.post(NEW, WORDS)
    secret = made.context["secret"]
    assert secret in made.content.decode()
    assert made["Cache-Control"] == "private, no-store"
    assert made["Referrer-Policy"] == "no-referrer"
    listed = client.get(PAGE).content.decode()
    assert "Kitchen display" in listed
    assert secret not in listed
    program = with_key(secret)
    assert program.get("/api/v1/me").json()["scopes"] == ["read", "notices"]
    assert "Not used yet" in listed
    assert "Last used on" in client.get(PAGE).content.decode()
    token = MemberToken.objects.get(user=reader)
    assert client.post(PAGE, {"stop": token.public_id}).status_code == 302
    assert program.get("/api/v1/me").status_code == 401
    assert "Kitchen display" not in client.get(PAGE).content.decode()


@pytest.mark.parametrize("left_out", list(WORDS))
def test_nothing_is_picked_beforehand_and_what_is_missing_is_named(
    left_out: str, reader: User
) -> None:
    client = browser_of(reader)
    assert "checked" not in client.get(NEW).content.decode()
    words = {name: value for name, value in WORDS.items() if name != left_out}
    answer = client.post(NEW, words)
    assert list(answer.context["form"].errors) == [left_out]
    assert not MemberToken.objects.exists()


def test_the_eleventh_is_refused_in_words(reader: User) -> None:
    for _ in range(10):
        key_of(reader)
    client = browser_of(reader)
    assert b"Stop one to make another" in client.get(PAGE).content
    assert b"ten keys already" in client.post(NEW, WORDS).content
    assert MemberToken.objects.filter(user=reader).count() == 10


def test_nobody_stops_anothers_key(reader: User, guest: User) -> None:
    secret = key_of(reader)
    token = MemberToken.objects.get(user=reader)
    browser_of(guest).post(PAGE, {"stop": token.public_id})
    assert with_key(secret).get("/api/v1/me").status_code == 200


def test_the_team_has_no_such_pages(texts: None) -> None:
    for person in (make_hcp("nurse-nia"), make_staff("ada", Role.ADMIN)):
        client = browser_of(person)
        assert client.get(PAGE).status_code == 404
        assert client.get(NEW).status_code == 404
        assert PAGE not in client.get(reverse("accounts:me")).content.decode()
