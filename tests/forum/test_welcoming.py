"""Welcomers: offered by members, agreed by an admin; first posts through the one door."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import AgeGroup, Block, Role, User
from accounts.viewer import viewer_of
from forum.actions.welcoming import offer_to_welcome
from forum.errors import NotVisible, Refused
from forum.models import Post, Welcomer
from forum.queries.welcoming import LOOKS_BACK, newcomers_waiting
from moderation.actions.welcomers import answer_offer
from moderation.models import AuditEvent
from tests.factories import (
    make_board,
    make_hcp,
    make_member,
    make_staff,
    publish_reply,
    publish_thread,
    submit_reply,
)
from tests.seasoned import make_seasoned

pytestmark = pytest.mark.usefixtures("texts")
PAGE = reverse("forum:welcoming")
DESK = reverse("moderation:welcomers")


def browser_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def known(name: str, board) -> User:
    """A member with twelve posts that were fine, here for a year."""
    user = make_seasoned(name, board=board)
    thread = publish_thread(user, board, title=f"Days of {name}", text="Words.")
    for number in range(8):
        publish_reply(user, thread, text=f"And {number}.")
    User.objects.filter(pk=user.pk).update(joined_at=timezone.now() - timedelta(days=365))
    return user


@pytest.fixture
def board():
    return make_board("all")


@pytest.fixture
def kind(board) -> User:
    return known("kind", board)


@pytest.fixture
def admin() -> User:
    return make_staff("ada", Role.ADMIN)


@pytest.fixture
def welcomer(kind, admin) -> User:
    offer_to_welcome(user=kind)
    answer_offer(public_id=kind.public_id, admin=admin, agrees=True)
    return kind


def waiting_for(user: User, **options) -> list[str]:
    at = options.pop("at", timezone.now())
    return [post.text for post in newcomers_waiting(viewer_of(user), at=at)]


# Offering -----------------------------------------------------------------------------------------


def test_a_member_offers_it_and_an_admin_answers(kind, admin, board):
    new = make_member("new")
    publish_thread(new, board, title="Hello", text="I am new.")
    client, desk = browser_of(kind), browser_of(admin)
    assert "I would like to" in client.get(PAGE).content.decode()
    assert client.post(PAGE, {"do": "offer"})["Location"] == PAGE
    page = client.get(PAGE).content.decode()
    assert "An admin will answer" in page
    assert "I am new." not in page
    assert "kind" in desk.get(DESK).content.decode()
    assert desk.post(DESK, {"person": kind.public_id, "do": "yes"})["Location"] == DESK
    assert "I am new." in client.get(PAGE).content.decode()
    event = AuditEvent.objects.get(verb="welcomer_answered")
    assert (event.subject_public_id, event.data) == (kind.public_id, {"agrees": True})
    client.post(PAGE, {"do": "stop"})
    assert "I am new." not in client.get(PAGE).content.decode()
    assert not Welcomer.objects.exists()


def test_ten_posts_that_were_fine_come_first(board):
    new = make_seasoned("fresh", board=board)
    response = browser_of(new).post(PAGE, {"do": "offer"})
    assert response.status_code == 422
    assert "a few more posts first" in response.content.decode()
    with pytest.raises(Refused):
        offer_to_welcome(user=new)
    assert not Welcomer.objects.exists()


def test_somebody_silenced_cannot_offer_it(kind):
    User.objects.filter(pk=kind.pk).update(silenced_until=timezone.now() + timedelta(days=3))
    with pytest.raises(Refused):
        offer_to_welcome(user=kind)


def test_it_is_for_members_and_answered_by_admins_alone(kind, admin):
    offer_to_welcome(user=kind)
    for user in (make_hcp("nurse"), make_staff("mo", Role.MODERATOR), admin):
        assert browser_of(user).get(PAGE).status_code == 404
        assert browser_of(user).post(PAGE, {"do": "offer"}).status_code == 404
    with pytest.raises(NotVisible):
        answer_offer(public_id=kind.public_id, admin=make_staff("moe", Role.MODERATOR), agrees=True)
    with pytest.raises(NotVisible):
        answer_offer(public_id="2" * 14, admin=admin, agrees=True)
    assert not Welcomer.objects.get(user=kind).agreed


def test_a_no_stays_and_a_yes_can_be_taken_back(kind, admin):
    assert offer_to_welcome(user=kind)
    assert not offer_to_welcome(user=kind)
    assert answer_offer(public_id=kind.public_id, admin=admin, agrees=False)
    assert not answer_offer(public_id=kind.public_id, admin=admin, agrees=False)
    client = browser_of(kind)
    client.post(PAGE, {"do": "stop"})
    assert "does not fit right now" in client.get(PAGE).content.decode()
    assert answer_offer(public_id=kind.public_id, admin=admin, agrees=True)
    assert answer_offer(public_id=kind.public_id, admin=admin, agrees=False)


def test_the_database_knows_no_welcomer_without_an_answer(kind):
    with pytest.raises(IntegrityError), transaction.atomic():
        Welcomer.objects.create(user=kind, asked_at=timezone.now(), agreed=True)


# The list -----------------------------------------------------------------------------------------


def test_a_first_post_is_there_until_somebody_else_replies(welcomer, board):
    new = make_member("new")
    thread = publish_thread(new, board, title="Hello", text="I am new.")
    publish_reply(new, thread, text="Me again.")
    assert waiting_for(welcomer) == ["I am new."]
    held = submit_reply(make_member("held"), thread, text="This one waits for a look.")
    assert held.published_at is None
    assert waiting_for(welcomer) == ["I am new."]
    publish_reply(welcomer, thread, text="Welcome!")
    assert waiting_for(welcomer) == []


def test_a_first_reply_in_a_thread_of_somebody_counts_as_well(welcomer, board):
    thread = publish_thread(known("host", board), board, title="T", text="Words.")
    publish_reply(make_member("new"), thread, text="May I join in?")
    assert waiting_for(welcomer) == ["May I join in?"]


def test_old_posts_and_those_who_are_here_for_long_are_not_called_up(welcomer, board):
    new = make_member("new")
    publish_thread(new, board, title="Hello", text="I am new.")
    assert waiting_for(welcomer, at=timezone.now() + LOOKS_BACK + timedelta(hours=1)) == []
    User.objects.filter(pk=new.pk).update(joined_at=timezone.now() - timedelta(days=90))
    assert waiting_for(welcomer) == []


def test_what_the_welcomer_may_not_see_is_not_there(welcomer, board):
    teens = make_board("teens", groups=[AgeGroup.TEEN])
    publish_thread(make_member("teen", age=14), teens, title="T", text="From a teen.")
    apart = make_member("apart")
    thread = publish_thread(apart, board, title="A", text="From somebody apart.")
    assert waiting_for(welcomer) == ["From somebody apart."]
    Block.objects.create(blocker=apart, blocked=welcomer)
    assert waiting_for(welcomer) == []
    Block.objects.all().delete()
    # A reply that they do not see is none: the list tells nothing of it.
    stranger = known("stranger", board)
    publish_reply(stranger, thread, text="Hello there.")
    assert waiting_for(welcomer) == []
    Block.objects.create(blocker=stranger, blocked=welcomer)
    assert waiting_for(welcomer) == ["From somebody apart."]


def test_it_asks_the_same_for_few_and_for_many(welcomer, board):
    client = browser_of(welcomer)
    counts = []
    for group in (1, 6):
        for number in range(group):
            new = make_member(f"new{group}{number}")
            publish_thread(new, board, title=f"Hello {number}", text="I am new.")
        client.get(PAGE)
        with CaptureQueriesContext(connection) as captured:
            client.get(PAGE)
        counts.append(len(captured))
    assert counts[0] == counts[1] <= 8
    assert Post.objects.filter(text="I am new.").count() == 7
