"""Break-glass and the lesson from end to end, with JavaScript and without."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from accounts.models import Role, User
from forum.models import Post
from moderation.models import BreakGlass
from tests.browser.people import Community
from tests.factories import make_staff

SignIn = Callable[[Page, User], None]
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(params=[True, False], ids=["javascript", "no-javascript"])
def any_page(request: pytest.FixtureRequest, new_context: Callable[..., BrowserContext]) -> Page:
    return new_context(java_script_enabled=request.param).new_page()


def test_two_admins_show_a_passage_and_the_author_is_told(
    any_page: Page, community: Community, sign_in: SignIn
) -> None:
    second = make_staff("SecondLamp", Role.ADMIN)
    secret = Post.objects.get(thread=community.secret, is_opening=True)
    sign_in(any_page, community.admin)
    any_page.goto("/desk/")
    any_page.get_by_role("link", name="Break-glass").click()
    any_page.get_by_label("Address of the post").fill(f"/p/{secret.public_id}/")
    any_page.get_by_role("button", name="Go on").click()
    any_page.get_by_label("A life may be in danger").check()
    any_page.get_by_label("Why is there no other way?").fill("We cannot tell how bad it is.")
    any_page.get_by_label("Who shall see it?").select_option(label="NurseTeal (Diabetes nurse)")
    any_page.get_by_label("The words they see").fill("Nobody with a lanyard")
    any_page.get_by_role("button", name="Ask the second admin").click()
    expect(any_page.get_by_text("another admin must approve it")).to_be_visible()
    expect(any_page.get_by_role("button", name="Approve")).to_have_count(0)

    sign_in(any_page, second)
    any_page.goto("/notices/")
    any_page.get_by_role("link", name="About an emergency").click()
    any_page.get_by_role("button", name="Approve for one hour").click()
    expect(any_page.get_by_text("Approved.")).to_be_visible()

    sign_in(any_page, community.nurse)
    any_page.goto("/notices/")
    any_page.get_by_role("link", name="About an emergency").click()
    expect(any_page.get_by_text("Nobody with a lanyard", exact=True)).to_be_visible()
    expect(any_page.get_by_text("QuietHeron")).to_have_count(0)
    any_page.get_by_label("Your answer to the admins").fill("No, they are fine.")
    any_page.get_by_role("button", name="Send to the admins").click()
    expect(any_page.get_by_text("Your answer is with the admins")).to_be_visible()
    assert BreakGlass.objects.get().answer == "No, they are fine."

    sign_in(any_page, community.private)
    any_page.goto("/notices/")
    expect(any_page.get_by_text("Two admins showed your post")).to_be_visible()


def test_the_lesson_is_walked_through_without_an_account(
    any_page: Page, transactional_db: None
) -> None:
    any_page.goto("/stay-safe/")
    any_page.get_by_role("link", name="Learn it in five minutes").click()
    any_page.get_by_role("link", name="Start").click()
    any_page.get_by_role("button", name="See what we think").click()
    expect(any_page.get_by_text("Pick one.")).to_be_visible()
    for number in range(1, 9):
        expect(any_page.get_by_role("heading", name=f"Example {number} of 8")).to_be_visible()
        any_page.get_by_label("Check first").check()
        any_page.get_by_role("button", name="See what we think").click()
        any_page.get_by_role("link", name="Next" if number < 8 else "See the end").click()
    expect(any_page.get_by_role("heading", name="You did it")).to_be_visible()
    expect(any_page.get_by_text("We saw 2 of 8 the same way")).to_be_visible()
