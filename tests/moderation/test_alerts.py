"""Raising alerts: what, when, once, and to whom."""

from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from accounts.models import Role
from accounts.viewer import viewer_of
from forum.models import Post, TicketClock
from moderation.actions.alerts import acknowledge, raise_alerts
from moderation.actions.cases import mark_report_looked_at, open_case
from moderation.actions.decide import decide
from moderation.alerts import alerts_for
from moderation.models import Alert, AlertDelivery, AuditEvent, Category, DecisionKind
from moderation.queue import claim
from tests.factories import make_board, make_hcp, make_member, make_staff, submit_thread
from tests.moderation.alerting import (
    DAY_TIME,
    MINUTE,
    NIGHT,
    admin,
    by_day,
    crisis,
    on_call,
    serious,
    stages,
    told,
)
from tests.racing import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(texts):
    """Ann, who is on call, and Bob, two admins; hours by day."""
    ann, bob = admin("ann"), admin("bob")
    by_day(ann)
    on_call(ann)
    return ann, bob


# What is raised, and when ------------------------------------------------------------------------


@pytest.mark.parametrize("at", [DAY_TIME, NIGHT])
def test_new_danger_is_raised_at_once_by_day_and_by_night(people, at):
    crisis(at)
    assert raise_alerts(at=at) == 1
    assert stages() == ["new"]


def test_a_serious_report_is_raised_at_once_at_night_and_by_day_only_when_late(people):
    serious(NIGHT)
    serious(DAY_TIME)
    raise_alerts(at=NIGHT)
    assert stages() == ["new"]
    Alert.objects.all().delete()
    raise_alerts(at=DAY_TIME + 59 * MINUTE)
    assert [alert.stage for alert in Alert.objects.filter(waiting_since=DAY_TIME)] == []
    raise_alerts(at=DAY_TIME + 60 * MINUTE)
    assert [alert.stage for alert in Alert.objects.filter(waiting_since=DAY_TIME)] == ["overdue"]


def test_without_hours_a_serious_report_is_raised_at_once_at_any_time(texts):
    admin("ann")
    serious(DAY_TIME)
    raise_alerts(at=DAY_TIME)
    assert stages() == ["new"]


def test_what_is_not_dangerous_raises_nothing_however_late(people):
    submit_thread(make_member("newbie"), make_board("x"), title="Hi", text="Hello.", at=NIGHT)
    serious(NIGHT, category=Category.BULLYING)
    assert raise_alerts(at=NIGHT + timedelta(days=9)) == 0


def test_late_danger_is_raised_again_and_then_a_second_time_for_more_people(people):
    crisis(DAY_TIME)
    assert [raise_alerts(at=DAY_TIME + n * MINUTE) for n in (0, 1, 14)] == [1, 0, 0]
    assert raise_alerts(at=DAY_TIME + 15 * MINUTE) == 2
    assert stages() == ["new", "overdue", "second"]
    assert raise_alerts(at=DAY_TIME + timedelta(days=2)) == 0


def test_a_sweep_that_was_down_for_hours_raises_what_is_late_and_not_the_new_one_as_well(people):
    crisis(NIGHT)
    raise_alerts(at=NIGHT + timedelta(hours=5))
    assert stages() == ["overdue"]


def test_a_look_keeps_the_second_alert_away_and_a_claim_the_overdue_one(people):
    ann, _ = people
    post = crisis(DAY_TIME)
    raise_alerts(at=DAY_TIME)
    claim(post=post, moderator=ann, at=DAY_TIME + 14 * MINUTE)
    TicketClock.objects.update(first_look_at=DAY_TIME + 14 * MINUTE)
    raise_alerts(at=DAY_TIME + 16 * MINUTE)
    assert stages() == ["new"]
    raise_alerts(at=DAY_TIME + 20 * MINUTE)
    assert stages() == ["new", "overdue"], "the claim ran out, and nobody decided"


def test_a_look_at_a_report_keeps_the_second_alert_away_and_a_case_the_overdue_one(people):
    ann, _ = people
    report = serious(NIGHT)
    raise_alerts(at=NIGHT)
    mark_report_looked_at(report=report, at=NIGHT + MINUTE)
    raise_alerts(at=NIGHT + 59 * MINUTE)
    assert stages() == ["new"]
    open_case(report=report, admin=ann, at=NIGHT + 59 * MINUTE)
    raise_alerts(at=NIGHT + timedelta(days=1))
    assert stages() == ["new"]


def test_a_decision_ends_it(people):
    ann, _ = people
    post = crisis(DAY_TIME)
    raise_alerts(at=DAY_TIME)
    version = post.version
    decide(post=post, moderator=ann, kind=DecisionKind.PUBLISH, version=version, at=DAY_TIME)
    assert raise_alerts(at=DAY_TIME + timedelta(hours=5)) == 0


def test_passing_to_the_safeguarding_lead_is_new_danger(people):
    mod = make_staff("mod", Role.MODERATOR)
    post = crisis(DAY_TIME)
    raise_alerts(at=DAY_TIME)
    later = DAY_TIME + 5 * MINUTE
    kind = DecisionKind.SAFEGUARD
    decide(post=post, moderator=mod, kind=kind, version=post.version, at=later)
    raise_alerts(at=later)
    assert stages() == ["new", "new"]


