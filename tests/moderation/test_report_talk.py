"""What reporter and desk tell each other after a report, and how it can end."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import CutOff, Role, User
from accounts.viewer import viewer_of
from forum.errors import NotVisible
from forum.models import Notice, NoticeKind, Post
from moderation.actions.cases import open_case
from moderation.actions.reporting import (
    COMPLAIN_WITHIN,
    TooLate,
    answer_desk,
    ask_reporter,
    complain,
    desk_has_read,
    file_report,
    give_feedback,
    reporter_has_read,
    see_each_other_again,
    withdraw,
    write_to_reporter,
)
from moderation.models import (
    AuditEvent,
    Category,
    HandledWell,
    Report,
    ReportMail,
    ReportStatus,
)
from moderation.queries import cases_for, open_reports_for
from tests.factories import make_board, make_hcp, make_member, make_staff, publish_thread
from tests.moderation.desk import keys_on_desk, settle

pytestmark = pytest.mark.django_db


@pytest.fixture
def reporter(texts: None) -> User:
    return make_member("reporter")


@pytest.fixture
def admin(texts: None) -> User:
    return make_staff("admin-one", Role.ADMIN)


@pytest.fixture
def other_admin(texts: None) -> User:
    return make_staff("admin-two", Role.ADMIN)


@pytest.fixture
def post(texts: None) -> Post:
    author = make_member("author")
    return publish_thread(author, make_board("school"), title="Lunch", text="Hi.").posts.get()


@pytest.fixture
def report(reporter: User, post: Post) -> Report:
    return file_report(
        category=Category.BULLYING, submission_key="key-1", reporter=reporter, post=post
    )


def decided(report: Report, admin: User) -> Report:
    """The report after an admin decided on it."""
    case = open_case(report=report, admin=admin)
    settle(case, admin, message="We read it. No rule was broken.")
    report.refresh_from_db()
    return report


# The talk --------------------------------------------------------------------------------------


def test_a_question_of_the_desk_waits_for_its_answer_and_is_told_once(report, reporter, admin):
    for _ in range(2):
        ask_reporter(report=report, admin=admin, text=" When was it? ", submission_key="q")
    report.refresh_from_db()
    assert report.status == ReportStatus.QUESTION
    assert [message.text for message in report.messages.all()] == ["When was it?"]
    notice = Notice.objects.get(recipient=reporter, kind=NoticeKind.REPORT)
    assert (notice.message, report.number in notice.link) == ("When was it?", True)
    answer_desk(report=report, text="On Monday.", submission_key="a")
    answer_desk(report=report, text="On Monday.", submission_key="a")
    report.refresh_from_db()
    assert report.status == ReportStatus.READ
    assert [m.from_desk for m in report.messages.all()] == [True, False]


def test_a_message_of_the_desk_changes_nothing_else(report, admin):
    write_to_reporter(report=report, admin=admin, text="We are on it.")
    report.refresh_from_db()
    assert report.status == ReportStatus.RECEIVED


def test_the_log_names_the_admin_and_the_message_and_holds_no_words(report, admin, reporter):
    write_to_reporter(report=report, admin=admin, text="A secret word.")
    answer_desk(report=report, text="Another secret word.")
    desk, answer = AuditEvent.objects.filter(verb__in=["report_message", "report_answer"])
    assert (desk.actor, answer.actor) == (admin, None)
    assert "secret" not in str([desk.data, answer.data])
    assert reporter.public_id not in str([desk.data, answer.data])


@pytest.mark.parametrize("role", [Role.MODERATOR, Role.HCP, Role.MEMBER])
def test_nobody_but_an_admin_writes_to_a_reporter(report, role):
    makers = {Role.HCP: make_hcp, Role.MEMBER: make_member}
    somebody = makers.get(role, lambda name: make_staff(name, Role.MODERATOR))("somebody")
    with pytest.raises(NotVisible):
        write_to_reporter(report=report, admin=somebody, text="Hello.")
    assert not report.messages.exists()


def test_an_admin_whom_a_report_is_about_neither_sees_it_nor_writes(admin, other_admin, reporter):
    report = file_report(
        category=Category.UNCOMFORTABLE, submission_key="k", reporter=reporter, about=admin
    )
    assert not open_reports_for(viewer_of(admin)).exists()
    assert open_reports_for(viewer_of(other_admin)).exists()
    with pytest.raises(NotVisible):
        ask_reporter(report=report, admin=admin, text="Why?")


def test_each_side_marks_the_others_messages_as_read(report, admin):
    write_to_reporter(report=report, admin=admin, text="One.")
    answer_desk(report=report, text="Two.")
    assert (reporter_has_read(report=report), desk_has_read(report=report)) == (1, 1)
    assert (reporter_has_read(report=report), desk_has_read(report=report)) == (0, 0)


def test_somebody_signed_out_is_told_by_mail_where_they_left_an_address(texts, admin):
    known = file_report(category=Category.OTHER, submission_key="a", contact="x@example.org")
    unknown = file_report(category=Category.OTHER, submission_key="b")
    for report in (known, unknown):
        ask_reporter(report=report, admin=admin, text="Where?")
    mails = ReportMail.objects.order_by("pk")
    assert list(mails.values_list("report__number", "kind")) == [
        (known.number, "received"),
        (known.number, "news"),
    ]


# Taking it back ----------------------------------------------------------------------------------


def test_a_report_that_is_taken_back_is_closed_and_leaves_the_desk(report, admin):
    assert withdraw(report=report) is True
    assert withdraw(report=report) is False
    report.refresh_from_db()
    assert (report.status, report.withdrawn_at is None) == (ReportStatus.CLOSED, False)
    assert keys_on_desk(admin) == []
    assert AuditEvent.objects.filter(verb="report_withdrawn").count() == 1


@pytest.mark.parametrize("category", [Category.GROOMING_OR_THREAT, Category.PRIVACY])
def test_where_somebody_may_be_in_danger_the_desk_goes_on(texts, admin, category):
    report = file_report(category=category, submission_key="k")
    assert withdraw(report=report)
    report.refresh_from_db()
    assert report.status == ReportStatus.RECEIVED
    assert keys_on_desk(admin) == [report.number]


def test_what_is_decided_cannot_be_taken_back(report, admin):
    assert withdraw(report=decided(report, admin)) is False


def test_a_case_with_a_report_that_was_taken_back_tells_the_others_alone(
    report, reporter, admin, post
):
    second = make_member("second")
    other = file_report(category=Category.SPAM, submission_key="o", reporter=second, post=post)
    case = open_case(report=report, admin=admin)
    Report.objects.filter(pk=other.pk).update(case=case)
    withdraw(report=report)
    settle(case, admin, message="Thank you.")
    report.refresh_from_db()
    assert report.status == ReportStatus.CLOSED
    told = Notice.objects.filter(kind=NoticeKind.REPORT).values_list("recipient__pseudonym")
    assert list(told) == [("second",)]


# Afterwards --------------------------------------------------------------------------------------


def test_feedback_is_given_once_and_can_be_changed(report, admin):
    with pytest.raises(TooLate):
        give_feedback(report=report, handled_well=HandledWell.YES)
    decided(report, admin)
    give_feedback(report=report, handled_well=HandledWell.NO, words=" Too slow. ")
    give_feedback(report=report, handled_well=HandledWell.PARTLY, words="Slow.")
    report.refresh_from_db()
    assert (report.handled_well, report.feedback) == ("partly", "Slow.")


def test_a_complaint_is_a_report_that_somebody_uninvolved_gets(
    report, reporter, admin, other_admin
):
    with pytest.raises(TooLate):
        complain(report=report, words="No!", submission_key="c")
    decided(report, admin)
    complaint = complain(report=report, words="Please look again.", submission_key="c")
    assert complain(report=report, words="Again!", submission_key="d") == complaint
    assert (complaint.category, complaint.reporter) == (Category.DECISION_COMPLAINT, reporter)
    report.refresh_from_db()
    assert report.status == ReportStatus.APPEALED
    assert not open_reports_for(viewer_of(admin)).filter(pk=complaint.pk).exists()
    assert keys_on_desk(other_admin) == [complaint.number]
    case = open_case(report=complaint, admin=other_admin)
    assert not cases_for(viewer_of(admin)).filter(pk=case.pk).exists()
    decided(complaint, other_admin)
    report.refresh_from_db()
    assert report.status == ReportStatus.CLOSED


def test_a_complaint_can_be_made_for_six_months(report, admin):
    decided(report, admin)
    late = timezone.now() + COMPLAIN_WITHIN + timedelta(minutes=1)
    with pytest.raises(TooLate):
        complain(report=report, words="No!", submission_key="c", at=late)


def test_whoever_reported_an_hcp_can_meet_them_again_once_all_is_decided(reporter, admin):
    nurse = make_hcp("nurse")
    report = file_report(
        category=Category.HCP_BOUNDARY, submission_key="k", reporter=reporter, about=nurse
    )
    with pytest.raises(TooLate):
        see_each_other_again(report=report)
    assert CutOff.objects.exists()
    decided(report, admin)
    assert CutOff.objects.exists()
    assert see_each_other_again(report=report) is True
    assert not CutOff.objects.exists()
