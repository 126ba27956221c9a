"""A member takes everything and leaves (J12), without scripts; and the pages in light and dark."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core import mail
from django.urls import reverse
from playwright.sync_api import BrowserContext, Page, expect

from accounts.models import AccountClosure, User
from moderation import exports
from tests.browser.looking import Axe, check
from tests.browser.people import Community

SignIn = Callable[[Page, User], None]
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def community(community: Community, tmp_path: Path, settings) -> Community:
    settings.EXPORT_DIR = tmp_path / "exports"
    return community


def test_a_member_takes_everything_leaves_and_comes_back(
    new_context: Callable[..., BrowserContext],
    community: Community,
    sign_in: SignIn,
) -> None:
    page = new_context(java_script_enabled=False, viewport={"width": 360, "height": 800}).new_page()
    sign_in(page, community.member)
    page.goto("/me/")
    page.get_by_role("link", name="My data").click()
    page.get_by_role("link", name="Ask for a copy").click()
    expect(page.get_by_role("heading", name="Is it still you?")).to_be_visible()
    page.get_by_role("button", name="Send the code").click()
    code = re.findall(r"^[A-Z0-9]{3,}(?:-?[A-Z0-9]{3,})?$", mail.outbox[-1].body, re.MULTILINE)[0]
    page.get_by_label("Code from the e-mail").fill(code)
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("button", name="Make my copy").click()
    expect(page.get_by_text("We are making your copy.")).to_be_visible()
    assert exports.sweep() == 1
    page.reload()
    with page.expect_download() as download:
        page.get_by_role("link", name="Get my copy").click()
    assert download.value.suggested_filename == "my-data.zip"
    page.get_by_role("link", name="Close my account").click()
    page.get_by_label("Delete my posts").check()
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("button", name="Yes, close it").click()
    expect(page.get_by_role("heading", name="Goodbye, and thank you")).to_be_visible()
    assert AccountClosure.objects.filter(user=community.member, undone_at=None).exists()
    community.member.refresh_from_db()
    sign_in(page, community.member)
    page.goto("/")
    page.get_by_role("button", name="Bring my account back").click()
    expect(page.get_by_text("Welcome back.")).to_be_visible()


def test_pages_of_leaving(
    new_context: Callable[..., BrowserContext],
    community: Community,
    sign_in: SignIn,
    assert_no_axe_violations: Axe,
) -> None:
    page = new_context().new_page()
    sign_in(page, community.member)
    pages = ["moderation:own_data", "moderation:close", "moderation:closed", "accounts:still_you"]
    addresses = [reverse(name) for name in pages]
    check(page, [*addresses, "/me/close/?posts=nonsense"], assert_no_axe_violations)
