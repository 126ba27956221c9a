"""Two different admins check a health professional; renewals, refusals, questions."""

from datetime import timedelta

import pytest
import time_machine
from django.db import DatabaseError, IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.applying import actions
from accounts.models import (
    ApplicationKind,
    ApplicationState,
    Document,
    HcpApplication,
    HcpCheck,
    HcpProfile,
    Role,
    User,
    Workplace,
)
from accounts.viewer import Barrier, viewer_of
from forum.errors import NotVisible, Refused, StaleVersion
from forum.models import Notice, NoticeKind
from moderation.actions.hcps import decide_workplace, refuse, send_application, send_back
from moderation.models import AuditEvent
from tests.applicants import check, code, make_applicant, sent_application, sign_all
from tests.factories import make_hcp, make_member, make_staff

pytestmark = pytest.mark.usefixtures("texts")

LIST = reverse("moderation:professionals")


def page_of(application: HcpApplication) -> str:
    return reverse("moderation:hcp_application", args=[application.public_id])


def browser_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def admins() -> tuple[User, User]:
    return make_staff("AdminAda", Role.ADMIN), make_staff("AdminBo", Role.ADMIN)


def checked_fields(**other: object) -> dict[str, object]:
    return {
        "do": "check",
        "round": 1,
        "looked_up_where": "hcpc-uk.org",
        "looked_up_on": timezone.localdate().isoformat(),
        "matches": "yes",
        "note": "",
    } | other


def test_the_second_yes_of_another_admin_makes_the_account_work_for_a_year():
    ada, bo = admins()
    user = make_applicant("Wren")
    application = sent_application(user, interests="A maker of sensors paid me for a talk.")
    assert browser_of(ada).post(page_of(application), checked_fields())["Location"] == LIST
    assert viewer_of(user).barrier == Barrier.HCP_NOT_CURRENT
    assert not HcpProfile.objects.filter(user=user).exists()

    assert browser_of(bo).post(page_of(application), checked_fields())["Location"] == LIST
    profile = HcpProfile.objects.get(user=user)
    assert (profile.verified_by_first, profile.verified_by_second) == (ada, bo)
    assert profile.verified_at
    assert profile.expires_at - profile.verified_at == timedelta(days=365)
    assert (profile.profession, profile.register_body) == ("Dietitian", "HCPC")
    assert profile.interests.startswith("A maker of sensors")
    assert profile.code_version == code().version
    assert viewer_of(user).may_review
    verbs = list(AuditEvent.objects.order_by("number").values_list("verb", flat=True))
    assert verbs.count("hcp_checked") == 2
    assert verbs.count("hcp_verified") == 1
    notice = Notice.objects.get(recipient=user, kind=NoticeKind.HCP)
    assert notice.mail_due_at is not None
    assert notice.link == reverse("accounts:application")


