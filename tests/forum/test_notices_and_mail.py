"""Telling people: on the site at once, by mail a little later, and only what they may still see."""

import logging
import re
import socket
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from django.core import mail
from django.utils import timezone

from accounts.models import Block, HcpChoice
from accounts.viewer import viewer_of
from forum import mail as mails
from forum.actions.audience import Scope, choose_hcp_involvement
from forum.actions.notices import mark_all_read, notify
from forum.models import Notice, NoticeKind, Status
from forum.queries.notices import notices_for, unread_count
from forum.tasks import send_due_mail
from tests.factories import in_state, make_member, publish_reply, publish_thread
from tests.racing import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def reply(thread, guest):
    """A reply in the thread of ``host``, who is told of it."""
    Notice.objects.all().delete()
    return publish_reply(guest, thread, text="I do, every zebraday.")


@pytest.fixture
def notice(reply):
    """The notice of it to ``host``."""
    return Notice.objects.get()


def due(notice: Notice) -> Notice:
    """The notice as it is stored now."""
    return Notice.objects.get(pk=notice.pk)


# On the site -----------------------------------------------------------------------------------


def test_a_notice_counts_until_it_is_read(notice, host):
    assert unread_count(viewer_of(host)) == 1
    assert mark_all_read(recipient=host) == 1
    assert unread_count(viewer_of(host)) == 0
    assert mark_all_read(recipient=host) == 0


def test_reading_all_leaves_the_notices_of_others_alone(notice, guest):
    mark_all_read(recipient=guest)
    assert due(notice).read_at is None


def test_a_notice_is_there_only_while_its_post_may_be_seen(notice, reply, host, guest):
    def there() -> bool:
        return notices_for(viewer_of(host)).filter(pk=notice.pk).exists()

    assert there()
    in_state(reply, Status.HIDDEN)
    assert not there()
    in_state(reply, Status.PUBLISHED)
    assert there()
    Block.objects.create(blocker=guest, blocked=host)
    assert not there()
    assert unread_count(viewer_of(host)) == 0


def test_a_professionals_notice_vanishes_when_the_replying_member_opts_out(
    nurse, board, guest, seasoned
):
    thread = publish_thread(nurse, board, title="Ask me", text="About travel.")
    publish_reply(guest, thread, text="How do I fly?")
    assert unread_count(viewer_of(nurse)) == 1
    choose_hcp_involvement(user=guest, choice=HcpChoice.NONE, scope=Scope.OLDER_POSTS_TOO)
    assert unread_count(viewer_of(nurse)) == 0


def test_the_same_notice_twice_is_one(host):
    for _ in range(2):
        notify(
            recipient=host,
            kind=NoticeKind.REPORT,
            same_as="report:1:decided",
            at=timezone.now(),
            message="Thank you.",
        )
    assert Notice.objects.filter(same_as="report:1:decided").count() == 1


# By mail ---------------------------------------------------------------------------------------


def test_a_mail_says_that_there_is_something_new_and_not_what(notice, reply, host, guest):
    assert mails.send_due() == 1
    (message,) = mail.outbox
    whole = f"{message.subject}\n{message.body}"
    assert message.to == [host.email]
    assert message.cc == message.bcc == []
    for secret in ("zebraday", "football", "diabet", "t1d"):
        assert secret not in whole.lower()
    words = set(re.findall(r"[a-z]+", whole.lower()))
    assert not words & {host.pseudonym, guest.pseudonym}
    assert reply.public_id not in whole
    assert reply.thread.public_id not in whole
    links = re.findall(r"https?://\S+", whole)
    site = "http://localhost:8000"
    assert links[:2] == [f"{site}/notices/", f"{site}/me/notices/"]
    assert links[2].startswith(f"{site}/notices/stop/")
    assert message.extra_headers["Auto-Submitted"] == "auto-generated"


def test_a_mail_is_sent_once(notice):
    assert (mails.send_due(), mails.send_due()) == (1, 0)
    assert len(mail.outbox) == 1
    assert due(notice).mail_due_at is None


def test_what_was_read_on_the_site_is_not_mailed(notice, host):
    mark_all_read(recipient=host)
    assert mails.send_due() == 0
    assert mail.outbox == []
    assert due(notice).mail_due_at is None


def test_what_may_no_longer_be_seen_is_not_mailed(notice, reply):
    in_state(reply, Status.REMOVED)
    assert mails.send_due() == 0
    assert mail.outbox == []


def test_who_is_blocked_meanwhile_gets_no_mail(notice, host, guest):
    Block.objects.create(blocker=guest, blocked=host)
    assert mails.send_due() == 0


def test_an_account_that_was_closed_gets_no_mail(notice, host):
    host.is_active = False
    host.save()
    assert mails.send_due() == 0
    assert due(notice).mail_due_at is None


def test_mails_go_in_the_order_in_which_they_became_due(host, guest):
    now = timezone.now()
    for minutes, member in ((1, host), (5, guest), (3, make_member("third"))):
        notify(
            recipient=member,
            kind=NoticeKind.REPORT,
            same_as="x",
            at=now - timedelta(minutes=minutes),
        )
    mails.send_due()
    assert [message.to[0].split("@")[0] for message in mail.outbox] == ["guest", "third", "host"]


