"""The page of a health professional: who finds it, what it says, and that it lists no posts."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import (
    HiddenHcp,
    HiddenWorkplace,
    Recusal,
    Role,
    User,
    Workplace,
)
from forum.actions.relations import hide_from_hcp, unhide_from_hcp
from tests.applicants import make_applicant
from tests.factories import (
    make_board,
    make_hcp,
    make_member,
    make_staff,
    make_staff_without_mfa,
    publish_reply,
    publish_thread,
)

pytestmark = pytest.mark.usefixtures("texts")


def browser_of(user: User | None) -> Client:
    client = Client()
    if user is not None:
        client.force_login(user)
    return client


def page_of(hcp: User) -> str:
    return reverse("forum:professional", args=[hcp.public_id])


@pytest.fixture
def clinic(db: None) -> Workplace:
    return Workplace.objects.create(name="Hill Clinic")


@pytest.fixture
def hcp(texts: None, clinic: Workplace) -> User:
    return make_hcp(
        "Wren",
        workplaces=[clinic],
        profession="Dietitian",
        register_body="HCPC",
        register_number="DT-secret",
        interests="A maker of pumps paid me for one talk.",
    )


def test_it_says_who_they_are_and_nothing_that_is_for_admins(hcp):
    page = browser_of(make_member("Peer")).get(page_of(hcp)).content.decode()
    for words in ("Wren", "Dietitian", "HCPC", "Hill Clinic", "A maker of pumps paid me"):
        assert words in page
    assert f'href="{reverse("moderation:report")}' in page
    assert "Report this professional" in page
    assert reverse("accounts:hcp_code") in page
    assert str(hcp.hcp_profile.verified_at.year) in page
    assert "DT-secret" not in page
    assert hcp.email not in page


def test_it_never_lists_posts(hcp):
    board, peer = make_board("all"), make_member("Peer")
    thread = publish_thread(peer, board, title="Quincetitle", text="Hello there.")
    publish_reply(hcp, thread, text="Marmaladewords in general.")
    page = browser_of(peer).get(page_of(hcp)).content.decode()
    assert "Marmaladewords" not in page
    assert "Quincetitle" not in page
    assert reverse("forum:thread", args=[thread.public_id]) not in page


WHO = {
    "guest": (lambda: None, 302),
    "member": (lambda: make_member("Peer"), 200),
    "teenager": (lambda: make_member("Teen", age=14), 200),
    "suspended member": (
        lambda: make_member("Out", suspended_until=timezone.now() + timedelta(days=1)),
        404,
    ),
    "moderator": (lambda: make_staff("Mo", Role.MODERATOR), 200),
    "moderator without a second step": (
        lambda: make_staff_without_mfa("Mo", Role.MODERATOR),
        302,
    ),
    "colleague": (lambda: make_hcp("Colleague"), 200),
    "applicant": (lambda: make_applicant("New"), 404),
    "admin": (lambda: make_staff("Ada", Role.ADMIN), 200),
}


@pytest.mark.parametrize("who", WHO)
def test_those_who_read_posts_may_open_it(who, hcp):
    make, status = WHO[who]
    assert browser_of(make()).get(page_of(hcp)).status_code == status


def test_it_is_there_for_the_professional_too(hcp):
    page = browser_of(hcp).get(page_of(hcp)).content.decode()
    assert "Report this professional" not in page
    assert "Hide me from them" not in page


def test_a_member_who_hides_from_the_professional_does_not_find_it(hcp):
    member = make_member("Peer")
    client = browser_of(member)
    hide_from_hcp(member=member, hcp=hcp)
    missing = client.get(reverse("forum:professional", args=["2" * 14]))
    kept = client.get(page_of(hcp))
    assert (kept.status_code, kept.content) == (404, missing.content)
    unhide_from_hcp(member=member, hcp=hcp)
    assert client.get(page_of(hcp)).status_code == 200


def test_a_member_who_hides_from_the_workplace_does_not_find_it(hcp, clinic):
    member = make_member("Peer")
    HiddenWorkplace.objects.create(member=member, workplace=clinic)
    assert browser_of(member).get(page_of(hcp)).status_code == 404
    hcp.hcp_profile.workplaces.clear()
    assert browser_of(member).get(page_of(hcp)).status_code == 200


def test_what_others_hide_changes_nothing_for_me(hcp, clinic):
    other = make_member("Other")
    HiddenHcp.objects.create(member=other, hcp=hcp)
    HiddenWorkplace.objects.create(member=other, workplace=clinic)
    Recusal.objects.create(member=other, hcp=hcp)
    assert browser_of(make_member("Peer")).get(page_of(hcp)).status_code == 200


def test_the_other_way_there_is_no_page_of_a_member_at_all(hcp):
    member = make_member("Peer")
    for viewer in (hcp, make_staff("Ada", Role.ADMIN), member):
        assert browser_of(viewer).get(page_of(member)).status_code == 404


def test_a_professional_from_whom_a_member_hides_finds_no_trace_of_them(hcp):
    """The page looks the same to a professional, whoever hides from them."""
    before = browser_of(hcp).get(page_of(hcp)).content
    HiddenHcp.objects.create(member=make_member("Peer"), hcp=hcp)
    assert browser_of(hcp).get(page_of(hcp)).content == before


def test_applicants_and_those_never_checked_have_no_page(hcp):
    viewer = browser_of(make_member("Peer"))
    assert viewer.get(page_of(make_applicant("New"))).status_code == 404
    never = make_hcp("Never", verified_at=None, verified_by_second=None)
    assert viewer.get(page_of(never)).status_code == 404


@pytest.mark.parametrize("stopped", ["expires_at", "revoked_at", "suspended_at"])
def test_who_no_longer_works_here_has_a_page_that_says_so(stopped, hcp):
    profile = hcp.hcp_profile
    setattr(profile, stopped, timezone.now() - timedelta(days=1))
    profile.save()
    page = browser_of(make_member("Peer")).get(page_of(hcp)).content.decode()
    assert "does not work here right now" in page


def test_each_post_of_a_professional_links_to_page_code_and_report(hcp):
    board, peer = make_board("all"), make_member("Peer")
    thread = publish_thread(peer, board, title="Lows", text="Hello there.")
    post = publish_reply(hcp, thread, text="Marmaladewords in general.")
    client = browser_of(peer)
    for address in (
        reverse("forum:thread", args=[thread.public_id]),
        client.get(reverse("forum:post", args=[post.public_id]))["Location"],
        reverse("forum:search") + "?q=Marmaladewords",
    ):
        page = client.get(address).content.decode()
        assert "Marmaladewords" in page.replace("<mark>", "").replace("</mark>", "")
        if "search" not in address:
            assert f'href="{page_of(hcp)}"' in page
        assert f'href="{reverse("accounts:hcp_code")}"' in page
        assert f'href="{reverse("moderation:report_post", args=[post.public_id])}"' in page
        assert "Report this professional" in page