def test_saying_i_am_on_it_gives_as_much_time_again(people):
    ann, _ = people
    crisis(NIGHT)
    raise_alerts(at=NIGHT)
    alert = Alert.objects.get()
    acknowledge(public_id=alert.public_id, admin=ann, at=NIGHT + 10 * MINUTE)
    raise_alerts(at=NIGHT + 24 * MINUTE)
    assert "second" not in stages()
    raise_alerts(at=NIGHT + 25 * MINUTE)
    assert "second" in stages()


def test_a_ticket_written_past_the_actions_still_raises_its_alert(people):
    post = submit_thread(
        make_member("newbie"), make_board("x"), title="Hi", text="Hello.", at=DAY_TIME
    )
    TicketClock.objects.all().delete()
    Post.objects.filter(pk=post.pk).update(review_severity=0, review_due_at=DAY_TIME)
    assert raise_alerts(at=DAY_TIME + MINUTE) == 1


def test_raising_is_in_the_audit_log_without_words_or_names(people):
    crisis(DAY_TIME)
    raise_alerts(at=DAY_TIME)
    event = AuditEvent.objects.get(verb="alert_raised")
    assert event.subject_public_id == Alert.objects.get().public_id
    assert event.data == {"stage": "new", "severity": 0, "messages": 1}


# Once --------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_two_sweeps_at_once_raise_each_alert_once_with_its_messages_once(people):
    crisis(DAY_TIME)
    serious(NIGHT)

    def sweep() -> int:
        return raise_alerts(at=DAY_TIME)

    assert sum(at_once(sweep, sweep, sweep)) == 2
    assert sorted(stages()) == ["new", "overdue"]
    assert AlertDelivery.objects.count() == 2


def test_a_sweep_that_dies_between_two_alerts_leaves_no_alert_without_messages(people, monkeypatch):
    class Died(BaseException):
        pass

    crisis(DAY_TIME)

    def die(*args: object, **kwargs: object) -> None:
        raise Died

    with monkeypatch.context() as patched:
        patched.setattr("moderation.actions.alerts.AlertDelivery.objects.bulk_create", die)
        with pytest.raises(Died):
            raise_alerts(at=DAY_TIME)
    assert stages() == []
    assert raise_alerts(at=DAY_TIME) == 1
    assert told("new") == ["ann"]


