"""Keys for the queue: off until switched on, each can be changed, none does two things."""

import json

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Role, User
from moderation.models import Workbench
from moderation.shortcuts import ACTIONS, DEFAULTS, clashes, save_keys
from tests.factories import make_board, make_member, make_staff, submit_thread

pytestmark = [pytest.mark.usefixtures("texts"), pytest.mark.one_database]

PAGE = reverse("moderation:keys")
INVALID = 422


@pytest.fixture
def moderator(db: None) -> User:
    return make_staff("kim", Role.MODERATOR)


@pytest.fixture
def reviewer(client: Client, moderator: User) -> Client:
    client.force_login(moderator)
    return client


def item_page(client: Client) -> str:
    post = submit_thread(make_member("wren"), make_board("b"), title="A", text="B.")
    return client.get(reverse("moderation:item", args=[post.public_id])).content.decode()


def test_the_keys_as_they_come_do_not_clash():
    assert clashes(DEFAULTS) == {}
    assert all(key.isalnum() for key in DEFAULTS.values())


def test_keys_are_off_until_somebody_switches_them_on(reviewer):
    assert "data-keys" not in item_page(reviewer)
    assert "data-keys" not in reviewer.get(reverse("moderation:queue")).content.decode()


def test_a_switched_on_key_is_on_the_page_with_what_was_changed(reviewer, moderator):
    answer = reviewer.post(PAGE, {**DEFAULTS, "is_on": "on", "publish": "J"})
    assert answer.status_code == 302
    assert Workbench.objects.get().keys == {"publish": "j"}
    page = item_page(reviewer)
    assert "data-keys" in page
    assert "&quot;publish&quot;: &quot;j&quot;" in page
    assert "&quot;send&quot;: &quot;s&quot;" in page


def test_two_actions_with_one_key_are_refused_and_what_was_typed_stays(reviewer):
    answer = reviewer.post(PAGE, {**DEFAULTS, "is_on": "on", "hide": "p"})
    page = answer.content.decode()
    assert answer.status_code == INVALID
    assert 'id="id_hide_error"' in page
    assert "This key is taken by" in page
    assert 'name="hide" value="p"' in page
    assert not Workbench.objects.exists()


@pytest.mark.parametrize("key", ["?", "ab", "-", "é!"])
def test_only_a_letter_or_a_digit_is_a_key(key, reviewer):
    answer = reviewer.post(PAGE, {**DEFAULTS, "hide": key})
    assert answer.status_code == INVALID
    assert 'id="id_hide_error"' in answer.content.decode()


def test_an_action_may_have_no_key(reviewer):
    assert (
        reviewer.post(PAGE, {**DEFAULTS, "is_on": "on", "stop": "", "skip": ""}).status_code == 302
    )
    keys = json.loads(
        item_page(reviewer).split('data-keys="')[1].split('"')[0].replace("&quot;", '"')
    )
    assert (keys["stop"], keys["skip"], keys["send"]) == ("", "", "s")


def test_switching_off_takes_them_away_and_keeps_what_was_chosen(reviewer, moderator):
    reviewer.post(PAGE, {**DEFAULTS, "is_on": "on", "publish": "j"})
    reviewer.post(PAGE, {**DEFAULTS, "publish": "j"})
    assert "data-keys" not in item_page(reviewer)
    assert 'name="publish" value="j"' in reviewer.get(PAGE).content.decode()


def test_the_action_itself_refuses_a_clash_as_well(moderator):
    with pytest.raises(ValueError, match="two actions"):
        save_keys(reviewer=moderator, is_on=True, keys={**DEFAULTS, "hide": "p"})


def test_every_action_is_on_the_page_of_keys(reviewer):
    page = reviewer.get(PAGE).content.decode()
    assert all(f'name="{action.name}"' in page for action in ACTIONS)
