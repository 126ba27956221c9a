"""Journey J8: report something, signed out, signed in and suspended; then follow it.

With and without JavaScript; the mails arrive at a real server; axe looks at each page.
"""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, expect

from accounts.models import CutOff, User
from forum.models import Post
from moderation.actions.cases import open_case
from moderation.actions.reporting import ask_reporter
from moderation.models import Report
from moderation.tasks import send_report_mail
from tests.browser.people import Community
from tests.mailserver import Sink, mail_sink
from tests.moderation.desk import settle

SignIn = Callable[[Page, User], None]
Axe = Callable[[Page], None]


@pytest.fixture
def sink(settings) -> Iterator[Sink]:
    with mail_sink(settings) as sink:
        yield sink


@pytest.fixture(params=["with scripts", "without scripts"])
def any_page(request: pytest.FixtureRequest, new_context: Callable[..., BrowserContext]) -> Page:
    return new_context(java_script_enabled=request.param == "with scripts").new_page()


@pytest.fixture
def looked_at(
    scriptless: list[BrowserContext], assert_no_axe_violations: Axe
) -> Callable[[Page], None]:
    """Let axe look, where there is JavaScript for it to run in."""

    def look(page: Page) -> None:
        if page.context not in scriptless:
            assert_no_axe_violations(page)

    return look


def go_on(page: Page) -> None:
    page.get_by_role("button", name="Go on").click()


def number_on(page: Page) -> Report:
    """The report whose number and key stand on the page after sending."""
    expect(page.get_by_role("heading", name="Your report is here")).to_be_visible()
    report = Report.objects.latest("pk")
    expect(page.get_by_text(report.number)).to_be_visible()
    expect(page.get_by_text(report.key)).to_be_visible()
    return report


def decide(report: Report, admin: User) -> None:
    case = open_case(report=report, admin=admin)
    settle(case, admin, message="Thank you. We acted.")


def test_somebody_signed_out_reports_and_follows_it_to_the_end(
    any_page: Page, community: Community, sink: Sink, looked_at: Axe
) -> None:
    page = any_page
    page.goto("/")
    page.get_by_role("link", name="Report", exact=True).click()
    looked_at(page)
    page.get_by_label("A health professional crossed a line").check()
    go_on(page)
    looked_at(page)
    page.get_by_label("I am not sure").check()
    go_on(page)
    looked_at(page)
    page.get_by_label("What happened?").fill("They asked for my number.")
    go_on(page)
    looked_at(page)
    page.get_by_label("Your e-mail address").fill("me@example.org")
    go_on(page)
    looked_at(page)
    expect(page.get_by_text("They asked for my number.")).to_be_visible()
    page.get_by_role("button", name="Send the report").click()
    report = number_on(page)
    looked_at(page)
    send_report_mail()
    assert report.key in sink.mails[0].get_content()
    assert "number." not in sink.mails[0].get_content().replace(report.number, "")

    page.context.clear_cookies()
    page.goto("/report/status/")
    looked_at(page)
    page.get_by_label("Number").fill(report.number.lower())
    page.get_by_label("Key").fill(report.key)
    page.get_by_role("button", name="Look it up").click()
    expect(page.get_by_text("Received")).to_be_visible()
    looked_at(page)

    ask_reporter(report=report, admin=community.admin, text="Which one of them?")
    page.reload()
    expect(page.get_by_text("Which one of them?")).to_be_visible()
    looked_at(page)
    page.get_by_label("Write to the admins").fill("The nurse.")
    page.get_by_role("button", name="Send the message").click()
    expect(page.get_by_text("The nurse.")).to_be_visible()
    expect(page.get_by_text("Being looked at")).to_be_visible()

    decide(report, community.admin)
    send_report_mail()
    assert [mail["To"] for mail in sink.mails] == ["me@example.org"] * 3
    page.reload()
    expect(page.get_by_text("Thank you. We acted.")).to_be_visible()
    looked_at(page)
    page.get_by_label("Partly").check()
    page.get_by_role("button", name="Tell us").click()
    expect(page.get_by_role("button", name="Change what I said")).to_be_visible()
    page.get_by_role("link", name="Ask for another look").click()
    looked_at(page)
    page.get_by_label("What was wrong about it?").fill("You asked the wrong one.")
    page.get_by_role("button", name="Send").click()
    complaint = number_on(page)
    assert complaint.complaint_about == report


