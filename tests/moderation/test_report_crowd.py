"""A thousand people report at the same time: none is lost, no number comes twice."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from django.db import connection

from accounts import ids
from accounts.ids import new_public_id
from moderation import audit
from moderation.actions import reporting
from moderation.actions.reporting import answer_desk, complain, file_report, withdraw
from moderation.models import (
    AuditEvent,
    Category,
    Report,
    ReportEvidence,
    ReportMail,
    ReportMessage,
    ReportStatus,
)
from tests.factories import make_board, make_hcp, make_member, publish_thread
from tests.racing import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("texts")]

MANY = 1000
AT_ONCE = 12  # threads, each with a connection of its own


def crowd(acts: list[Callable[[], Report]]) -> list[Report]:
    """All acts, a dozen at a time."""

    def act(function: Callable[[], Report]) -> Report:
        try:
            return function()
        finally:
            connection.close()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(act, acts))


@pytest.mark.slow
def test_a_thousand_at_once_are_all_there_with_numbers_of_their_own():
    post = publish_thread(make_member("wren"), make_board("b"), title="A", text="B.").posts.get()
    keys = [new_public_id() for _ in range(MANY // 2)]
    # Half of them signed out with an address; each sends twice, as people do when nothing happens.
    acts = [
        partial(
            file_report,
            category=Category.BULLYING,
            submission_key=key,
            post=post,
            contact="me@example.org" if number % 2 else "",
        )
        for number, key in enumerate(keys)
        for _ in range(2)
    ]
    reports = crowd(acts)
    assert len(reports) == MANY
    assert {report.submission_key for report in reports} == set(keys)
    assert Report.objects.count() == MANY // 2
    assert len(set(Report.objects.values_list("number", flat=True))) == MANY // 2
    assert ReportEvidence.objects.count() == MANY // 2
    assert ReportMail.objects.count() == MANY // 4
    assert AuditEvent.objects.filter(verb="report_received").count() == MANY // 2
    assert list(audit.faults()) == []


@pytest.mark.slow
def test_a_thousand_different_ones_at_once_are_all_there():
    acts = [
        partial(file_report, category=Category.OTHER, submission_key=new_public_id())
        for _ in range(MANY)
    ]
    reports = crowd(acts)
    assert len({report.number for report in reports}) == MANY
    assert Report.objects.count() == MANY
    assert list(audit.faults()) == []


def test_a_number_that_is_taken_is_drawn_again(monkeypatch):
    first = file_report(category=Category.OTHER, submission_key="a")
    drawn = iter([first.number, first.number, "R-2222-2222"])
    field = Report._meta.get_field("number")
    monkeypatch.setattr(field, "default", lambda: next(drawn))
    monkeypatch.setattr(field, "_get_default", lambda: next(drawn), raising=False)
    second = file_report(category=Category.OTHER, submission_key="b")
    assert second.number == "R-2222-2222"
    assert ids.new_report_number() != first.number


def test_the_same_submission_at_once_is_one_report_and_one_cut(texts):
    nurse, reporter = make_hcp("nurse"), make_member("robin")
    results = at_once(
        *[
            partial(
                file_report,
                category=Category.HCP_BOUNDARY,
                submission_key="same",
                reporter=reporter,
                about=nurse,
            )
        ]
        * 4
    )
    assert not [result for result in results if isinstance(result, Exception)], results
    assert len({result.number for result in results}) == 1
    assert reporter.cut_off_hcps.count() == 1


def test_two_different_reports_at_once_cut_once(texts):
    nurse, reporter = make_hcp("nurse"), make_member("robin")
    results = at_once(
        *[
            partial(
                file_report,
                category=Category.HCP_BOUNDARY,
                submission_key=key,
                reporter=reporter,
                about=nurse,
            )
            for key in "abcd"
        ]
    )
    assert not [result for result in results if isinstance(result, Exception)], results
    assert Report.objects.count() == 4
    assert reporter.cut_off_hcps.count() == 1


def test_a_complaint_made_twice_at_once_is_one():
    report = file_report(category=Category.OTHER, submission_key="a")
    Report.objects.update(status=ReportStatus.DECIDED, decided_at=report.created_at)
    results = at_once(
        *[partial(complain, report=report, words="No.", submission_key=key) for key in "bc"]
    )
    assert not [result for result in results if isinstance(result, Exception)], results
    assert len({result.number for result in results}) == 1


def test_an_answer_and_taking_it_back_at_once_both_happen():
    report = file_report(category=Category.OTHER, submission_key="a")
    sent, taken_back = at_once(
        partial(answer_desk, report=report, text="More."), partial(withdraw, report=report)
    )
    assert isinstance(sent, ReportMessage), sent
    assert taken_back is True
    report.refresh_from_db()
    assert report.status == ReportStatus.CLOSED
    assert reporting.withdraw(report=report) is False
