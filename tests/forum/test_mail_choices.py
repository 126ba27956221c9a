"""How people want to be told: ways, quiet hours, digest, links that end mails, dead addresses."""

from datetime import UTC, datetime, timedelta
from smtplib import SMTPRecipientsRefused

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.consent import NO, choose_extra
from accounts.models import Block, Purpose
from accounts.viewer import viewer_of
from forum import mail as mails
from forum.actions.mailing import choose_ways, forget_refusals, settings_of, stop_mails
from forum.actions.notices import notify
from forum.actions.reading import FollowKind, follow_thread
from forum.digest import send_digests
from forum.models import MailSettings, Notice, NoticeChoice, NoticeKind, Rhythm, Way
from forum.queries.notices import unread_count
from forum.ways import DIGEST, mail_from, next_digest, read_stop_token, stop_address, way_of
from tests.factories import publish_reply

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 7, 15, 11, 0, tzinfo=UTC)  # noon in London, a Wednesday


def choose(user, *, rhythm=Rhythm.DAILY, quiet=(0, 0), zone="Europe/London", **ways):
    """Keep these ways of some kinds."""
    choose_ways(
        user=user,
        ways={NoticeKind(kind): way for kind, way in ways.items()},
        rhythm=rhythm,
        quiet=quiet,
        time_zone=zone,
    )


@pytest.fixture
def reply(thread, guest):
    """A reply to ``host``; nothing else was told."""
    Notice.objects.all().delete()
    return publish_reply(guest, thread, text="Zebraday.")


@pytest.fixture
def notice(reply):
    return Notice.objects.get()


# Ways ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("way, sent", [(Way.SITE, 0), (Way.EMAIL, 1), (Way.DIGEST, 0)])
def test_a_mail_comes_only_where_mail_was_chosen(way, sent, notice, host):
    choose(host, reply=way)
    assert mails.send_due() == sent
    assert unread_count(viewer_of(host)) == 1


def test_without_a_yes_to_mails_only_what_is_about_the_account_is_mailed(notice, host):
    choose_extra(user=host, purpose=Purpose.EMAIL, value=NO)
    choose(host, reply=Way.EMAIL)
    assert mails.send_due() == 0
    notify(recipient=host, kind=NoticeKind.SANCTION, same_as="s", at=timezone.now())
    assert mails.send_due() == 1
    assert "List-Unsubscribe" not in mail.outbox[0].extra_headers


def test_what_people_have_a_right_to_cannot_be_off(host):
    with pytest.raises(ValueError, match="decision"):
        choose(host, decision=Way.OFF)
    with pytest.raises(ValueError, match="sanction"):
        choose(host, sanction=Way.SITE)


def test_one_mail_a_thread_until_it_is_read(notice, thread, host, guest):
    assert mails.send_due() == 1
    publish_reply(guest, thread, text="More.")
    assert mails.send_due() == 0
    Notice.objects.update(read_at=timezone.now())
    publish_reply(guest, thread, text="Later.")
    assert mails.send_due() == 1


def test_a_mail_about_what_is_hidden_now_does_not_keep_the_next_one_back(
    notice, thread, host, guest, seasoned
):
    assert mails.send_due() == 1
    Block.objects.create(blocker=guest, blocked=host)
    publish_reply(seasoned("third"), thread, text="More.")
    assert mails.send_due() == 1


def test_the_page_keeps_choices_and_refuses_others(client, host):
    client.force_login(host)
    address = reverse("forum:notice_choices")
    assert client.get(address).status_code == 200
    values = {field.name: field.initial for field in client.get(address).context["form"]}
    values |= client.get(address).context["form"].initial
    values |= {"reply": "digest", "quiet_from": "20", "time_zone": "Europe/Madrid"}
    assert client.post(address, values).status_code == 302
    own = MailSettings.objects.get(user=host)
    assert (own.quiet_from, own.time_zone) == (20, "Europe/Madrid")
    assert way_of(host, NoticeKind.REPLY) == Way.DIGEST
    wrong = client.post(address, values | {"decision": "off", "time_zone": "Mars/Base"})
    assert set(wrong.context["form"].errors) == {"decision", "time_zone"}


