"""From an account for work to the first reviews: applying, two checks, and three posts."""

from collections.abc import Callable

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.applying.dilemmas import dilemmas
from accounts.documents import publish_texts
from accounts.models import HcpApplication, HcpProfile, Role, User
from accounts.viewer import viewer_of
from forum.models import Post, Status
from moderation.actions.proposals import approve
from moderation.models import Decision, Proposal, ProposalStatus
from tests.applicants import code, make_applicant
from tests.factories import fresh, give_mfa, make_board, make_member, make_staff, submit_thread

SignIn = Callable[[Page, User], None]
pytestmark = pytest.mark.django_db(transaction=True)

POSTS = 3


@pytest.fixture
def applicant(transactional_db: None) -> User:
    publish_texts()
    return make_applicant("NurseWren")


@pytest.fixture
def admins(applicant: User) -> tuple[User, User]:
    return make_staff("DeskLamp", Role.ADMIN), make_staff("DeskChair", Role.ADMIN)


@pytest.fixture
def posts(applicant: User) -> list[Post]:
    """Of three newcomers; they wait for a look."""
    board = make_board("everyday")
    return [
        submit_thread(make_member(f"Member{n}"), board, title=f"Day {n}", text="It was long.")
        for n in range(POSTS)
    ]


def task(page: Page, name: str) -> None:
    page.goto(reverse("accounts:application_task", args=[name]))


def send(page: Page) -> None:
    """Press the button of the page's own form."""
    with page.expect_navigation():
        page.locator("main form:not([action]) button[type=submit]").first.click()


def test_from_applying_to_the_first_three_reviews(
    page: Page,
    applicant: User,
    admins: tuple[User, User],
    posts: list[Post],
    sign_in: SignIn,
    assert_no_axe_violations: Callable[[Page], None],
) -> None:
    apply_on_pages(page, applicant, sign_in, assert_no_axe_violations)
    application = HcpApplication.objects.get(user=applicant)
    check_by(page, admins[0], application, sign_in)
    assert not viewer_of(applicant).may_review
    check_by(page, admins[1], application, sign_in)
    assert viewer_of(User.objects.get(pk=applicant.pk)).may_review
    profile = HcpProfile.objects.get(user=applicant)
    assert {profile.verified_by_first, profile.verified_by_second} == set(admins)
    review_three(page, applicant, sign_in)
    # The first decisions of a professional are confirmed by somebody else.
    assert not Decision.objects.exists()
    proposals = Proposal.objects.filter(proposed_by=applicant, status=ProposalStatus.WAITING)
    assert proposals.count() == POSTS
    for proposal in proposals:
        assert approve(proposal=proposal, person=admins[0])
    assert {fresh(post).status for post in posts} == {Status.PUBLISHED}


def apply_on_pages(
    page: Page,
    applicant: User,
    sign_in: SignIn,
    assert_no_axe_violations: Callable[[Page], None],
) -> None:
    """Every task on its page: who, code signed clause by clause, both practice cases, and so on."""
    sign_in(page, applicant)
    page.goto(reverse("accounts:application"))
    expect(page.get_by_text("Not started")).to_have_count(6)
    assert_no_axe_violations(page)
    task(page, "who")
    page.locator("[name=profession]").fill("Dietitian")
    fill_or_pick(page, "register_body", "HCPC")
    page.locator("[name=register_number]").fill("00A1234B")
    send(page)
    task(page, "workplaces")
    page.locator("[name=new]").fill("Vale Practice")
    send(page)
    task(page, "interests")
    page.locator("[name=any][value=nobody]").check()
    send(page)
    task(page, "code")
    ticks = page.locator("[name=clause]")
    assert ticks.count() == code().clauses.count()
    assert page.locator("[name=clause]:checked").count() == 0
    for number in range(ticks.count()):
        ticks.nth(number).check()
    send(page)
    cases = {dilemma.slug: dilemma for dilemma in dilemmas().all}
    while cases:
        task(page, "dilemmas")
        shown = cases.pop(page.locator("[name=dilemma]").get_attribute("value") or "")
        right = next(answer.slug for answer in shown.answers if answer.right)
        page.locator(f"[name=answer][value={right}]").check()
        send(page)
    give_mfa(applicant)
    page.goto(reverse("accounts:application"))
    with page.expect_navigation():
        page.locator(f"form[action='{reverse('moderation:apply_send')}'] button").click()
    expect(page.get_by_text("Waiting for the check").first).to_be_visible()


def fill_or_pick(page: Page, name: str, value: str) -> None:
    field = page.locator(f"[name={name}]").first
    if field.evaluate("(field) => field.tagName") == "SELECT":
        field.select_option(value)
    else:
        field.fill(value)


def check_by(page: Page, admin: User, application: HcpApplication, sign_in: SignIn) -> None:
    """One admin takes in the new workplace, if nobody did, and finds the entry in the register."""
    sign_in(page, admin)
    page.goto(reverse("moderation:hcp_application", args=[application.public_id]))
    take_in = page.locator("button[name=do][value=accept]")
    if take_in.count():
        with page.expect_navigation():
            take_in.click()
    form = page.locator("form:has([name=looked_up_where])")
    form.locator("[name=looked_up_where]").fill("hcpc-uk.org")
    form.locator("[name=looked_up_on]").fill(timezone.localdate().isoformat())
    form.locator("[name=matches][value=yes]").check()
    with page.expect_navigation():
        form.locator("button[type=submit]").first.click()


def review_three(page: Page, hcp: User, sign_in: SignIn) -> None:
    """From the queue, one post after the other."""
    sign_in(page, hcp)
    page.goto(reverse("moderation:queue"))
    with page.expect_navigation():
        page.get_by_role("button", name="Start").first.click()
    for number in range(POSTS):
        expect(page.get_by_role("article", name="The post")).to_contain_text("It was long.")
        page.locator("[name=kind][value=publish]").check()
        with page.expect_navigation():
            page.get_by_role("button", name="Send and next").click()
        assert Proposal.objects.count() == number + 1
    expect(page.get_by_text("Nothing is waiting")).to_be_visible()
