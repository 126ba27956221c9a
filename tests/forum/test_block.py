"""Members who do not want to meet: neither reads the other, and nobody is told."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Block, Role, User
from accounts.viewer import viewer_of
from forum.actions.reactions import toggle_reaction
from forum.actions.relations import block, unblock
from forum.errors import NotVisible
from forum.models import Notice, NoticeKind, Post, ReactionKind, Status
from forum.queries.notices import notices_for
from forum.queries.threads import dressed
from moderation.models import Decision, DecisionKind
from tests.factories import decided, give_mfa, in_state, publish_reply, publish_thread

pytestmark = pytest.mark.django_db
LIST = reverse("forum:blocked")


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def sees(user: User, post: Post) -> bool:
    return Post.objects.visible_to(viewer_of(user)).filter(pk=post.pk).exists()


@pytest.fixture
def elsewhere(thread, guest, host, seasoned):
    """A post of ``guest`` in a thread of neither."""
    third = seasoned("third")
    publish_reply(third, thread, text="Hello.")
    return publish_reply(guest, thread, text="I do.")


def test_from_the_post_to_the_list_and_back(thread, host, guest, elsewhere):
    client = signed_in(host)
    link = reverse("forum:block", args=[elsewhere.public_id])
    page = client.get(reverse("forum:thread", args=[thread.public_id])).content.decode()
    assert link in page
    assert "Hide guest?" in client.get(link).content.decode()
    assert not Block.objects.exists()
    assert client.post(link)["Location"] == LIST
    assert "guest" in client.get(LIST).content.decode()
    assert (sees(host, elsewhere), sees(guest, thread.posts.first())) == (False, False)
    client.post(LIST, {"person": Block.objects.get().key})
    assert (sees(host, elsewhere), sees(guest, thread.posts.first())) == (True, True)
    assert "Nobody" in client.get(LIST).content.decode()


def test_the_other_one_is_not_told(host, guest, elsewhere):
    before = Notice.objects.filter(recipient=guest).count()
    signed_in(host).post(reverse("forum:block", args=[elsewhere.public_id]))
    assert Notice.objects.filter(recipient=guest).count() == before
    assert "Nobody" in signed_in(guest).get(LIST).content.decode()


def test_one_cannot_undo_the_block_of_the_other(host, guest, elsewhere):
    block(blocker=host, blocked=guest)
    assert signed_in(guest).post(LIST, {"person": host.public_id}).status_code == 404
    assert not unblock(blocker=guest, blocked=host)
    assert not sees(guest, elsewhere.thread.posts.first())


def test_staff_and_professionals_cannot_be_blocked_and_do_not_block(
    thread, host, nurse, moderator, elsewhere
):
    for author in (nurse, moderator):
        reply = publish_reply(author, thread, text="In general.")
        link = reverse("forum:block", args=[reply.public_id])
        assert signed_in(host).post(link).status_code == 404
        assert link not in signed_in(host).get(thread_address(thread)).content.decode()
        mine = reverse("forum:block", args=[elsewhere.public_id])
        assert signed_in(author).post(mine).status_code == 404
        assert signed_in(author).get(LIST).status_code == 404
        with pytest.raises(NotVisible):
            block(blocker=host, blocked=author)


def thread_address(thread) -> str:
    return reverse("forum:thread", args=[thread.public_id])


def test_nobody_blocks_themselves_or_whom_they_do_not_see(host, thread, elsewhere, seasoned):
    own = reverse("forum:block", args=[thread.posts.first().public_id])
    assert signed_in(host).post(own).status_code == 404
    with pytest.raises(NotVisible):
        block(blocker=host, blocked=host)
    assert signed_in(host).post(reverse("forum:block", args=["2" * 14])).status_code == 404


def test_doing_it_twice_changes_nothing_more(host, guest):
    assert block(blocker=host, blocked=guest)
    assert not block(blocker=host, blocked=guest)
    assert unblock(blocker=host, blocked=guest)
    assert not unblock(blocker=host, blocked=guest)


# Both ways, everywhere ----------------------------------------------------------------------------


def reactions_for(user: User, post: Post) -> dict[str, int]:
    """The sums that stand on the post's card for somebody."""
    viewer = viewer_of(user)
    shown = dressed(viewer, [Post.objects.visible_to(viewer).get(pk=post.pk)])
    return dict(shown[0].reactions)


