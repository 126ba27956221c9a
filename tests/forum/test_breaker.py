"""The circuit breaker: hits are counted once a person, and a rule that goes wild is throttled."""

from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.ids import new_public_id
from accounts.models import Role
from forum.actions.breaker import AT_LEAST, count_hits, reset_rule
from forum.actions.drafts import save_draft
from forum.actions.edit import edit_post
from forum.errors import Refused
from forum.models import RuleDay, RuleTrip, Status
from forum.screening import Finding, Kind, Rank
from forum.states import Severity
from tests.factories import make_member, make_staff, publish_reply, submit_reply
from tests.racing import at_once

pytestmark = pytest.mark.django_db

RULE = "eating.numbers-1"
NUMBERS = "My goal weight is 42 kg."
FOUND = Finding(Kind.EATING, Rank.HOLD, 1, 0, 5, RULE)


def today(hits: int, *, rule: str = RULE, forgiven: int = 0, days_ago: int = 0) -> None:
    day = timezone.localdate() - timedelta(days=days_ago)
    RuleDay.objects.create(rule=rule, day=day, hits=hits, forgiven=forgiven)


def hits(rule: str = RULE) -> int:
    return sum(RuleDay.objects.filter(rule=rule).values_list("hits", flat=True))


def count(finding: Finding = FOUND) -> list[RuleTrip]:
    with transaction.atomic():
        return count_hits([finding], counted=(), at=timezone.now())


# Counting ----------------------------------------------------------------------------------------


def test_a_rule_counts_once_for_a_text_however_often_it_matches(thread, seasoned):
    submit_reply(seasoned("anna"), thread, text=f"{NUMBERS} No food. Then: goal weight is 40 kg.")
    assert hits() == 1


def test_nothing_is_counted_for_a_text_without_findings(thread, seasoned):
    submit_reply(seasoned("anna"), thread, text="I like swimming.")
    assert not RuleDay.objects.exists()


def test_one_person_counts_once_while_their_posts_wait(thread, seasoned):
    anna, ben = seasoned("anna"), seasoned("ben")
    for _ in range(3):
        submit_reply(anna, thread, text=NUMBERS)
    assert hits() == 1
    submit_reply(ben, thread, text=NUMBERS)
    assert hits() == 2


def test_the_next_day_counts_by_itself(thread, seasoned):
    anna = seasoned("anna")
    with time_machine.travel("2024-05-01T12:00Z", tick=False):
        count()
    with time_machine.travel("2024-05-02T12:00Z", tick=False):
        count()
    assert sorted(RuleDay.objects.values_list("hits", flat=True)) == [1, 1]
    assert anna


def test_an_edited_text_is_counted_too_but_not_for_what_was_there(thread, seasoned):
    anna = seasoned("anna")
    post = publish_reply(anna, thread, text="I like swimming.")
    edit_post(post=post, author=anna, version=post.version, text=NUMBERS)
    assert hits() == 1
    post.refresh_from_db()
    edit_post(post=post, author=anna, version=post.version, text=f"{NUMBERS} Really.")
    assert hits() == 1


def test_a_refused_text_counts_nothing(thread, nurse):
    with pytest.raises(Refused):
        submit_reply(nurse, thread, text="You should take 6 units.", audience="community")
    assert not RuleDay.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_texts_at_the_same_moment_are_both_counted():
    assert at_once(count, count, count) == [[], [], []]
    assert hits() == 3


@pytest.mark.django_db(transaction=True)
def test_two_texts_at_the_same_moment_trip_a_rule_once():
    today(AT_LEAST - 2)
    found = at_once(count, count, count)
    assert sorted(len(trips) for trips in found) == [0, 0, 1]
    assert RuleTrip.objects.count() == 1


