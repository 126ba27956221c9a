"""*Hide me from* one professional or a workplace: both ways, at once, and nobody is told."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.hcps import current_hcps
from accounts.models import HcpProfile, HiddenHcp, HiddenWorkplace, User, Workplace
from accounts.viewer import viewer_of
from forum.actions.relations import (
    hide_from_hcp,
    hide_from_workplace,
    unhide_from_hcp,
    unhide_from_workplace,
)
from forum.errors import NotVisible
from forum.models import Notice, Post
from tests.factories import make_hcp, make_member, publish_reply

pytestmark = pytest.mark.django_db
PAGE = reverse("forum:hide_from")


@pytest.fixture
def clinic(db: None) -> Workplace:
    return Workplace.objects.create(name="Harbour Clinic")


@pytest.fixture
def doctor(texts: None, clinic: Workplace) -> User:
    return make_hcp("doctor", workplaces=[clinic], profession="Doctor")


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def sees(user: User, post: Post) -> bool:
    return Post.objects.visible_to(viewer_of(user)).filter(pk=post.pk).exists()


def change(user: User, **data: str) -> int:
    return signed_in(user).post(PAGE, data).status_code


def test_one_click_hides_both_from_each_other_and_one_undoes_it(thread, host, nurse):
    theirs, mine = publish_reply(nurse, thread, text="In general."), thread.posts.first()
    assert change(host, do="hide", hcp=nurse.public_id) == 302
    assert (sees(nurse, mine), sees(host, theirs)) == (False, False)
    assert signed_in(nurse).get(reverse("forum:post", args=[mine.public_id])).status_code == 404
    assert change(host, do="show", hcp=nurse.public_id) == 302
    assert (sees(nurse, mine), sees(host, theirs)) == (True, True)


def test_a_workplace_hides_from_all_who_work_there_and_from_those_who_come_later(
    thread, host, doctor, nurse, clinic
):
    post = thread.posts.get()
    assert change(host, do="hide", workplace=clinic.public_id) == 302
    assert (sees(doctor, post), sees(nurse, post)) == (False, True)
    nurse.hcp_profile.workplaces.add(clinic)
    assert not sees(nurse, post)
    assert change(host, do="show", workplace=clinic.public_id) == 302
    assert sees(doctor, post)


def test_nobody_is_told(thread, host, nurse):
    before = signed_in(nurse).get(reverse("forum:notices")).content
    change(host, do="hide", hcp=nurse.public_id)
    assert not Notice.objects.filter(recipient=nurse).exists()
    assert len(signed_in(nurse).get(reverse("forum:notices")).content) == len(before)


def test_the_page_offers_current_professionals_with_name_and_profession(host, nurse, doctor):
    HcpProfile.objects.filter(user=doctor).update(expires_at=timezone.now() - timedelta(days=1))
    answer = signed_in(host).get(PAGE)
    assert [profile.user for profile in answer.context["hcps"]] == [nurse]
    assert "Diabetes nurse" in answer.content.decode()


@pytest.mark.parametrize(
    "field, value",
    [
        ("verified_at", None),
        ("revoked_at", timezone.now()),
        ("expires_at", None),
        ("expires_at", timezone.now() - timedelta(minutes=1)),
        ("code_version", "0.1"),
        ("code_version", ""),
    ],
)
def test_who_is_offered_is_who_can_read(field, value, nurse):
    assert current_hcps().count() == 1
    HcpProfile.objects.filter(user=nurse).update(**{field: value})
    assert current_hcps().count() == 0
    nurse.refresh_from_db()
    assert not viewer_of(nurse).may_read


def test_a_name_a_job_or_a_place_finds_them(host, nurse, doctor, clinic):
    client = signed_in(host)
    for words, there, not_there in (
        ("NURS", nurse, doctor),
        ("doct", doctor, nurse),
    ):
        context = client.get(PAGE, {"q": words}).context
        assert [profile.user for profile in context["hcps"]] == [there]
        assert not_there not in [profile.user for profile in context["hcps"]]
    assert client.get(PAGE, {"q": "harb"}).context["places"] == [clinic]


def test_who_is_hidden_from_is_listed_with_an_undo_and_no_longer_offered(host, nurse, clinic):
    hide_from_hcp(member=host, hcp=nurse)
    hide_from_workplace(member=host, workplace=clinic)
    context = signed_in(host).get(PAGE).context
    assert [row.hcp for row in context["hidden_hcps"]] == [nurse]
    assert [row.workplace for row in context["hidden_places"]] == [clinic]
    assert context["hcps"] == context["places"] == []


def test_it_can_be_undone_after_the_professional_stopped(host, nurse):
    hide_from_hcp(member=host, hcp=nurse)
    HcpProfile.objects.filter(user=nurse).update(revoked_at=timezone.now())
    assert change(host, do="show", hcp=nurse.public_id) == 302
    assert not HiddenHcp.objects.exists()


def test_only_professionals_can_be_picked_and_only_by_members(host, guest, nurse, moderator):
    assert change(host, do="hide", hcp=guest.public_id) == 404
    assert change(host, do="hide", hcp=moderator.public_id) == 404
    assert change(host, do="show", hcp=nurse.public_id) == 404
    assert change(host, do="burn", hcp=nurse.public_id) == 404
    assert change(host, do="hide", workplace="2" * 14) == 404
    for somebody in (nurse, moderator):
        assert signed_in(somebody).get(PAGE).status_code == 404
        assert change(somebody, do="hide", hcp=nurse.public_id) == 404
    assert not HiddenHcp.objects.exists()
    with pytest.raises(NotVisible):
        hide_from_hcp(member=host, hcp=guest)


def test_doing_it_twice_changes_nothing_more(host, nurse, clinic):
    assert hide_from_hcp(member=host, hcp=nurse)
    assert not hide_from_hcp(member=host, hcp=nurse)
    assert hide_from_workplace(member=host, workplace=clinic)
    assert not hide_from_workplace(member=host, workplace=clinic)
    assert (HiddenHcp.objects.count(), HiddenWorkplace.objects.count()) == (1, 1)
    assert unhide_from_hcp(member=host, hcp=nurse)
    assert not unhide_from_hcp(member=host, hcp=nurse)
    assert unhide_from_workplace(member=host, workplace=clinic)
    assert not unhide_from_workplace(member=host, workplace=clinic)


def test_the_post_of_a_professional_offers_it_to_members_alone(
    thread, host, guest, nurse, moderator
):
    reply = publish_reply(nurse, thread, text="In general.")
    link = reverse("forum:hide_from_author", args=[reply.public_id])
    address = reverse("forum:thread", args=[thread.public_id])
    assert link in signed_in(host).get(address).content.decode()
    for somebody in (nurse, moderator):
        assert link not in signed_in(somebody).get(address).content.decode()
        assert signed_in(somebody).get(link).status_code == 404
    client = signed_in(host)
    assert "Hide me from nurse?" in client.get(link).content.decode()
    assert not HiddenHcp.objects.exists()
    client.post(link)
    assert HiddenHcp.objects.get().member == host
    # Now that post is not there for them.
    assert client.get(link).status_code == 404


def test_posts_of_members_do_not_offer_it(thread, guest, host):
    link = reverse("forum:hide_from_author", args=[thread.posts.get().public_id])
    assert signed_in(guest).get(link).status_code == 404
    assert signed_in(guest).post(link).status_code == 404


def test_a_paused_member_can_still_hide(nurse):
    paused = make_member("paused", suspended_until=timezone.now() + timedelta(days=3))
    assert change(paused, do="hide", hcp=nurse.public_id) == 302
    assert HiddenHcp.objects.filter(member=paused).exists()
