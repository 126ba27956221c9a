"""J1: joining, as somebody does it on a phone, with and without scripts, and by keyboard only."""

import re
from collections.abc import Callable

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, Request, expect

from accounts.documents import publish_texts
from accounts.models import Consent, HcpChoice, Purpose, User
from tests.browser.looking import Axe, axe_in_light_and_dark

pytestmark = pytest.mark.django_db(transaction=True)

MOST_SUBMITS = 11
THIS_YEAR = timezone.localdate().year
ADULT, CHILD, ELDER = str(THIS_YEAR - 20), str(THIS_YEAR - 6), str(THIS_YEAR - 70)
PHONE = {"width": 360, "height": 740}
RIGHT = [
    "They can't see my posts. There is one exception",
    "When someone may die or be badly hurt.",
    "Say no, and report it if they keep asking.",
]


@pytest.fixture
def texts(transactional_db: None) -> None:
    publish_texts()


@pytest.fixture(params=["with scripts", "without scripts"])
def phone(request: pytest.FixtureRequest, new_context: Callable[..., BrowserContext]) -> Page:
    """A phone, with JavaScript and without."""
    return new_context(
        viewport=PHONE, java_script_enabled=request.param == "with scripts"
    ).new_page()


@pytest.fixture
def looked_at(new_context: Callable[..., BrowserContext]) -> Page:
    """A phone on which each page is looked at."""
    return new_context(viewport=PHONE).new_page()


def count_submits(page: Page) -> list[str]:
    """Notes the address of each form that is sent from now on."""
    sent: list[str] = []

    def note(request: Request) -> None:
        if request.method == "POST":
            sent.append(request.url)

    page.on("request", note)
    return sent


def go_on(page: Page) -> None:
    page.get_by_role("button", name="Go on", exact=True).click()


def code() -> str:
    found = re.search(r"^\d{6}$", mail.outbox[-1].body, re.MULTILINE)
    assert found
    return found[0]


def heading(page: Page, words: str) -> None:
    expect(page.get_by_role("heading", level=1, name=words)).to_be_visible()


def test_joining_from_the_front_page_to_the_welcome(phone: Page, texts: None) -> None:
    sent = count_submits(phone)
    phone.goto("/")
    phone.get_by_role("main").get_by_role("link", name="Join").click()
    heading(phone, "When were you born?")
    phone.get_by_label("Month").select_option("May")
    phone.get_by_label("Year").fill(ADULT)
    go_on(phone)
    heading(phone, "Your name here")
    name = phone.get_by_role("radio").first.get_attribute("value")
    phone.get_by_role("radio").first.check()
    go_on(phone)
    for words in RIGHT:
        phone.get_by_role("radio", name=words).check()
        go_on(phone)
    heading(phone, "Health professionals: your choice")
    phone.get_by_role("radio", name="No health professionals").check()
    go_on(phone)
    phone.get_by_role("checkbox", name="I want to join").check()
    go_on(phone)
    phone.get_by_label("E-mail address").fill("mossy@people.example")
    phone.get_by_role("radio", name="With a code by e-mail").check()
    go_on(phone)
    heading(phone, "Check your answers")
    expect(phone.get_by_role("main")).to_contain_text(name or "nobody")
    phone.get_by_role("button", name="Make my account").click()
    heading(phone, "Check your e-mail")
    phone.get_by_role("textbox", name="Code").fill(code())
    go_on(phone)
    heading(phone, f"Welcome, {name}")
    assert len(sent) <= MOST_SUBMITS
    user = User.objects.get()
    assert (user.pseudonym, user.hcp_choice) == (name, HcpChoice.NONE)
    assert EmailAddress.objects.get(user=user).verified
    assert Consent.objects.get(user=user, purpose=Purpose.HCP_INVOLVEMENT).value == "none"


def test_a_wrong_answer_is_explained_and_lets_one_go_on(phone: Page, texts: None) -> None:
    come_to_first_module(phone)
    phone.get_by_role("radio").first.check()
    go_on(phone)
    expect(phone.get_by_role("heading", name="Not quite")).to_be_visible()
    expect(phone.get_by_role("radio", checked=True)).to_have_count(0)
    go_on(phone)
    heading(phone, "When we must tell someone")


def test_back_in_the_browser_and_on_the_page_keeps_what_was_said(phone: Page, texts: None) -> None:
    come_to_first_module(phone)
    phone.get_by_role("link", name="Back one step").click()
    heading(phone, "Your name here")
    expect(phone.get_by_role("radio", checked=True)).to_have_count(1)
    phone.get_by_role("link", name="Back one step").click()
    expect(phone.get_by_label("Year")).to_have_value(ADULT)
    go_on(phone)
    heading(phone, "Who sees what")
    phone.go_back()
    phone.go_back()
    expect(phone.get_by_role("heading", level=1)).to_be_visible()
    phone.goto("/join/")
    heading(phone, "Who sees what")


def test_too_young_gets_a_kind_page_and_back_does_not_help(phone: Page, texts: None) -> None:
    born(phone, CHILD)
    heading(phone, "Not the right place for you just now")
    phone.go_back()
    phone.goto("/join/age/")
    heading(phone, "Not the right place for you just now")


