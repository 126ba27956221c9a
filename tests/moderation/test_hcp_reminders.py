"""Professionals are reminded before their year ends, when it is over, and of a changed code."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from accounts.models import Document
from forum.mail import send_due
from forum.models import Notice, NoticeKind
from moderation.renewals import remind_professionals
from tests.applicants import code
from tests.factories import make_hcp

pytestmark = pytest.mark.usefixtures("texts")

NOW = timezone.now()


def told(name: str) -> list[str]:
    rows = Notice.objects.filter(recipient__pseudonym=name, kind=NoticeKind.HCP)
    return list(rows.order_by("created_at", "pk").values_list("same_as", flat=True))


def test_one_notice_at_30_days_one_at_7_and_one_at_the_end():
    ends = NOW + timedelta(days=60)
    make_hcp("Wren", expires_at=ends)
    for days in range(70):
        for _ in range(2):  # safe to run again
            remind_professionals(at=NOW + timedelta(days=days, hours=1))
    assert [row.rpartition(":")[2] for row in told("Wren")] == ["30", "7", "over"]


def test_after_days_without_the_worker_the_nearest_one_is_written():
    make_hcp("Wren", expires_at=NOW + timedelta(days=3))
    remind_professionals(at=NOW)
    assert [row.rpartition(":")[2] for row in told("Wren")] == ["7"]


@pytest.mark.parametrize("stopped", ["revoked_at", "suspended_at"])
def test_who_is_cut_off_is_not_reminded(stopped):
    make_hcp("Wren", expires_at=NOW + timedelta(days=3), **{stopped: NOW})
    assert remind_professionals(at=NOW) == 0
    assert told("Wren") == []


def test_a_changed_code_is_told_once_a_version_and_a_minor_one_not_at_all():
    make_hcp("Wren")
    for version, material in (("1.0.1", False), ("2.0", True)):
        old = code()
        new = Document.objects.create(kind=old.kind, version=version, title=old.title)
        new.is_material, new.published_at = material, timezone.now()
        new.save()
        remind_professionals(at=NOW)
        remind_professionals(at=NOW)
        assert told("Wren") == (["hcp-code:2.0"] if material else [])


def test_the_mail_says_nothing_but_that_there_is_something():
    make_hcp("Wren", expires_at=NOW + timedelta(days=3))
    remind_professionals(at=NOW)
    send_due()
    (message,) = mail.outbox
    for word in ("diabetes", "professional", "year", "renew", "code"):
        assert word not in (message.subject + message.body).lower()