def test_the_database_lets_a_stage_be_raised_once(people):
    crisis(DAY_TIME)
    raise_alerts(at=DAY_TIME)
    alert = Alert.objects.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        Alert.objects.create(
            stage="new", severity=0, clock=alert.clock, waiting_since=NIGHT, raised_at=NIGHT
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        Alert.objects.create(stage="new", severity=0, waiting_since=NIGHT, raised_at=NIGHT)


# To whom -----------------------------------------------------------------------------------------


def test_on_call_is_told_first_and_then_all_admins_and_the_outside_contact(people, settings):
    settings.OUTSIDE_CONTACT_EMAIL = "lead@outside.example"
    crisis(DAY_TIME)
    raise_alerts(at=DAY_TIME)
    assert told("new") == ["ann"]
    raise_alerts(at=DAY_TIME + 15 * MINUTE)
    assert told("overdue") == ["ann"]
    assert told("second") == ["ann", "bob", "outside"]


def test_in_a_gap_of_the_rota_all_admins_are_told(people):
    at = DAY_TIME + timedelta(days=30)
    crisis(at)
    raise_alerts(at=at)
    assert told("new") == ["ann", "bob"]


def test_an_admin_on_call_whose_account_does_not_work_counts_as_a_gap(people):
    ann, _ = people
    Authenticator.objects.filter(user=ann).delete()
    crisis(DAY_TIME)
    raise_alerts(at=DAY_TIME)
    assert told("new") == ["bob"]


def test_only_admins_are_told(people):
    make_staff("mod", Role.MODERATOR)
    make_hcp("nurse")
    Alert.objects.all().delete()
    crisis(DAY_TIME)
    raise_alerts(at=DAY_TIME + 20 * MINUTE)
    raise_alerts(at=DAY_TIME + 40 * MINUTE)
    names = {row.recipient.role for row in AlertDelivery.objects.exclude(recipient=None)}
    assert names == {"admin"}


def test_a_report_about_a_professional_is_told_to_admins_and_to_no_webhook(people, settings):
    settings.ALERT_WEBHOOK_URLS = ["https://hooks.example/a"]
    make_hcp("nurse")
    serious(NIGHT, category=Category.HCP_BOUNDARY)
    raise_alerts(at=NIGHT)
    raise_alerts(at=NIGHT + 20 * MINUTE)
    found = AlertDelivery.objects.select_related("recipient")
    assert {row.channel for row in found} == {"email"}
    assert all(row.recipient.role == "admin" for row in found)


def test_who_reported_it_is_not_told_even_on_call(people, settings):
    settings.ALERT_WEBHOOK_URLS = ["https://hooks.example/a"]
    ann, _ = people
    serious(NIGHT, reporter=ann)
    raise_alerts(at=NIGHT)
    raise_alerts(at=NIGHT + 20 * MINUTE)
    assert told("new") == told("second") == ["bob"]
    assert not AlertDelivery.objects.filter(channel="webhook").exists()


def test_whom_it_is_about_is_not_told(people, settings):
    settings.ALERT_WEBHOOK_URLS = ["https://hooks.example/a"]
    ann, bob = people
    post = submit_thread(ann, make_board("x"), title="Hi", text="Hello.", at=NIGHT)
    report = serious(NIGHT, post=post, reporter=make_member("low"))
    raise_alerts(at=NIGHT)
    assert told("new") == ["bob"]
    assert not AlertDelivery.objects.filter(channel="webhook").exists()
    assert not alerts_for(viewer_of(ann)).exists()
    assert alerts_for(viewer_of(bob)).get().report == report


def test_an_admin_who_reported_the_post_is_not_told_of_its_ticket(people):
    ann, _ = people
    post = crisis(DAY_TIME)
    serious(DAY_TIME, post=post, reporter=ann, category=Category.SPAM)
    raise_alerts(at=DAY_TIME)
    assert told("new") == ["bob"]


def test_where_no_admin_may_know_the_outside_contact_is_told_at_once(texts, settings):
    settings.OUTSIDE_CONTACT_EMAIL = "lead@outside.example"
    ann = admin("ann")
    serious(NIGHT, reporter=ann)
    raise_alerts(at=NIGHT)
    assert told("new") == ["outside"]


# The page ----------------------------------------------------------------------------------------


def page(user, name: str = "moderation:alerts", **query: str) -> str:
    client = Client()
    client.force_login(user)
    response = client.get(reverse(name), query)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def test_the_page_and_the_desk_show_what_waits_and_what_did_not_get_out(people, time_machine):
    ann, bob = people
    time_machine.move_to(NIGHT + 5 * MINUTE)
    report = serious(NIGHT)
    raise_alerts(at=NIGHT)
    AlertDelivery.objects.update(tries=3, error="It answered with 500.")
    for words in (page(ann), page(bob)):
        assert f"Report {report.number}" in words
        assert "It answered with 500." in words
        assert "I am on it" in words
    assert "1 alert waits" in page(ann, "moderation:desk")
    assert "1 message about an alert did not get out." in page(ann, "moderation:desk")


def test_an_admin_with_a_conflict_finds_no_trace_of_an_alert(people, time_machine):
    ann, bob = people
    time_machine.move_to(NIGHT + 5 * MINUTE)
    serious(NIGHT, reporter=ann)
    raise_alerts(at=NIGHT)
    alert = Alert.objects.get()
    AlertDelivery.objects.update(tries=3, error="It answered with 500.")
    assert "No alerts" in page(ann)
    assert "No alerts" not in page(bob)
    assert "alert waits" not in page(ann, "moderation:desk")
    assert "did not get out" not in page(ann, "moderation:desk")
    client = Client()
    client.force_login(ann)
    for public_id in (alert.public_id, "2" * 14):
        address = reverse("moderation:alert_take", args=[public_id])
        assert client.post(address).status_code == 404


def test_taking_an_alert_is_done_once_and_the_other_is_told_who_has_it(people, time_machine):
    ann, bob = people
    time_machine.move_to(NIGHT + 5 * MINUTE)
    crisis(NIGHT)
    raise_alerts(at=NIGHT)
    address = reverse("moderation:alert_take", args=[Alert.objects.get().public_id])
    for user, words in ((ann, "You are on it."), (bob, "ann is on it already.")):
        client = Client()
        client.force_login(user)
        answer = client.post(address, follow=True)
        assert words in answer.content.decode()
    assert Alert.objects.get().acknowledged_by == ann
    assert AuditEvent.objects.filter(verb="alert_acknowledged").count() == 1


def test_the_page_asks_the_same_for_few_and_for_many_and_goes_on_without_gaps(
    people, time_machine, django_assert_max_num_queries
):
    ann, _ = people
    time_machine.move_to(NIGHT + 50 * MINUTE)
    for number in range(35):
        serious(NIGHT + timedelta(seconds=number))
    raise_alerts(at=NIGHT + MINUTE)
    crisis(NIGHT + 2 * MINUTE)
    serious(NIGHT + 2 * MINUTE)
    raise_alerts(at=NIGHT + 2 * MINUTE)
    client = Client()
    client.force_login(ann)
    with django_assert_max_num_queries(30):
        first = client.get(reverse("moderation:alerts"))
    rows = first.context["alerts"]
    rest = client.get(reverse("moderation:alerts"), {"before": first.context["older"]})
    assert len(rows) == 30
    assert [row.severity for row in rows[:3]] == [0, 1, 1]
    assert [row.public_id for row in [*rows, *rest.context["alerts"]]] == list(
        Alert.objects.order_by("-raised_at", "severity", "pk").values_list("public_id", flat=True)
    )
