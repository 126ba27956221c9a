"""Sending alerts: nothing of the content, not lost, once each, and seen where it fails."""

import hashlib
import hmac
import json
import re
from datetime import timedelta

import pytest
from django.core import mail

from accounts.models import User
from moderation import deliveries
from moderation.actions.alerts import raise_alerts
from moderation.actions.decide import decide
from moderation.deliveries import GIVE_UP_AFTER, LEASE, pause_after, send_due
from moderation.models import AlertDelivery, DecisionKind
from moderation.tasks import raise_due_alerts, send_due_alerts
from tests.factories import fresh
from tests.moderation.alerting import (
    DAY_TIME,
    MINUTE,
    NIGHT,
    SECRET,
    admin,
    by_day,
    crisis,
    mail_server,
    on_call,
    serious,
    webhook,
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


@pytest.fixture
def alert(people):
    """An alert of danger, raised at ``DAY_TIME``, with a mail to Ann that is due."""
    post = crisis(DAY_TIME)
    raise_alerts(at=DAY_TIME)
    return post


@pytest.fixture
def mailbox(settings):
    with mail_server(settings) as found:
        yield found


@pytest.fixture
def hook(settings):
    with webhook(settings) as found:
        yield found


def states() -> list[tuple[str, str, int]]:
    found = AlertDelivery.objects.order_by("pk")
    return [(row.channel, row.state, row.tries) for row in found]


# What is told ------------------------------------------------------------------------------------


def test_a_mail_says_how_urgent_and_how_long_and_nothing_else(alert):
    assert send_due(at=DAY_TIME + 7 * MINUTE) == 1
    (message,) = mail.outbox
    whole = f"{message.subject}\n{message.body}"
    assert message.to == ["ann@staff.example"]
    assert "S0" in message.subject
    assert "Waiting for 7 minutes" in message.body
    links = re.findall(r"https?://\S+", whole)
    assert len(links) == 1
    assert links[0].startswith("http://localhost:8000/desk/alerts/#a-")
    assert "diabet" not in whole.lower()
    for secret in ("kill", "Tired", "low", "ann", "school", alert.public_id):
        assert not re.search(rf"\b{secret}\b", whole), secret


def test_a_mail_about_a_report_names_its_number(people):
    report = serious(NIGHT, words="He wrote my address.")
    raise_alerts(at=NIGHT)
    send_due(at=NIGHT)
    assert report.number in mail.outbox[0].body
    assert "address" not in mail.outbox[0].body
    assert report.key not in mail.outbox[0].body


def test_a_webhook_gets_a_little_json_that_is_signed(people, hook):
    report = serious(NIGHT, words="He wrote my address.")
    raise_alerts(at=NIGHT)
    assert send_due(at=NIGHT + 3 * MINUTE) == 2
    ((path, headers, body),) = hook.taken
    told = json.loads(body)
    row = AlertDelivery.objects.get(channel="webhook")
    assert path == "/in?team=1"
    assert told == {
        "id": row.public_id,
        "stage": "new",
        "severity": "S1",
        "kind": "report",
        "number": report.number,
        "link": f"http://localhost:8000/desk/alerts/#a-{row.alert.public_id}",
        "waiting_minutes": 3,
    }
    signed = headers["X-Alert-Timestamp"].encode() + b"." + body
    right = hmac.new(SECRET.encode(), signed, hashlib.sha256).hexdigest()
    assert headers["X-Alert-Signature"] == f"sha256={right}"


# Once, and never not at all ----------------------------------------------------------------------


def test_each_message_is_sent_once(alert):
    assert [send_due(at=DAY_TIME) for _ in range(3)] == [1, 0, 0]
    assert states() == [("email", "sent", 1)]


class Died(BaseException):
    """The process is gone: nothing after this line happens."""


@pytest.mark.parametrize("after_sending", [False, True])
def test_a_sweep_killed_between_lease_and_mark_sends_once_or_twice_never_not_at_all(
    alert, monkeypatch, after_sending
):
    whole = deliveries._send_mail

    def die(*args: object) -> None:
        if after_sending:
            whole(*args)
        raise Died

    with monkeypatch.context() as patched:
        patched.setattr(deliveries, "_send_mail", die)
        with pytest.raises(Died):
            send_due(at=DAY_TIME)
    assert send_due(at=DAY_TIME + LEASE) == 0, "the lease is not over yet"
    assert send_due(at=DAY_TIME + LEASE + MINUTE) == 1
    assert send_due(at=DAY_TIME + 30 * MINUTE) == 0
    assert len(mail.outbox) == 1 + after_sending


@pytest.mark.django_db(transaction=True)
def test_two_sweeps_at_once_send_each_message_once(people, mailbox, hook):
    for number in range(4):
        serious(NIGHT + timedelta(seconds=number))
    raise_alerts(at=NIGHT + MINUTE)

    def sweep() -> int:
        return send_due(at=NIGHT + MINUTE)

    assert sum(at_once(sweep, sweep)) == 8
    assert len(mailbox.taken) == 4
    ids = [json.loads(body)["id"] for _, _, body in hook.taken]
    assert len(ids) == len(set(ids)) == 4


def test_after_an_hour_without_mail_server_all_alerts_come_each_once(people, mailbox):
    mailbox.refuse = "451 Try later"
    for number in range(3):
        serious(NIGHT + number * 10 * MINUTE)
    for minute in range(60):
        raise_alerts(at=NIGHT + minute * MINUTE)
        send_due(at=NIGHT + minute * MINUTE)
    assert mailbox.taken == []
    waiting = AlertDelivery.objects.count()
    mailbox.refuse = ""
    for minute in range(60, 125):
        send_due(at=NIGHT + minute * MINUTE)
    assert len(mailbox.taken) == waiting
    pairs = [(to, re.search(r"#a-(\w+)", text).group(1)) for to, text in mailbox.taken]
    assert len(set(pairs)) == waiting
    assert {state for _, state, _ in states()} == {"sent"}


def test_without_a_mail_server_one_message_is_tried_a_sweep_and_the_webhook_goes_out(
    people, hook, settings
):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    for number in range(3):
        serious(NIGHT + timedelta(seconds=number))
    raise_alerts(at=NIGHT + MINUTE)
    assert send_due(at=NIGHT + MINUTE) == 3
    tries = AlertDelivery.objects.filter(channel="email").values_list("tries", flat=True)
    assert sorted(tries) == [0, 0, 1]
    assert len(hook.taken) == 3


# What fails --------------------------------------------------------------------------------------


def test_pauses_grow_to_an_hour_and_a_message_is_tried_for_a_day_and_more(alert, hook):
    assert [pause_after(n) // MINUTE for n in range(1, 9)] == [1, 2, 4, 8, 16, 32, 60, 60]
    assert pause_after(10_000) == timedelta(hours=1)
    tried = timedelta()
    for number in range(1, 31):
        tried += pause_after(number)
    assert tried > timedelta(hours=24)
    assert timedelta(hours=24) <= GIVE_UP_AFTER


@pytest.mark.parametrize(
    "status, words", [(500, "It answered with 500."), (302, "It answered with 302.")]
)
def test_a_webhook_that_fails_is_shown_and_tried_again(people, hook, status, words):
    hook.status = status
    crisis(DAY_TIME)
    raise_alerts(at=DAY_TIME)
    assert send_due(at=DAY_TIME) == 1  # the mail
    row = AlertDelivery.objects.get(channel="webhook")
    assert (row.state, row.error, row.due_at) == ("due", words, DAY_TIME + MINUTE)
    assert [path for path, _, _ in hook.taken] == ["/in?team=1"], "no redirect is followed"
    hook.status = 200
    assert send_due(at=DAY_TIME + MINUTE) == 1
    row.refresh_from_db()
    assert (row.state, row.error) == ("sent", "")


def test_a_webhook_that_is_not_there_says_so_and_is_given_up_after_a_day_and_a_half(
    people, settings
):
    settings.ALERT_WEBHOOK_URLS = ["http://127.0.0.1:1/"]
    settings.ALERT_WEBHOOK_SECRET = SECRET
    crisis(DAY_TIME)
    raise_alerts(at=DAY_TIME)
    send_due(at=DAY_TIME)
    row = AlertDelivery.objects.get(channel="webhook")
    assert (row.state, row.error) == ("due", "It does not answer (ConnectionRefusedError).")
    send_due(at=DAY_TIME + GIVE_UP_AFTER)
    row.refresh_from_db()
    assert row.state == "failed"
    assert send_due(at=DAY_TIME + 2 * GIVE_UP_AFTER) == 0


def test_an_address_that_the_server_refuses_does_not_stop_the_others(people, mailbox):
    async def refuse_ann(server, session, envelope, address, options):
        if address.startswith("ann"):
            return "550 No such person"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    mailbox.handle_RCPT = refuse_ann
    at = DAY_TIME + timedelta(days=30)  # a gap: both are told
    crisis(at)
    raise_alerts(at=at)
    assert send_due(at=at) == 1
    assert [to for to, _ in mailbox.taken] == ["bob@staff.example"]
    row = AlertDelivery.objects.get(recipient__pseudonym="ann")
    assert row.error == "The mail server refused the address."


# Asked again when it is sent ---------------------------------------------------------------------


def test_nothing_is_sent_about_what_is_decided(alert, people):
    ann, _ = people
    post = fresh(alert)
    decide(post=post, moderator=ann, kind=DecisionKind.PUBLISH, version=post.version, at=DAY_TIME)
    assert send_due(at=DAY_TIME) == 0
    assert states() == [("email", "not_needed", 1)]


@pytest.mark.parametrize("change", [{"role": "member"}, {"is_active": False}])
def test_nothing_is_sent_to_somebody_who_is_no_admin_any_more(alert, change):
    User.objects.filter(pseudonym="ann").update(**change)
    assert send_due(at=DAY_TIME) == 0
    assert mail.outbox == []
    assert states() == [("email", "not_needed", 1)]


def test_the_tasks_of_each_minute_raise_and_send(people, time_machine):
    time_machine.move_to(DAY_TIME)
    crisis(DAY_TIME)
    raise_due_alerts()
    send_due_alerts()
    assert len(mail.outbox) == 1
