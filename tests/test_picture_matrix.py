"""Every picture of the world, asked for by everybody: the file is there exactly where the post is.

And so that a silent test is worth something: with any single rule switched off, the same walk over
pictures finds one too many.
"""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.documents import publish_texts
from accounts.viewer import GUEST, Viewer, viewer_of
from forum.models import Picture
from forum.pictures.store import Size
from tests import truth
from tests.facts import PERSONAS, World
from tests.test_canary import WITHOUT
from tests.world import build_world

pytestmark = pytest.mark.one_database


@pytest.fixture(scope="module")
def world(module_db: None) -> World:
    publish_texts()
    return build_world()


def got(world: World, name: str, route: str, *size: str) -> set[str]:
    """The pictures that this person gets by a route."""
    client = Client()
    user = world.people[name]
    if user is not None:
        client.force_login(user)
    found = set()
    for public_id in world.pictures:
        answer = client.get(reverse(route, args=[public_id, *size]))
        assert answer.status_code in (200, 302, 404)
        if answer.status_code == 200:
            found.add(public_id)
    return found


def named(world: World, ids: set[str]) -> list[str]:
    """What they are, for the message of a test that fails."""
    return sorted(str(world.pictures[public_id]) for public_id in ids)


def viewer_named(world: World, name: str) -> Viewer:
    """A persona as the rules see them."""
    user = world.people[name]
    return viewer_of(user) if user is not None else GUEST


def seen_by(world: World, name: str) -> set[str]:
    """The pictures of posts that a persona sees, as tests/truth.py says."""
    who = PERSONAS[name]
    return {public_id for public_id, item in world.pictures.items() if truth.sees(who, item)}


def handled_by(world: World, name: str) -> set[str]:
    """Those of posts that a persona may handle."""
    who = PERSONAS[name]
    return {public_id for public_id, item in world.pictures.items() if truth.handles(who, item)}


@pytest.mark.parametrize("name", PERSONAS)
def test_the_door_gives_everybody_exactly_the_pictures_of_posts_that_are_for_them(
    name: str, world: World, undone: None
) -> None:
    viewer = viewer_named(world, name)
    of_posts = Picture.objects.filter(post__isnull=False)
    shown = set(of_posts.shown_to(viewer).values_list("public_id", flat=True))
    assert named(world, shown ^ seen_by(world, name)) == []
    handled = set(of_posts.handleable_by(viewer).values_list("public_id", flat=True))
    assert named(world, handled ^ handled_by(world, name)) == []


@pytest.mark.parametrize("name", ["peer_teen", "hcp_hidden_from", "suspended_member", "guest"])
def test_the_addresses_give_the_same(name: str, world: World, undone: None) -> None:
    files = got(world, name, "forum:picture_file", Size.SMALL)
    assert named(world, files ^ seen_by(world, name)) == []
    handled = got(world, name, "moderation:picture", Size.SMALL)
    assert named(world, handled ^ handled_by(world, name)) == []


def test_the_page_of_a_picture_is_there_where_the_file_is(world: World, undone: None) -> None:
    pages = got(world, "blocked_member", "forum:picture")
    assert named(world, pages ^ seen_by(world, "blocked_member")) == []


def test_the_world_has_pictures_that_some_get_and_others_do_not(world: World, undone: None) -> None:
    for name in ("peer_open", "hcp_nurse", "moderator"):
        assert 3 < len(seen_by(world, name)) < len(world.pictures) - 3


@pytest.mark.parametrize("clause", WITHOUT)
def test_without_any_single_rule_somebody_gets_one_too_many(
    clause: str, switch_off: Callable[[str], None], world: World, undone: None
) -> None:
    name = WITHOUT[clause]
    viewer = viewer_named(world, name)
    switch_off(clause)
    shown = Picture.objects.filter(post__isnull=False).shown_to(viewer)
    assert set(shown.values_list("public_id", flat=True)) - seen_by(world, name)
