"""Reports and cases: anyone can report, an uninvolved admin decides, each side is told its own."""

from datetime import timedelta

import pytest
from django.db import IntegrityError
from django.utils import timezone

from accounts.models import Role, User
from accounts.viewer import viewer_of
from forum.actions.edit import edit_post
from forum.errors import NotVisible, StaleVersion
from forum.models import Board, Notice, NoticeKind, Post, Status
from forum.policy import DUE
from moderation.actions.case_decisions import PostChoice, decide_case, reports_of
from moderation.actions.cases import open_case, take
from moderation.actions.decide import ClaimedByOther, ReasonsMissing
from moderation.actions.reporting import file_report
from moderation.desk import Filters, desk_page
from moderation.models import (
    AuditEvent,
    Case,
    CaseStatus,
    Category,
    Decision,
    DecisionKind,
    Outcome,
    Report,
    ReportStatus,
)
from moderation.models.report import LOOK_WITHIN, SEVERITY
from moderation.queries import cases_for, open_reports_for, own_reports
from moderation.queue import claim
from tests.factories import (
    any_clause,
    fresh,
    make_board,
    make_hcp,
    make_member,
    make_staff,
    publish_thread,
)

pytestmark = pytest.mark.django_db

TO_REPORTER = "Thank you. We looked at it."
TO_AUTHOR = "Please leave out the name of the school."


@pytest.fixture
def board(texts: None) -> Board:
    return make_board("school")


@pytest.fixture
def author(texts: None) -> User:
    return make_member("author")


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
def post(author: User, board: Board) -> Post:
    thread = publish_thread(author, board, title="School", text="My school is Hill House.")
    return fresh(thread.posts.get())


@pytest.fixture
def report(post: Post, reporter: User) -> Report:
    return file_report(
        category=Category.PRIVACY, submission_key="key-1", reporter=reporter, post=post
    )


def settle(case: Case, admin: User, **changes) -> Case:
    """Decide a case with a word to each reporter; without a post, that no rule was broken."""
    values = {
        "version": case.version,
        "outcome": Outcome.ACTION_TAKEN if changes.get("posts") else Outcome.NOTHING_FOUND,
        "answers": dict.fromkeys(reports_of(case).values_list("number", flat=True), TO_REPORTER),
    }
    decide_case(case=case, admin=admin, **{**values, **changes})
    return Case.objects.get(pk=case.pk)


def removing(post: Post, *, message: str = TO_AUTHOR, **changes) -> dict:
    """What removing the reported post takes."""
    choice = PostChoice(post, fresh(post).version, DecisionKind.REMOVE, message)
    return {"posts": [choice], "clause": any_clause(), **changes}


def desk_list(somebody: User) -> list[Report | Case]:
    """What stands on an admin's desk, in order."""
    page = desk_page(viewer_of(somebody), Filters(), at=timezone.now())
    return [matter.row for matter in page.matters]


# Filing ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("category", list(Category))
def test_each_category_has_a_severity_and_its_time(texts, category):
    at = timezone.now()
    report = file_report(category=category, submission_key="k", at=at)
    assert report.severity == SEVERITY[category]
    assert report.due_at == at + LOOK_WITHIN.get(category, DUE[SEVERITY[category]])


def test_severities_are_those_of_the_safety_page():
    by_severity = {
        0: {"suicide_or_overdose", "medical_emergency", "grooming_or_threat"},
        1: {"self_harm_or_eating", "hcp_boundary", "privacy", "dangerous_advice"},
        3: {"spam"},
    }
    for category, severity in SEVERITY.items():
        expected = next((s for s, names in by_severity.items() if category in names), 2)
        assert severity == expected, category


def test_anybody_can_report_signed_out_and_gets_number_and_key(texts):
    report = file_report(category=Category.OTHER, submission_key="k", words="  Help.  ")
    assert (report.reporter, report.words) == (None, "Help.")
    assert len(report.number) == len("R-7K3F-92QD")
    assert len(report.key) == 12
    assert report.status == ReportStatus.RECEIVED


def test_the_same_submission_again_is_the_same_report(report, post, reporter):
    again = file_report(
        category=Category.PRIVACY, submission_key="key-1", reporter=reporter, post=post
    )
    assert again == report
    assert Report.objects.count() == 1
    assert AuditEvent.objects.filter(verb="report_received").count() == 1


def test_nobody_gets_the_report_of_another_by_its_submission_key(report, author):
    for somebody in (author, None):
        with pytest.raises(IntegrityError):
            file_report(category=Category.SPAM, submission_key="key-1", reporter=somebody)


def test_two_people_can_report_the_same_post(report, post):
    second = make_member("second")
    file_report(category=Category.SPAM, submission_key="key-2", reporter=second, post=post)
    assert post.reports.count() == 2