def test_the_same_admin_is_refused_in_code_and_in_the_database():
    ada, _bo = admins()
    application = sent_application(make_applicant("Wren"))
    client = browser_of(ada)
    client.post(page_of(application), checked_fields())
    answer = client.post(page_of(application), checked_fields())
    assert answer.status_code == 422
    assert "must be by somebody else" in answer.content.decode()
    assert "Your own check" not in client.get(page_of(application)).content.decode()
    with pytest.raises(Refused):
        check(application, ada)
    first = HcpCheck.objects.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        HcpCheck.objects.create(
            application=application,
            round=1,
            admin=ada,
            looked_up_on=first.looked_up_on,
            looked_up_where="Elsewhere",
            matches=True,
            at=timezone.now(),
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        HcpProfile.objects.create(
            user=application.user, verified_by_first=ada, verified_by_second=ada
        )
    assert not HcpProfile.objects.exists()


def test_checks_are_only_added_to():
    ada, _bo = admins()
    check(sent_application(make_applicant("Wren")), ada)
    with pytest.raises(DatabaseError), transaction.atomic():
        HcpCheck.objects.update(matches=False)
    with pytest.raises(DatabaseError), transaction.atomic():
        HcpCheck.objects.all().delete()


@pytest.mark.parametrize("role", [Role.MODERATOR, Role.HCP, Role.MEMBER])
def test_nobody_but_an_admin_checks(role):
    application = sent_application(make_applicant("Wren"))
    other = {
        Role.MODERATOR: lambda: make_staff("Mo", Role.MODERATOR),
        Role.HCP: lambda: make_hcp("Colleague"),
        Role.MEMBER: lambda: make_member("Peer"),
    }[role]()
    client = browser_of(other)
    assert client.get(LIST).status_code == 404
    assert client.post(page_of(application), checked_fields()).status_code == 404
    with pytest.raises(NotVisible):
        check(application, other)
    with pytest.raises(NotVisible):
        refuse(application=application, admin=other, round=1, reason="No")


def test_a_doubt_stops_the_way_until_it_is_sent_again():
    ada, bo = admins()
    user = make_applicant("Wren")
    application = sent_application(user)
    answer = browser_of(ada).post(page_of(application), checked_fields(matches="no"))
    assert "Say what does not fit" in answer.content.decode()
    assert not check(application, ada, matches=False, note="Another spelling.")
    with pytest.raises(Refused):
        check(application, bo)
    send_back(application=application, admin=bo, round=1, question="Is this your maiden name?")
    page = browser_of(user).get(reverse("accounts:application")).content.decode()
    assert "Is this your maiden name?" in page
    with pytest.raises(StaleVersion):
        refuse(application=application, admin=ada, round=1, reason="Too late")
    actions.tell_who(
        application=application,
        profession="Dietitian",
        register_body="HCPC",
        register_number="DT2",
    )
    send_application(application=application)
    assert not check(application, ada)
    assert check(application, bo)
    assert HcpProfile.objects.get(user=user).register_number == "DT2"


def test_a_check_of_what_was_sent_before_does_not_count():
    ada, bo = admins()
    application = sent_application(make_applicant("Wren"))
    check(application, ada)
    send_back(application=application, admin=bo, round=1, question="Where do you work?")
    send_application(application=application)
    assert not check(application, bo)
    assert not HcpProfile.objects.exists()
    answer = browser_of(ada).post(page_of(application), checked_fields(round=1), follow=True)
    assert "changed while you were looking" in answer.content.decode()


def test_refusing_needs_a_reason_and_the_applicant_reads_it():
    ada, _bo = admins()
    user = make_applicant("Wren")
    application = sent_application(user)
    answer = browser_of(ada).post(page_of(application), {"do": "refuse", "round": 1})
    assert answer.status_code == 422
    refuse(application=application, admin=ada, round=1, reason="Not on the register.")
    page = browser_of(user).get(reverse("accounts:application")).content.decode()
    assert "Not on the register." in page
    with pytest.raises(actions.NotNow):
        actions.start(user=user, kind=ApplicationKind.FIRST)
    with pytest.raises(IntegrityError), transaction.atomic():
        HcpApplication.objects.update(reason="")
    # Another look can open it again.
    send_back(application=application, admin=ada, round=1, question="Which register?")
    application.refresh_from_db()
    assert application.state == ApplicationState.QUESTION


def test_a_new_place_counts_only_when_an_admin_takes_it_in():
    ada, bo = admins()
    known = Workplace.objects.create(name="Hill Clinic")
    user = make_applicant("Wren")
    application = sent_application(user, new_place="Vale Practice")
    check(application, ada)
    with pytest.raises(Refused):
        check(application, bo)
    proposed = application.proposed.get()
    data = {"do": "accept", "place": proposed.public_id}
    browser_of(bo).post(page_of(application), data)
    place = Workplace.objects.get(name="Vale Practice")
    assert check(application, bo)
    assert list(user.hcp_profile.workplaces.all()) == [place]
    with pytest.raises(StaleVersion):
        decide_workplace(proposed=proposed, admin=bo, accept=True, same_as=known)


def test_a_new_place_can_be_a_known_one_or_none():
    ada, _bo = admins()
    known = Workplace.objects.create(name="Hill Clinic")
    application = sent_application(make_applicant("Wren"), new_place="Hill Clinic, 2nd floor")
    proposed = application.proposed.get()
    data = {"do": "accept", "place": proposed.public_id, "same_as": known.public_id}
    browser_of(ada).post(page_of(application), data)
    assert list(application.workplaces.all()) == [known]
    other = sent_application(make_applicant("Robin"), new_place="Nowhere")
    data = {"do": "leave_out", "place": other.proposed.get().public_id}
    browser_of(ada).post(page_of(other), data)
    assert not Workplace.objects.filter(name="Nowhere").exists()
    assert other.proposed.get().decided_by == ada


def test_a_code_that_changed_meanwhile_must_be_signed_before_the_second_yes():
    ada, bo = admins()
    application = sent_application(make_applicant("Wren"))
    check(application, ada)
    new_code("2.0", material=True)
    with pytest.raises(Refused):
        check(application, bo)


def new_code(version: str, *, material: bool) -> Document:
    """Another version of the code with one more line."""
    old = code()
    new = Document.objects.create(kind=old.kind, version=version, title=old.title)
    for clause in old.clauses.all():
        clause.pk, clause.document = None, new
        clause.save(force_insert=True)
    new.content_hash, new.is_material = version * 8, material
    new.published_at = timezone.now()
    new.save()
    return new


def test_after_a_year_the_role_is_gone_and_a_renewal_brings_it_back():
    ada, bo = admins()
    hcp = make_hcp("Wren")
    with time_machine.travel(hcp.hcp_profile.expires_at + timedelta(minutes=1)):
        assert viewer_of(hcp).barrier == Barrier.HCP_NOT_CURRENT
        client = browser_of(hcp)
        assert client.get(reverse("forum:boards")).status_code == 404
        client.post(reverse("accounts:application_start"))
        application = actions.newest(hcp)
        assert application
        actions.tell_who(
            application=application,
            profession="Diabetes nurse",
            register_body="NMC",
            register_number="new",
        )
        actions.tell_workplaces(application=application, known=[], new_names=[])
        actions.tell_interests(application=application, interests="")
        sign_all(application)
        send_application(application=application)
        check(application, ada)
        assert check(application, bo)
        assert viewer_of(hcp).may_review
        profile = HcpProfile.objects.get(user=hcp)
        assert profile.expires_at > timezone.now() + timedelta(days=364)
        assert profile.verified_by_first == ada


def test_a_material_change_of_the_code_waits_for_signatures_and_no_check():
    hcp = make_hcp("Wren")
    new_code("1.0.1", material=False)
    assert viewer_of(hcp).may_review
    changed = new_code("2.0", material=True)
    assert viewer_of(hcp).barrier == Barrier.HCP_NOT_CURRENT
    client = browser_of(hcp)
    page = client.get(reverse("accounts:application")).content.decode()
    assert "The code has changed" in page
    client.post(reverse("accounts:application_start"))
    application = actions.newest(hcp)
    assert application
    assert application.kind == ApplicationKind.SIGNATURE
    client.post(reverse("moderation:apply_send"))
    assert viewer_of(hcp).barrier == Barrier.HCP_NOT_CURRENT
    sign_all(application)
    expires = hcp.hcp_profile.expires_at
    client.post(reverse("moderation:apply_send"))
    assert viewer_of(hcp).may_review
    profile = HcpProfile.objects.get(user=hcp)
    assert (profile.code_version, profile.expires_at) == (changed.version, expires)


def test_the_list_shows_what_waits_and_whose_year_ends_without_a_query_a_row(
    django_assert_max_num_queries,
):
    ada, _bo = admins()
    client = browser_of(ada)
    for name in ("Ann", "Ben", "Cat"):
        make_hcp(name, expires_at=timezone.now() + timedelta(days=20))
        sent_application(make_applicant(f"{name}-applies"))
    with django_assert_max_num_queries(25):
        page = client.get(LIST).content.decode()
    assert page.count("No check yet") == 3
    assert page.count("Until ") == 3
    make_hcp("Far", expires_at=timezone.now() + timedelta(days=200))
    assert client.get(LIST).content.decode().count("Until ") == 3


def test_reading_an_application_is_in_the_log():
    ada, _bo = admins()
    application = sent_application(make_applicant("Wren"))
    assert browser_of(ada).get(page_of(application)).status_code == 200
    event = AuditEvent.objects.get(verb="read_hcp_application")
    assert (event.actor, event.subject_public_id) == (ada, application.public_id)