def test_a_sweep_sends_no_more_than_its_limit_and_the_next_one_the_rest(host, guest):
    for member in (host, guest):
        notify(recipient=member, kind=NoticeKind.REPORT, same_as="x", at=timezone.now())
    assert [mails.send_due(limit=1) for _ in range(3)] == [1, 1, 0]


def test_the_task_of_each_minute_sends_what_is_due(notice):
    send_due_mail()
    assert len(mail.outbox) == 1


# When things break -----------------------------------------------------------------------------


class Died(BaseException):
    """The process is gone: nothing after this line happens."""


def test_a_mail_is_due_again_when_the_process_died_while_sending(notice, monkeypatch):
    def die(*args: object, **kwargs: object) -> None:
        raise Died

    with monkeypatch.context() as patched:
        patched.setattr("forum.mail.EmailMessage.send", die)
        with pytest.raises(Died):
            mails.send_due()
    assert mails.send_due() == 0, "the lease is not over yet"
    later = timezone.now() - timedelta(seconds=1)
    Notice.objects.filter(pk=notice.pk).update(mail_leased_until=later)
    assert mails.send_due() == 1
    assert len(mail.outbox) == 1


def test_a_mail_that_another_sweep_is_sending_is_left_to_it(notice):
    lease = timezone.now() + timedelta(minutes=1)
    Notice.objects.filter(pk=notice.pk).update(mail_leased_until=lease)
    assert mails.send_due() == 0
    assert due(notice).mail_due_at is not None


class Server:
    """A real mail server that keeps what it takes. ``refuse``: what it answers instead."""

    def __init__(self) -> None:
        self.taken: list[str] = []
        self.refuse = ""

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        """Called by aiosmtpd for each mail."""
        if self.refuse:
            return self.refuse
        self.taken.append(envelope.content.decode())
        return "250 OK"


@pytest.fixture
def server(settings: Any) -> Iterator[Server]:
    """A mail server on a free port of this machine, which the site sends to."""
    handler = Server()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    yield handler
    controller.stop()


def test_a_mail_reaches_a_real_server(notice, server, host):
    assert mails.send_due() == 1
    (message,) = server.taken
    assert f"To: {host.email}" in message
    assert "zebraday" not in message


def test_a_mail_that_the_server_refused_goes_out_later(notice, server, caplog):
    server.refuse = "451 Try later"
    before = timezone.now()
    with caplog.at_level(logging.WARNING, "forum.mail"):
        assert mails.send_due() == 0
    waiting = due(notice)
    assert waiting.mail_leased_until is None
    assert waiting.mail_due_at is not None
    assert waiting.mail_due_at >= before + mails.RETRY
    assert notice.public_id in caplog.text
    assert "@" not in caplog.text, "no address in the log"

    server.refuse = ""
    assert mails.send_due() == 0, "not due yet"
    Notice.objects.filter(pk=notice.pk).update(mail_due_at=before)
    assert mails.send_due() == 1
    assert len(server.taken) == 1


def test_a_mail_waits_while_there_is_no_server_and_does_not_hold_up_the_sweep(
    notice, host, guest, server, settings
):
    notify(recipient=guest, kind=NoticeKind.REPORT, same_as="x", at=timezone.now())
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, 1
    assert mails.send_due() == 0
    assert Notice.objects.filter(mail_tries=1, mail_due_at__isnull=False).count() == 2
    settings.EMAIL_PORT = port
    Notice.objects.update(mail_due_at=timezone.now())
    assert mails.send_due() == 2


def test_an_outage_of_a_day_loses_no_mail(notice, server):
    server.refuse = "451 Try later"
    out = timedelta()
    while out < timedelta(days=1):
        mails.send_due()
        again = due(notice).mail_due_at
        assert again is not None, "given up"
        out += again - timezone.now()
        Notice.objects.filter(pk=notice.pk).update(mail_due_at=timezone.now())
    server.refuse = ""
    assert mails.send_due() == 1
    assert len(server.taken) == 1


def test_after_the_last_try_a_mail_is_given_up(notice, server):
    server.refuse = "550 No such person"
    Notice.objects.filter(pk=notice.pk).update(mail_tries=mails.MOST_TRIES - 1)
    mails.send_due()
    assert due(notice).mail_due_at is None


@pytest.mark.django_db(transaction=True)
def test_two_sweeps_at_once_send_each_mail_once(texts):
    members = [make_member(f"member-{number}") for number in range(5)]
    for _ in range(4):
        mail.outbox.clear()
        Notice.objects.all().delete()
        for member in members:
            notify(recipient=member, kind=NoticeKind.REPORT, same_as="x", at=timezone.now())
        results = at_once(mails.send_due, mails.send_due)
        assert sum(results) == len(members), results
        assert sorted(message.to[0] for message in mail.outbox) == [m.email for m in members]
