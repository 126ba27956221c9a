"""The script that browsers keep: the same for everybody, and cheap. No test here has a database."""

from django.conf import settings as project
from django.test import Client
from django.urls import reverse
from django.utils.html import escapejs

from forum.push.message import new_private_key

WORKER = reverse("worker")


def test_it_comes_from_the_top_of_the_site_as_a_script_and_may_be_kept_for_minutes(client) -> None:
    answer = client.get(WORKER)
    assert WORKER.count("/") == 1
    assert answer["Content-Type"] == "text/javascript"
    assert set(answer["Cache-Control"].split(", ")) == {"public", "max-age=600"}
    assert escapejs(reverse("guides:offline")) in answer.content.decode()


def test_it_does_not_ask_who_comes(client) -> None:
    # With a session cookie a script that asked would reach for the database, and fail.
    client.cookies[project.SESSION_COOKIE_NAME] = "a" * 32
    answer = client.get(WORKER)
    assert answer.content == Client().get(WORKER).content
    assert not answer.cookies
    assert "Cookie" not in answer.get("Vary", "")


def test_only_with_a_key_it_speaks_of_messages(client, settings) -> None:
    settings.VAPID_PRIVATE_KEY = ""
    without = client.get(WORKER).content.decode()
    assert "push" not in without.lower()
    assert "notification" not in without.lower()
    settings.VAPID_PRIVATE_KEY = key = new_private_key()
    script = client.get(WORKER).content.decode()
    assert f"Something new on {project.SITE_NAME}" in script
    assert escapejs(reverse("forum:notices")) in script
    assert escapejs(reverse("account_logout")) in script
    assert key not in script


def test_a_name_of_the_site_is_never_read_as_script(client, settings) -> None:
    settings.VAPID_PRIVATE_KEY = new_private_key()
    settings.SITE_NAME = '"); </script> alert("'
    assert 'alert("' not in client.get(WORKER).content.decode()