def test_the_reported_wording_is_kept_whatever_the_author_changes_later(report, post, author):
    edit_post(post=post, author=author, version=post.version, text="My school is nice.")
    report.refresh_from_db()
    assert report.revision.text == "My school is Hill House."
    assert fresh(post).text == "My school is nice."


def test_the_wording_at_the_time_of_the_report_is_the_evidence(post, author, reporter):
    edit_post(post=post, author=author, version=post.version, text="My school is Mill House.")
    report = file_report(
        category=Category.PRIVACY, submission_key="k", reporter=reporter, post=post
    )
    assert report.revision.text == "My school is Mill House."


def test_the_log_says_that_a_report_came_and_not_from_whom(report, reporter):
    event = AuditEvent.objects.get(verb="report_received")
    assert event.actor is None
    assert event.subject_public_id == report.number
    assert reporter.public_id not in str(event.data)


def test_the_author_is_not_told_of_a_report(report, author):
    assert not Notice.objects.filter(recipient=author, kind=NoticeKind.REPORT).exists()


def test_people_see_their_own_reports_only(report, reporter, author):
    file_report(category=Category.OTHER, submission_key="anonymous")
    assert list(own_reports(viewer_of(reporter))) == [report]
    assert list(own_reports(viewer_of(author))) == []


# The desk --------------------------------------------------------------------------------------


def test_the_desk_shows_the_most_urgent_first_and_nothing_decided(texts, admin):
    now = timezone.now()
    filed = [
        file_report(category=category, submission_key=str(number), at=now + timedelta(minutes=m))
        for number, (category, m) in enumerate(
            [
                (Category.SPAM, 0),
                (Category.MEDICAL_EMERGENCY, 2),
                (Category.BULLYING, 0),
                (Category.SUICIDE_OR_OVERDOSE, 1),
            ]
        )
    ]
    settle(open_case(report=filed[2], admin=admin), admin)
    assert desk_list(admin) == [filed[3], filed[1], filed[0]]


@pytest.mark.parametrize("role", [Role.MEMBER, Role.MODERATOR, Role.HCP])
def test_only_admins_have_a_desk(report, admin, role):
    case = open_case(report=report, admin=admin)
    somebody = {
        Role.MEMBER: lambda: make_member("somebody"),
        Role.MODERATOR: lambda: make_staff("somebody", Role.MODERATOR),
        Role.HCP: lambda: make_hcp("somebody"),
    }[role]()
    viewer = viewer_of(somebody)
    assert not open_reports_for(viewer).exists()
    assert not cases_for(viewer).exists()
    with pytest.raises(NotVisible):
        open_case(report=report, admin=somebody)
    with pytest.raises(NotVisible):
        settle(case, somebody)


def cannot_handle(report: Report, somebody: User) -> None:
    """This admin does not find the report, cannot open a case for it, and writes nothing."""
    viewer = viewer_of(somebody)
    assert not open_reports_for(viewer).filter(pk=report.pk).exists()
    assert report not in (desk_list(somebody) if viewer.may_administer else [])
    with pytest.raises(NotVisible):
        open_case(report=report, admin=somebody)
    assert not Case.objects.filter(handler=somebody).exists()


def test_an_admin_cannot_handle_what_they_reported(admin, post):
    report = file_report(category=Category.SPAM, submission_key="k", reporter=admin, post=post)
    cannot_handle(report, admin)


def test_an_admin_cannot_handle_a_report_about_their_own_post(admin, board, reporter):
    post = publish_thread(admin, board, title="News", text="We are open.").posts.get()
    report = file_report(category=Category.SPAM, submission_key="k", reporter=reporter, post=post)
    cannot_handle(report, admin)


def test_an_admin_whom_a_case_is_about_neither_sees_nor_decides_it(admin, other_admin, reporter):
    report = file_report(category=Category.BULLYING, submission_key="k", reporter=reporter)
    case = open_case(report=report, admin=other_admin)
    Case.objects.filter(pk=case.pk).update(about=admin)
    viewer = viewer_of(admin)
    assert not cases_for(viewer).exists()
    assert not open_reports_for(viewer).exists()
    with pytest.raises(NotVisible):
        settle(case, admin)
    case.refresh_from_db()
    assert case.status == CaseStatus.OPEN


def test_an_admin_who_reported_neither_sees_nor_decides_the_case(admin, other_admin, post):
    report = file_report(category=Category.SPAM, submission_key="k", reporter=admin, post=post)
    case = open_case(report=report, admin=other_admin)
    assert not cases_for(viewer_of(admin)).exists()
    with pytest.raises(NotVisible):
        settle(case, admin)


def test_opening_a_case_names_whom_it_is_about_and_marks_the_report_as_read(report, admin, author):
    case = open_case(report=report, admin=admin)
    report.refresh_from_db()
    assert (case.about, case.handler, case.severity) == (author, admin, report.severity)
    assert (report.case, report.status) == (case, ReportStatus.READ)
    event = AuditEvent.objects.get(verb="case_opened")
    assert (event.actor, event.data) == (admin, {"report": report.number})


