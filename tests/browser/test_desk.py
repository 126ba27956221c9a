"""J11: an admin handles a report that a health professional crossed a line, from end to end."""

from collections.abc import Callable

import pytest
from django.core.management import call_command
from playwright.sync_api import Page, expect

from accounts.models import Role, User
from accounts.viewer import Barrier, viewer_of
from forum.models import Notice, Status
from moderation.models import Case, CaseStatus, Category, ConflictDeclaration, Report
from tests.browser.people import Community
from tests.factories import fresh, make_staff, publish_reply
from tests.moderation.desk import code_clause, report_on

SignIn = Callable[[Page, User], None]
pytestmark = pytest.mark.django_db(transaction=True)
TO_REPORTER = "We looked into it with care, and acted."
TO_NURSE = "The code asks us to keep all contact in public. Please hold to it."


def test_an_admin_handles_a_report_about_a_professional(
    page: Page, community: Community, sign_in: SignIn, assert_no_axe_violations: Callable
) -> None:
    tied, second = make_staff("OldFriend", Role.ADMIN), make_staff("SecondLamp", Role.ADMIN)
    post = publish_reply(community.nurse, community.thread, text="Write to me after work.")
    words = "She wants me to write to her private number after work."
    report_on(post, community.member, category=Category.HCP_BOUNDARY, words=words)
    # A tie is declared, and passed on.
    sign_in(page, tied)
    page.goto("/desk/")
    page.locator("main a[href*='/desk/reports/']").first.click()
    assert_no_axe_violations(page)
    page.get_by_text("I have a tie", exact=True).click()
    page.get_by_label("I work or worked with somebody in it").check()
    page.get_by_role("button", name="Pass it on").click()
    expect(page.get_by_text("No open reports")).to_be_visible()
    case = Case.objects.get()
    # Another admin has none, keeps the evidence and cuts off access.
    sign_in(page, community.admin)
    address = f"/desk/cases/{case.public_id}/"
    page.goto(address)
    page.get_by_role("button", name="I have no tie").click()
    expect(page.get_by_text(words)).to_be_visible()
    assert_no_axe_violations(page)
    page.get_by_role("link", name="Posts of NurseTeal").click()
    page.get_by_label("Write to me after work.").check()
    page.get_by_role("button", name="Keep as evidence").click()
    page.get_by_role("link", name="Act at once").click()
    assert_no_axe_violations(page)
    page.get_by_label("NurseTeal", exact=True).first.check()
    page.get_by_label("Why can it not wait?").first.fill("Somebody may be at risk.")
    page.get_by_role("button", name="Cut off access").click()
    community.nurse.refresh_from_db()
    assert viewer_of(community.nurse).barrier == Barrier.SUSPENDED
    # The professional is asked, and answers without reading of case and reporter.
    page.get_by_role("link", name="Ask for an account").click()
    page.get_by_label("NurseTeal").check()
    page.get_by_label("Your question").fill("What did you mean by writing after work?")
    page.get_by_role("button", name="Ask them").click()
    sign_in(page, community.nurse)
    page.goto("/notices/")
    page.get_by_role("link", name="The team has a question for you").click()
    expect(page.get_by_text(community.member.pseudonym)).to_have_count(0)
    assert_no_axe_violations(page)
    page.get_by_label("Your answer").fill("I meant here, on this board.")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("I meant here, on this board.")).to_be_visible()
    # Checklist, decision by a clause of the code, a look at both messages.
    sign_in(page, community.admin)
    page.goto(address)
    for _ in range(3):
        card = page.locator("form[action$='/checklist/']").first
        card.get_by_label("Not needed").check()
        card.get_by_label("To whom and under which number").fill("First time, and in public.")
        card.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="Decide", exact=True).click()
    page.get_by_label("We took action").check()
    page.get_by_text("Which rule (if you limit somebody)").click()
    page.get_by_label(code_clause().line, exact=True).check()
    page.get_by_label("Message to who sent").fill(TO_REPORTER)
    page.get_by_label("Message to the person it is about").fill(TO_NURSE)
    page.get_by_label("Remove it").check()
    page.get_by_label("Message to its author").fill(TO_NURSE)
    page.get_by_role("button", name="Look at it before it goes out").click()
    expect(page.get_by_text("This is what goes out")).to_be_visible()
    assert_no_axe_violations(page)
    page.get_by_role("button", name="Send it to a second admin").click()
    assert fresh(post).status == Status.PUBLISHED
    # The second admin approves: now it happens.
    sign_in(page, second)
    page.goto(address)
    page.get_by_role("button", name="I have no tie").click()
    page.get_by_role("button", name="Approve: do it and tell them").click()
    case.refresh_from_db()
    assert case.status == CaseStatus.DECIDED
    assert fresh(post).status == Status.REMOVED
    to_nurse = Notice.objects.filter(recipient=community.nurse, message__contains=TO_NURSE)
    to_member = Notice.objects.get(recipient=community.member, kind="report")
    assert to_nurse.exists()
    assert to_member.message == TO_REPORTER
    assert Report.objects.get().number not in str(list(to_nurse.values_list("message", "link")))
    # The one with a tie finds nothing, not in the log either.
    sign_in(page, tied)
    for place in (address, "/desk/?status=decided", "/desk/audit/"):
        page.goto(place)
        expect(page.locator("main").get_by_text(case.public_id)).to_have_count(0)
    assert ConflictDeclaration.objects.filter(admin=tied).exclude(tie="").count() == 1
    call_command("verify_audit")
