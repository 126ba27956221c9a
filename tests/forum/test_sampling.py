"""Of posts that nothing speaks against, some are picked by chance for a look. None waits for it."""

import pytest

from accounts.models import AgeGroup, Role
from forum.actions.submit import is_sampled
from forum.models import Severity, Status, Track
from forum.models.board import SAMPLE_PERCENT, Board
from forum.policy import SAMPLED
from tests.factories import make_board, make_staff, submit_thread
from tests.forum.test_policy import NOW, judge
from tests.seasoned import make_seasoned

MANY = 4000


def sampled_verdict(**changes):
    facts = {
        "findings": [],
        "hold_policy": "rules",
        "role": Role.MEMBER,
        "age_group": AgeGroup.ADULT,
        "clean_posts": 99,
        "at": NOW,
        "sampled": True,
    }
    return judge(**{**facts, **changes})


def test_a_sampled_post_is_published_at_once_with_a_routine_ticket():
    verdict = sampled_verdict()
    assert verdict.status == Status.PUBLISHED
    assert verdict.ticket is not None
    assert (verdict.ticket.severity, verdict.ticket.track) == (Severity.S3, Track.CONDUCT)
    assert verdict.ticket.reasons == [{"kind": SAMPLED}]


def test_what_is_held_anyway_is_no_sample():
    verdict = sampled_verdict(clean_posts=0)
    assert verdict.status == Status.HELD
    assert {"kind": SAMPLED} not in verdict.ticket.reasons


@pytest.mark.parametrize("role", [Role.MODERATOR, Role.HCP, Role.ADMIN])
def test_posts_of_the_team_are_not_sampled(role):
    assert sampled_verdict(role=role, age_group=None).ticket is None


@pytest.mark.parametrize("percent", [0, 5, 50, 100])
def test_about_so_many_in_a_hundred_are_picked(percent):
    picked = sum(is_sampled(f"key-{number}", percent) for number in range(MANY))
    assert abs(picked / MANY - percent / 100) < 0.03
    if percent in (0, 100):
        assert picked == MANY * percent / 100


def test_the_same_submission_is_picked_or_not_each_time_it_is_tried():
    picks = {key: is_sampled(key, 50) for key in map(str, range(50))}
    assert picks == {key: is_sampled(key, 50) for key in picks}


def test_who_picks_the_key_cannot_tell_without_the_secret(settings):
    before = [is_sampled(str(number), 50) for number in range(60)]
    settings.SECRET_KEY = "another-secret"
    assert before != [is_sampled(str(number), 50) for number in range(60)]


@pytest.mark.django_db
def test_a_board_says_how_many_are_picked(texts):
    everything = make_board("all", sample_percent=100)
    nothing = make_board("none", sample_percent=0)
    author = make_seasoned("wren", nothing)
    post = submit_thread(author, everything, title="A", text="It was fine.")
    assert (post.status, post.review_severity) == (Status.PUBLISHED, Severity.S3)
    assert not submit_thread(author, nothing, title="B", text="It was fine.").has_ticket
    kim = make_staff("kim", Role.MODERATOR)
    assert not submit_thread(kim, everything, title="C", text="It was fine.").has_ticket


def test_five_in_a_hundred_where_nobody_chose():
    assert Board().sample_percent == SAMPLE_PERCENT == 5
