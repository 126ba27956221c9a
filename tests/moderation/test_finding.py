"""Reviewers find posts that wait and their own decisions, and nothing that they may not handle."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import HcpChoice, Role, User
from accounts.viewer import viewer_of
from forum.models import Audience, HcpAccess, Post
from moderation.actions.decide import decide
from moderation.finding import Sought, decisions_found, tickets_found
from moderation.models import AuditEvent, DecisionKind
from tests.factories import (
    fresh,
    make_board,
    make_hcp,
    make_member,
    make_staff,
    published,
    submit_thread,
)

pytestmark = pytest.mark.usefixtures("texts")
FIND = reverse("moderation:find")


@pytest.fixture
def moss(db) -> User:
    return make_staff("moss", Role.MODERATOR)


def held(text: str, *, board: str = "school", author: User | None = None, **options) -> Post:
    """A post of a young member, which waits."""
    author = author or make_member(f"wren-{board}", age=14)
    found = make_board(board)
    return submit_thread(author, found, title="A title", text=text, **options)


def ask(user: User, **asked) -> str:
    client = Client()
    client.force_login(user)
    page = client.get(FIND, {"where": "waiting", **asked})
    assert page.status_code == 200
    return page.content.decode()


def found_by(user: User, **sought) -> list[Post]:
    return tickets_found(viewer_of(user), Sought(**sought), at=timezone.now())


def test_a_waiting_post_is_found_by_words_number_board_and_day(moss):
    post = held("My pump fell into the canal.")
    other = held("Nobody sits with me.", board="lunch")
    today = timezone.localdate()
    assert found_by(moss, words="CANAL") == [post]
    assert found_by(moss, words=other.public_id) == [other]
    assert found_by(moss, board="lunch") == [other]
    assert set(found_by(moss, first=today, last=today)) == {post, other}
    assert found_by(moss, first=today + timedelta(days=1)) == []
    assert found_by(moss, words="canal", board="lunch") == []


def test_the_page_shows_no_words_and_the_log_has_ids_and_no_words(moss):
    post = held("My pump fell into the canal.")
    page = ask(moss, q="canal")
    assert reverse("moderation:item", args=[post.public_id]) in page
    assert "My pump" not in page
    event = AuditEvent.objects.get(verb="queue_searched")
    assert event.data["found"] == [post.public_id]
    assert "canal" not in repr(event.data)


def test_words_of_posts_that_one_may_not_handle_find_nothing(moss):
    """Peers-only for professionals, one's own report or post, and what does not wait at all."""
    nurse = make_hcp("nurse")
    kept = held("Only for peers, please.", audience=Audience.PEERS)
    assert found_by(moss, words="only for peers") == [kept]
    assert found_by(nurse, words="only for peers") == []
    assert found_by(nurse, words=kept.public_id) == []
    assert "Nothing fits." in ask(nurse, q="only for peers")
    published(held("This one is open.", board="open"))
    assert found_by(moss, words="this one is open") == []


def test_what_a_professional_found_by_words_counts_as_shown(moss):
    nurse = make_hcp("nurse")
    author = make_member("wren", age=14, choice=HcpChoice.OPEN)
    post = held("My pump fell into the canal.", author=author)
    assert found_by(nurse, words="canal") == [post]
    ask(nurse, q="canal")
    assert list(HcpAccess.objects.values_list("hcp", "post", "author")) == [
        (nurse.pk, post.pk, author.pk)
    ]


def test_own_decisions_are_found_and_those_of_others_are_not(moss):
    post = held("My pump fell into the canal.")
    decision = decide(
        post=post, moderator=moss, kind=DecisionKind.PUBLISH, version=fresh(post).version
    )
    fern = make_staff("fern", Role.MODERATOR)
    for sought in (
        Sought(words="canal"),
        Sought(words=decision.public_id),
        Sought(words=post.public_id),
        Sought(board="school"),
        Sought(first=timezone.localdate()),
    ):
        assert decisions_found(viewer_of(moss), sought) == [decision]
        assert decisions_found(viewer_of(fern), sought) == []
    assert decision.public_id in ask(moss, where="decided", q="canal")


@pytest.mark.parametrize(
    "asked", [{"q": ""}, {"q": "ab"}, {"board": "no-such"}, {"q": "x" * 61}, {"where": "all"}]
)
def test_what_makes_no_sense_is_said_at_the_field(moss, asked):
    client = Client()
    client.force_login(moss)
    page = client.get(FIND, {"where": "waiting", **asked})
    assert page.status_code == 422
    assert "errorlist" in page.content.decode()
    assert not AuditEvent.objects.filter(verb="queue_searched").exists()


def test_percent_and_underscore_are_letters(moss):
    held("My pump fell into the canal.")
    assert found_by(moss, words="pump%canal") == []
    assert found_by(moss, words="p_mp") == []