# Tripping ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "before, hits_today, trips",
    [
        (0, 18, False),  # 19 with this one
        (0, 19, True),
        (56, 19, False),  # 4 a day: 20 is 5 times, not more
        (56, 20, True),
        (140, 49, False),
        (140, 50, True),
    ],
)
def test_a_rule_trips_above_five_times_its_mean_and_from_twenty_on(before, hits_today, trips):
    if before:
        today(before, days_ago=14)
    today(hits_today)
    assert bool(count()) == trips


def test_days_longer_ago_are_not_usual_any_more():
    today(1000, days_ago=15)
    today(19)
    (trip,) = count()
    assert (trip.rule, trip.hits, trip.usual) == (RULE, 20, 0)


def test_a_tripped_rule_trips_no_second_time():
    today(19)
    assert count()
    assert count() == []
    with pytest.raises(IntegrityError), transaction.atomic():
        RuleTrip.objects.create(rule=RULE, tripped_at=timezone.now(), hits=1, usual=0)


def test_a_tripped_rule_holds_nothing_but_a_human_still_looks(thread, seasoned):
    anna = seasoned("anna")
    today(30)
    assert submit_reply(seasoned("ben"), thread, text=NUMBERS).status == Status.HELD
    post = submit_reply(anna, thread, text=NUMBERS)
    assert post.status == Status.PUBLISHED
    assert post.review_severity == Severity.S1
    assert [reason["rule"] for reason in post.review_reasons] == [RULE]


def test_what_a_tripped_rule_finds_by_somebody_new_still_waits(thread, host):
    today(30)
    count()
    newcomer = make_member("newcomer")
    assert submit_reply(newcomer, thread, text=NUMBERS).status == Status.HELD


DANGER = "I want to kill myself"


def test_danger_now_is_held_whatever_trips(thread, seasoned):
    rule = "crisis.suicide-1"
    today(30, rule=rule)
    count(Finding(Kind.CRISIS, Rank.HOLD, 0, 0, 5, rule))
    assert RuleTrip.objects.filter(rule=rule, reset_at=None).exists()
    post = submit_reply(seasoned("anna"), thread, text=DANGER)
    assert (post.status, post.review_severity) == (Status.HELD, Severity.S0)


@pytest.mark.parametrize(
    "text, rule",
    [
        (DANGER, "crisis.suicide-1"),
        ("I make myself sick after tea", "crisis.eating-1"),
        ("throwing up and ketones are 4.5", "emergency.dka-1"),
    ],
)
def test_the_help_panel_shows_whatever_trips(client, thread, seasoned, text, rule):
    anna = seasoned("anna")
    client.force_login(anna)
    for each in {rule, "emergency.ketones-1"}:
        RuleTrip.objects.create(rule=each, tripped_at=timezone.now(), hits=30, usual=1)
    draft = save_draft(author=anna, key=new_public_id(), thread=thread, text=text, audience="peers")
    page = client.get(reverse("forum:check", args=[draft.key])).content.decode()
    assert "panel-help" in page
    assert text in page
    client.post(reverse("forum:check", args=[draft.key]), {"do": "send"})
    post = anna.posts.latest("created_at")
    assert post.review_severity in (Severity.S0, Severity.S1)
    page = client.get(reverse("forum:sent", args=[post.public_id])).content.decode()
    assert "panel-help" in page


# Reset -------------------------------------------------------------------------------------------


def test_a_reset_rule_holds_again_and_begins_to_count_anew(thread, seasoned):
    admin = make_staff("kim", Role.ADMIN)
    today(30)
    count()
    now = timezone.now()
    assert reset_rule(rule=RULE, admin=admin, at=now)
    assert not reset_rule(rule=RULE, admin=admin, at=now)
    assert submit_reply(seasoned("anna"), thread, text=NUMBERS).status == Status.HELD
    assert not RuleTrip.objects.filter(reset_at=None).exists()
    for _ in range(AT_LEAST - 2):
        assert count() == []
    assert count()


def test_a_day_cannot_forgive_more_than_it_counted():
    with pytest.raises(IntegrityError), transaction.atomic():
        today(1, forgiven=2)
