"""Members who do not want to meet: neither reads the other, and nobody is told."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Block, User
from accounts.viewer import viewer_of
from forum.actions.relations import block, unblock
from forum.errors import NotVisible
from forum.models import Notice, Post
from tests.factories import publish_reply

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
    client.post(LIST, {"person": guest.public_id})
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
