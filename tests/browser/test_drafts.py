"""Words are not lost: saved while somebody writes, kept on the device where that cannot be."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from accounts.models import User
from forum.models import Draft, Post
from tests.browser.people import Community

SignIn = Callable[[Page, User], None]
Axe = Callable[[Page], None]
pytestmark = pytest.mark.django_db(transaction=True)

WORDS = "I keep juice by the bed, and a banana."
ASK = "/ask/everyday/"
STORED = "Object.keys(localStorage).filter((name) => name.startsWith('islet:draft:')).length"


@pytest.fixture
def writing(page: Page, community: Community, sign_in: SignIn) -> Page:
    """A member's page, with a clock that only the test moves on."""
    page.clock.install()
    sign_in(page, community.member)
    return page


def type_in(page: Page, words: str = WORDS) -> None:
    page.get_by_label("Your words").fill(words)


def stored(page: Page) -> int:
    """How many texts the device keeps."""
    return int(page.evaluate(STORED))


@pytest.mark.parametrize("place", ["ask", "reply", "thread"])
def test_words_are_saved_three_seconds_after_typing_stops(
    place: str, writing: Page, community: Community, assert_no_axe_violations: Axe
) -> None:
    thread = f"/t/{community.thread.public_id}/"
    writing.goto({"ask": ASK, "reply": f"{thread}reply/", "thread": thread}[place])
    type_in(writing)
    assert stored(writing) == 1
    writing.clock.run_for(2500)
    assert not Draft.objects.exists()
    with writing.expect_response(lambda answer: answer.url.endswith("/draft/")):
        writing.clock.run_for(600)
    expect(writing.get_by_role("status").filter(has_text="Saved")).to_be_visible()
    assert Draft.objects.get().text == WORDS
    assert stored(writing) == 0
    assert_no_axe_violations(writing)
    writing.goto("/my-drafts/")
    writing.get_by_role("link", name="Go on").click()
    expect(writing.get_by_label("Your words")).to_have_value(WORDS)


def test_offline_words_stay_on_the_device_and_come_back(
    writing: Page, community: Community
) -> None:
    writing.goto(ASK)
    writing.get_by_label("Title").fill("Nights")
    writing.get_by_label("Community: also health").check()
    writing.context.set_offline(True)
    type_in(writing)
    writing.clock.run_for(3100)
    expect(writing.get_by_text("Your words are kept on this device")).to_be_visible()
    assert stored(writing) == 1
    # The window is closed before the network is back: else the words would be saved right then.
    context = writing.context
    writing.close()
    context.set_offline(False)
    writing = context.new_page()
    writing.clock.install()
    writing.goto(ASK)
    # It says that they are back, and soon after that they are saved.
    expect(
        writing.get_by_text(re.compile("Your words from before are back|^Saved$"))
    ).to_be_visible()
    expect(writing.get_by_label("Your words")).to_have_value(WORDS)
    expect(writing.get_by_label("Title")).to_have_value("Nights")
    expect(writing.get_by_label("Community: also health")).to_be_checked()
    writing.clock.run_for(100)
    expect(writing.get_by_text("Saved", exact=True)).to_be_visible()
    assert Draft.objects.get().text == WORDS


def test_two_windows_lose_neither_text(writing: Page, community: Community) -> None:
    writing.goto(ASK)
    type_in(writing, "The beginning")
    writing.clock.run_for(3100)
    expect(writing.get_by_text("Saved", exact=True)).to_be_visible()
    other = writing.context.new_page()
    other.clock.install()
    other.goto(f"/drafts/{Draft.objects.get().key}/")
    type_in(other, "The newer words")
    other.clock.run_for(3100)
    expect(other.get_by_text("Saved", exact=True)).to_be_visible()
    type_in(writing, "The older words")
    writing.clock.run_for(3100)
    expect(writing.get_by_text("Both texts are kept in My drafts")).to_be_visible()
    assert set(Draft.objects.values_list("text", flat=True)) == {
        "The newer words",
        "The older words",
    }
    # And this window goes on with its own.
    type_in(writing, "The older words, and more")
    writing.clock.run_for(3100)
    expect(writing.get_by_text("Saved", exact=True)).to_be_visible()
    assert Draft.objects.count() == 2
    assert Draft.objects.filter(text="The older words, and more").exists()


