"""One tap, again to undo."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Block, HcpChoice
from forum.actions.reactions import reaction_sums, recount_reactions, toggle_reaction
from forum.errors import NotVisible
from forum.models import Audience, Post, Reaction, ReactionKind, Status
from tests.factories import fresh, in_state, make_member, publish_thread

pytestmark = pytest.mark.django_db

SAME, CARE = ReactionKind.SAME, ReactionKind.CARE


@pytest.fixture
def post(thread):
    """A post by ``host`` for the community."""
    return thread.posts.get()


def test_a_tap_counts_and_a_second_tap_takes_it_back(post, guest):
    assert toggle_reaction(post=post, author=guest, kind=CARE) is True
    assert fresh(post).reactions == {"peers": {"care": 1}, "community": {"care": 1}}
    assert toggle_reaction(post=post, author=guest, kind=CARE) is False
    assert fresh(post).reactions == {}
    assert not Reaction.objects.exists()


def test_one_person_can_give_each_kind_once(post, guest):
    for kind in ReactionKind:
        toggle_reaction(post=post, author=guest, kind=kind)
    assert fresh(post).reactions["peers"] == {kind.value: 1 for kind in ReactionKind}
    assert Reaction.objects.count() == len(ReactionKind)


@pytest.mark.parametrize("choice", ["", HcpChoice.NONE])
def test_reactions_of_members_who_let_no_professionals_in_count_for_peers_alone(post, choice):
    member = make_member("private", choice=choice)
    toggle_reaction(post=post, author=member, kind=SAME)
    assert fresh(post).reactions == {"peers": {"same": 1}}
    assert Reaction.objects.get().audience == Audience.PEERS


def test_a_professional_can_react_to_what_they_may_read(post, nurse):
    toggle_reaction(post=post, author=nurse, kind=CARE)
    assert fresh(post).reactions["community"] == {"care": 1}


def test_a_professional_cannot_react_to_a_peers_only_post(host, board, nurse):
    thread = publish_thread(
        host, board, title="Just us", text="Between us.", audience=Audience.PEERS
    )
    with pytest.raises(NotVisible):
        toggle_reaction(post=thread.posts.get(), author=nurse, kind=CARE)
    assert not Reaction.objects.exists()


def test_nobody_reacts_to_their_own_post(post, host):
    with pytest.raises(NotVisible):
        toggle_reaction(post=post, author=host, kind=CARE)


@pytest.mark.parametrize("status", [Status.HELD, Status.HIDDEN, Status.REMOVED, Status.WITHDRAWN])
def test_nobody_reacts_to_what_is_not_published(post, guest, status):
    in_state(post, status)
    with pytest.raises(NotVisible):
        toggle_reaction(post=post, author=guest, kind=CARE)
    assert not Reaction.objects.exists()


def test_nobody_reacts_to_somebody_who_blocked_them(post, host, guest):
    Block.objects.create(blocker=host, blocked=guest)
    with pytest.raises(NotVisible):
        toggle_reaction(post=post, author=guest, kind=CARE)


def test_a_silenced_member_cannot_react(post, guest):
    guest.silenced_until = timezone.now() + timedelta(days=1)
    guest.save()
    with pytest.raises(NotVisible):
        toggle_reaction(post=post, author=guest, kind=CARE)


def test_sums_that_went_wrong_are_made_right_by_a_recount(post, guest):
    toggle_reaction(post=post, author=guest, kind=CARE)
    right = fresh(post).reactions
    Post.objects.filter(pk=post.pk).update(reactions={"peers": {"care": 99}})
    recount_reactions([post.pk])
    assert fresh(post).reactions == right == reaction_sums(post.pk)
