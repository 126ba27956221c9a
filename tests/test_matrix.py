"""Everybody x every state of a text x every surface: found where it may be, and nowhere else.

What is expected comes from tests/truth.py alone, which knows nothing of the code under test.
"""

import re
from collections.abc import Callable
from html import unescape

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from accounts.documents import publish_texts
from forum.models import ReactionKind, ThreadTag
from tests import truth
from tests.crawl import LONG_WALK
from tests.facts import PERSONAS, Item, Persona, State, World
from tests.world import build_world

WAITING = (State.HELD, State.HELD_AGAIN, State.CHANGES)
CHANGEABLE = (*WAITING, State.PUBLISHED)
OLDER = re.compile(r'<a[^>]*rel="next"[^>]*href="([^"]+)"|<a[^>]*href="([^"]+)"[^>]*rel="next"')

# People who differ from one of these in a single relation come along in the long run of the tests.
QUICK = {
    "guest",
    "peer_open",
    "peer_teen",
    "blocked_member",
    "moderator",
    "hcp_nurse",
    "hcp_hidden_from",
}
everybody = pytest.mark.parametrize(
    "who",
    [
        pytest.param(who, id=name, marks=() if name in QUICK else LONG_WALK)
        for name, who in PERSONAS.items()
    ],
)


@pytest.fixture(scope="module")
def world(module_db: None) -> World:
    publish_texts()
    return build_world()


@pytest.fixture
def client_of(world: World, undone: None) -> Callable[[Persona], Client]:
    def make(who: Persona) -> Client:
        client = Client()
        user = world.people[who.name]
        if user is not None:
            client.force_login(user)
        return client

    return make


ClientOf = Callable[[Persona], Client]


def found(response: HttpResponse, *, as_status: int = 200) -> bool:
    """Whether the page was there for this person; anything but a plain yes or no is an error."""
    if response.status_code == 404:
        return False
    if response.status_code == 302:
        where = response["Location"]
        if where.startswith(reverse("account_login")) or where == reverse("mfa_index"):
            return False
    assert response.status_code == as_status, (response.status_code, response.request)
    return True


def body(response: HttpResponse) -> str:
    return unescape(response.content.decode())


def differences(
    items: list[Item], is_there: Callable[[Item], bool], expected: Callable[[Item], bool]
) -> list[str]:
    """Items where what is there is not what was expected."""
    wrong = []
    for item in items:
        there = is_there(item)
        if there != expected(item):
            wrong.append(f"{item}: {'shown' if there else 'missing'}")
    return wrong


def tried(who: Persona, world: World, *, by: Callable[[Persona], bool]) -> list[Item]:
    """All items for those who get past the door (``by``); for others one in each state, and own."""
    if by(who):
        return world.items
    return own_and_others(who, world)


def own_and_others(who: Persona, world: World) -> list[Item]:
    """A person's own items, and of others one opening and one reply in each state."""
    others = {(item.facts.state, item.is_opening): item for item in reversed(world.items)}
    own = [item for item in world.items if truth.is_own(who, item.facts)]
    return [*own, *(item for item in others.values() if item not in own)]


def address(name: str, item: Item) -> str:
    return reverse(name, args=[item.post.public_id])


def thread_address(item: Item, name: str = "forum:thread") -> str:
    return reverse(name, args=[item.post.thread.public_id])


def thread_text(client: Client, item: Item) -> str | None:
    """All windows of the item's thread, or None where there is no such thread."""
    texts = []
    number = 1
    while found(response := client.get(thread_address(item), {"page": number})):
        texts.append(body(response))
        number += 1
    return "".join(texts) if texts else None


def list_text(client: Client, start: str) -> str:
    """All pages of a list that goes on with *older*."""
    response = client.get(start)
    if not found(response):
        return ""
    text = body(response)
    older = OLDER.search(response.content.decode())
    if older:
        link = unescape(older[1] or older[2])
        text += list_text(client, link if link.startswith("/") else start.split("?")[0] + link)
    return text


# The thread page and what stands on it ------------------------------------------------------------


@everybody
def test_a_thread_page_shows_each_post_to_those_who_may_see_it_and_tombstones_of_removed_ones(
    who: Persona, world: World, client_of: ClientOf
) -> None:
    client = client_of(who)
    openings = [item for item in tried(who, world, by=truth.reads_posts) if item.is_opening]
    pages = {item.post.thread_id: thread_text(client, item) for item in openings}
    items = [item for item in world.items if item.post.thread_id in pages]

    def exists(item: Item) -> bool:
        return pages[item.post.thread_id] is not None

    def may_exist(item: Item) -> bool:
        return truth.opens_board(who, item.adults_only) and truth.open_text(who, item.thread)

    def has_place(item: Item) -> bool:
        return f'id="p-{item.post.public_id}"' in (pages[item.post.thread_id] or "")

    def may_have_place(item: Item) -> bool:
        return truth.sees(who, item) or truth.sees_tombstone(who, item)

    def shown(item: Item) -> bool:
        return item.words["text"] in (pages[item.post.thread_id] or "")

    assert differences(openings, exists, may_exist) == []
    assert differences(items, has_place, may_have_place) == []
    assert differences(items, shown, lambda item: truth.sees(who, item)) == []


