"""Taking texts back from health professionals."""

import pytest

from accounts.models import HcpChoice
from accounts.viewer import viewer_of
from forum import summaries
from forum.actions.audience import Scope, choose_hcp_involvement, narrow
from forum.actions.reactions import toggle_reaction
from forum.models import Audience, Post, ReactionKind, Status, Thread
from moderation.models import DecisionKind
from tests.factories import (
    decided,
    fresh,
    in_state,
    make_member,
    publish_reply,
    publish_thread,
    submit_reply,
    submit_thread,
)

pytestmark = pytest.mark.django_db

PEERS, COMMUNITY = Audience.PEERS, Audience.COMMUNITY


def opt_out(user, *, older: bool) -> None:
    scope = Scope.OLDER_POSTS_TOO if older else Scope.FROM_NOW_ON
    choose_hcp_involvement(user=user, choice=HcpChoice.NONE, scope=scope)


def readable_by(viewer) -> set[int]:
    return set(Post.objects.visible_to(viewer).values_list("pk", flat=True))


def test_a_choice_is_stored_with_its_date(host):
    opt_out(host, older=False)
    before = host.hcp_choice_at
    host.refresh_from_db()
    assert host.hcp_choice == HcpChoice.NONE
    assert host.hcp_choice_at > before


def test_without_older_posts_what_was_published_stays_as_it_was(thread, host, as_nurse):
    opt_out(host, older=False)
    thread.refresh_from_db()
    assert thread.audience == COMMUNITY
    assert thread.posts.get().pk in readable_by(as_nurse)


def test_with_older_posts_nothing_of_the_author_is_left_for_professionals(
    thread, host, guest, board, as_nurse
):
    other = publish_thread(guest, board, title="Snacks", text="What do you eat?")
    publish_reply(host, other, text="Bananas.")
    opt_out(host, older=True)
    assert not Post.objects.visible_to(as_nurse).filter(author=host).exists()
    assert other.posts.get(is_opening=True).pk in readable_by(as_nurse)
    assert summaries.wrong_rows() == []


def test_a_narrowed_thread_takes_all_its_replies_along(thread, host, guest, nurse, as_nurse):
    replies = [
        publish_reply(guest, thread, text="I do."),
        publish_reply(nurse, thread, text="In general, snacks help."),
    ]
    opt_out(host, older=True)
    assert {fresh(reply).audience for reply in replies} == {PEERS}
    assert not Thread.objects.visible_to(as_nurse).filter(pk=thread.pk).exists()
    assert list(thread.summaries.values_list("audience", "replies")) == [(PEERS, 2)]


def test_a_narrowed_thread_no_longer_asks_professionals(host, board):
    thread = publish_thread(
        host, board, title="Football", text="Is it safe?", asks_professional=True
    )
    opt_out(host, older=True)
    thread.refresh_from_db()
    assert not thread.asks_professional


def test_a_narrowed_reply_leaves_thread_and_neighbours_as_they_were(thread, guest, host):
    mine = publish_reply(guest, thread, text="I do.")
    theirs = publish_reply(host, thread, text="Great.")
    narrow([mine.pk])
    thread.refresh_from_db()
    assert (fresh(mine).audience, fresh(theirs).audience) == (PEERS, COMMUNITY)
    assert thread.audience == COMMUNITY


def test_quotes_of_a_narrowed_post_follow_and_quotes_of_those_too(
    thread, guest, host, seasoned, as_nurse
):
    source = publish_reply(guest, thread, text="I play on Mondays.")
    quoting = publish_reply(host, thread, text="Mondays!", quote=source)
    again = publish_reply(seasoned("third"), thread, text="He said Mondays!", quote=quoting)
    bystander = publish_reply(host, thread, text="Anyone else?")
    narrow([source.pk])
    assert readable_by(as_nurse) & {source.pk, quoting.pk, again.pk, bystander.pk} == {bystander.pk}
    assert summaries.wrong_rows() == []


