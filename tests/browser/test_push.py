"""Messages on devices in a real browser: worker, switches, notification and tap.

Only the push service is played: Chromium without a screen has none, so ``subscribe`` gives a device
with keys of the test, which packs and unpacks as a phone would. Its messages come by the browser's
own tools. Permission, worker, notifications, server and encryption are real.
"""

from base64 import urlsafe_b64encode
from collections.abc import Callable

import http_ece
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings as project
from django.urls import reverse
from playwright.sync_api import BrowserContext, Page, Worker, expect

from accounts.models import User
from forum import mail as mails
from forum.models import NoticeChoice, NoticeKind, PushDevice, Way
from forum.push import sweep
from forum.push.message import new_private_key, public_key_of
from tests.browser.people import Community
from tests.factories import publish_reply

SignIn = Callable[[Page, User], None]
pytestmark = pytest.mark.django_db(transaction=True)

KEY = new_private_key()
CHOICES, NOTICES = reverse("forum:notice_choices"), reverse("forum:notices")
ON, OFF = "Switch it on for this device", "Switch off"
NEW = f"Something new on {project.SITE_NAME}"
ENDPOINT = "https://push.example.org/device/one"
SECRET = b"0123456789abcdef"

# Stands for the push service alone: what it gave is kept as long as the browser's store.
PUSH_SERVICE = """
(() => {
  const [endpoint, point, secret] = %s;
  const bytes = (text) => Uint8Array.from(
    atob(text.replace(/-/g, '+').replace(/_/g, '/')), (letter) => letter.charCodeAt(0)).buffer;
  const device = ({ key }) => ({
    endpoint,
    options: { userVisibleOnly: true, applicationServerKey: new Uint8Array(key).buffer },
    getKey: (name) => bytes(name === 'auth' ? secret : point),
    unsubscribe: async () => { localStorage.removeItem('device'); return true; },
  });
  const found = () => JSON.parse(localStorage.getItem('device'));
  PushManager.prototype.getSubscription = async () => found() && device(found());
  PushManager.prototype.subscribe = async ({ userVisibleOnly, applicationServerKey }) => {
    const key = [...new Uint8Array(applicationServerKey)];
    if (!userVisibleOnly || key.length !== 65) throw new DOMException('', 'NotAllowedError');
    if (found() && `${found().key}` !== `${key}`) throw new DOMException('', 'InvalidStateError');
    localStorage.setItem('device', JSON.stringify({ key }));
    return device({ key });
  };
})();
"""
SHOWN = """
async () => (await (await navigator.serviceWorker.ready).getNotifications())
  .map(({ title, body, tag, data, icon }) => ({ title, body, tag, data, icon }))
"""


def text(content: bytes) -> str:
    return urlsafe_b64encode(content).decode().rstrip("=")


@pytest.fixture(scope="module")
def private() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@pytest.fixture
def community(community: Community, settings) -> Community:
    settings.VAPID_PRIVATE_KEY = KEY
    settings.VAPID_CONTACT = "mailto:team@example.org"
    return community


@pytest.fixture
def phone(
    new_context: Callable[..., BrowserContext],
    private: ec.EllipticCurvePrivateKey,
    base_url: str,
) -> BrowserContext:
    context = new_context(viewport={"width": 360, "height": 800})
    context.grant_permissions(["notifications"], origin=base_url)
    point = private.public_key().public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    )
    context.add_init_script(PUSH_SERVICE % [ENDPOINT, text(point), text(SECRET)])
    return context


@pytest.fixture
def page(phone: BrowserContext, community: Community, sign_in: SignIn) -> Page:
    page = phone.new_page()
    sign_in(page, community.friend)  # whose thread it is
    return page


@pytest.fixture
def posted(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """What the site hands to the push service."""
    bodies: list[bytes] = []

    def take(endpoint: str, body: bytes, headers: dict[str, str]) -> int:
        assert endpoint == ENDPOINT
        bodies.append(body)
        return 201

    monkeypatch.setattr(sweep, "post", take)
    return bodies


def switch_on(page: Page) -> None:
    page.goto(CHOICES)
    page.get_by_role("button", name=ON).click()
    expect(page.get_by_text("This device is on.")).to_be_visible()


def given_key(page: Page) -> str | None:
    """The key that the browser was given for this site; None where it has no subscription."""
    key = page.evaluate(
        "async () => { const push = (await navigator.serviceWorker.ready).pushManager;"
        " const found = await push.getSubscription();"
        " return found && [...new Uint8Array(found.options.applicationServerKey)]; }"
    )
    return key and text(bytes(key))


def deliver(page: Page, words: str, base_url: str) -> None:
    """Hand the worker a message as the push service would."""
    tools = page.context.new_cdp_session(page)
    found: list[str] = []
    tools.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda event: found.extend(
            each["registrationId"]
            for each in event["registrations"]
            if each["scopeURL"] == f"{base_url}/" and not each["isDeleted"]
        ),
    )
    tools.send("ServiceWorker.enable")
    for _ in range(100):
        if found:
            break
        page.wait_for_timeout(20)
    tools.send(
        "ServiceWorker.deliverPushMessage",
        {"origin": base_url, "registrationId": found[-1], "data": words},
    )


