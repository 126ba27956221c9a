"""Twenty items of the queue by keyboard: with keys switched on, and with Tab and Enter alone."""

import os
import re
from collections.abc import Callable
from math import ceil

import pytest
from playwright.sync_api import BrowserContext, Page, Response, expect

from accounts.documents import publish_texts
from accounts.models import Role, User
from forum.models import Board, Post, Status
from moderation.models import Claim, Decision, DecisionKind
from moderation.shortcuts import DEFAULTS, save_keys
from tests.browser.looking import Axe, check
from tests.factories import make_board, make_hcp, make_member, make_staff, submit_thread

SignIn = Callable[[Page, User], None]
pytestmark = pytest.mark.django_db(transaction=True)

ITEMS = 20
MOST_MS = 300
MOST_KEYS = 4
UNKIND = "Your numbers are bad because you are lazy."
MOST_TABS = 120


@pytest.fixture
def board(transactional_db: None) -> Board:
    publish_texts()
    return make_board("everyday")


@pytest.fixture
def nurse(board: Board) -> User:
    user = make_hcp("NurseTeal")
    save_keys(reviewer=user, is_on=True, keys=DEFAULTS)
    return user


@pytest.fixture
def moderator(board: Board) -> User:
    return make_staff("CalmHarbour", Role.MODERATOR)


@pytest.fixture
def items(board: Board) -> list[Post]:
    """Every fifth is unkind; the others are fine."""
    return [
        submit_thread(
            make_member(f"Member{number}"),
            board,
            title=f"Day {number}",
            text=f"{UNKIND if number % 5 == 2 else 'It was a long day.'} Mark {number} of many.",
        )
        for number in range(ITEMS)
    ]


class Watch:
    """Notes how long the server takes for each page, as the browser measures it."""

    def __init__(self, page: Page) -> None:
        self.times: list[float] = []
        page.on("response", self.note)

    def note(self, response: Response) -> None:
        if response.request.is_navigation_request():
            response.finished()
            timing = response.request.timing
            self.times.append(timing["responseStart"] - timing["requestStart"])

    def check(self) -> None:
        """Few answers take longer than they should; on a busy machine the clock tells nothing."""
        times = sorted(self.times)
        assert len(times) > ITEMS
        if os.getloadavg()[0] <= (os.cpu_count() or 1):
            assert times[ceil(0.95 * len(times)) - 1] <= MOST_MS, times


def what_is_here(page: Page) -> tuple[int, bool]:
    """The number of the post on the page, and whether it is unkind."""
    text = page.get_by_role("article", name="The post").inner_text()
    found = re.search(r"Mark (\d+) of many", text)
    assert found, text
    return int(found[1]), UNKIND in text


def check_all(items: list[Post], user: User) -> None:
    """Every post got the decision that was meant for it, once."""
    wrong = []
    for number, post in enumerate(items):
        decision = Decision.objects.get(post=post)
        meant = DecisionKind.ASK_CHANGE if number % 5 == 2 else DecisionKind.PUBLISH
        if (decision.kind, decision.moderator) != (meant, user):
            wrong.append((number, decision.kind))
    assert wrong == []
    assert not Claim.objects.exists()


def press(page: Page, *keys: str) -> int:
    for key in keys:
        page.keyboard.press(key)
    return len(keys)


def next_page(page: Page, *keys: str) -> int:
    """Press keys of which the last one leads to another page."""
    with page.expect_navigation():
        return press(page, *keys)


def test_twenty_items_with_keys_none_wrong_and_publishing_takes_two(
    page: Page, nurse: User, items: list[Post], sign_in: SignIn
) -> None:
    sign_in(page, nurse)
    watch = Watch(page)
    page.goto("/queue/")
    next_page(page, "n")
    seen = []
    for _ in range(ITEMS):
        number, unkind = what_is_here(page)
        seen.append(number)
        if not unkind:
            assert next_page(page, "p", "s") <= MOST_KEYS
            continue
        press(page, "c", "u", "ArrowDown", "m")
        message = page.locator("[name=message]")
        expect(message).to_be_focused()
        # Single keys write here and do nothing else.
        message.press_sequentially("Please change this, s p k x.")
        assert what_is_here(page)[0] == number
        walk_to(page, "Send and next", forwards=True)
        next_page(page, "Enter")
    expect(page.get_by_text("Nothing is waiting")).to_be_visible()
    assert sorted(seen) == list(range(ITEMS))
    check_all(items, nurse)
    watch.check()


def walk_to(page: Page, name: str, *, forwards: bool) -> None:
    """Tab until the button with this name has the focus."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab" if forwards else "Shift+Tab")
        focused = page.locator(":focus")
        if focused.count() and focused.inner_text().strip() == name:
            return
    pytest.fail(f"no way to {name} by Tab")


def walk_to_field(page: Page, selector: str) -> None:
    """Tab until the field has the focus."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if page.locator(f"{selector}:focus").count():
            return
    pytest.fail(f"no way to {selector} by Tab")


