"""Guides in a real browser: every page in all ways, and the way of a guide to the site."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page

from accounts.documents import publish_texts
from accounts.models import Role, User
from guides.actions.samples import add_samples
from guides.actions.writing import save_version
from tests.browser.looking import check
from tests.factories import make_hcp, make_member
from tests.guides.articles import checked, draft, person, published_guide, sent, words

SignIn = Callable[[Page, User], None]
pytestmark = pytest.mark.django_db(transaction=True)


def test_every_page_of_guides_holds_in_all_ways(
    new_context: Callable[..., BrowserContext],
    sign_in: SignIn,
    assert_no_axe_violations: Callable[[Page], None],
) -> None:
    publish_texts()
    add_samples()
    guide = published_guide()
    page = new_context().new_page()
    public = ["/guides/", "/guides/?topic=travel", "/guides/?q=hypo", "/guides/driving/"]
    public += [f"/guides/{guide.article.slug}/", f"/guides/{guide.article.slug}/?said=1"]
    check(page, public, assert_no_axe_violations)
    waiting, ready = sent(title="Long socks"), checked(title="Warm soup")
    work = [f"/guides-work/{each.article.slug}/1/" for each in (waiting, ready, guide)]
    sign_in(page, make_hcp("looking-hcp"))
    lists = ["/guides-work/", "/guides-work/new/", *work]
    check(page, lists, assert_no_axe_violations)
    sign_in(page, person("guides-admin", Role.ADMIN))
    check(page, ["/guides-work/", *work], assert_no_axe_violations)


def test_a_conflict_and_a_check_that_is_not_whole_hold_too(
    new_context: Callable[..., BrowserContext],
    sign_in: SignIn,
    assert_no_axe_violations: Callable[[Page], None],
) -> None:
    publish_texts()
    page = new_context(viewport={"width": 360, "height": 800}).new_page()
    version = draft()
    writer = version.written_by
    assert writer is not None
    sign_in(page, writer)
    page.goto(f"/guides-work/{version.article.slug}/1/edit/")
    save_version(version=version, editor=make_hcp("other-hcp"), seen=1, words=words("Theirs"))
    page.get_by_label("Title").fill("Mine")
    page.get_by_role("button", name="Save and look at it").click()
    page.get_by_role("heading", name="Somebody else saved this in between").wait_for()
    assert page.get_by_label("Title").input_value() == "Mine"
    assert_no_axe_violations(page)
    waiting = sent(title="Long socks")
    sign_in(page, make_hcp("third-hcp"))
    page.goto(f"/guides-work/{waiting.article.slug}/1/")
    page.get_by_role("button", name="It is right").click()
    page.get_by_text("Tick every line, or send it back.").first.wait_for()
    assert_no_axe_violations(page)


def test_a_reader_without_scripts_searches_reads_answers_and_reports(
    page_without_scripts: Page, sign_in: SignIn
) -> None:
    publish_texts()
    add_samples()
    page = page_without_scripts
    page.goto("/guides/")
    page.get_by_label("Search the guides").fill("burnout")
    page.get_by_role("main").get_by_role("button", name="Search").click()
    page.get_by_role("link", name="When you are fed up with it").click()
    page.get_by_role("button", name="Not really").click()
    page.get_by_text("Thank you.").wait_for()
    page.get_by_role("link", name="Tell us about a mistake in this guide").click()
    page.get_by_role("radio").last.check()
    page.get_by_role("main").get_by_role("button").first.click()
    assert "/report/" in page.url
    sign_in(page, make_member("peer_open"))
    page.goto("/search/?q=burnout")
    page.get_by_role("link", name="When you are fed up with it").click()
    assert page.url.endswith("/guides/fed-up-with-diabetes/")