def shown(page: Page) -> list[dict[str, object]]:
    """The notifications that the browser shows now, after a moment for one to come."""
    for _ in range(50):
        if found := page.evaluate(SHOWN):
            return found
        page.wait_for_timeout(50)
    return []


def worker_of(page: Page) -> Worker:
    page.evaluate("async () => { await navigator.serviceWorker.ready; }")
    return page.context.service_workers[0]


def test_switching_on_asks_with_the_key_of_the_site_and_stores_the_device(
    page: Page, community: Community
) -> None:
    page.goto(CHOICES)
    assert page.evaluate("Notification.permission") == "granted"
    assert given_key(page) is None
    switch_on(page)
    assert given_key(page) == public_key_of(KEY)
    device = PushDevice.objects.get()
    assert (device.user, device.endpoint, device.auth) == (
        community.friend,
        ENDPOINT,
        text(SECRET),
    )
    expect(page.get_by_text("(this device)")).to_be_visible()
    expect(page.get_by_role("button", name=ON)).to_be_hidden()
    scopes = page.evaluate(
        "async () => (await navigator.serviceWorker.getRegistrations())"
        ".map((each) => [new URL(each.scope).pathname, each.active.scriptURL])"
    )
    assert [scope for scope, _ in scopes] == ["/"]
    assert scopes[0][1].endswith(reverse("worker"))


def test_a_reply_comes_as_a_notification_without_content_and_a_tap_opens_the_notices(
    page: Page,
    community: Community,
    private: ec.EllipticCurvePrivateKey,
    base_url: str,
    posted: list[bytes],
) -> None:
    switch_on(page)
    NoticeChoice.objects.create(user=community.friend, kind=NoticeKind.REPLY, way=Way.PUSH)
    publish_reply(community.member, community.thread, text="Juice and a biscuit.")
    mails.send_due()
    assert sweep.send_due() == 1
    words = http_ece.decrypt(
        posted[0], private_key=private, auth_secret=SECRET, version="aes128gcm"
    ).decode()
    deliver(page, words, base_url)
    assert shown(page) == [{"title": NEW, "body": "", "tag": "new", "data": None, "icon": ""}]
    # Without a screen nobody can tap: the event comes by hand, and the window it asks for is noted.
    opened = worker_of(page).evaluate(
        "async () => { const [notification] = await registration.getNotifications();"
        " const opened = []; clients.openWindow = async (address) => { opened.push(address); };"
        " dispatchEvent(new NotificationEvent('notificationclick', { notification }));"
        " return [opened, (await registration.getNotifications()).length]; }"
    )
    assert opened == [[NOTICES], 0]
    page.goto(opened[0][0])
    expect(page.get_by_role("heading", level=1)).to_have_text("Notices")


@pytest.mark.parametrize("words", ["Night lows again: juice", "", "<b>x</b>"])
def test_whatever_comes_is_shown_as_the_same_words(page: Page, words: str, base_url: str) -> None:
    page.goto(CHOICES)
    worker_of(page)
    deliver(page, words, base_url)
    assert [each["title"] for each in shown(page)] == [NEW]
    deliver(page, "and another", base_url)
    page.wait_for_timeout(300)
    assert len(shown(page)) == 1


RENEW = """
([point, secret]) => {
  const bytes = (text) => Uint8Array.from(
    atob(text.replace(/-/g, '+').replace(/_/g, '/')), (letter) => letter.charCodeAt(0)).buffer;
  self.asked = []; self.ended = 0;
  const device = {
    endpoint: 'https://push.example.org/device/two',
    getKey: (name) => bytes(name === 'auth' ? secret : point),
    unsubscribe: async () => { self.ended += 1; return true; },
  };
  PushManager.prototype.getSubscription = async () => device;
  PushManager.prototype.subscribe = async ({ userVisibleOnly, applicationServerKey }) => {
    self.asked.push([userVisibleOnly, applicationServerKey]);
    return device;
  };
  dispatchEvent(new ExtendableEvent('pushsubscriptionchange'));
}
"""


def until(page: Page, happened: Callable[[], bool]) -> None:
    for _ in range(100):
        if happened():
            return
        page.wait_for_timeout(50)
    pytest.fail("it did not happen")


def test_a_browser_that_takes_another_address_tells_the_site_and_nobody_notices(
    page: Page, private: ec.EllipticCurvePrivateKey
) -> None:
    switch_on(page)
    first = PushDevice.objects.get()
    point = private.public_key().public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    )
    worker = worker_of(page)
    worker.evaluate(RENEW, [text(point), text(SECRET)])
    until(page, lambda: PushDevice.objects.filter(endpoint__endswith="two").exists())
    device = PushDevice.objects.get()
    assert (device.user, device.session) == (first.user, first.session)
    assert worker.evaluate("() => self.asked") == [[True, public_key_of(KEY)]]
    page.goto(CHOICES)
    expect(page.get_by_text("(this device)")).to_be_visible()
    expect(page.get_by_text("This device is on.")).to_have_count(0)