def test_reactions_of_the_other_neither_count_nor_show_both_ways(host, guest, seasoned, board):
    third, fourth = seasoned("third"), seasoned("fourth")
    thread = publish_thread(third, board, title="Wins", text="We did it.")
    post = thread.posts.get()
    for reader in (host, guest):
        toggle_reaction(post=post, author=reader, kind=ReactionKind.CARE)
    assert [reactions_for(user, post) for user in (host, guest)] == [{"care": 2}] * 2
    block(blocker=host, blocked=guest)
    assert [reactions_for(user, post) for user in (host, guest)] == [{"care": 1}] * 2
    # Nothing changes for others: the sum does not tell who blocked whom.
    assert [reactions_for(user, post) for user in (third, fourth)] == [{"care": 2}] * 2


def test_news_of_a_reaction_go_with_the_block_and_come_back_with_it(host, guest, thread):
    opening = thread.posts.first()
    toggle_reaction(post=opening, author=guest, kind=ReactionKind.SAME)
    told = notices_for(viewer_of(host)).filter(kind=NoticeKind.REACTION)
    assert told.count() == 1
    block(blocker=guest, blocked=host)
    assert not notices_for(viewer_of(host)).filter(kind=NoticeKind.REACTION).exists()
    assert reactions_for(host, opening) == {}
    unblock(blocker=guest, blocked=host)
    assert notices_for(viewer_of(host)).filter(kind=NoticeKind.REACTION).count() == 1


def test_one_cannot_react_to_or_quote_what_one_no_longer_meets(host, guest, elsewhere):
    block(blocker=host, blocked=guest)
    with pytest.raises(NotVisible):
        toggle_reaction(post=elsewhere, author=host, kind=ReactionKind.SAME)
    with pytest.raises(NotVisible):
        toggle_reaction(post=elsewhere.thread.posts.first(), author=guest, kind=ReactionKind.SAME)


def test_a_quote_of_the_other_goes_from_a_post_of_somebody_else(
    host, guest, elsewhere, thread, seasoned
):
    quoting = publish_reply(
        seasoned("fourth"), thread, text="As you say.", quote=elsewhere, excerpt="I do."
    )
    viewer = viewer_of(host)
    assert dressed(viewer, [quoting])[0].quotes
    block(blocker=guest, blocked=host)
    assert not dressed(viewer_of(host), [quoting])[0].quotes


def test_a_block_from_before_does_not_keep_away_what_staff_say(host, guest, elsewhere, thread):
    """Members need to see what moderators say, and nobody judges whom they blocked."""
    block(blocker=host, blocked=guest)
    assert not sees(host, elsewhere)
    User.objects.filter(pk=guest.pk).update(role=Role.MODERATOR)
    guest.refresh_from_db()
    give_mfa(guest)
    assert sees(host, elsewhere)
    # The member stays hidden from them, in the queue as well.
    assert not sees(guest, thread.posts.first())
    assert not Post.objects.handleable_by(viewer_of(guest)).filter(author=host).exists()


def test_a_decision_is_told_whoever_made_it(host, guest, thread, moderator):
    """Staff acts come through: the page of a decision asks nothing of blocks."""
    block(blocker=guest, blocked=host)
    post = in_state(thread.posts.first(), Status.HELD)
    earlier = timezone.now() - timedelta(minutes=5)
    decided(post, DecisionKind.HIDE, message="We looked at it together.", at=earlier)
    decision = Decision.objects.get(post=post)
    page = signed_in(host).get(reverse("moderation:decision", args=[decision.public_id]))
    assert "We looked at it together." in page.content.decode()


@pytest.mark.parametrize("who_blocked", ["host", "guest"])
def test_two_of_the_team_who_once_blocked_do_not_judge_each_other(
    who_blocked, host, guest, elsewhere
):
    one, other = (host, guest) if who_blocked == "host" else (guest, host)
    block(blocker=one, blocked=other)
    for user in (host, guest):
        User.objects.filter(pk=user.pk).update(role=Role.MODERATOR)
        user.refresh_from_db()
        give_mfa(user)
    # They read each other, in the role of the site; none looks at a post of the other.
    assert sees(host, elsewhere)
    assert not Post.objects.handleable_by(viewer_of(host)).filter(author=guest).exists()
    assert not Post.objects.handleable_by(viewer_of(guest)).filter(author=host).exists()
