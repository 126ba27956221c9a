"""A report about a health professional: the two are kept apart at once, and nobody tells (P4.3)."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import CutOff, HiddenHcp, Role, User
from accounts.viewer import viewer_of
from forum.models import Board, Notice, Post, Status
from moderation.actions.reporting import file_report
from moderation.models import AuditEvent, Category, Claim, Report
from moderation.queue import claim, tickets_for
from tests.factories import (
    in_state,
    make_board,
    make_hcp,
    make_member,
    make_staff,
    publish_reply,
    publish_thread,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def board(texts: None) -> Board:
    return make_board("school")


@pytest.fixture
def nurse(texts: None) -> User:
    return make_hcp("nurse")


@pytest.fixture
def reporter(texts: None) -> User:
    return make_member("reporter")


@pytest.fixture
def held(reporter: User, board: Board) -> Post:
    thread = publish_thread(reporter, board, title="Mine", text="How I do it.")
    return in_state(thread.posts.get(), Status.HELD)


def report_nurse(reporter: User | None, nurse: User, **values) -> Report:
    return file_report(
        category=Category.HCP_BOUNDARY,
        submission_key="k",
        reporter=reporter,
        about=nurse,
        **values,
    )


def test_neither_reads_the_other_from_that_moment(reporter, nurse, board):
    mine = publish_thread(reporter, board, title="Mine", text="How I do it.").posts.get()
    theirs = publish_reply(nurse, mine.thread, text="In general terms.")
    assert Post.objects.visible_to(viewer_of(nurse)).filter(pk=mine.pk).exists()
    assert Post.objects.visible_to(viewer_of(reporter)).filter(pk=theirs.pk).exists()
    report_nurse(reporter, nurse)
    assert not Post.objects.visible_to(viewer_of(nurse)).filter(author=reporter).exists()
    assert not Post.objects.visible_to(viewer_of(reporter)).filter(author=nurse).exists()


def test_a_report_on_a_post_of_theirs_does_the_same_whatever_the_category(reporter, nurse, board):
    post = publish_thread(nurse, board, title="News", text="We are open.").posts.get()
    file_report(category=Category.SPAM, submission_key="k", reporter=reporter, post=post)
    assert CutOff.objects.filter(member=reporter, hcp=nurse).exists()


def test_the_hcp_loses_the_members_tickets_and_no_others(reporter, nurse, held, board):
    other = publish_thread(make_member("other"), board, title="Else", text="Hi.").posts.get()
    other = in_state(other, Status.HELD)
    for post in (held, other):
        claim(post=post, moderator=nurse)
    report_nurse(reporter, nurse)
    assert list(Claim.objects.values_list("post", flat=True)) == [other.pk]
    assert list(tickets_for(viewer_of(nurse))) == [other]
    client = Client()
    client.force_login(nurse)
    address = reverse("moderation:item", args=[held.public_id])
    assert client.get(address).status_code == 404


def test_no_hcp_is_told_and_no_log_that_they_read_names_it(reporter, nurse):
    report_nurse(reporter, nurse)
    assert not Notice.objects.filter(recipient__role=Role.HCP).exists()
    assert nurse.public_id not in str(AuditEvent.objects.values_list("data", flat=True))


def test_whoever_stays_unnamed_is_hidden_without_a_row_that_tells_of_a_report(reporter, nurse):
    report = report_nurse(None, nurse, unnamed_member=reporter)
    assert report.reporter is None
    assert HiddenHcp.objects.filter(member=reporter, hcp=nurse).exists()
    assert not CutOff.objects.exists()


def test_staff_who_report_an_hcp_go_on_meeting_them(nurse):
    report_nurse(make_staff("moderator", Role.MODERATOR), nurse)
    assert not CutOff.objects.exists()


def test_a_report_about_a_member_cuts_nobody_off(reporter, board):
    post = publish_thread(make_member("a"), board, title="News", text="Hi.").posts.get()
    file_report(category=Category.HCP_BOUNDARY, submission_key="k", reporter=reporter, post=post)
    assert not CutOff.objects.exists()


def test_when_the_report_cannot_be_stored_nobody_is_cut_off(reporter, nurse, monkeypatch):
    def fail(**values: object) -> None:
        raise RuntimeError("broken on purpose")

    monkeypatch.setattr("moderation.actions.reporting.audit.record", fail)
    with pytest.raises(RuntimeError, match="on purpose"):
        report_nurse(reporter, nurse)
    assert not CutOff.objects.exists()
    assert not Report.objects.exists()