@everybody
def test_a_permalink_leads_to_the_post_for_those_who_may_see_it(
    who: Persona, world: World, client_of: ClientOf
) -> None:
    client = client_of(who)
    pages: dict[str, str] = {}

    def leads(item: Item) -> bool:
        response = client.get(address("forum:post", item))
        if not found(response, as_status=302):
            return False
        where = response["Location"]
        assert where.startswith(thread_address(item))
        assert where.endswith(f"#p-{item.post.public_id}")
        path = where.partition("#")[0]
        if path not in pages:
            pages[path] = body(client.get(path))
        return f'id="p-{item.post.public_id}"' in pages[path]

    assert (
        differences(
            tried(who, world, by=truth.reads_posts), leads, lambda item: truth.sees(who, item)
        )
        == []
    )


# Lists --------------------------------------------------------------------------------------------


@everybody
def test_a_board_lists_the_published_threads_that_may_be_seen_and_ones_own_that_wait(
    who: Persona, world: World, client_of: ClientOf
) -> None:
    client = client_of(who)
    listed = "".join(
        list_text(client, reverse("forum:board", args=[slug])) for slug in world.boards
    )

    def expected(item: Item) -> bool:
        state = item.facts.state
        return truth.sees(who, item) and (state == State.PUBLISHED or state in WAITING)

    openings = [item for item in world.items if item.is_opening]
    wrong = [str(item) for item in openings if (item.words["title"] in listed) != expected(item)]
    assert wrong == []


@everybody
def test_a_topic_lists_the_published_threads_that_may_be_seen_and_no_other(
    who: Persona, world: World, client_of: ClientOf
) -> None:
    client = client_of(who)
    openings = [item for item in world.items if item.is_opening]
    for slug in ("common", "rare"):
        listed = list_text(client, reverse("forum:tag", args=[slug]))
        tagged = set(ThreadTag.objects.filter(tag__slug=slug).values_list("thread", flat=True))
        wrong = [
            str(item)
            for item in openings
            if (item.words["title"] in listed)
            != (
                item.post.thread_id in tagged
                and item.facts.state == State.PUBLISHED
                and truth.sees(who, item)
            )
        ]
        assert wrong == []


@everybody
def test_the_list_of_boards_shows_the_newest_thread_that_may_be_seen(
    who: Persona, world: World, client_of: ClientOf
) -> None:
    response = client_of(who).get(reverse("forum:boards"))
    text = body(response) if found(response) else ""
    expected = set()
    for adults_only in (False, True):
        seen = [
            item
            for item in world.items
            if item.is_opening
            and item.adults_only == adults_only
            and item.facts.state == State.PUBLISHED
            and truth.sees(who, item)
        ]
        if seen:
            expected.add(max(seen, key=lambda item: item.post.published_at).words["title"])
    titles = {item.words["title"] for item in world.items if item.is_opening}
    assert {title for title in titles if title in text} == expected


@everybody
def test_my_posts_are_all_of_ones_own_that_may_be_seen_and_no_other(
    who: Persona, world: World, client_of: ClientOf
) -> None:
    text = list_text(client_of(who), reverse("forum:my_posts"))

    def expected(item: Item) -> bool:
        return truth.is_own(who, item.facts) and truth.sees(who, item)

    assert differences(world.items, lambda item: item.words["text"] in text, expected) == []


@everybody
def test_notices_name_only_people_whose_replies_may_be_seen(
    who: Persona, world: World, client_of: ClientOf
) -> None:
    response = client_of(who).get(reverse("forum:notices"))
    text = body(response) if found(response) else ""
    replies = [item for item in world.items if "author" in item.words and not item.is_opening]
    seen = [
        item
        for item in replies
        if item.thread.author == who.name
        and item.facts.state == State.PUBLISHED
        and truth.sees(who, item)
    ]
    named = [item for item in replies if item.words["author"] in text]
    assert [str(item) for item in named if item not in seen] == []
    # Several replies in one thread are one row: how many, and no names.
    assert bool(seen) == (" replied in " in text or " new replies in " in text)
    assert " new replies in " in text or len(named) == len(seen)


@everybody
def test_a_search_finds_what_is_published_and_may_be_seen(
    who: Persona, world: World, client_of: ClientOf
) -> None:
    client = client_of(who)

    def finds(item: Item, what: str) -> bool:
        response = client.get(reverse("forum:search"), {"q": item.words[what]})
        return found(response) and address("forum:post", item) in body(response)

    def expected(item: Item) -> bool:
        published = item.facts.state == item.thread.state == State.PUBLISHED
        return published and truth.sees(who, item)

    items = tried(who, world, by=truth.reads_posts)
    assert differences(items, lambda item: finds(item, "text"), expected) == []
    openings = [item for item in items if item.is_opening]
    assert differences(openings, lambda item: finds(item, "title"), expected) == []


# What one can do with a post ----------------------------------------------------------------------


