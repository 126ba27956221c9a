"""Each request asks anew whether its session and account still hold, though the SQL is kept."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from tests.factories import make_member

pytestmark = pytest.mark.django_db


@pytest.fixture
def wren() -> User:
    return make_member("wren")


@pytest.fixture
def client(wren: User) -> Client:
    client = Client()
    client.force_login(wren)
    return client


def is_signed_in(client: Client) -> bool:
    return client.get(reverse("forum:boards")).status_code == 200


def test_a_session_counts_until_its_last_moment(texts, client):
    assert is_signed_in(client)
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    assert not is_signed_in(client)
    Session.objects.update(expire_date=timezone.now() + timedelta(minutes=1))
    client.cookies["islet_session"] = Session.objects.get().session_key
    assert is_signed_in(client)


def test_a_session_that_was_ended_is_nobodys(texts, client):
    assert is_signed_in(client)
    Session.objects.all().delete()
    assert not is_signed_in(client)


@pytest.mark.parametrize("key", ["", "x", "x" * 32])
def test_a_made_up_key_opens_nothing(texts, client, key):
    client.cookies["islet_session"] = key
    assert not is_signed_in(client)


def test_an_account_that_was_turned_off_is_out_with_the_next_request(texts, client, wren):
    assert is_signed_in(client)
    User.objects.filter(pk=wren.pk).update(is_active=False)
    assert not is_signed_in(client)


def test_another_password_ends_the_sessions_of_the_old_one(texts, client, wren):
    assert is_signed_in(client)
    wren.set_password("another-long-password-of-mine")
    wren.save()
    assert not is_signed_in(client)


def test_two_people_are_never_taken_for_each_other(texts, client):
    robin = Client()
    robin.force_login(make_member("robin"))
    for _ in range(2):
        assert client.get(reverse("forum:boards")).wsgi_request.user.pseudonym == "wren"
        assert robin.get(reverse("forum:boards")).wsgi_request.user.pseudonym == "robin"
