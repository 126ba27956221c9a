"""How pages look for one person: their choice, on every page of theirs, and for nobody else."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from forum.models import Board, Thread
from tests.factories import make_board, make_member, publish_thread

pytestmark = pytest.mark.one_database


@pytest.fixture
def board(texts: None) -> Board:
    return make_board("feelings")


@pytest.fixture
def thread(board: Board) -> Thread:
    author = make_member("author")
    return publish_thread(author, board, title="Hard", text="Some words.", content_note="Burnout")


@pytest.fixture
def reader(board: Board) -> User:
    return make_member("reader")


@pytest.fixture
def client(reader: User) -> Client:
    client = Client()
    client.force_login(reader)
    return client


def test_colours_contrast_and_letters_are_kept_and_can_be_given_back(client, reader):
    address = reverse("accounts:display")
    choices = {"theme": "dark", "contrast": "high", "font": "hyperlegible"}
    assert client.post(address, choices).status_code == 302
    page = client.get(reverse("accounts:me")).content.decode()
    for name, value in choices.items():
        assert f'data-{name}="{value}"' in page
    client.post(address, {})
    assert "data-theme" not in client.get(address).content.decode()
    reader.refresh_from_db()
    assert reader.display == {}


def test_what_is_no_choice_is_refused(client, reader):
    page = client.post(reverse("accounts:display"), {"theme": '"><script>'})
    assert "errorlist" in page.content.decode()
    reader.refresh_from_db()
    assert reader.display == {}


def test_content_notes_are_closed_unless_somebody_wants_them_open(client, thread):
    pages = {
        reverse("forum:thread", args=[thread.public_id]): '<details class="note"',
        reverse("forum:search") + "?q=hard": '<details class="note"',
    }
    for address, note in pages.items():
        assert f"{note}>" in client.get(address).content.decode()
    client.post(reverse("accounts:display"), {"opens_notes": "on"})
    for address, note in pages.items():
        assert f"{note} open>" in client.get(address).content.decode()
    other = Client()
    other.force_login(make_member("other"))
    for address, note in pages.items():
        assert f"{note}>" in other.get(address).content.decode()
