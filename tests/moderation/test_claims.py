"""Taking a post to read it: for five minutes, so that two people do not do the same work."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Role, User
from accounts.viewer import viewer_of
from forum.models import Post
from moderation.models import AuditEvent, Claim
from moderation.queue import (
    CLAIM_LASTS,
    Item,
    claim,
    free_tickets_for,
    open_item,
    release,
    tickets_for,
)
from tests.factories import (
    make_board,
    make_member,
    make_staff,
    publish_reply,
    publish_thread,
    submit_reply,
    submit_thread,
)

pytestmark = pytest.mark.django_db

SECOND = timedelta(seconds=1)


@pytest.fixture
def one(texts: None) -> User:
    return make_staff("one", Role.MODERATOR)


@pytest.fixture
def other(texts: None) -> User:
    return make_staff("other", Role.MODERATOR)


@pytest.fixture
def held(texts: None) -> Post:
    return submit_thread(
        make_member("author"), make_board("school"), title="Today", text="It was a quiet day."
    )


def test_a_claim_lasts_five_minutes(held, one):
    at = timezone.now()
    assert claim(post=held, moderator=one, at=at).until == at + timedelta(minutes=5)


def test_who_comes_second_gets_the_claim_of_the_first(held, one, other):
    first = claim(post=held, moderator=one)
    second = claim(post=held, moderator=other)
    assert second == first
    assert second.moderator == one


def test_who_has_it_can_renew_it(held, one, other):
    at = timezone.now()
    claim(post=held, moderator=one, at=at)
    later = at + CLAIM_LASTS - SECOND
    assert claim(post=held, moderator=one, at=later).until == later + CLAIM_LASTS
    still = at + CLAIM_LASTS + SECOND
    assert claim(post=held, moderator=other, at=still).moderator == one
    assert Claim.objects.count() == 1


def test_a_claim_that_ran_out_goes_to_the_next(held, one, other):
    at = timezone.now()
    claim(post=held, moderator=one, at=at)
    assert claim(post=held, moderator=other, at=at + CLAIM_LASTS - SECOND).moderator == one
    assert claim(post=held, moderator=other, at=at + CLAIM_LASTS).moderator == other
    assert Claim.objects.count() == 1


def test_a_post_that_was_given_back_is_free_at_once(held, one, other):
    claim(post=held, moderator=one)
    assert release(post=held, moderator=one) is True
    assert claim(post=held, moderator=other).moderator == other


def test_nobody_gives_back_what_another_has(held, one, other):
    claim(post=held, moderator=one)
    assert release(post=held, moderator=other) is False
    assert Claim.objects.get().moderator == one


def test_giving_back_twice_is_no_error(held, one):
    claim(post=held, moderator=one)
    assert [release(post=held, moderator=one) for _ in range(2)] == [True, False]


def test_what_another_reads_is_not_next_and_still_in_the_list(held, one, other):
    at = timezone.now()
    claim(post=held, moderator=one, at=at)
    viewer = viewer_of(other)
    assert not free_tickets_for(viewer, at=at).exists()
    assert tickets_for(viewer).get() == held
    assert free_tickets_for(viewer_of(one), at=at).get() == held
    assert free_tickets_for(viewer, at=at + CLAIM_LASTS + SECOND).get() == held


def test_opening_an_item_claims_it_and_writes_the_reading_down(held, one):
    item = open_item(viewer_of(one), one, held.public_id)
    assert isinstance(item, Item)
    assert Claim.objects.get().moderator == one
    event = AuditEvent.objects.get(subject_public_id=held.public_id)
    assert (event.verb, event.actor) == ("read_for_review", one)
    assert "quiet" not in str(event.data)


def test_opening_what_another_reads_shows_no_words_and_logs_no_reading(held, one, other):
    open_item(viewer_of(one), one, held.public_id)
    found = open_item(viewer_of(other), other, held.public_id)
    assert isinstance(found, Claim)
    assert found.moderator == one
    assert AuditEvent.objects.filter(actor=other).count() == 0


def test_there_is_nothing_to_open_for_somebody_who_reviews_nothing(held):
    member = make_member("somebody")
    assert open_item(viewer_of(member), member, held.public_id) is None
    assert not Claim.objects.exists()


def test_the_most_urgent_comes_first_and_among_those_the_one_that_is_due_first(one, texts):
    board = make_board("feelings")
    author = make_member("author")
    now = timezone.now()
    texts_and_hours = [
        ("It was a quiet day.", 1),
        ("I keep thinking about killing myself.", 3),
        ("It was a quiet day.", 2),
        ("I have been skipping my insulin to lose weight.", 0),
        ("I keep thinking about killing myself.", 2),
    ]
    posts = [
        submit_thread(author, board, title="Today", text=text, at=now + timedelta(hours=hours))
        for text, hours in texts_and_hours
    ]
    order = list(tickets_for(viewer_of(one)))
    assert order == [posts[4], posts[1], posts[3], posts[0], posts[2]]


def test_the_words_before_a_reply_are_shown_but_no_later_ones(one, texts):
    board = make_board("feelings")
    author = make_member("author")
    thread = publish_thread(author, board, title="Football", text="Who plays?")
    replies = [publish_reply(author, thread, text=f"Reply {n}.") for n in range(3)]
    held = submit_reply(author, thread, text="And you?")
    if not held.has_ticket:
        Post.objects.filter(pk=held.pk).update(
            review_due_at=timezone.now(), review_severity=2, review_track="conduct"
        )
    item = open_item(viewer_of(one), one, held.public_id)
    assert isinstance(item, Item)
    assert item.context == replies[1:]
