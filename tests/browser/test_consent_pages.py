"""The pages of consent, in light and dark, narrow and wide; and agreeing again without scripts."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from accounts.guardian import ask_guardian, token_for
from accounts.models import Consent, Document, DocumentKind, Purpose, User
from accounts.models.document import hash_of
from moderation.actions.texts import ClauseWords, Weight, publish_draft, save_draft, start_draft
from tests.browser.looking import Axe, axe_all_ways, check
from tests.browser.people import Community
from tests.factories import make_member

SignIn = Callable[[Page, User], None]
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def look(new_context: Callable[..., BrowserContext]) -> Page:
    return new_context().new_page()


def new_rules(admin: User) -> Document:
    """Publish rules of which the first says something else."""
    draft = start_draft(kind=DocumentKind.MEMBER_RULES, language="en", admin=admin)
    words = [ClauseWords(c.anchor, c.line, c.why, c.source) for c in draft.clauses.all()]
    first = words[0]
    save_draft(
        draft=draft,
        admin=admin,
        version=draft.version,
        title=draft.title,
        intro=draft.intro,
        changes="The first rule is clearer.",
        parts=[ClauseWords(first.anchor, "Be kind to all.", first.why, first.source), *words[1:]],
    )
    return publish_draft(draft=draft, admin=admin, weight=Weight.MATERIAL, seen_hash=hash_of(draft))


def test_pages_of_a_member(
    look: Page,
    community: Community,
    sign_in: SignIn,
    assert_no_axe_violations: Axe,
) -> None:
    receipt = Consent.objects.filter(user=community.member, purpose=Purpose.JOIN).get()
    sign_in(look, community.member)
    new_rules(community.admin)
    check(
        look,
        [
            "/me/",
            "/me/consent/",
            "/me/consent/leaving/",
            f"/me/consent/{receipt.public_id}/",
            "/me/agree/",
            "/me/guardian/",
            "/my-posts/older/",
            f"/t/{community.thread.public_id}/",
        ],
        assert_no_axe_violations,
    )


def test_pages_for_a_guardian(
    look: Page,
    community: Community,
    sign_in: SignIn,
    settings,
    assert_no_axe_violations: Axe,
) -> None:
    settings.DIGITAL_CONSENT_AGE = 16
    teen = make_member("TinyLantern", age=14)
    token = token_for(ask_guardian(user=teen, email="mum@home.example"))
    sign_in(look, teen)
    check(look, ["/me/guardian/", f"/guardian/{token}/"], assert_no_axe_violations)
    look.goto(f"/guardian/{token}/")
    look.get_by_role("button", name="Yes, they may").click()
    expect(look.get_by_role("heading", name="Thank you")).to_be_visible()
    axe_all_ways(look, assert_no_axe_violations)
    check(look, [f"/guardian/{token}/"], assert_no_axe_violations, statuses=(404,))


def test_pages_of_texts(
    look: Page,
    community: Community,
    sign_in: SignIn,
    assert_no_axe_violations: Axe,
) -> None:
    new_rules(community.admin)
    draft = start_draft(kind=DocumentKind.NOTICE_TEEN, language="en", admin=community.admin)
    sign_in(look, community.admin)
    check(
        look,
        [
            "/desk/texts/",
            "/desk/texts/member_rules/en/1.0.1/",
            f"/desk/texts/notice_teen/en/{draft.version}/",
            f"/desk/texts/notice_teen/en/{draft.version}/edit/",
        ],
        assert_no_axe_violations,
    )
    look.get_by_label("Title", exact=True).first.fill("")
    look.get_by_role("button", name="Save and look at it").click()
    expect(look.get_by_role("alert")).to_be_visible()
    axe_all_ways(look, assert_no_axe_violations)


def test_agreeing_again_works_without_scripts_and_leads_back(
    page_without_scripts: Page, community: Community, sign_in: SignIn
) -> None:
    page = page_without_scripts
    new_rules(community.admin)
    sign_in(page, community.member)
    thread = f"/t/{community.thread.public_id}/"
    page.goto(thread)
    expect(page.get_by_role("button", name="Send", exact=True)).to_have_count(0)
    page.get_by_role("link", name="Read what changed").click()
    expect(page.get_by_text("The first rule is clearer.")).to_be_visible()
    page.get_by_role("button", name="I have read it, and I agree").click()
    page.wait_for_url(f"**{thread}")
    expect(page.get_by_role("button", name="Send", exact=True)).to_be_visible()
