"""What of a page is kept for a minute: the same for everybody who sees it, and nobody's own."""

import re

import pytest
from django.core.cache import caches
from django.test import Client
from django.urls import reverse

from accounts.models import HcpChoice, Role, User
from forum.models import Board, Thread
from tests.factories import (
    make_board,
    make_hcp,
    make_member,
    make_staff,
    publish_reply,
    publish_thread,
)

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]

# What is new in each answer: tokens and keys of forms.
FRESH = re.compile(r'name="(?:csrfmiddlewaretoken|key)"[^>]*value="[^"]*"')


@pytest.fixture
def board(texts: None) -> Board:
    return make_board("daily")


@pytest.fixture
def thread(board: Board) -> Thread:
    author = make_member("Author", choice=HcpChoice.OPEN)
    return publish_thread(author, board, title="Football", text="Who plays?")


def page_of(user: User | None, address: str) -> str:
    client = Client()
    if user is not None:
        client.force_login(user)
    return FRESH.sub("", client.get(address).content.decode())


def test_everybody_gets_the_same_page_whoever_was_there_before(thread: Thread) -> None:
    told = make_member("Told")
    publish_reply(told, thread, text="I do.")
    publish_reply(thread.author, thread, text="So do I.")  # a notice for Told
    people = [
        None,
        told,
        make_member("Open", choice=HcpChoice.OPEN),
        make_member("Closed", choice=HcpChoice.NONE),
        make_member("Teen", age=15),
        make_hcp("Nurse"),
        make_staff("Mod", Role.MODERATOR),
        make_staff("Admin", Role.ADMIN),
    ]
    addresses = [
        reverse("forum:thread", args=[thread.public_id]),
        reverse("forum:boards"),
        reverse("forum:search"),
        reverse("guides:help_now"),
    ]
    for address in addresses:
        alone = []
        for person in people:
            caches["cards"].clear()
            page_of(person, address)  # a first visit changes what is new
            caches["cards"].clear()
            alone.append(page_of(person, address))
        for turn in (1, 2):
            after_others = [page_of(person, address) for person in people]
            assert after_others == alone, (address, turn)


def test_what_is_kept_holds_no_token_and_no_key(thread: Thread) -> None:
    reader = make_member("Reader")
    client = Client()
    client.force_login(reader)
    caches["cards"].clear()
    address = reverse("forum:thread", args=[thread.public_id])
    pages = [client.get(address).content.decode() for _ in range(2)]
    for name in ("csrfmiddlewaretoken", "key"):
        values = [re.findall(rf'name="{name}"[^>]*value="([^"]*)"', page) for page in pages]
        assert values[0], name
        assert not set(values[0]) & set(values[1]), name
