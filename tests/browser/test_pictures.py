"""A picture from a phone into a thread: with and without scripts, and looked at by a person."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from accounts.models import User
from forum.models import Picture
from moderation.actions.decide import decide
from moderation.models import DecisionKind
from tests.browser.people import Community
from tests.pictures import as_file, drawn, with_place

SignIn = Callable[[Page, User], None]
Axe = Callable[[Page], None]
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def community(community: Community, tmp_path: Path, settings) -> Community:
    settings.PICTURE_DIR = tmp_path / "pictures"
    return community


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "photo.jpg"
    path.write_bytes(as_file(drawn(1200, 900), exif=with_place(orientation=6)))
    return path


def send_with_picture(page: Page, community: Community, photo: Path, look: Axe | None) -> None:
    """Reply in the thread with a picture, by way of one mistake."""
    page.goto(f"/t/{community.thread.public_id}/reply/")
    page.get_by_label("Your words").fill("Look what my bag looks like.")
    page.get_by_role("button", name="Add a picture").click()
    expect(page.get_by_role("heading", name="Before your first picture")).to_be_visible()
    if look:
        look(page)
    page.get_by_label("The picture", exact=True).set_input_files(photo)
    page.get_by_role("button", name="Add it").click()
    expect(page.get_by_text("Say what the picture shows.").first).to_be_visible()
    page.get_by_label("The picture", exact=True).set_input_files(photo)
    page.get_by_label("Describe the picture").fill("My bag, half red and half blue")
    page.get_by_role("button", name="Add it").click()
    expect(page.get_by_role("img", name="My bag, half red and half blue")).to_be_visible()
    if look:
        look(page)
    page.get_by_role("link", name="Go on to check").click()
    expect(page.get_by_text("A person on our team looks at each picture")).to_be_visible()
    if look:
        look(page)
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_role("heading", name="We have it")).to_be_visible()


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_picture_goes_from_a_phone_through_a_look_into_the_thread(
    scripts: bool,
    new_context: Callable[..., BrowserContext],
    community: Community,
    photo: Path,
    sign_in: SignIn,
    assert_no_axe_violations: Axe,
) -> None:
    page = new_context(java_script_enabled=scripts).new_page()
    look = assert_no_axe_violations if scripts else None
    sign_in(page, community.member)
    send_with_picture(page, community, photo, look)
    picture = Picture.objects.get()
    assert (picture.width, picture.height) == (900, 1200)
    sign_in(page, community.moderator)
    page.goto(f"/queue/{picture.post.public_id}/")
    expect(page.get_by_text("Has a picture")).to_be_visible()
    shown = page.get_by_role("img", name="My bag, half red and half blue")
    expect(shown).to_be_visible()
    if look:
        assert shown.evaluate("image => image.complete && image.naturalWidth") == 480
        look(page)
    decide(
        post=picture.post,
        moderator=community.moderator,
        kind=DecisionKind.PUBLISH,
        version=picture.post.version,
    )
    sign_in(page, community.friend)
    page.goto(f"/p/{picture.post.public_id}/")
    page.get_by_role("link", name="My bag, half red and half blue").click()
    expect(page.get_by_role("heading", name="A picture")).to_be_visible()
    expect(page.get_by_role("img", name="My bag, half red and half blue")).to_be_visible()
    if look:
        look(page)