def test_twenty_items_without_scripts_by_tab_and_enter(
    page_without_scripts: Page, moderator: User, items: list[Post], sign_in: SignIn
) -> None:
    page = page_without_scripts
    sign_in(page, moderator)
    watch = Watch(page)
    page.goto("/queue/")
    walk_to(page, "Start with the first", forwards=True)
    next_page(page, "Enter")
    for _ in range(ITEMS):
        _number, unkind = what_is_here(page)
        walk_to_field(page, "[name=kind]")
        if not unkind:
            next_page(page, "Space", "Enter")  # the first of the group: publish
            continue
        press(page, "Space")
        while page.locator("[name=kind]:checked").get_attribute("value") != "ask_change":
            press(page, "ArrowDown")
        if page.locator("details:not([open]) [name=clause]").count():
            walk_to_field(page, "details:has([name=clause]) > summary")
            press(page, "Enter")
        walk_to_field(page, "[name=clause]")
        press(page, "Space", "ArrowDown")
        walk_to_field(page, "[name=message]")
        page.keyboard.type("Please change this.")
        walk_to(page, "Send and next", forwards=True)
        next_page(page, "Enter")
    expect(page.get_by_text("Nothing is waiting")).to_be_visible()
    check_all(items, moderator)
    watch.check()


# Single keys -------------------------------------------------------------------------------------


def test_keys_do_nothing_until_switched_on(
    page: Page, moderator: User, items: list[Post], sign_in: SignIn
) -> None:
    sign_in(page, moderator)
    page.goto("/queue/")
    press(page, "n", "p", "s", "x")
    assert page.url.endswith("/queue/")
    page.get_by_role("button", name="Start").click()
    here = page.url
    press(page, "p", "s", "k", "x")
    assert page.locator("[name=kind]:checked").count() == 0
    assert page.url == here
    assert not Decision.objects.exists()


@pytest.mark.parametrize("keys", [["s"], ["Control+p", "s"], ["Alt+p", "s"]])
def test_nothing_is_sent_without_a_decision_picked_on_this_page(
    keys: list[str], page: Page, nurse: User, items: list[Post], sign_in: SignIn
) -> None:
    sign_in(page, nurse)
    page.goto("/queue/")
    next_page(page, "n")
    press(page, *keys)
    assert page.locator("[name=kind]:checked").count() == 0
    assert not Decision.objects.exists()


def test_a_key_that_was_changed_works_and_the_old_one_does_not(
    page: Page, nurse: User, items: list[Post], sign_in: SignIn
) -> None:
    sign_in(page, nurse)
    page.goto("/me/keyboard/")
    page.locator("input[name=publish]").fill("j")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The keys are on.")).to_be_visible()
    page.goto("/queue/")
    next_page(page, "n")
    press(page, "p")
    assert page.locator("[name=kind]:checked").count() == 0
    press(page, "j")
    expect(page.locator("[name=kind][value=publish]")).to_be_checked()


# The claim ---------------------------------------------------------------------------------------


def test_working_on_keeps_the_post_and_leaving_gives_it_back(
    page: Page, moderator: User, items: list[Post], sign_in: SignIn
) -> None:
    sign_in(page, moderator)
    page.clock.install()
    page.goto("/queue/")
    with page.expect_navigation():  # the clock may not run on before the page has set its alarms
        page.get_by_role("button", name="Start").click()
    before = Claim.objects.get().until
    bench = page.locator("#workbench")
    end = bench.get_attribute("data-until") or ""
    page.keyboard.press("Tab")
    with page.expect_response("**/renew/") as renewed:
        page.clock.run_for(121_000)
    assert renewed.value.ok
    assert Claim.objects.get().until > before
    expect(bench).not_to_have_attribute("data-until", end)
    page.get_by_role("link", name="Queue").first.click()
    page.wait_for_url("**/queue/")
    for _ in range(50):  # the farewell comes on a way of its own
        if not Claim.objects.exists():
            break
        page.wait_for_timeout(100)
    assert not Claim.objects.exists()


def test_who_lost_the_post_to_somebody_is_told_and_loses_no_words(
    page: Page, moderator: User, items: list[Post], sign_in: SignIn
) -> None:
    sign_in(page, moderator)
    page.clock.install()
    page.goto("/queue/")
    with page.expect_navigation():  # the clock may not run on before the page has set its alarms
        page.get_by_role("button", name="Start").click()
    page.locator("[name=private_note]").evaluate(
        "(box) => box.closest('details')?.setAttribute('open', '')"
    )
    page.locator("[name=private_note]").fill("Half a thought.")
    Claim.objects.update(moderator=make_staff("Robin", Role.MODERATOR))
    page.clock.run_for(121_000)
    expect(page.get_by_text("Somebody else has this post by now.")).to_be_visible()
    expect(page.locator("[name=private_note]")).to_have_value("Half a thought.")


def test_stopping_says_thank_you(
    any_page: Page, moderator: User, items: list[Post], sign_in: SignIn
) -> None:
    sign_in(any_page, moderator)
    any_page.goto("/queue/")
    any_page.get_by_role("button", name="Start").click()
    any_page.get_by_role("button", name="Stop here").click()
    expect(any_page.get_by_role("heading", name="Done for now")).to_be_visible()
    assert not Claim.objects.exists()
    assert not Post.objects.exclude(status=Status.HELD).exists()


@pytest.fixture(params=["with scripts", "without scripts"])
def any_page(request: pytest.FixtureRequest, new_context: Callable[..., BrowserContext]) -> Page:
    """A page in a browser with JavaScript, and one in a browser without."""
    return new_context(java_script_enabled=request.param == "with scripts").new_page()


def test_the_new_pages_are_for_everybody(
    page: Page,
    nurse: User,
    items: list[Post],
    sign_in: SignIn,
    assert_no_axe_violations: Axe,
) -> None:
    sign_in(page, nurse)
    pages = "/queue/ /queue/summary/ /queue/spam/ /me/hard-topics/ /me/keyboard/ /unanswered/"
    check(page, pages.split(), assert_no_axe_violations)
