"""Taking one post or thread back from professionals, and the choice for all."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import HcpChoice, User
from accounts.viewer import viewer_of
from forum import summaries
from forum.actions.audience import choose_hcp_involvement, take_back
from forum.errors import NotVisible
from forum.models import Audience, Post, Status
from tests.factories import fresh, in_state, publish_reply, publish_thread

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]
CHOICE = reverse("forum:involvement")


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def address(post: Post) -> str:
    return reverse("forum:narrow", args=[post.public_id])


def readable(user: User) -> set[int]:
    return set(Post.objects.visible_to(viewer_of(user)).values_list("pk", flat=True))


def test_one_post_is_taken_back_with_what_quotes_it_after_saying_so(thread, guest, host, nurse):
    mine = publish_reply(guest, thread, text="I play on Mondays.")
    quoting = publish_reply(host, thread, text="Mondays!", quote=mine)
    client = signed_in(guest)
    page = client.get(reverse("forum:thread", args=[thread.public_id])).content.decode()
    assert address(mine) in page
    assert address(thread.posts.first()) not in page
    asked = client.get(address(mine)).content.decode()
    assert "1 post quotes it" in asked
    assert mine.pk in readable(nurse)
    answer = client.post(address(mine), follow=True)
    assert "Taken back" in answer.content.decode()
    assert readable(nurse) & {mine.pk, quoting.pk} == set()
    assert thread.posts.first().pk in readable(nurse)
    assert summaries.wrong_rows() == []


def test_a_thread_takes_all_replies_along_after_saying_so(thread, host, guest, nurse):
    for number in range(3):
        publish_reply(guest, thread, text=f"Reply {number}.")
    client, opening = signed_in(host), thread.posts.first()
    assert "All 3 replies become peers-only" in client.get(address(opening)).content.decode()
    client.post(address(opening))
    assert readable(nurse) == set()
    assert set(thread.posts.values_list("audience", flat=True)) == {Audience.PEERS}
    assert summaries.wrong_rows() == []


def test_it_is_offered_only_while_there_is_something_to_take_back(thread, host):
    opening = thread.posts.get()
    assert take_back(post=opening, author=host)
    assert not take_back(post=opening, author=host)
    client = signed_in(host)
    page = client.get(reverse("forum:thread", args=[thread.public_id])).content.decode()
    assert address(opening) not in page
    assert client.get(address(opening)).status_code == 302


def test_nobody_narrows_a_post_of_another(thread, guest, nurse, moderator):
    opening = thread.posts.get()
    for somebody in (guest, nurse, moderator):
        assert signed_in(somebody).post(address(opening)).status_code == 404
        with pytest.raises(NotVisible):
            take_back(post=opening, author=somebody)
    assert fresh(opening).audience == Audience.COMMUNITY


def test_a_post_that_waits_or_is_hidden_can_be_taken_back_as_well(thread, guest):
    for status in (Status.HELD, Status.HIDDEN):
        post = in_state(publish_reply(guest, thread, text="I do."), status)
        signed_in(guest).post(address(post))
        assert fresh(post).audience == Audience.PEERS


def test_choosing_wider_again_never_widens_what_was_taken_back(thread, host, nurse):
    take_back(post=thread.posts.get(), author=host)
    for choice in (HcpChoice.NONE, HcpChoice.OPEN):
        choose_hcp_involvement(user=host, choice=choice)
    assert readable(nurse) == set()


def choose(user: User, choice: str, scope: str) -> str:
    data = {"choice": choice, "scope": scope}
    return signed_in(user).post(CHOICE, data, follow=True).content.decode()


def test_the_choice_for_all_is_confirmed_in_words_and_counts_at_once(thread, host, nurse):
    page = choose(host, "none", "from_now_on")
    assert "Your choice is now: No health professionals" in page
    assert thread.posts.get().pk in readable(nurse)
    choose(host, "none", "older_posts_too")
    assert readable(nurse) == set()


def test_both_ways_take_the_same_clicks(host, board, nurse):
    for choice in ("none", "open", "on_request", "none"):
        choose(host, choice, "from_now_on")
        host.refresh_from_db()
        assert host.hcp_choice == choice
    choose(host, "open", "from_now_on")
    thread = publish_thread(host, board, title="Bread", text="Which bread?")
    assert thread.posts.get().pk in readable(nurse)


@pytest.mark.parametrize("data", [{}, {"choice": "none"}, {"choice": "maybe", "scope": "x"}])
def test_half_an_answer_changes_nothing_and_is_asked_again(data, host):
    answer = signed_in(host).post(CHOICE, data)
    assert answer.status_code == 200
    assert answer.context["form"].errors
    host.refresh_from_db()
    assert host.hcp_choice == HcpChoice.OPEN


def test_no_choice_is_picked_beforehand_where_none_was_made(seasoned):
    page = signed_in(seasoned("undecided", choice="")).get(CHOICE).content.decode()
    assert 'name="choice" value="none" checked' not in page
    assert page.count("checked") == 1  # from now on