# Quiet hours -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "zone, hour, until",
    [
        ("Europe/London", 20, None),  # nine in the evening in summer: 20 UTC
        ("Europe/London", 19, 19),
        ("Europe/Madrid", 19, None),
        ("America/New_York", 20, 20),
    ],
)
def test_quiet_hours_are_those_of_the_persons_own_clock(zone, hour, until, host):
    own = MailSettings(user=host, quiet_from=21, quiet_until=7, time_zone=zone)
    at = NOON.replace(hour=hour)
    assert (mail_from(own, at) == at) == (until is not None)


def test_a_mail_of_the_night_comes_in_the_morning(host):
    choose(host, quiet=(21, 7))
    night = NOON.replace(hour=22)
    notify(recipient=host, kind=NoticeKind.REPORT, same_as="x", at=night)
    with time_machine.travel(night, tick=False):
        assert mails.send_due() == 0
    waiting = Notice.objects.get(same_as="x")
    assert waiting.mail_due_at == NOON.replace(day=16, hour=6)
    assert (waiting.mail_tries, waiting.mail_leased_until) == (0, None)
    with time_machine.travel(NOON.replace(day=16, hour=6), tick=False):
        assert mails.send_due() == 1


def test_what_is_read_in_the_night_is_not_mailed_in_the_morning(host):
    choose(host, quiet=(21, 7))
    night = NOON.replace(hour=22)
    notify(recipient=host, kind=NoticeKind.REPORT, same_as="x", at=night)
    with time_machine.travel(night, tick=False):
        mails.send_due()
        Notice.objects.update(read_at=night)
    with time_machine.travel(NOON + timedelta(days=1), tick=False):
        assert mails.send_due() == 0


# The digest --------------------------------------------------------------------------------------


def test_the_digest_says_how_many_and_nothing_else(reply, thread, host, guest):
    choose(host, reply=Way.DIGEST)
    publish_reply(guest, thread, text="More.")
    assert (mails.send_due(), send_digests()) == (0, 0)
    due = MailSettings.objects.get(user=host).digest_due_at
    with time_machine.travel(due, tick=False):
        assert (send_digests(), send_digests()) == (1, 0)
    (message,) = mail.outbox
    whole = f"{message.subject}\n{message.body}"
    assert "New reply: 1" in whole
    for secret in ("zebraday", "football", "diabet", host.pseudonym + " ", reply.public_id):
        assert secret not in whole.lower()
    assert message.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_a_digest_in_which_nothing_may_be_seen_does_not_come(reply, host, guest):
    choose(host, reply=Way.DIGEST)
    mails.send_due()
    due = MailSettings.objects.get(user=host).digest_due_at
    Block.objects.create(blocker=guest, blocked=host)
    with time_machine.travel(due, tick=False):
        assert send_digests() == 0
    assert MailSettings.objects.get(user=host).digest_due_at is None
    assert mail.outbox == []


def test_what_one_digest_told_the_next_does_not(reply, thread, host, guest, seasoned):
    choose(host, reply=Way.DIGEST, thread=Way.DIGEST)
    mails.send_due()
    own = MailSettings.objects.get(user=host)
    with time_machine.travel(own.digest_due_at, tick=False):
        assert send_digests() == 1
    with time_machine.travel(own.digest_due_at + timedelta(hours=1), tick=False):
        other = Notice.objects.get()
        MailSettings.objects.update(digest_due_at=timezone.now())
        assert send_digests() == 0
        assert other.read_at is None


def test_who_follows_and_wants_the_digest_gets_it(thread, host, guest, seasoned):
    fan = seasoned("fan")
    choose(fan, thread=Way.DIGEST)
    follow_thread(user=fan, thread=thread, kind=FollowKind.FOLLOW)
    publish_reply(guest, thread, text="Words.")
    mails.send_due()
    mail.outbox.clear()
    with time_machine.travel(MailSettings.objects.get(user=fan).digest_due_at, tick=False):
        assert send_digests() == 1
    assert mail.outbox[0].to == [fan.email]


def test_a_digest_that_something_asked_for_while_it_was_sent_is_due_again(reply, host, monkeypatch):
    choose(host, reply=Way.DIGEST)
    mails.send_due()
    own = MailSettings.objects.get(user=host)

    def meanwhile(*args: object, **kwargs: object) -> None:
        MailSettings.objects.update(digest_asked=own.digest_asked + 1)

    monkeypatch.setattr("forum.digest.deliver", meanwhile)
    with time_machine.travel(own.digest_due_at, tick=False):
        assert send_digests() == 1
    assert MailSettings.objects.get(user=host).digest_due_at > own.digest_due_at