def test_the_last_word_moves_back_for_professionals_alone(thread, guest, host):
    first = publish_reply(guest, thread, text="I do.")
    last = publish_reply(host, thread, text="Great.")
    narrow([last.pk])
    assert dict(thread.summaries.values_list("audience", "last_post")) == {
        PEERS: last.pk,
        COMMUNITY: first.pk,
    }


@pytest.mark.parametrize("status", [Status.HELD, Status.HIDDEN, Status.REMOVED])
def test_posts_that_nobody_sees_just_now_are_narrowed_as_well(thread, guest, status):
    post = in_state(publish_reply(guest, thread, text="I do."), status)
    opt_out(guest, older=True)
    assert fresh(post).audience == PEERS


def test_a_post_that_waits_is_not_let_out_to_professionals_after_its_author_opted_out(
    thread, as_nurse
):
    author = make_member("newcomer")
    post = submit_reply(author, thread, text="I do.")
    assert (post.status, post.audience) == (Status.HELD, COMMUNITY)
    opt_out(author, older=False)
    decided(post, DecisionKind.PUBLISH)
    assert fresh(post).audience == PEERS
    assert post.pk not in readable_by(as_nurse)


def test_a_thread_that_waits_is_not_let_out_to_professionals_either(board, as_nurse):
    author = make_member("newcomer")
    post = submit_thread(author, board, title="Hello", text="I am new here.")
    opt_out(author, older=False)
    decided(post, DecisionKind.PUBLISH)
    assert (fresh(post).audience, fresh(post).thread.audience) == (PEERS, PEERS)
    assert post.pk not in readable_by(as_nurse)
    assert summaries.wrong_rows() == []


def test_moving_from_open_to_on_request_leaves_waiting_posts_alone(thread):
    author = make_member("newcomer")
    post = submit_reply(author, thread, text="I do.")
    choose_hcp_involvement(user=author, choice=HcpChoice.ON_REQUEST)
    assert fresh(post).audience == COMMUNITY


def test_a_post_gets_a_new_version_when_it_is_narrowed(thread, guest):
    post = publish_reply(guest, thread, text="I do.")
    assert narrow([post.pk]) == 1
    assert fresh(post).version == post.version + 1


def test_narrowing_twice_changes_nothing_more(thread, guest):
    post = publish_reply(guest, thread, text="I do.")
    narrow([post.pk])
    assert narrow([post.pk]) == 0
    assert fresh(post).version == post.version + 1
    assert narrow([]) == 0


def test_opting_in_again_widens_nothing_that_was_taken_back(thread, host, as_nurse):
    opt_out(host, older=True)
    choose_hcp_involvement(user=host, choice=HcpChoice.OPEN)
    thread.refresh_from_db()
    assert thread.audience == PEERS
    assert readable_by(as_nurse) == set()


def test_reactions_of_somebody_who_opted_out_no_longer_count_for_professionals(
    thread, guest, seasoned
):
    post = thread.posts.get()
    for member in (guest, seasoned("third")):
        toggle_reaction(post=post, author=member, kind=ReactionKind.CARE)
    assert fresh(post).reactions == {PEERS: {"care": 2}, COMMUNITY: {"care": 2}}
    opt_out(guest, older=False)
    assert fresh(post).reactions == {PEERS: {"care": 2}, COMMUNITY: {"care": 1}}


def test_taking_back_older_posts_leaves_those_of_others_alone(thread, host, guest, board):
    other = publish_thread(guest, board, title="Snacks", text="What do you eat?")
    theirs = other.posts.get()
    publish_reply(host, other, text="Bananas.")
    opt_out(host, older=True)
    assert fresh(theirs).audience == COMMUNITY


def test_what_a_professional_could_read_yesterday_is_gone_at_the_next_question(thread, host, nurse):
    post = thread.posts.get()
    assert post.pk in readable_by(viewer_of(nurse))
    opt_out(host, older=True)
    assert post.pk not in readable_by(viewer_of(nurse))