def test_where_nobody_is_signed_in_any_more_another_address_is_given_up(
    page: Page, private: ec.EllipticCurvePrivateKey
) -> None:
    switch_on(page)
    point = private.public_key().public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    )
    worker = worker_of(page)
    page.context.clear_cookies()
    PushDevice.objects.all().delete()
    worker.evaluate(RENEW, [text(point), text(SECRET)])
    until(page, lambda: worker.evaluate("() => self.ended") == 1)
    assert worker.evaluate("() => self.asked") == []
    assert not PushDevice.objects.exists()


def test_switching_off_takes_both_the_subscription_and_the_row(page: Page) -> None:
    switch_on(page)
    page.get_by_role("button", name=OFF).click()
    expect(page.get_by_text("That device gets no more messages.")).to_be_visible()
    assert not PushDevice.objects.exists()
    assert given_key(page) is None
    expect(page.get_by_role("button", name=ON)).to_be_visible()


def test_what_was_switched_off_elsewhere_ends_in_the_browser_too(page: Page) -> None:
    switch_on(page)
    PushDevice.objects.all().delete()
    page.goto(CHOICES)
    expect(page.get_by_role("button", name=ON)).to_be_visible()
    assert given_key(page) is None


def test_with_another_key_of_the_site_one_can_switch_it_on_again(page: Page, settings) -> None:
    switch_on(page)
    settings.VAPID_PRIVATE_KEY = other = new_private_key()
    switch_on(page)
    assert given_key(page) == public_key_of(other)
    assert PushDevice.objects.count() == 1


def test_signing_out_ends_it_in_the_browser_and_on_the_server(
    page: Page, base_url: str, posted: list[bytes]
) -> None:
    switch_on(page)
    deliver(page, "x", base_url)
    assert shown(page)
    worker = worker_of(page)
    # The worker has a world of its own, so the service is played there once more.
    worker.evaluate(
        "() => { self.ended = 0; PushManager.prototype.getSubscription = async () =>"
        " ({ unsubscribe: async () => { self.ended += 1; return true; } }); }"
    )
    page.goto("/me/")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("link", name="Sign in").first).to_be_visible()
    assert worker.evaluate("() => self.ended") == 1
    assert page.evaluate(SHOWN) == []
    PushDevice.objects.update(due_at=PushDevice.objects.values("added_at")[:1])
    assert sweep.send_due() == 0
    assert posted == []
    assert not PushDevice.objects.exists()


def test_leave_now_ends_it_with_all_else(page: Page, posted: list[bytes]) -> None:
    page.route("https://www.bbc.co.uk/**", lambda route: route.fulfill(body="weather"))
    switch_on(page)
    page.get_by_role("button", name="Leave now").click()
    page.wait_for_url("https://www.bbc.co.uk/**")
    page.goto("/robots.txt")
    left = "async () => (await navigator.serviceWorker.getRegistrations()).length"
    assert page.evaluate(left) == 0
    assert page.evaluate("localStorage.length") == 0
    PushDevice.objects.update(due_at=PushDevice.objects.values("added_at")[:1])
    assert sweep.send_due() == 0
    assert not PushDevice.objects.exists()


def test_a_browser_that_says_no_is_told_kindly_and_nothing_is_stored(
    new_context: Callable[..., BrowserContext], community: Community, sign_in: SignIn
) -> None:
    page = new_context(permissions=[]).new_page()
    sign_in(page, community.member)
    page.goto(CHOICES)
    page.get_by_role("button", name=ON).click()
    expect(page.get_by_text("It did not work. Your browser may not allow it.")).to_be_visible()
    assert not PushDevice.objects.exists()


def test_without_a_key_nothing_of_it_is_there(page: Page, settings, base_url: str) -> None:
    settings.VAPID_PRIVATE_KEY = ""
    page.goto(CHOICES)
    assert "your devices" not in page.content()
    assert page.locator("#push").count() == 0
    assert page.locator("script[src*='push']").count() == 0
    worker_of(page)
    deliver(page, "x", base_url)
    page.wait_for_timeout(300)
    assert page.evaluate(SHOWN) == []


def test_without_scripts_the_page_says_why_it_cannot_be_switched_on(
    page_without_scripts: Page, community: Community, sign_in: SignIn
) -> None:
    sign_in(page_without_scripts, community.member)
    page_without_scripts.goto(CHOICES)
    expect(page_without_scripts.get_by_text("you need JavaScript")).to_be_visible()
    expect(page_without_scripts.get_by_role("button", name=ON)).to_be_hidden()


def test_with_scripts_the_page_does_not_say_so(
    page: Page, assert_no_axe_violations: Callable[[Page], None]
) -> None:
    page.goto(CHOICES)
    expect(page.get_by_role("button", name=ON)).to_be_visible()
    expect(page.get_by_text("you need JavaScript")).to_have_count(0)
    assert_no_axe_violations(page)
    switch_on(page)
    assert_no_axe_violations(page)
