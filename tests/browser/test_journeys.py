"""What people come to do, from the first page to the last, as they would do it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import call_command
from playwright.sync_api import BrowserContext, Page, expect

from accounts.documents import publish_texts
from accounts.models import User
from forum.models import Notice, Post, Status
from moderation.models import Decision
from tests.browser.people import Community
from tests.factories import minute_over, submit_thread

SignIn = Callable[[Page, User], None]
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(params=["with scripts", "without scripts"])
def any_page(request: pytest.FixtureRequest, new_context: Callable[..., BrowserContext]) -> Page:
    """A page in a browser with JavaScript, and one in a browser without."""
    return new_context(java_script_enabled=request.param == "with scripts").new_page()


def write(page: Page, *, title: str, text: str) -> None:
    page.get_by_label("Title").fill(title)
    page.get_by_label("Your words").fill(text)
    page.get_by_label("Community: also health").check()
    page.get_by_role("button", name="Check").click()


def test_a_first_question_takes_three_submits(
    any_page: Page, community: Community, sign_in: SignIn
) -> None:
    newcomer = User.objects.get(pk=community.member.pk)
    sign_in(any_page, newcomer)
    any_page.goto("/boards/")
    any_page.get_by_role("link", name="Ask or tell").click()
    any_page.get_by_role("link", name="Everyday").click()
    write(any_page, title="Porridge", text="What do *you* do about porridge?")
    expect(any_page.get_by_role("heading", name="Check before you send")).to_be_visible()
    expect(any_page.locator("em", has_text="you")).to_be_visible()
    any_page.get_by_role("button", name="Send").click()
    expect(any_page.get_by_role("heading", name="It is out there")).to_be_visible()
    any_page.get_by_role("link", name="See it").click()
    expect(any_page.get_by_role("heading", name="Porridge")).to_be_visible()


def test_contact_details_are_pointed_out_and_taken_out(
    any_page: Page, community: Community, sign_in: SignIn
) -> None:
    sign_in(any_page, community.member)
    any_page.goto("/ask/everyday/")
    write(any_page, title="Chat?", text="Mail me at dozy.otter@example.com if you like.")
    expect(any_page.get_by_text("This may tell people who or where you are")).to_be_visible()
    any_page.get_by_role("button", name="Take the contact details out").click()
    expect(any_page.get_by_text("dozy.otter@example.com")).to_have_count(0)
    any_page.get_by_role("button", name="Send").click()
    assert "dozy.otter" not in Post.objects.get(thread__title="Chat?").text


def test_words_of_crisis_bring_help_and_are_never_blocked(
    any_page: Page, community: Community, sign_in: SignIn
) -> None:
    words = "I do not want to be alive any more."
    sign_in(any_page, community.member)
    any_page.goto("/ask/everyday/")
    write(any_page, title="Tired", text=words)
    panel = any_page.get_by_role("region", name="Get help now")
    expect(panel).to_be_visible()
    assert panel.locator("a[href='tel:999']").count() == 1
    preview = any_page.get_by_text(words)
    expect(preview).to_be_visible()
    above, below = panel.bounding_box(), preview.bounding_box()
    assert above
    assert below
    assert above["y"] < below["y"]
    any_page.get_by_role("button", name="Send").click()
    expect(any_page.get_by_role("heading", name="We have it")).to_be_visible()
    post = Post.objects.get(thread__title="Tired")
    assert (post.text, post.status, post.review_severity) == (words, Status.HELD, 0)


def test_errors_stand_next_to_the_field_and_what_was_typed_stays(
    any_page: Page, community: Community, sign_in: SignIn
) -> None:
    sign_in(any_page, community.member)
    any_page.goto("/ask/everyday/")
    any_page.get_by_label("Your words").fill("A long story that must not be lost.")
    any_page.get_by_role("button", name="Check").click()
    expect(any_page.locator(".has-error", has_text="Title")).to_contain_text("Give it a title.")
    expect(any_page.get_by_label("Your words")).to_have_value("A long story that must not be lost.")
    assert any_page.title().startswith("Error:")


def test_two_clicks_on_send_make_one_post(
    page: Page, community: Community, sign_in: SignIn
) -> None:
    sign_in(page, community.member)
    page.goto("/ask/everyday/")
    write(page, title="Once", text="Only once, please.")
    page.get_by_role("button", name="Send").dblclick()
    page.wait_for_url("**/sent/")
    assert Post.objects.filter(thread__title="Once").count() == 1


def test_a_moderator_asks_for_a_change_and_the_author_is_told(
    any_page: Page, community: Community, sign_in: SignIn
) -> None:
    held = submit_thread(
        community.friend,
        community.board,
        title="Numbers",
        text="You should take 12 units for that, easy.",
    )
    assert held.status == Status.HELD
    sign_in(any_page, community.moderator)
    any_page.goto("/queue/")
    any_page.get_by_role("button", name="Start").click()
    expect(any_page.get_by_text("You should take 12 units")).not_to_have_count(0)
    any_page.get_by_label("Ask for a change").check()
    any_page.get_by_role("button", name="Send").click()
    expect(any_page.get_by_text("Pick the rule that this is about.").first).to_be_visible()
    assert not Decision.objects.filter(post=held).exists()
    any_page.locator("input[name=clause]").nth(3).check()
    any_page.get_by_label("Message to the author").fill("Could you say what you did instead?")
    any_page.get_by_role("button", name="Send").click()
    assert Decision.objects.get(post=held).kind == "ask_change"
    minute_over(held)
    sign_in(any_page, community.friend)
    any_page.goto("/notices/")
    expect(any_page.get_by_text("Could you say what you did instead?")).to_be_visible()


def test_an_admin_decides_a_report_and_tells_the_reporter(
    page: Page, community: Community, sign_in: SignIn
) -> None:
    sign_in(page, community.member)
    page.goto(f"/t/{community.thread.public_id}/")
    page.get_by_role("link", name="Report MarmaladeMoth").first.click()
    page.get_by_label("Bullying or hate").check()
    page.get_by_role("button", name="Send now").click()
    sign_in(page, community.admin)
    page.goto("/desk/")
    page.locator("main a[href*='/desk/reports/']").first.click()
    page.get_by_role("button", name="I have no tie").click()
    page.get_by_role("link", name="Decide").click()
    page.get_by_label("No rule was broken").check()
    page.get_by_label("Message to who sent").fill("We read it. It stays.")
    page.get_by_role("button", name="Look at it before it goes out").click()
    page.get_by_role("button", name="Decide and tell them").click()
    notice = Notice.objects.get(recipient=community.member, kind="report")
    assert notice.message == "We read it. It stays."
    call_command("verify_audit")


def test_a_nurse_meets_nothing_that_is_for_peers(
    page: Page, community: Community, sign_in: SignIn
) -> None:
    sign_in(page, community.nurse)
    page.goto("/boards/everyday/")
    expect(page.get_by_role("link", name="Night lows again", exact=True)).to_be_visible()
    expect(page.get_by_text("Just between us")).to_have_count(0)
    expect(page.get_by_text("30 replies")).to_be_visible()
    answer = page.goto(f"/t/{community.secret.public_id}/")
    assert answer
    assert answer.status == 404
    page.goto(f"/t/{community.thread.public_id}/?page=2")
    expect(page.get_by_text("Only peers read this one.")).to_have_count(0)


def test_a_reaction_is_one_tap_and_again_to_undo(
    any_page: Page, community: Community, sign_in: SignIn
) -> None:
    sign_in(any_page, community.member)
    any_page.goto(f"/t/{community.thread.public_id}/")
    button = any_page.locator("article").first.get_by_role("button", name="Same here")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    expect(button).to_contain_text("1")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "false")


def test_a_member_takes_older_posts_back_from_professionals(
    any_page: Page, community: Community, sign_in: SignIn
) -> None:
    sign_in(any_page, community.friend)
    any_page.goto("/me/")
    any_page.get_by_role("link", name="Health professionals").click()
    any_page.get_by_label("No health professionals").check()
    any_page.get_by_label("Take my older posts back").check()
    any_page.get_by_role("button", name="Save").click()
    expect(any_page.get_by_text("Saved.")).to_be_visible()
    sign_in(any_page, community.nurse)
    answer = any_page.goto(f"/t/{community.thread.public_id}/")
    assert answer
    assert answer.status == 404


def test_asking_works_by_keyboard_alone(page: Page, community: Community, sign_in: SignIn) -> None:
    sign_in(page, community.member)
    page.goto("/ask/everyday/")
    tab_to(page, "input[name='title']")
    page.keyboard.type("By keys")
    tab_to(page, "textarea[name='text']")
    page.keyboard.type("No mouse today.")
    tab_to(page, "input[name='audience']")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    tab_to(page, "main form button")
    page.keyboard.press("Enter")
    page.wait_for_url("**/check/")
    tab_to(page, "button[value='send']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/sent/")
    assert Post.objects.filter(thread__title="By keys").exists()


def tab_to(page: Page, selector: str, most: int = 60) -> None:
    """Press Tab until an element that matches has the focus, and see that the focus shows."""
    for _ in range(most):
        page.keyboard.press("Tab")
        focused: Any = page.evaluate("s => document.activeElement.matches(s)", selector)
        if focused:
            shown = page.evaluate(
                "() => { const e = document.activeElement;"
                " return [e, e.closest('label')].filter(Boolean).map(x => getComputedStyle(x))"
                ".some(s => s.outlineStyle !== 'none' || s.boxShadow !== 'none'); }"
            )
            assert shown, f"{selector} has the focus and does not show it"
            return
    pytest.fail(f"{selector} cannot be reached with Tab")


def test_leave_now_ends_the_session_and_leaves_nothing_behind(
    any_page: Page, community: Community, sign_in: SignIn
) -> None:
    sign_in(any_page, community.member)
    any_page.route("https://www.bbc.co.uk/**", lambda route: route.fulfill(body="weather"))
    any_page.goto(f"/t/{community.thread.public_id}/")
    any_page.get_by_role("button", name="Leave now").click()
    any_page.wait_for_url("https://www.bbc.co.uk/**")
    assert not [c for c in any_page.context.cookies() if "session" in c.get("name", "")]
    any_page.goto(f"/t/{community.thread.public_id}/")
    expect(any_page.get_by_text("Night lows again")).to_have_count(0)


def test_shift_three_times_leaves_as_well(
    page: Page, community: Community, sign_in: SignIn
) -> None:
    sign_in(page, community.member)
    page.route("https://www.bbc.co.uk/**", lambda route: route.fulfill(body="weather"))
    page.goto("/boards/")
    for _ in range(3):
        page.keyboard.press("Shift")
    page.wait_for_url("https://www.bbc.co.uk/**")


def test_help_is_one_tap_away_signed_out(any_page: Page, transactional_db: None) -> None:
    publish_texts()
    any_page.goto("/rules/")
    any_page.get_by_role("link", name="Get help now").click()
    expect(any_page.locator("a[href='tel:999']").first).to_be_visible()
