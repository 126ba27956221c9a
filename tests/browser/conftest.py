"""What all browser tests share: the browser, signing in, and rules that hold on every page.

A test uses Playwright's ``page`` and relative addresses (``page.goto("/")``); the site runs in the
same process. Every context fails its test when a page throws an error, breaks the site's content
security policy, or asks another host for anything.
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request, WebError
from pytest_django.live_server_helper import LiveServer
from pytest_playwright.pytest_playwright import CreateContextCallback

from accounts.models import User
from tests.browser.people import Community, community_again

# Playwright keeps an event loop in the thread that also prepares the data for a test.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

HERE = Path(__file__).parent
CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
TIMEOUT_MS = 15_000
AXE = Axe()
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test in this folder with ``browser``."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The system's Chromium if there is one, else the one that Playwright has fetched."""
    arguments = [
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-gpu",
        "--disable-sync",
        "--no-first-run",
    ]
    chosen = {**browser_type_launch_args, "args": arguments}
    if CHROMIUM.exists():
        chosen["executable_path"] = str(CHROMIUM)
    return chosen


@pytest.fixture(scope="session")
def base_url(live_server: LiveServer) -> str:
    """The address of the site under test; relative addresses are resolved against it."""
    return live_server.url


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    """Contexts speak British English and show no motion, so that colours are measured at rest."""
    return {**browser_context_args, "locale": "en-GB", "reduced_motion": "reduce"}


@pytest.fixture
def community(transactional_db: None) -> Community:
    """People, a board and threads in the database of this test."""
    return community_again()


@pytest.fixture
def browser_problems() -> list[str]:
    """What pages did that no page may do. A test that provokes it looks here, then clears it."""
    return []


@pytest.fixture
def scriptless() -> list[BrowserContext]:
    """The test's contexts that have JavaScript switched off."""
    return []


@pytest.fixture
def new_context(
    new_context: CreateContextCallback,
    base_url: str,
    browser_problems: list[str],
    scriptless: list[BrowserContext],
) -> Iterator[Callable[..., BrowserContext]]:
    """Make a browser context, like a fresh browser of one person, that notes its problems."""
    own_host = urlsplit(base_url).netloc

    def note_console(message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            browser_problems.append(f"refused by the content security policy: {message.text}")

    def note_error(error: WebError) -> None:
        browser_problems.append(f"script error: {error.error}")

    def note_request(request: Request) -> None:
        address = urlsplit(request.url)
        foreign = address.scheme.startswith("http") and address.netloc != own_host
        # Following a link to another site is fine; loading something from there is not.
        if foreign and not request.is_navigation_request():
            browser_problems.append(f"request to another host: {request.url}")

    def make(**options: Any) -> BrowserContext:
        context = new_context(**options)
        if options.get("java_script_enabled") is False:
            scriptless.append(context)
        context.set_default_timeout(TIMEOUT_MS)
        context.on("console", note_console)
        context.on("weberror", note_error)
        context.on("request", note_request)
        return context

    yield make
    if browser_problems:
        pytest.fail("\n".join(browser_problems), pytrace=False)


@pytest.fixture
def page_without_scripts(new_context: Callable[..., BrowserContext]) -> Page:
    """A page in a browser that has JavaScript switched off."""
    return new_context(java_script_enabled=False).new_page()


@pytest.fixture
def sign_in(live_server: LiveServer) -> Callable[[Page, User], None]:
    """Return ``sign_in(page, user)``: gives the page's browser a session of that user.

    It takes the place of whoever was signed in there. The page itself is not reloaded.
    """

    def give_session(page: Page, user: User) -> None:
        client = Client()
        client.force_login(user)
        cookie = client.cookies[settings.SESSION_COOKIE_NAME]
        page.context.add_cookies(
            [{"name": cookie.key, "value": cookie.value, "url": live_server.url}]
        )

    return give_session


@pytest.fixture
def assert_no_axe_violations(scriptless: list[BrowserContext]) -> Callable[..., None]:
    """Return a check: the page, as it is now, breaks no rule of WCAG 2.2 AA or best practice.

    Given names of rules, it looks at those alone. The page must have JavaScript on: axe is
    JavaScript, and would wait for ever without it.
    """

    def check(page: Page, rules: list[str] | None = None) -> None:
        if page.context in scriptless:
            pytest.fail("axe cannot look at a page without JavaScript", pytrace=False)
        options = {
            "runOnly": {"type": "rule", "values": rules}
            if rules
            else {"type": "tag", "values": AXE_TAGS},
            "resultTypes": ["violations"],
        }
        if not page.evaluate("'axe' in window"):
            page.evaluate(AXE.axe_script)
        violations = page.evaluate("options => axe.run(options)", options)["violations"]
        if violations:
            pytest.fail(f"{page.url}\n{describe(violations)}", pytrace=False)

    return check


def describe(violations: list[dict[str, Any]]) -> str:
    """Say for each violation what the rule is, which elements break it, and why."""
    lines = []
    for violation in violations:
        lines.append(f"\n{violation['id']} ({violation['impact']}): {violation['help']}")
        for node in violation["nodes"]:
            lines.append(f"  {' '.join(map(str, node['target']))}")
            lines.append(f"    {' '.join(node['html'].split())[:160]}")
            reasons = node["any"] + node["all"] + node["none"]
            lines.extend(f"    - {reason['message']}" for reason in reasons)
    return "\n".join(lines)