def test_a_member_reports_a_post_with_what_stands_around_it(
    any_page: Page, community: Community, sign_in: SignIn, sink: Sink, looked_at: Axe
) -> None:
    page = any_page
    sign_in(page, community.member)
    page.goto(f"/t/{community.thread.public_id}/")
    page.get_by_role("link", name="Report MarmaladeMoth").first.click()
    looked_at(page)
    page.get_by_label("Bullying or hate").check()
    go_on(page)
    page.get_by_label("No bullying, hate or threats").check()
    go_on(page)
    looked_at(page)
    page.get_by_label("MarmaladeMoth: Reply number 1.").check()
    go_on(page)
    page.get_by_label("What happened?").fill("Again and again.")
    page.go_back()
    page.go_forward()
    page.get_by_label("What happened?").fill("Again and again.")
    go_on(page)
    looked_at(page)
    page.get_by_label("Yes. Then their answer").check()
    go_on(page)
    looked_at(page)
    page.get_by_role("link", name="Change what is wrong").click()
    expect(page.get_by_label("Bullying or hate")).to_be_checked()
    go_on(page)
    page.get_by_role("button", name="Send the report").click()
    report = number_on(page)
    assert (report.reporter, report.evidence.count()) == (community.member, 2)
    send_report_mail()
    assert sink.mails[0]["To"] == community.member.email
    page.get_by_role("button", name="Hide this person now").click()
    expect(page.get_by_text("You and MarmaladeMoth no longer see each other.")).to_be_visible()
    looked_at(page)
    page.get_by_role("link", name="Take this report back").click()
    looked_at(page)
    page.get_by_role("button", name="Take it back").click()
    expect(page.get_by_text("This report is closed.")).to_be_visible()


def test_a_suspended_member_reports_without_a_name_and_sees_help_first(
    any_page: Page, community: Community, sign_in: SignIn, sink: Sink, looked_at: Axe
) -> None:
    page = any_page
    community.member.suspended_until = timezone.now() + timedelta(days=3)
    community.member.save()
    sign_in(page, community.member)
    page.goto("/report/")
    page.get_by_label("Someone may want to die").check()
    go_on(page)
    expect(page.get_by_role("link", name=re.compile("Call 999"))).to_be_visible()
    looked_at(page)
    page.get_by_label("What happened?").fill("My friend wrote goodbye.")
    go_on(page)
    page.get_by_label("No. Nothing will say that it was me").check()
    go_on(page)
    looked_at(page)
    page.get_by_role("button", name="Send the report").click()
    report = number_on(page)
    looked_at(page)
    assert report.reporter is None
    send_report_mail()
    assert sink.mails == []
    page.get_by_role("link", name="See your report").click()
    expect(page.get_by_text("Received")).to_be_visible()


def test_in_a_hurry_a_professional_is_reported_with_one_submit(
    any_page: Page, community: Community, sign_in: SignIn, looked_at: Axe
) -> None:
    page = any_page
    sign_in(page, community.member)
    page.goto(f"/report/person/{community.nurse.public_id}/")
    expect(page.get_by_text("they cannot see your posts any more")).to_be_visible()
    looked_at(page)
    page.get_by_label("A health professional crossed a line").check()
    page.get_by_role("button", name="Send now").click()
    number_on(page)
    expect(page.get_by_text("You are kept apart now")).to_be_visible()
    looked_at(page)
    assert CutOff.objects.filter(member=community.member, hcp=community.nurse).exists()
    opening = Post.objects.get(thread=community.thread, is_opening=True)
    sign_in(page, community.nurse)
    page.goto(f"/p/{opening.public_id}/")
    expect(page.get_by_text("Reply number 0.")).to_have_count(0)


def test_more_than_we_can_read_gets_a_kind_page(
    page: Page, community: Community, looked_at: Axe, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("moderation.views.reporting.MOST_AN_HOUR", {True: 0, False: 0})
    page.goto("/report/")
    page.get_by_label("Spam, or in the wrong place").check()
    go_on(page)
    page.get_by_role("button", name="Send now").click()
    expect(page.get_by_role("heading", name="We have many reports of yours")).to_be_visible()
    looked_at(page)