def test_opening_a_case_twice_gives_the_same_case(report, admin, other_admin):
    assert open_case(report=report, admin=admin) == open_case(report=report, admin=other_admin)
    assert AuditEvent.objects.filter(verb="case_opened").count() == 1


# Deciding --------------------------------------------------------------------------------------


def test_the_reporter_is_told_the_outcome_and_nothing_of_the_other(
    report, admin, reporter, author, post
):
    settle(open_case(report=report, admin=admin), admin, note="Seen before.", **removing(post))
    report.refresh_from_db()
    notice = Notice.objects.get(recipient=reporter, kind=NoticeKind.REPORT)
    assert report.status == ReportStatus.DECIDED
    assert report.outcome_message == notice.message == TO_REPORTER
    assert report.number in notice.link
    for secret in (TO_AUTHOR, author.pseudonym, "Seen before.", any_clause().line):
        assert secret not in notice.message


def test_the_author_is_told_the_decision_and_nothing_of_the_reporter(
    report, admin, reporter, author, post
):
    settle(open_case(report=report, admin=admin), admin, **removing(post))
    notice = Notice.objects.filter(recipient=author).latest("pk")
    assert notice.kind == NoticeKind.DECISION
    assert TO_AUTHOR in notice.message
    for secret in (TO_REPORTER, reporter.pseudonym, report.number, "report"):
        assert secret not in notice.message
    assert report.number not in notice.link
    assert fresh(post).status == Status.REMOVED


def test_a_case_can_act_on_a_post_without_ticket_and_the_decision_names_it(report, admin, post):
    assert not post.has_ticket
    case = settle(open_case(report=report, admin=admin), admin, **removing(post))
    decision = Decision.objects.get(post=post, kind=DecisionKind.REMOVE)
    assert decision.case == case
    assert (case.status, case.outcome) == ("decided", "action_taken")


def test_a_case_without_action_leaves_the_post_alone(report, admin, post, author):
    told = Notice.objects.filter(recipient=author).count()
    settle(open_case(report=report, admin=admin), admin, outcome=Outcome.NOTHING_FOUND)
    assert fresh(post).status == Status.PUBLISHED
    assert Notice.objects.filter(recipient=author).count() == told


def test_an_anonymous_reporter_reads_the_outcome_on_the_status_page(texts, admin):
    report = file_report(category=Category.OTHER, submission_key="k", contact="x@example.com")
    settle(open_case(report=report, admin=admin), admin)
    report.refresh_from_db()
    assert report.outcome_message == TO_REPORTER
    assert not Notice.objects.filter(kind=NoticeKind.REPORT).exists()


def test_each_reporter_of_a_case_is_told(report, admin, post):
    second = make_member("second")
    other = file_report(category=Category.SPAM, submission_key="key-2", reporter=second, post=post)
    case = open_case(report=report, admin=admin)
    Report.objects.filter(pk=other.pk).update(case=case)
    settle(case, admin)
    told = Notice.objects.filter(kind=NoticeKind.REPORT).values_list("recipient__pseudonym")
    assert sorted(told) == [("reporter",), ("second",)]


def everything() -> tuple:
    """All rows that deciding a case may write."""
    models = (Case, Report, Post, Decision, Notice, AuditEvent)
    return tuple(list(model.objects.order_by("pk").values()) for model in models)


def test_a_case_is_decided_once(report, admin, other_admin):
    case = open_case(report=report, admin=admin)
    take(case=case, admin=other_admin)
    settle(case, admin)
    before = everything()
    for version in (case.version, case.version + 1):
        with pytest.raises(StaleVersion):
            settle(case, other_admin, version=version, outcome=Outcome.NOTHING_FOUND)
    assert everything() == before


@pytest.mark.parametrize("lacking", [{"clause": None}, {"message": " "}])
def test_acting_on_a_post_without_rule_or_message_writes_nothing(report, admin, post, lacking):
    case = open_case(report=report, admin=admin)
    before = everything()
    with pytest.raises(ReasonsMissing):
        settle(case, admin, **removing(post, **lacking))
    assert everything() == before


def test_a_post_that_a_moderator_reads_just_now_stops_the_whole_case(report, admin, post):
    case = open_case(report=report, admin=admin)
    claim(post=post, moderator=make_staff("moderator", Role.MODERATOR))
    before = everything()
    with pytest.raises(ClaimedByOther):
        settle(case, admin, **removing(post))
    assert everything() == before


def test_when_telling_fails_nothing_is_decided(report, admin, post, monkeypatch):
    case = open_case(report=report, admin=admin)
    before = everything()

    def fail(**values: object) -> None:
        raise RuntimeError("broken on purpose")

    monkeypatch.setattr("moderation.actions.reporting.notify", fail)
    with pytest.raises(RuntimeError, match="on purpose"):
        settle(case, admin, **removing(post))
    assert everything() == before
