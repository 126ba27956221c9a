"""Putting a health professional's access on hold, ending the role, giving it back."""

import re

import pytest
from allauth.usersessions.models import UserSession
from django.core import mail
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.hcps import current_hcps
from accounts.models import Clause, HcpProfile, Role, User
from accounts.viewer import Barrier, viewer_of
from forum.errors import NotVisible, Refused, StaleVersion
from forum.models import Notice, NoticeKind
from moderation.actions.hcp_access import ask_to_revoke, restore_access, revoke, suspend_access
from moderation.models import AuditEvent, Claim, HcpMeasure, MeasureKind
from moderation.queue import claim
from tests.applicants import code, make_applicant
from tests.factories import make_board, make_hcp, make_member, make_staff, submit_thread

pytestmark = pytest.mark.usefixtures("texts")


def clause() -> Clause:
    return code().clauses.get(anchor="no-private-contact")


def browser_of(user: User) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=user.pk))
    return client


def page_of(hcp: User) -> str:
    return reverse("moderation:professional", args=[hcp.public_id])


def cut(hcp: User, admin: User, **other: object) -> HcpMeasure:
    values = {"clause": clause(), "reason": "A report.", "message": "Please wait.", **other}
    return suspend_access(hcp=hcp, admin=admin, **values)


@pytest.fixture
def hcp() -> User:
    return make_hcp("Wren")


@pytest.fixture
def ada() -> User:
    return make_staff("AdminAda", Role.ADMIN)


@pytest.fixture
def bo() -> User:
    return make_staff("AdminBo", Role.ADMIN)


def test_a_browser_that_is_signed_in_gets_nothing_on_its_next_request(hcp, ada):
    phone, laptop = browser_of(hcp), browser_of(hcp)
    boards = reverse("forum:boards")
    assert phone.get(boards).status_code == laptop.get(boards).status_code == 200
    cut(hcp, ada)
    for browser in (phone, laptop):
        answer = browser.get(boards)
        assert answer.status_code == 302
        assert answer["Location"].startswith(reverse("account_login"))
    # Signing in again leads to the reasons and to nothing of the role.
    again = browser_of(hcp)
    for name in ("forum:boards", "moderation:queue", "forum:opened"):
        assert again.get(reverse(name)).status_code == 404
    page = again.get(reverse("accounts:application")).content.decode()
    assert "on hold" in page
    assert clause().line in again.get(reverse("forum:notices")).content.decode().replace(
        "&#x27;", "'"
    )


def test_the_rows_of_its_sessions_are_gone_and_those_of_others_stay(hcp, ada, client):
    other = browser_of(ada)
    client.post(reverse("account_request_login_code"), {"email": hcp.email})
    number = re.search(r"^(\d{6})$", mail.outbox[-1].body, re.MULTILINE)
    assert number
    client.post(reverse("account_confirm_login_code"), {"code": number[1]})
    cut(hcp, ada)
    assert not UserSession.objects.filter(user=hcp).exists()
    assert other.get(reverse("moderation:desk")).status_code == 200


def test_it_is_all_of_the_role_claims_lists_and_the_log(hcp, ada):
    post = submit_thread(make_member("Peer", age=15), make_board("all"), title="Hi", text="Hello.")
    claim(post=post, moderator=hcp)
    assert Claim.objects.filter(moderator=hcp).exists()
    measure = cut(hcp, ada)
    assert not Claim.objects.filter(moderator=hcp).exists()
    assert viewer_of(hcp).barrier == Barrier.HCP_NOT_CURRENT
    assert not current_hcps().filter(user=hcp).exists()
    event = AuditEvent.objects.get(verb="hcp_access_cut")
    assert event.subject_public_id == measure.public_id
    assert event.data["clause"] == clause().anchor
    assert "A report." not in str(event.data)
    notice = Notice.objects.get(recipient=hcp, kind=NoticeKind.HCP)
    assert "Please wait." in notice.message
    assert "A report." not in notice.message


