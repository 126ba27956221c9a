"""Voting twice at the very same moment counts once."""

from functools import partial

import pytest

from forum.actions.polls import vote
from forum.models import Poll, PollVote
from tests.factories import make_board, make_member, make_poll_words, publish_thread
from tests.racing import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def test_two_votes_of_one_person_at_once_are_one(texts):
    author, reader = make_member("author"), make_member("reader")
    words = make_poll_words("Pump or pen?", "Pump", "Pen")
    thread = publish_thread(author, make_board("tech"), title="Kit", text="Tell me.", poll=words)
    poll = Poll.objects.get(post__thread=thread)
    for _ in range(5):
        PollVote.objects.all().delete()
        results = at_once(
            partial(vote, poll=poll, voter=reader, places=[1]),
            partial(vote, poll=poll, voter=reader, places=[2]),
        )
        assert results == [True, True]
        assert PollVote.objects.count() == 1
