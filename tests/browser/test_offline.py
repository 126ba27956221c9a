"""The help page without a network: what browsers keep for it, and that they keep nothing else."""

from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from django.contrib.sessions.models import Session
from django.urls import reverse
from playwright.sync_api import BrowserContext, Page, expect

from accounts.documents import publish_texts
from accounts.models import User
from tests.browser.looking import check
from tests.browser.people import Community

SignIn = Callable[[Page, User], None]
pytestmark = pytest.mark.django_db(transaction=True)

HELP = reverse("guides:offline")
ASK = "/ask/everyday/"
WORDS = "Every night at three it drops, and I lie awake."
HEADING = "You are offline. Here is help"
# Waits until the worker is there and its copy is whole; gives the paths of all that is kept.
KEPT = """
async (help) => {
  await navigator.serviceWorker.ready;
  for (let tries = 0; tries < 200; tries += 1) {
    const found = [];
    for (const name of await caches.keys())
      for (const request of await (await caches.open(name)).keys()) found.push(request.url);
    if (found.some((url) => new URL(url).pathname === help)) return found.sort();
    await new Promise((go) => setTimeout(go, 50));
  }
  return [];
}
"""
LEFT = """
async () => [
  (await navigator.serviceWorker.getRegistrations()).length, (await caches.keys()).length,
]
"""


@pytest.fixture
def context(new_context: Callable[..., BrowserContext]) -> BrowserContext:
    return new_context(viewport={"width": 360, "height": 800})


def kept(page: Page) -> set[str]:
    """The paths of all that the browser keeps, once the help page is among them."""
    return {urlsplit(url).path for url in page.evaluate(KEPT, HELP)}


def read(page: Page) -> str:
    """The copy of the help page."""
    return page.evaluate("async (help) => (await caches.match(help)).text()", HELP)


def until(page: Page, condition: str) -> None:
    """Wait for a condition that itself waits, which Playwright takes for true at once."""
    for _ in range(100):
        if page.evaluate(f"async () => {condition}"):
            return
        page.wait_for_timeout(50)
    pytest.fail(f"never came: {condition}", pytrace=False)


def test_offline_every_address_shows_help_and_online_the_page_itself(
    page: Page, community: Community, sign_in: SignIn
) -> None:
    sign_in(page, community.member)
    page.goto("/boards/")
    kept(page)
    # Else the style sheet could come from where browsers keep all files, for a while.
    page.context.new_cdp_session(page).send("Network.clearBrowserCache")
    page.context.set_offline(True)
    page.goto(f"/t/{community.thread.public_id}/")
    expect(page.get_by_role("heading", level=1)).to_have_text(HEADING)
    expect(page.get_by_role("link", name="Call 999")).to_have_attribute("href", "tel:999")
    ground = "getComputedStyle(document.body).backgroundColor"
    assert page.evaluate(ground) == "rgb(255, 249, 242)"
    page.get_by_text("Ireland (112)").click()
    expect(page.get_by_role("link", name="Samaritans").last).to_be_visible()
    page.locator(".strip-help").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(HEADING)
    page.go_back()
    page.context.set_offline(False)
    page.get_by_role("link", name="Try the page again").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Night lows again")


def test_nothing_is_kept_but_the_help_page_and_its_looks(
    page: Page, community: Community, sign_in: SignIn
) -> None:
    sign_in(page, community.member)
    for address in ["/boards/", f"/t/{community.thread.public_id}/", "/me/", "/notices/", "/"]:
        page.goto(address)
    found = kept(page)
    assert HELP in found
    others = {path for path in found if path != HELP}
    assert others
    assert all(path.startswith("/static/") for path in others)
    assert {path.rpartition(".")[2] for path in others} == {"css", "svg"}
    copy = read(page)
    for trace in ("DozyOtter", "Sign out", "csrf", community.board.title, "/t/"):
        assert trace not in copy


def test_a_guest_who_came_once_has_it_too(page: Page, transactional_db: None) -> None:
    publish_texts()
    page.goto("/rules/")
    kept(page)
    page.context.set_offline(True)
    page.goto("/help-now/?country=IE#ketones")
    expect(page.get_by_role("heading", level=1)).to_have_text(HEADING)
    assert page.url.endswith("/help-now/?country=IE#ketones")


def test_online_pages_are_never_the_copy(page: Page, transactional_db: None) -> None:
    publish_texts()
    page.goto("/rules/")
    kept(page)
    page.goto("/help-now/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Get help now")
    answer = page.goto("/nowhere/")
    assert answer is not None
    assert answer.status == 404
    expect(page.get_by_role("heading", level=1)).not_to_have_text(HEADING)