def test_words_survive_the_end_of_the_session(
    writing: Page, community: Community, sign_in: SignIn
) -> None:
    writing.goto(f"/t/{community.thread.public_id}/reply/")
    writing.context.clear_cookies(name="islet_session")
    type_in(writing)
    writing.clock.run_for(3100)
    expect(writing.get_by_text("You are signed out. Your words are kept")).to_be_visible()
    writing.get_by_role("button", name="Send", exact=True).click()
    expect(writing.get_by_role("heading", name="You are signed out")).to_be_visible()
    expect(writing.get_by_label("Copy your words")).to_have_value(WORDS)
    sign_in(writing, community.member)
    writing.goto(f"/t/{community.thread.public_id}/reply/")
    expect(writing.get_by_label("Your words")).to_have_value(WORDS)
    writing.get_by_role("button", name="Send", exact=True).click()
    expect(writing.locator(".post", has_text=WORDS)).to_be_visible()
    assert Post.objects.filter(text=WORDS).count() == 1


def test_after_sending_nothing_is_left_on_the_device(writing: Page, community: Community) -> None:
    writing.goto(f"/t/{community.thread.public_id}/")
    type_in(writing)
    writing.get_by_role("button", name="Send", exact=True).click()
    expect(writing.locator(".post", has_text=WORDS)).to_be_visible()
    expect(writing.get_by_label("Your words")).to_have_value("")
    writing.wait_for_function(f"{STORED} === 0")
    writing.goto(ASK)
    writing.get_by_label("Title").fill("Nights")
    type_in(writing)
    writing.get_by_role("button", name="Check").click()
    expect(writing.get_by_role("heading", name="Check before you send")).to_be_visible()
    assert stored(writing) == 0


@pytest.mark.parametrize("way", ["Leave now", "Sign out"])
def test_leaving_forgets_what_the_device_kept(
    way: str, writing: Page, community: Community, browser_problems: list[str]
) -> None:
    writing.route("**/account/logout/", lambda route: route.continue_())
    writing.goto(ASK)
    type_in(writing)
    assert stored(writing) == 1
    writing.route("https://**", lambda route: route.fulfill(body="elsewhere"))
    if way == "Sign out":
        writing.goto("/me/")
        writing.get_by_role("button", name="Sign out").click()
        expect(writing.get_by_role("link", name="Sign in").first).to_be_visible()
    else:
        with writing.expect_response("**/leave-now/"):
            writing.get_by_role("button", name="Leave now").click()
    # Another window: this one may still be on its way to a site elsewhere.
    other = writing.context.new_page()
    other.goto("/help-now/")
    assert stored(other) == 0


def test_somebody_else_on_the_same_device_sees_nothing_of_it(
    writing: Page, community: Community, sign_in: SignIn
) -> None:
    writing.goto(ASK)
    type_in(writing)
    sign_in(writing, community.friend)
    writing.goto(ASK)
    expect(writing.get_by_label("Your words")).to_have_value("")
    assert stored(writing) == 0


def test_without_scripts_a_button_saves(
    page_without_scripts: Page, community: Community, sign_in: SignIn
) -> None:
    sign_in(page_without_scripts, community.member)
    page_without_scripts.goto(ASK)
    type_in(page_without_scripts)
    page_without_scripts.get_by_role("button", name="Save and finish later").click()
    expect(page_without_scripts.get_by_role("heading", name="My drafts")).to_be_visible()
    expect(page_without_scripts.get_by_text(WORDS).first).to_be_visible()


def test_sending_waits_for_a_saving_that_is_on_its_way(
    writing: Page, community: Community, new_context: Callable[..., BrowserContext]
) -> None:
    writing.goto(f"/t/{community.thread.public_id}/")
    held: list[Route] = []
    writing.route("**/draft/", lambda route: held.append(route))
    type_in(writing)
    writing.clock.run_for(3100)
    writing.wait_for_timeout(0)
    type_in(writing, f"{WORDS} Always.")
    writing.get_by_role("button", name="Send", exact=True).click()
    assert not Post.objects.filter(text__startswith=WORDS).exists()
    held[0].continue_()
    expect(writing.locator(".post", has_text=f"{WORDS} Always.")).to_be_visible()
    assert not Draft.objects.exists()
