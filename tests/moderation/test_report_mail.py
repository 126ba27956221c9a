"""Mails about reports: number and key, without a word of what it is about, once or twice."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.utils import timezone

from accounts.models import Role
from moderation import report_mail
from moderation.actions.reporting import ask_reporter, file_report
from moderation.models import Category, ReportMail
from moderation.tasks import send_report_mail
from tests.factories import make_board, make_member, make_staff, publish_thread
from tests.mailserver import Sink, mail_sink

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("texts")]

WORDS = "He asked for my Snapchat."
SECRET = (WORDS, "Snapchat", "diabetes", "bullying", "Bullying", "wren", "Dinner")


@pytest.fixture
def sink(settings) -> Iterator[Sink]:
    with mail_sink(settings) as sink:
        yield sink


def signed_out_report():
    return file_report(
        category=Category.BULLYING, submission_key="k", contact="me@example.org", words=WORDS
    )


def test_somebody_signed_out_gets_number_and_key_and_nothing_else(sink):
    report = signed_out_report()
    send_report_mail()
    (mail,) = sink.mails
    body = mail.get_content()
    assert mail["To"] == "me@example.org"
    assert report.number in body
    assert report.key in body
    assert "/report/status/" in body
    assert not [word for word in SECRET if word in f"{mail['Subject']} {body}"]


def test_a_member_gets_them_at_the_address_of_the_account(sink):
    reporter, wren = make_member("robin"), make_member("wren")
    post = publish_thread(wren, make_board("b"), title="Dinner", text="Hm.").posts.get()
    report = file_report(
        category=Category.BULLYING, submission_key="k", reporter=reporter, post=post, words=WORDS
    )
    send_report_mail()
    (mail,) = sink.mails
    assert mail["To"] == reporter.email
    assert report.number in mail.get_content()
    assert not [word for word in SECRET if word in f"{mail['Subject']} {mail.get_content()}"]


def test_an_answer_is_told_without_the_key(sink):
    report = signed_out_report()
    send_report_mail()
    admin = make_staff("ada", Role.ADMIN)
    ask_reporter(report=report, admin=admin, text="When did he ask?")
    send_report_mail()
    news = sink.mails[1].get_content()
    assert report.number in news
    for secret in (report.key, "When did he ask?", "ada"):
        assert secret not in news


def test_nobody_is_mailed_where_there_is_no_address(sink):
    file_report(category=Category.BULLYING, submission_key="k")
    file_report(category=Category.SPAM, submission_key="l", unnamed_member=make_member("robin"))
    send_report_mail()
    assert sink.mails == []


def test_each_mail_goes_once_however_often_the_sweep_runs():
    signed_out_report()
    assert [report_mail.send_due() for _ in range(3)] == [1, 0, 0]
    assert len(mail.outbox) == 1
    assert ReportMail.objects.get().sent_at is not None


class Killed(BaseException):
    """The process is gone."""


def test_a_process_killed_while_sending_leaves_the_mail_to_the_next(monkeypatch):
    signed_out_report()

    def die(message: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr("moderation.report_mail.EmailMessage.send", die)
        with pytest.raises(Killed):
            report_mail.send_due()
    assert report_mail.send_due() == 0  # the lease of the dead one still holds
    with time_machine.travel(timezone.now() + report_mail.LEASE + timedelta(seconds=1)):
        assert report_mail.send_due() == 1


def test_a_mail_server_that_is_down_is_tried_again_later_and_in_the_end_no_more(monkeypatch):
    signed_out_report()

    def refuse(message: object) -> None:
        raise OSError("down on purpose")

    monkeypatch.setattr("moderation.report_mail.EmailMessage.send", refuse)
    now = timezone.now()
    with time_machine.travel(now, tick=False):
        assert report_mail.send_due() == 0
        row = ReportMail.objects.get()
        assert row.mail_due_at == now + report_mail.RETRY
    ReportMail.objects.update(mail_due_at=now, mail_tries=report_mail.MOST_TRIES - 1)
    assert report_mail.send_due() == 0
    assert ReportMail.objects.get().mail_due_at is None


def test_the_mail_of_a_report_that_was_not_stored_is_never_sent(monkeypatch):
    def fail(**values: object) -> None:
        raise RuntimeError("broken on purpose")

    monkeypatch.setattr("moderation.actions.reporting.audit.record", fail)
    with pytest.raises(RuntimeError, match="on purpose"):
        signed_out_report()
    assert report_mail.send_due() == 0