def test_the_weekly_digest_comes_on_sunday_afternoon(host):
    own = MailSettings(user=host, rhythm=Rhythm.WEEKLY, time_zone="Europe/London")
    assert next_digest(own, NOON) == datetime(2026, 7, 19, 15, 0, tzinfo=UTC)
    own.rhythm = Rhythm.DAILY
    assert next_digest(own, NOON) == NOON.replace(hour=15)


# Ending mails ------------------------------------------------------------------------------------


def test_the_link_of_a_mail_ends_its_kind_signed_out_and_without_a_token(notice, host):
    mails.send_due()
    header = mail.outbox[0].extra_headers["List-Unsubscribe"]
    path = header.strip("<>").removeprefix("http://localhost:8000")
    for personal in (host.email, host.pseudonym, host.public_id):
        assert personal not in path
    client = Client(enforce_csrf_checks=True)
    assert client.get(path).status_code == 200
    assert way_of(host, NoticeKind.REPLY) == Way.EMAIL, "looking changes nothing"
    answer = client.post(path, {"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    assert way_of(host, NoticeKind.REPLY) == Way.SITE
    assert way_of(host, NoticeKind.QUOTE) == Way.EMAIL
    assert client.post(path).status_code == 200


def test_a_link_for_another_person_or_kind_cannot_be_made_up(client, host, guest):
    address = stop_address(settings_of(host), "reply")
    token = address.rstrip("/").rsplit("/", 1)[1]
    other = token.replace(settings_of(host).key, settings_of(guest).key)
    for wrong in (other, token.replace("reply", "quote"), token[:-1], "x", f"{token}x"):
        assert read_stop_token(wrong) is None
        assert client.post(reverse("forum:stop_mail", args=[wrong])).status_code == 404
    assert NoticeChoice.objects.count() == 0


def test_ending_the_digest_leaves_mails_alone(host):
    choose(host, reply=Way.DIGEST, quote=Way.EMAIL, board=Way.OFF)
    stop_mails(user=host, kind=DIGEST)
    stop_mails(user=host, kind="board")
    ways = [way_of(host, kind) for kind in (NoticeKind.REPLY, NoticeKind.QUOTE, NoticeKind.BOARD)]
    assert ways == [Way.SITE, Way.EMAIL, Way.OFF]


# Addresses that do not work ----------------------------------------------------------------------


def refusing(monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    def send(message, **options):
        raise SMTPRecipientsRefused({message.to[0]: (code, b"No such person")})

    monkeypatch.setattr("forum.mail.EmailMessage.send", send)


def try_thrice() -> None:
    for _ in range(3):
        Notice.objects.update(mail_due_at=timezone.now())
        mails.send_due()


def test_an_address_refused_three_times_gets_no_more_mail_until_it_is_set_right(
    client, notice, host, monkeypatch
):
    client.force_login(host)
    with monkeypatch.context() as patched:
        refusing(patched, 550)
        try_thrice()
    Notice.objects.update(mail_due_at=timezone.now())
    notify(recipient=host, kind=NoticeKind.SANCTION, same_as="s", at=timezone.now())
    assert mails.send_due() == 0
    assert "Our mails do not reach you" in client.get(reverse("accounts:me")).content.decode()
    client.post(reverse("forum:mail_again"))
    assert "Our mails do not reach you" not in client.get(reverse("accounts:me")).content.decode()
    Notice.objects.update(mail_due_at=timezone.now())
    assert mails.send_due() == 2
    assert not forget_refusals(user=host)


def test_a_new_address_is_not_blamed_for_the_old_one(notice, host, monkeypatch):
    with monkeypatch.context() as patched:
        refusing(patched, 550)
        try_thrice()
    host.email = "new@members.example"
    host.save()
    Notice.objects.update(mail_due_at=timezone.now())
    assert mails.send_due() == 1
    assert MailSettings.objects.get(user=host).refusals == 0


def test_a_refusal_for_now_is_not_counted(notice, host, monkeypatch):
    refusing(monkeypatch, 450)
    try_thrice()
    assert MailSettings.objects.get(user=host).refusals == 0