def test_two_clicks_on_the_last_button_make_one_account(page: Page, texts: None) -> None:
    come_to_check(page)
    page.get_by_role("button", name="Make my account").dblclick()
    expect(page.get_by_role("heading", level=1)).to_have_text(
        re.compile("Check your e-mail|Your code is on its way")
    )
    assert User.objects.count() == 1


def test_by_keyboard_only(page: Page, texts: None) -> None:
    page.goto("/join/")
    tab_to(page, "select[name=birth_month]")
    page.keyboard.type("May")
    tab_to(page, "input[name=birth_year]")
    page.keyboard.type(ADULT)
    page.keyboard.press("Enter")
    heading(page, "Your name here")
    pick_first(page, "pick")
    page.keyboard.press("Enter")
    for words in ("Who sees what", "When we must tell someone", "How to stay safe here"):
        heading(page, words)
        pick_first(page, "answer")
        page.keyboard.press("Enter")
        # The first answer is wrong. The focus goes to what is said about it.
        expect(page.get_by_role("status").filter(has_text="Not quite")).to_be_focused()
        tab_to(page, "button[name=go_on]")
        page.keyboard.press("Enter")
    heading(page, "Health professionals: your choice")
    pick_first(page, "choice")
    page.keyboard.press("Enter")
    heading(page, "What you say yes to")
    tab_to(page, "input[name=joins]")
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    heading(page, "How you sign in")
    tab_to(page, "input[name=email]")
    page.keyboard.type("keys@people.example")
    tab_to(page, "input[name=way]")
    page.keyboard.press("Space")
    tab_to(page, "button.button-primary")
    page.keyboard.press("Enter")
    heading(page, "Check your answers")
    tab_to(page, "main button.button-primary")
    page.keyboard.press("Enter")
    heading(page, "Check your e-mail")
    tab_to(page, "input[name=code]")
    page.keyboard.type(code())
    page.keyboard.press("Enter")
    heading(page, "Welcome")
    assert User.objects.get().hcp_choice == HcpChoice.OPEN


def test_each_page_of_joining_can_be_used_by_everybody(
    looked_at: Page, texts: None, assert_no_axe_violations: Axe
) -> None:
    def look() -> None:
        looked_at.wait_for_load_state()
        too_wide = looked_at.evaluate(
            "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert too_wide <= 0, looked_at.url
        assert looked_at.locator("h1").count() == 1
        axe_in_light_and_dark(looked_at, assert_no_axe_violations)

    def fail_then_look() -> None:
        go_on(looked_at)
        expect(looked_at.locator(".error-summary")).to_be_focused()
        look()

    looked_at.goto("/join/")
    look()
    fail_then_look()
    born(looked_at, ADULT)
    look()
    fail_then_look()
    looked_at.get_by_role("radio").first.check()
    go_on(looked_at)
    for words in RIGHT:
        look()
        fail_then_look()
        looked_at.get_by_role("radio").first.check()
        go_on(looked_at)
        look()
        looked_at.get_by_role("radio", name=words).check()
        looked_at.get_by_role("button", name="Try again").click()
    look()
    fail_then_look()
    looked_at.get_by_role("radio").first.check()
    go_on(looked_at)
    look()
    fail_then_look()
    looked_at.get_by_role("checkbox", name="I want to join").check()
    go_on(looked_at)
    look()
    fail_then_look()
    looked_at.get_by_label("E-mail address").fill("look@people.example")
    looked_at.get_by_role("radio").first.check()
    go_on(looked_at)
    looked_at.locator("summary").click()
    look()
    looked_at.get_by_role("button", name="Make my account").click()
    look()
    looked_at.goto("/join/")
    look()
    looked_at.goto("/account/confirm-email/")
    looked_at.get_by_role("textbox", name="Code").fill(code())
    go_on(looked_at)
    look()


def test_the_kind_page_can_be_used_by_everybody(
    looked_at: Page, texts: None, assert_no_axe_violations: Axe
) -> None:
    born(looked_at, ELDER)
    axe_in_light_and_dark(looked_at, assert_no_axe_violations)


def born(page: Page, year: str) -> None:
    page.goto("/join/age/")
    page.get_by_label("Month").select_option("May")
    page.get_by_label("Year").fill(year)
    go_on(page)


def come_to_first_module(page: Page) -> None:
    born(page, ADULT)
    page.get_by_role("radio").first.check()
    go_on(page)
    heading(page, "Who sees what")


def come_to_check(page: Page) -> None:
    come_to_first_module(page)
    for words in RIGHT:
        page.get_by_role("radio", name=words).check()
        go_on(page)
    page.get_by_role("radio").first.check()
    go_on(page)
    page.get_by_role("checkbox", name="I want to join").check()
    go_on(page)
    page.get_by_label("E-mail address").fill("twice@people.example")
    page.get_by_role("radio").first.check()
    go_on(page)
    heading(page, "Check your answers")


def pick_first(page: Page, name: str) -> None:
    tab_to(page, f"input[name={name}]")
    page.keyboard.press("Space")


def tab_to(page: Page, selector: str, most: int = 60) -> None:
    """Press Tab until an element that matches has the focus."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("s => document.activeElement.matches(s)", selector):
            return
    pytest.fail(f"{selector} cannot be reached with Tab")
