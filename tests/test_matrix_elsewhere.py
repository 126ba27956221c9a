"""Everybody x every text, where no page of the forum shows it: API, feed, profiles, names, guides.

What is expected comes from tests/truth.py alone, as in tests/test_matrix.py. With each clause of
visibility taken out in turn, the same questions to the API find a text too many.
"""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts import token_access
from accounts.documents import publish_texts
from accounts.models import TokenKind
from tests import truth
from tests.facts import PERSONAS, Item, Persona, State, World
from tests.keys import feed_address, forced_key_of, with_key
from tests.test_canary import WITHOUT, follow_everything
from tests.test_matrix import differences, everybody, list_text
from tests.world import build_world

# These pages ask the door that tests/test_matrix.py asks on both databases.
pytestmark = pytest.mark.one_database


@pytest.fixture(scope="module")
def world(module_db: None) -> World:
    publish_texts()
    return build_world()


@pytest.fixture(autouse=True)
def no_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """These tests ask for more in a minute than a key may."""
    monkeypatch.setattr(token_access, "API_LIMITS", ())


def has_keys(who: Persona) -> bool:
    """Keys are for members; suspended ones have none that works."""
    return who.role == "member" and truth.reads_posts(who)


def with_a_key(who: Persona, world: World) -> Client:
    """A program with this person's key; staff get one past the rules, which must open nothing."""
    user = world.people[who.name]
    return Client() if user is None else with_key(forced_key_of(user, TokenKind.API))


def read_by_program(client: Client, world: World) -> dict[int, str]:
    """All pages of each thread by the API, by the thread's row number."""
    told = {}
    threads = {item.post.thread_id: item.post.thread.public_id for item in world.items}
    for number, public_id in threads.items():
        page, told[number] = 1, ""
        while True:
            address = reverse("forum:api_thread", args=[public_id])
            answer = client.get(address, {"page": str(page)})
            assert answer.status_code in (200, 401, 403, 404), answer.status_code
            if answer.status_code != 200:
                break
            told[number] += answer.content.decode()
            if page >= answer.json()["pages"]:
                break
            page += 1
    return told


@everybody
def test_a_program_reads_what_its_member_may_see(who: Persona, world: World, undone: None) -> None:
    told = read_by_program(with_a_key(who, world), world)

    def is_there(item: Item) -> bool:
        return item.words["text"] in told[item.post.thread_id]

    def expected(item: Item) -> bool:
        return has_keys(who) and truth.sees(who, item)

    assert differences(world.items, is_there, expected) == []


@everybody
def test_the_lists_of_boards_for_programs_are_those_of_the_member(
    who: Persona, world: World, undone: None
) -> None:
    client, listed = with_a_key(who, world), ""
    for slug in world.boards:
        address, cursor = reverse("forum:api_threads", args=[slug]), ""
        while True:
            answer = client.get(address, {"cursor": cursor} if cursor else {})
            if answer.status_code != 200:
                break
            listed += answer.content.decode()
            cursor = answer.json()["next"] or ""
            if not cursor:
                break
    openings = [item for item in world.items if item.is_opening]

    def expected(item: Item) -> bool:
        return has_keys(who) and truth.sees(who, item) and item.facts.state == State.PUBLISHED

    seen = [item for item in openings if item.words["title"] in listed]
    assert [str(item) for item in seen if not (has_keys(who) and truth.sees(who, item))] == []
    assert [str(item) for item in openings if expected(item) and item not in seen] == []


@everybody
def test_a_feed_names_nothing_that_its_member_may_not_see(
    who: Persona, world: World, undone: None
) -> None:
    user = world.people[who.name]
    if user is None:
        return
    follow_everything(user, world)
    answer = Client().get(feed_address(forced_key_of(user, TokenKind.FEED)))
    text = answer.content.decode() if answer.status_code == 200 else ""
    assert bool(text) == has_keys(who)
    openings = [item for item in world.items if item.is_opening]
    # A content note stands in for its title.
    named = [item for item in openings if item.words["content_note"] in text]
    assert [str(item) for item in openings if item.words["title"] in text] == []
    assert [str(item) for item in named if not truth.sees(who, item)] == []
    assert bool(named) == has_keys(who)
    # Titles alone: nothing of what is written under them.
    assert [str(item) for item in world.items if item.words["text"] in text] == []


@everybody
def test_a_profile_lists_no_post_that_may_not_be_seen(
    who: Persona, world: World, undone: None
) -> None:
    client = Client()
    user = world.people[who.name]
    if user is not None:
        client.force_login(user)
    authors = {item.post.author_id: item.post.author for item in world.items}
    told = {
        number: list_text(client, reverse("forum:profile", args=[author.public_id]))
        for number, author in authors.items()
    }
    shown = [item for item in world.items if item.words["text"] in told[item.post.author_id]]
    assert [str(item) for item in shown if not truth.sees(who, item)] == []


@everybody
def test_guides_that_nobody_has_checked_are_for_those_who_write_them(
    who: Persona, world: World, undone: None
) -> None:
    client = Client()
    user = world.people[who.name]
    if user is not None:
        client.force_login(user)
    may_edit = truth.reads_posts(who) and who.role in ("hcp", "admin")
    for slug, number in world.guides_at_work:
        page = client.get(reverse("guides:work_version", args=[slug, number]))
        assert (page.status_code == 200) == may_edit, slug
        assert client.get(reverse("guides:article", args=[slug])).status_code == 404


# What is not published has no place in a thread: there this rule has a second one behind it.
OF_MEMBERS = [
    clause
    for clause, name in WITHOUT.items()
    if has_keys(PERSONAS[name]) and clause != "published_or_own"
]


@pytest.mark.parametrize("clause", OF_MEMBERS)
def test_without_any_single_clause_a_program_reads_too_much(
    clause: str, switch_off: Callable[[str], None], world: World, undone: None
) -> None:
    """So that the silence of the tests above is worth something."""
    who = PERSONAS[WITHOUT[clause]]
    client = with_a_key(who, world)
    switch_off(clause)
    told = read_by_program(client, world)
    items = [item for item in world.items if item.words["text"] in told[item.post.thread_id]]
    assert [item for item in items if not truth.sees(who, item)]
