"""J6 and J7: how far professionals come in, who has read what, and keeping away from them."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from accounts.models import Consent, HcpChoice, Purpose, User
from forum.models import HcpAccess, Post, Surface
from moderation.models import Report
from tests.browser.looking import Axe, check
from tests.browser.people import Community

SignIn = Callable[[Page, User], None]
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(params=["with scripts", "without scripts"])
def any_page(request: pytest.FixtureRequest, new_context: Callable[..., BrowserContext]) -> Page:
    """A page in a browser with JavaScript, and one in a browser without."""
    return new_context(java_script_enabled=request.param == "with scripts").new_page()


def test_a_member_changes_the_choice_older_posts_too_and_gets_a_dated_record(
    any_page: Page, community: Community, sign_in: SignIn
) -> None:
    sign_in(any_page, community.friend)
    any_page.goto("/me/who-reads-my-posts/")
    any_page.get_by_label("No health professionals").check()
    any_page.get_by_label("Take my older posts back").check()
    any_page.get_by_role("button", name="Save").click()
    expect(any_page.get_by_text("Your choice is now: No health professionals")).to_be_visible()
    record = Consent.objects.filter(user=community.friend, purpose=Purpose.HCP_INVOLVEMENT)
    assert record.latest("pk").value == HcpChoice.NONE
    # And back, with the same clicks; what was taken back stays so.
    any_page.get_by_label("Health professionals can read and reply").check()
    any_page.get_by_label("What I write from now on").check()
    any_page.get_by_role("button", name="Save").click()
    expect(any_page.get_by_text("Your choice is now: Health professionals can")).to_be_visible()
    sign_in(any_page, community.nurse)
    answer = any_page.goto(f"/t/{community.thread.public_id}/")
    assert answer
    assert answer.status == 404


def test_a_member_sees_who_has_read_a_post_and_asks_about_it(
    any_page: Page, community: Community, sign_in: SignIn
) -> None:
    sign_in(any_page, community.nurse)
    any_page.goto(f"/t/{community.thread.public_id}/")
    sign_in(any_page, community.friend)
    any_page.goto("/me/")
    any_page.get_by_role("link", name="Who has seen my posts").click()
    expect(any_page.get_by_role("heading", name="NurseTeal")).to_be_visible()
    expect(any_page.get_by_text("Read in its thread").first).to_be_visible()
    any_page.get_by_role("link", name="Ask about this").first.click()
    any_page.get_by_label("Something else").check()
    any_page.get_by_role("button", name="Go on").click()
    any_page.get_by_role("button", name="Send now").click()
    report = Report.objects.get(reporter=community.friend)
    assert report.words.startswith("About: NurseTeal (Diabetes nurse)")


def test_a_member_takes_one_reply_back(
    any_page: Page, community: Community, sign_in: SignIn
) -> None:
    sign_in(any_page, community.member)
    own = Post.objects.filter(thread=community.thread, author=community.member).earliest("pk")
    any_page.goto(f"/p/{own.public_id}/")
    card = any_page.locator(f"#p-{own.public_id}")
    card.get_by_role("link", name="Take back from professionals").click()
    any_page.get_by_role("button", name="Take it back").click()
    expect(any_page.get_by_text("Taken back.")).to_be_visible()
    expect(card.get_by_text("Peers only")).to_be_visible()


def test_a_member_hides_from_a_professional_and_comes_back(
    any_page: Page, community: Community, sign_in: SignIn
) -> None:
    sign_in(any_page, community.friend)
    any_page.goto("/me/hide-from/")
    any_page.get_by_role("button", name="Hide me NurseTeal").click()
    expect(any_page.get_by_text("You are hidden from NurseTeal now.")).to_be_visible()
    any_page.get_by_role("button", name="Undo NurseTeal").click()
    expect(any_page.get_by_role("button", name="Hide me NurseTeal")).to_be_visible()


def test_a_professional_steps_back_from_somebody_they_may_know(
    any_page: Page, community: Community, sign_in: SignIn
) -> None:
    sign_in(any_page, community.nurse)
    any_page.goto(f"/t/{community.thread.public_id}/")
    any_page.get_by_role("link", name="I may know this person").first.click()
    any_page.get_by_role("button", name="I may know them").click()
    expect(any_page.get_by_text("You will not see their posts again.")).to_be_visible()
    expect(any_page.get_by_text("Night lows again")).to_have_count(0)


def test_the_pages_can_be_read_by_all(
    new_context: Callable[..., BrowserContext],
    community: Community,
    sign_in: SignIn,
    assert_no_axe_violations: Axe,
) -> None:
    page = new_context().new_page()
    opening = Post.objects.get(thread=community.thread, is_opening=True)
    sign_in(page, community.nurse)
    thread = f"/t/{community.thread.public_id}/"
    own = [thread, "/me/what-i-opened/", f"/recuse/{opening.public_id}/"]
    check(page, own, assert_no_axe_violations)
    assert HcpAccess.objects.filter(post=opening, surface=Surface.THREAD).count() == 1
    sign_in(page, community.friend)
    other = Post.objects.filter(thread=community.thread, author=community.member).earliest("pk")
    pages = [
        "/me/who-reads-my-posts/",
        "/me/who-has-seen/",
        "/me/hide-from/",
        "/me/blocked/",
        thread,
        f"/p/{opening.public_id}/take-back/",
        f"/p/{other.public_id}/block/",
    ]
    check(page, pages, assert_no_axe_violations)
