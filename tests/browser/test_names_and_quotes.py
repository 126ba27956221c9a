"""Names while writing, by keyboard, and quoting what was marked."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from forum.models import Mention, Quote
from tests.browser.people import Community

SignIn = Callable[[Page, User], None]
Axe = Callable[[Page], None]
pytestmark = pytest.mark.django_db(transaction=True)


def test_a_name_is_taken_by_keyboard(
    page: Page, community: Community, sign_in: SignIn, assert_no_axe_violations: Axe
) -> None:
    sign_in(page, community.member)
    page.goto(f"/t/{community.thread.public_id}/reply/")
    box = page.get_by_label("Your words")
    box.focus()
    page.keyboard.type("I agree with @ma")
    option = page.get_by_role("option", name="MarmaladeMoth")
    expect(option).to_be_visible()
    expect(page.get_by_text("Names are below")).to_be_attached()
    assert_no_axe_violations(page)
    page.keyboard.press("ArrowDown")
    expect(option).to_have_attribute("aria-selected", "true")
    active = box.get_attribute("aria-activedescendant")
    assert option.get_attribute("id") == active
    page.keyboard.press("Enter")
    expect(option).to_be_hidden()
    expect(box).to_be_focused()
    expect(box).to_have_value("I agree with @MarmaladeMoth ")
    page.keyboard.type("fully, @ma")
    expect(option).to_be_visible()
    page.keyboard.press("Escape")
    expect(option).to_be_hidden()
    page.keyboard.press("Enter")
    expect(box).to_have_value("I agree with @MarmaladeMoth fully, @ma\n")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator(".post", has_text="I agree with")).to_be_visible()
    assert Mention.objects.get().person == community.friend


def test_a_name_is_taken_by_touch(page: Page, community: Community, sign_in: SignIn) -> None:
    sign_in(page, community.member)
    page.goto(f"/t/{community.thread.public_id}/")
    page.get_by_label("Your words").press_sequentially("@mar")
    page.get_by_role("option", name="MarmaladeMoth").click()
    expect(page.get_by_label("Your words")).to_have_value("@MarmaladeMoth ")


MARK = """(words) => {
  const walker = document.createTreeWalker(document.querySelector(".post > .prose"), 4);
  const range = document.createRange();
  const nodes = [];
  while (walker.nextNode()) nodes.push(walker.currentNode);
  range.setStart(nodes[0], 2);
  range.setEnd(nodes[1], 5);
  const marked = window.getSelection();
  marked.removeAllRanges();
  marked.addRange(range);
  return marked.toString();
}"""


def test_marked_words_are_quoted(
    page: Page, community: Community, sign_in: SignIn, assert_no_axe_violations: Axe
) -> None:
    sign_in(page, community.member)
    page.goto(f"/t/{community.thread.public_id}/")
    assert page.evaluate(MARK, "") == "woke at three"
    button = page.get_by_role("link", name="Quote this")
    expect(button).to_be_visible()
    assert_no_axe_violations(page)
    button.click()
    expect(page.locator("blockquote")).to_contain_text("woke at **three**.")
    expect(page.locator("blockquote")).not_to_contain_text("Who else")
    page.get_by_label("Your words").fill("At three, exactly.")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator(".post", has_text="At three, exactly.")).to_be_visible()
    assert Quote.objects.get().excerpt == "woke at **three**."
