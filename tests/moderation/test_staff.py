"""Joining and leaving the team takes two admins, counts at once, and is in the log."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.documents import publish_texts
from accounts.models import Role, User
from accounts.viewer import Barrier, viewer_of
from forum.errors import NotVisible, Refused, StaleVersion
from moderation.actions.staff import agree, ask_to_appoint, ask_to_remove, turn_down
from moderation.models import AuditEvent, Claim, StaffChange, StaffChangeKind
from moderation.models.staff import WAITS_FOR
from moderation.staff import people_named, team, to_agree
from tests.factories import (
    give_mfa,
    make_board,
    make_hcp,
    make_member,
    make_staff,
    make_staff_without_mfa,
    submit_thread,
)
from tests.racing import at_once

pytestmark = pytest.mark.usefixtures("texts")
STAFF = reverse("moderation:staff")
PEOPLE = reverse("moderation:people")


@pytest.fixture
def ada(db) -> User:
    return make_staff("ada", Role.ADMIN)


@pytest.fixture
def grace(db) -> User:
    return make_staff("grace", Role.ADMIN)


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def asked(admin: User, **changes) -> StaffChange:
    values = {
        "kind": StaffChangeKind.MODERATOR,
        "email": "moss@team.example",
        "pseudonym": "Moss",
        "reason": "She did the course.",
        "trained_on": timezone.localdate() - timedelta(days=3),
    }
    return ask_to_appoint(admin=admin, **{**values, **changes})


# Joining the team --------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [StaffChangeKind.MODERATOR, StaffChangeKind.ADMIN])
def test_a_second_admin_makes_the_account_and_it_can_do_nothing_without_a_second_step(
    ada, grace, kind
):
    change = asked(ada, kind=kind)
    assert not User.objects.filter(pseudonym="Moss").exists()
    agree(change=change, admin=grace)
    moss = User.objects.get(pseudonym="Moss")
    assert (moss.role, moss.has_usable_password()) == (kind.value, False)
    assert not EmailAddress.objects.get(user=moss).verified
    assert viewer_of(moss).barrier == Barrier.MFA_MISSING
    assert not viewer_of(moss).may_read
    give_mfa(moss)
    assert viewer_of(moss).may_review
    assert viewer_of(moss).may_administer == (kind == StaffChangeKind.ADMIN)
    closed = StaffChange.objects.get()
    assert (closed.email, closed.pseudonym, closed.user) == ("", "", moss)


def test_the_new_one_signs_in_with_a_code_sent_to_the_address(ada, grace):
    agree(change=asked(ada), admin=grace)
    client = Client()
    client.post(reverse("account_request_login_code"), {"email": "moss@team.example"})
    code = next(line for line in mail.outbox[-1].body.splitlines() if line.isdigit())
    client.post(reverse("account_confirm_login_code"), {"code": code})
    assert client.get(reverse("mfa_index")).status_code == 200
    assert EmailAddress.objects.get(email="moss@team.example").verified


def test_who_asked_cannot_agree(ada, grace):
    change = asked(ada)
    with pytest.raises(Refused):
        agree(change=change, admin=ada)
    page = browser(ada).post(
        reverse("moderation:staff_change", args=[change.public_id]), {"do": "agree"}, follow=True
    )
    assert "another admin must agree" in page.content.decode()
    assert not User.objects.filter(pseudonym="Moss").exists()


def test_the_database_refuses_one_person_for_two(ada, grace):
    change = asked(ada)
    rows = StaffChange.objects.filter(pk=change.pk)
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update(
            status="approved",
            approval="second",
            closed_by=ada,
            closed_at=timezone.now(),
            email="",
            pseudonym="",
        )
    end = ask_to_remove(admin=ada, person=grace, reason="She left.")
    with pytest.raises(IntegrityError), transaction.atomic():
        StaffChange.objects.filter(pk=end.pk).update(
            status="refused", closed_by=grace, closed_at=timezone.now()
        )


def test_a_role_is_never_put_on_an_account_that_is_there(ada, grace):
    fern = make_member("fern")
    with pytest.raises(Refused):
        asked(ada, email=fern.email.upper())
    with pytest.raises(Refused):
        asked(ada, pseudonym="FERN")
    change = asked(ada)
    make_member("Other", email="moss@team.example")
    with pytest.raises(Refused):
        agree(change=change, admin=grace)
    assert StaffChange.objects.get().status == "waiting"


def test_a_moderator_without_training_is_refused(ada):
    for day in (None, timezone.localdate() + timedelta(days=2)):
        with pytest.raises(Refused):
            asked(ada, trained_on=day)
    assert asked(ada, kind=StaffChangeKind.ADMIN, trained_on=None).trained_on is None


def test_asking_twice_is_one_question_and_after_a_week_it_can_be_asked_again(ada, grace):
    change = asked(ada)
    with pytest.raises(Refused):
        asked(grace)
    later = timezone.now() + WAITS_FOR
    with pytest.raises(StaleVersion):
        agree(change=change, admin=grace, at=later)
    assert asked(grace, at=later).pk != change.pk
    change.refresh_from_db()
    assert (change.status, change.email) == ("expired", "")


def test_no_is_final_and_taking_back_is_no_no(ada, grace):
    change = asked(ada)
    assert turn_down(change=change, admin=ada).status == "taken_back"
    with pytest.raises(StaleVersion):
        agree(change=change, admin=grace)
    second = asked(ada)
    second = turn_down(change=second, admin=grace)
    assert (second.status, second.email, second.pseudonym) == ("refused", "", "")
    assert not User.objects.filter(pseudonym="Moss").exists()


@pytest.mark.parametrize("solo", [True, False])
def test_an_only_admin_agrees_alone_where_the_site_says_so_and_it_stays_marked(ada, settings, solo):
    settings.SOLO_ADMIN = solo
    settings.OUTSIDE_APPROVER_EMAIL = ""
    change = asked(ada)
    if not solo:
        with pytest.raises(Refused):
            agree(change=change, admin=ada)
        return
    change = agree(change=change, admin=ada)
    assert (change.approval, change.closed_by) == ("solo", None)
    assert AuditEvent.objects.get(verb="staff_change_approved").data["approval"] == "solo"


# Leaving it --------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", [Role.MODERATOR, Role.ADMIN])
def test_who_loses_a_role_is_out_at_once_and_gives_back_what_they_had(ada, grace, role):
    moss = make_staff("moss", role)
    post = submit_thread(make_member("wren", age=14), make_board("home"), title="A", text="B.")
    Claim.objects.create(post=post, moderator=moss, until=timezone.now() + timedelta(minutes=5))
    client = browser(moss)
    assert client.get(reverse("moderation:queue")).status_code == 200
    change = ask_to_remove(admin=ada, person=moss, reason="He left.")
    assert client.get(reverse("moderation:queue")).status_code == 200
    agree(change=change, admin=grace)
    assert client.get(reverse("moderation:queue")).status_code == 302
    assert not Claim.objects.exists()
    moss.refresh_from_db()
    assert (moss.is_active, moss.role) == (False, role)
    assert not viewer_of(moss).may_read
    assert AuditEvent.objects.filter(verb="staff_change_approved").count() == 1


def test_nobody_asks_about_agrees_to_or_sees_what_is_about_themselves(ada, grace):
    with pytest.raises(NotVisible):
        ask_to_remove(admin=ada, person=ada, reason="Me.")
    change = ask_to_remove(admin=ada, person=grace, reason="She left.")
    with pytest.raises(NotVisible):
        agree(change=change, admin=grace)
    with pytest.raises(NotVisible):
        turn_down(change=change, admin=grace)
    address = reverse("moderation:staff_change", args=[change.public_id])
    assert browser(grace).get(address).status_code == 404
    assert address not in browser(grace).get(STAFF).content.decode()
    assert address in browser(ada).get(STAFF).content.decode()


def test_members_and_professionals_are_not_removed_by_this_way(ada):
    for person in (make_member("fern"), make_hcp("teal")):
        with pytest.raises(NotVisible):
            ask_to_remove(admin=ada, person=person, reason="No.")
        address = reverse("moderation:staff_remove", args=[person.public_id])
        assert browser(ada).get(address).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_two_who_end_each_others_role_at_once_leave_an_admin():
    publish_texts()
    ada, grace, moss = (make_staff(name, Role.ADMIN) for name in ("ada", "grace", "moss"))
    one = ask_to_remove(admin=ada, person=grace, reason="One.")
    other = ask_to_remove(admin=ada, person=moss, reason="Other.")
    results = at_once(
        lambda: agree(change=one, admin=moss), lambda: agree(change=other, admin=grace)
    )
    assert sorted(type(result).__name__ for result in results) == ["NotVisible", "StaffChange"]
    assert User.objects.filter(role=Role.ADMIN, is_active=True).count() == 2


@pytest.mark.django_db(transaction=True)
def test_two_second_admins_at_once_make_one_account():
    publish_texts()
    ada, grace, moss = (make_staff(name, Role.ADMIN) for name in ("ada", "grace", "moss"))
    change = asked(ada, pseudonym="Newt", email="newt@team.example")
    results = at_once(
        lambda: agree(change=change, admin=grace), lambda: agree(change=change, admin=moss)
    )
    assert sorted(type(result).__name__ for result in results) == ["StaffChange", "StaleVersion"]
    assert User.objects.filter(pseudonym="Newt").count() == 1


@pytest.mark.parametrize("role", [Role.MODERATOR, Role.MEMBER])
def test_nobody_but_admins_asks_or_agrees(ada, role):
    fern = make_staff("fern", role)
    with pytest.raises(NotVisible):
        asked(fern)
    with pytest.raises(NotVisible):
        agree(change=asked(ada), admin=fern)


# The pages ---------------------------------------------------------------------------------------


def test_the_page_says_who_can_work_and_who_cannot(ada):
    make_staff_without_mfa("moss", Role.MODERATOR)
    make_hcp("teal", expires_at=timezone.now() - timedelta(days=1))
    page = browser(ada).get(STAFF).content.decode()
    assert "No extra step yet: cannot work" in page
    assert "The year is over" in page
    assert "@" not in page[page.index("<main") : page.index("</main")]


def test_the_page_costs_the_same_for_many(ada):
    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            team(at=timezone.now())
        return len(found)

    few = queries()
    for number in range(5):
        make_hcp(f"teal-{number}")
        make_staff(f"moss-{number}", Role.MODERATOR)
    assert queries() == few


def test_an_admin_asks_and_another_agrees_by_pages(ada, grace):
    sent = {
        "kind": "moderator",
        "email": "moss@team.example",
        "pseudonym": "Moss",
        "reason": "The course.",
        "trained_on": str(timezone.localdate()),
    }
    answer = browser(ada).post(reverse("moderation:staff_appoint"), sent)
    assert answer.status_code == 302
    assert to_agree(viewer_of(grace), at=timezone.now()).count() == 1
    assert not to_agree(viewer_of(ada), at=timezone.now())
    assert "1 change of the team" in browser(grace).get(reverse("moderation:desk")).content.decode()
    browser(grace).post(answer["Location"], {"do": "agree"})
    moss = User.objects.get(pseudonym="Moss")
    leave = reverse("moderation:staff_remove", args=[moss.public_id])
    answer = browser(ada).post(leave, {"reason": "He left."})
    browser(grace).post(answer["Location"], {"do": "no"})
    assert User.objects.get(pseudonym="Moss").is_active
    assert browser(ada).post(leave, {"reason": ""}).status_code == 422


# People by their name ----------------------------------------------------------------------------


def test_people_are_found_by_the_start_of_their_name_and_the_log_says_who_was_shown(ada):
    wren, wrong = make_member("Wren-One", age=14), make_member("Fern")
    page = browser(ada).get(PEOPLE, {"q": "wre"}).content.decode()
    assert "Wren-One" in page
    assert "Fern" not in page
    assert wren.email not in page
    event = AuditEvent.objects.get(verb="people_searched")
    assert event.data == {"shown": [wren.public_id]}
    assert wrong.public_id not in repr(event.data)


@pytest.mark.parametrize("words", ["", "w", "members.example", "%", "__"])
def test_nothing_but_a_name_finds_anybody(ada, words):
    make_member("Wren-One")
    assert people_named(words) == []


def test_at_most_twenty_are_shown(ada):
    for number in range(22):
        make_member(f"Wren-{number:02}")
    assert len(people_named("wren")) == 20