def test_the_next_visit_online_renews_an_old_copy(page: Page, transactional_db: None) -> None:
    publish_texts()
    page.goto("/rules/")
    kept(page)
    page.evaluate(
        "async (help) => { const cache = await caches.open((await caches.keys())[0]);"
        " const headers = { Date: 'Mon, 01 Jan 2024 10:00:00 GMT' };"
        " await cache.put(help, new Response('old', { headers }));"
        " await cache.put('/static/css/gone.css', new Response('old')); }",
        HELP,
    )
    assert read(page) == "old"
    page.goto("/how-it-works/")
    until(page, "!(await caches.match('/static/css/gone.css'))")
    assert HEADING in read(page)


def test_what_another_version_kept_is_thrown_away(page: Page, transactional_db: None) -> None:
    publish_texts()
    page.goto("/rules/")
    kept(page)
    page.evaluate(
        "async () => { await (await caches.open('older')).put('/me/', new Response('private'));"
        " await (await navigator.serviceWorker.ready).unregister(); }"
    )
    page.goto("/how-it-works/")
    until(page, "!(await caches.has('older'))")
    assert "/me/" not in kept(page)


def test_typed_words_are_not_touched(page: Page, community: Community, sign_in: SignIn) -> None:
    sign_in(page, community.member)
    page.goto("/boards/")
    kept(page)
    page.goto(ASK)
    page.context.set_offline(True)
    page.get_by_label("Your words").fill(WORDS)
    page.locator(".strip-help").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(HEADING)
    page.context.set_offline(False)
    page.goto(ASK)
    expect(page.get_by_label("Your words")).to_have_value(WORDS)


def test_signing_out_leaves_the_help_page_alone(
    page: Page, community: Community, sign_in: SignIn
) -> None:
    sign_in(page, community.member)
    page.goto("/me/")
    kept(page)
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("link", name="Sign in").first).to_be_visible()
    assert {path for path in kept(page) if not path.startswith("/static/")} == {HELP}
    page.context.set_offline(True)
    page.goto("/me/")
    expect(page.get_by_role("heading", level=1)).to_have_text(HEADING)
    page.go_back()
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text(HEADING)


def test_leave_now_takes_the_copy_and_the_worker_as_well(
    page: Page, community: Community, sign_in: SignIn
) -> None:
    page.route("https://www.bbc.co.uk/**", lambda route: route.fulfill(body="weather"))
    sign_in(page, community.member)
    page.goto("/boards/")
    kept(page)
    page.goto(f"/t/{community.thread.public_id}/")
    # The file has no script, so that looking puts nothing back.
    other = page.context.new_page()
    other.goto("/robots.txt")
    assert other.evaluate(LEFT) == [1, 1]
    page.get_by_role("button", name="Leave now").click()
    page.wait_for_url("https://www.bbc.co.uk/**")
    other.reload()
    assert other.evaluate(LEFT) == [0, 0]
    assert not [c for c in page.context.cookies() if "session" in c.get("name", "")]
    page.go_back()
    expect(page.get_by_text("Night lows again")).to_have_count(0)


def test_leaving_without_a_network_shows_nothing_private_on_the_way_back(
    page: Page, community: Community, sign_in: SignIn
) -> None:
    sign_in(page, community.member)
    page.goto("/boards/")
    kept(page)
    page.goto(f"/t/{community.thread.public_id}/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Night lows again")
    page.context.set_offline(True)
    page.get_by_role("button", name="Leave now").click()
    # The browser's own page that there is no network.
    page.locator("#main-frame-error").wait_for()
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text(HEADING)
    expect(page.get_by_text("Night lows again")).to_have_count(0)


def test_who_left_without_a_network_is_signed_out_as_soon_as_there_is_one(
    page: Page, community: Community, sign_in: SignIn
) -> None:
    sign_in(page, community.member)
    page.goto("/boards/")
    kept(page)
    page.goto(f"/t/{community.thread.public_id}/")
    page.context.set_offline(True)
    page.get_by_role("button", name="Leave now").click()
    page.locator("#main-frame-error").wait_for()
    page.goto("/boards/")
    expect(page.get_by_role("heading", level=1)).to_have_text(HEADING)
    assert Session.objects.count() == 1
    page.context.set_offline(False)
    page.goto(f"/t/{community.thread.public_id}/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    assert not Session.objects.exists()
    # Who comes back on purpose stays.
    sign_in(page, community.member)
    for _ in range(2):
        page.goto("/boards/")
        expect(page.get_by_role("heading", level=1)).to_have_text("Boards")


def test_without_scripts_there_is_no_worker_and_help_works(
    page_without_scripts: Page, transactional_db: None
) -> None:
    publish_texts()
    page_without_scripts.goto("/help-now/")
    expect(page_without_scripts.get_by_role("link", name="Call 999")).to_be_visible()
    assert page_without_scripts.context.service_workers == []


def test_the_page_without_a_network_holds_in_all_ways(
    page: Page,
    transactional_db: None,
    assert_no_axe_violations: Callable[[Page], None],
) -> None:
    publish_texts()
    check(page, [HELP], assert_no_axe_violations)
