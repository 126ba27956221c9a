"""*I may know this person*: a professional steps back for good."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Recusal, User
from accounts.viewer import viewer_of
from forum.models import Notice, Post
from moderation.actions.recuse import recuse
from moderation.models import AuditEvent, Claim
from moderation.queue import claim, tickets_for
from tests.factories import make_hcp, make_member, publish_reply, submit_reply

pytestmark = pytest.mark.django_db


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def address(post: Post) -> str:
    return reverse("moderation:recuse", args=[post.public_id])


@pytest.fixture
def newcomer(board):
    return make_member("newcomer")


@pytest.fixture
def held(thread, newcomer):
    return submit_reply(newcomer, thread, text="I am new here.")


def test_from_the_thread_it_takes_a_link_and_one_button(thread, host, nurse):
    client, opening = signed_in(nurse), thread.posts.get()
    page = client.get(reverse("forum:thread", args=[thread.public_id])).content.decode()
    assert address(opening) in page
    assert "This is for good" in client.get(address(opening)).content.decode()
    assert not Recusal.objects.exists()
    assert client.post(address(opening))["Location"] == reverse("forum:boards")
    assert Recusal.objects.get().member == host
    assert not Post.objects.visible_to(viewer_of(nurse)).filter(author=host).exists()
    assert client.get(address(opening)).status_code == 404


def test_from_the_queue_it_leads_back_there_and_never_names_the_author(held, newcomer, nurse):
    client = signed_in(nurse)
    item = reverse("moderation:item", args=[held.public_id])
    link = f"{address(held)}?from=queue"
    assert link in client.get(item).content.decode()
    page = client.get(link).content.decode()
    assert newcomer.pseudonym not in page
    answer = client.post(address(held), {"from": "queue"})
    assert answer["Location"] == reverse("moderation:queue")
    assert client.get(item).status_code == 404
    assert not tickets_for(viewer_of(nurse)).filter(pk=held.pk).exists()


def test_claims_on_their_tickets_are_given_back_and_no_other(held, thread, nurse, newcomer):
    other = submit_reply(make_member("other"), thread, text="Hello.")
    for post in (held, other):
        claim(post=post, moderator=nurse)
    recuse(hcp=nurse, member=newcomer)
    assert list(Claim.objects.values_list("post", flat=True)) == [other.pk]


def test_claims_in_their_threads_are_given_back_too(held, thread, host, nurse):
    """A professional who knows the author of a thread reviews nothing in it."""
    claim(post=held, moderator=nurse)
    recuse(hcp=nurse, member=host)
    assert not Claim.objects.exists()


def test_claims_of_others_stay(held, nurse, moderator, newcomer):
    claim(post=held, moderator=moderator)
    recuse(hcp=nurse, member=newcomer)
    assert Claim.objects.get().moderator == moderator


def test_the_member_is_not_told_and_the_log_knows_that_it_happened(held, newcomer, nurse):
    before = Notice.objects.filter(recipient=newcomer).count()
    assert recuse(hcp=nurse, member=newcomer)
    assert Notice.objects.filter(recipient=newcomer).count() == before
    entry = AuditEvent.objects.get(verb="recused")
    assert (entry.actor, entry.subject_public_id) == (nurse, newcomer.public_id)
    assert not recuse(hcp=nurse, member=newcomer)
    assert AuditEvent.objects.filter(verb="recused").count() == 1


def test_it_is_about_members_and_for_professionals_alone(thread, host, guest, nurse, moderator):
    doctor = make_hcp("doctor")
    theirs = publish_reply(doctor, thread, text="In general.")
    assert signed_in(nurse).post(address(theirs)).status_code == 404
    opening = thread.posts.first()
    page = reverse("forum:thread", args=[thread.public_id])
    for somebody in (guest, moderator):
        assert signed_in(somebody).post(address(opening)).status_code == 404
        assert address(opening) not in signed_in(somebody).get(page).content.decode()
    assert not Recusal.objects.exists()


def test_what_a_professional_may_not_see_they_cannot_recuse_from(thread, guest, nurse):
    hidden = publish_reply(guest, thread, text="Only peers.", audience="peers")
    assert signed_in(nurse).get(address(hidden)).status_code == 404
    assert signed_in(nurse).post(address(hidden)).status_code == 404