@everybody
def test_only_authors_change_a_post_while_it_can_be_changed(
    who: Persona, world: World, client_of: ClientOf
) -> None:
    client = client_of(who)

    def expected(item: Item) -> bool:
        own = truth.is_own(who, item.facts) and truth.sees(who, item)
        return own and item.facts.state in CHANGEABLE

    def opens(item: Item) -> bool:
        return found(client.get(address("forum:edit", item)))

    assert differences(own_and_others(who, world), opens, expected) == []


@everybody
@pytest.mark.parametrize("surface", ["forum:history", "forum:sent"])
def test_only_authors_find_the_history_and_what_happens_next(
    who: Persona, surface: str, world: World, client_of: ClientOf
) -> None:
    client = client_of(who)

    def expected(item: Item) -> bool:
        return truth.is_own(who, item.facts) and truth.sees(who, item)

    assert (
        differences(
            own_and_others(who, world),
            lambda item: found(client.get(address(surface, item))),
            expected,
        )
        == []
    )


@everybody
def test_one_can_quote_what_is_published_and_may_be_seen(
    who: Persona, world: World, client_of: ClientOf
) -> None:
    client = client_of(who)

    def opens(item: Item) -> bool:
        query = {"quote": item.post.public_id}
        return found(client.get(thread_address(item, "forum:reply"), query))

    def expected(item: Item) -> bool:
        published = item.facts.state == item.thread.state == State.PUBLISHED
        return published and truth.sees(who, item)

    assert differences(tried(who, world, by=truth.reads_posts), opens, expected) == []


@everybody
def test_one_can_report_what_others_wrote_and_one_may_see(
    who: Persona, world: World, client_of: ClientOf
) -> None:
    client = client_of(who)

    def opens(item: Item) -> bool:
        return found(client.get(address("moderation:report_post", item)))

    def expected(item: Item) -> bool:
        return truth.sees(who, item) and not truth.is_own(who, item.facts)

    assert differences(tried(who, world, by=truth.reads_posts), opens, expected) == []


@everybody
def test_one_can_react_to_what_others_published_and_one_may_see(
    who: Persona, world: World, client_of: ClientOf
) -> None:
    client = client_of(who)

    def works(item: Item) -> bool:
        data = {"react": f"{ReactionKind.CARE}:{item.post.public_id}"}
        response = client.post(thread_address(item, "forum:react"), data)
        return found(response, as_status=302)

    def expected(item: Item) -> bool:
        others = not truth.is_own(who, item.facts) and item.facts.state == State.PUBLISHED
        return others and truth.sees(who, item)

    assert differences(tried(who, world, by=truth.reads_posts), works, expected) == []


# Review -------------------------------------------------------------------------------------------


@everybody
def test_the_queue_lists_what_this_reviewer_may_handle(
    who: Persona, world: World, client_of: ClientOf
) -> None:
    response = client_of(who).get(reverse("moderation:queue"))
    text = body(response) if found(response) else ""

    def listed(item: Item) -> bool:
        return address("moderation:item", item) in text

    assert differences(world.items, listed, lambda item: truth.reviews(who, item)) == []


@everybody
def test_a_reviewer_opens_the_items_of_the_own_queue_and_no_other(
    who: Persona, world: World, client_of: ClientOf
) -> None:
    client = client_of(who)

    def opens(item: Item) -> bool:
        response = client.get(address("moderation:item", item))
        return found(response) and item.words["text"] in body(response)

    assert (
        differences(
            tried(who, world, by=truth.reviews_posts), opens, lambda item: truth.reviews(who, item)
        )
        == []
    )


@everybody
def test_a_decision_needs_an_item_of_the_own_queue(
    who: Persona, world: World, client_of: ClientOf
) -> None:
    client = client_of(who)

    def decides(item: Item) -> bool:
        data = {"kind": "publish", "version": item.post.version}
        response = client.post(address("moderation:item", item), data)
        if response.status_code == 409:
            # Somebody decided on this version before: told only to those who could have.
            assert truth.handles(who, item)
            return False
        return found(response, as_status=302)

    # The first decision may change nothing else, so each item is tried in the same world.
    assert (
        differences(
            tried(who, world, by=truth.reviews_posts),
            decides,
            lambda item: truth.reviews(who, item),
        )
        == []
    )


# The world itself ---------------------------------------------------------------------------------


def test_the_world_holds_something_to_see_and_something_to_miss_for_all(
    world: World, undone: None
) -> None:
    for who in PERSONAS.values():
        seen = [item for item in world.items if truth.sees(who, item)]
        assert len(seen) < len(world.items), who.name
        assert bool(seen) == truth.reads_posts(who), who.name


def test_every_pair_that_is_kept_apart_has_a_text_that_only_this_keeps_back(world: World) -> None:
    for name, by in truth.KEPT_APART:
        who = PERSONAS[name]
        assert any(
            item.facts.by == by and item.facts.state == State.PUBLISHED and not item.adults_only
            for item in world.items
        ), (name, by)
        assert truth.reads_posts(who)