def test_cutting_off_twice_is_one_hold_and_it_can_be_given_back(hcp, ada, bo):
    assert cut(hcp, ada) == cut(hcp, bo)
    assert restore_access(hcp=hcp, admin=bo, reason="It was a mix-up.")
    assert viewer_of(hcp).may_review
    assert not restore_access(hcp=hcp, admin=bo, reason="Again.")
    measure = HcpMeasure.objects.get()
    assert (measure.ended_by, measure.ended_at is not None) == (bo, True)
    assert AuditEvent.objects.filter(verb="hcp_access_restored").count() == 1
    assert cut(hcp, ada) != measure


def test_the_end_of_the_role_needs_a_second_admin_and_cuts_off_at_once(hcp, ada, bo):
    measure = ask_to_revoke(hcp=hcp, admin=ada, clause=clause(), reason="Wrote in private.")
    assert viewer_of(hcp).barrier == Barrier.HCP_NOT_CURRENT
    assert HcpProfile.objects.get(user=hcp).revoked_at is None
    with pytest.raises(Refused):
        revoke(measure=measure, admin=ada)
    with pytest.raises(IntegrityError), transaction.atomic():
        HcpMeasure.objects.filter(pk=measure.pk).update(approved_by=ada, approved_at=timezone.now())
    revoke(measure=measure, admin=bo)
    assert HcpProfile.objects.get(user=hcp).revoked_at is not None
    assert not restore_access(hcp=hcp, admin=bo, reason="No way back.")
    with pytest.raises(StaleVersion):
        revoke(measure=measure, admin=bo)
    page = browser_of(hcp).get(reverse("accounts:application")).content.decode()
    assert "Your role here has ended" in page
    browser_of(hcp).post(reverse("accounts:application_start"))
    assert not hcp.hcp_applications.exists()
    assert AuditEvent.objects.filter(verb="hcp_revoked", actor=bo).count() == 1


def test_a_hold_can_become_the_end(hcp, ada, bo):
    hold = cut(hcp, ada)
    end = ask_to_revoke(hcp=hcp, admin=ada, clause=clause(), reason="It is true.")
    assert end.kind == MeasureKind.REVOKE
    assert ask_to_revoke(hcp=hcp, admin=bo, clause=clause(), reason="Same.") == end
    hold.refresh_from_db()
    assert hold.ended_at is not None
    assert viewer_of(hcp).barrier == Barrier.HCP_NOT_CURRENT


def test_the_pages_do_the_same(hcp, ada, bo):
    data = {"do": "cut", "kind": "revoke", "clause": "no-private-contact", "reason": "R"}
    first, second = browser_of(ada), browser_of(bo)
    assert first.post(page_of(hcp), data | {"clause": ""}).status_code == 422
    assert first.post(page_of(hcp), data)["Location"] == page_of(hcp)
    assert "Somebody else must agree" in first.get(page_of(hcp)).content.decode()
    first.post(page_of(hcp), {"do": "agree"})
    assert HcpProfile.objects.get(user=hcp).revoked_at is None
    assert (
        "A second admin must agree"
        in second.get(reverse("moderation:professionals")).content.decode()
    )
    second.post(page_of(hcp), {"do": "agree"})
    assert HcpProfile.objects.get(user=hcp).revoked_at is not None
    other = make_hcp("Robin")
    first.post(page_of(other), data | {"kind": "suspend"})
    assert viewer_of(other).barrier == Barrier.HCP_NOT_CURRENT
    second.post(page_of(other), {"do": "restore", "reason": "Fine."})
    assert viewer_of(other).may_review


def test_only_admins_cut_off_and_only_professionals_are(hcp, ada):
    for other in (make_staff("Mo", Role.MODERATOR), make_hcp("Colleague"), make_member("Peer")):
        with pytest.raises(NotVisible):
            cut(hcp, other)
    for target in (make_member("Peer2"), make_applicant("New"), ada):
        with pytest.raises(NotVisible):
            cut(target, ada)
    with pytest.raises(Refused):
        cut(hcp, ada, reason=" ")
    assert viewer_of(hcp).may_review
