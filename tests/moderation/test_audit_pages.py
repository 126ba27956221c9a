"""The audit log on the desk: what is shown, what is kept from whom, copies, checks."""

import json

import pytest
from django.core import mail
from django.urls import reverse

from accounts.models import Role, User
from moderation import audit
from moderation.actions.audit_check import check_all, check_newest
from moderation.actions.cases import open_case, pass_on
from moderation.audit_reads import PAGE_SIZE
from moderation.models import AuditCheck, AuditEvent, Case, OutsideAlert, Tie
from moderation.outside_cases import note_unhandled, send_due
from tests.conftest import triggers_off
from tests.factories import make_member, make_staff
from tests.moderation.desk import report_on, settle, signed_in, text_of

pytestmark = [pytest.mark.usefixtures("texts"), pytest.mark.one_database]
LOG = reverse("moderation:audit")


@pytest.fixture
def admin(texts: None) -> User:
    return make_staff("ada", Role.ADMIN)


@pytest.fixture
def other_admin(texts: None) -> User:
    return make_staff("grace", Role.ADMIN)


@pytest.fixture
def case(admin: User) -> Case:
    return open_case(report=report_on(None, make_member("robin")), admin=admin)


def copy_of(somebody: User, form: str = "jsonl", **filters: str) -> str:
    address = reverse("moderation:audit_export", args=[form])
    return text_of(signed_in(somebody).get(address, filters))


def test_reading_and_copying_the_log_are_entries_themselves(admin):
    signed_in(admin).get(LOG, {"verb": "case_opened"})
    copy_of(admin)
    verbs = list(AuditEvent.objects.order_by("number").values_list("verb", flat=True))
    assert verbs == ["audit_read", "audit_exported"]


def test_the_log_can_be_narrowed(admin, case):
    def verbs(**filters: str) -> set[str]:
        return {json.loads(line)["verb"] for line in copy_of(admin, **filters).splitlines()}

    assert verbs(verb="case_opened") == {"case_opened"}
    assert verbs(kind="report") == {"report_received"}
    assert "no_tie_declared" in verbs(subject=case.public_id)
    assert "case_opened" not in verbs(role="system")
    assert verbs(day="2001-01-01") == set()
    assert "case_opened" in verbs(role="admin")


def test_who_is_kept_from_a_case_finds_nothing_of_it_in_the_log_and_no_gap(
    admin, other_admin, case
):
    number = case.reports.get().number
    pass_on(matter=case, admin=other_admin, tie=Tie.KNOWS)
    settle(case, admin)
    client = signed_in(other_admin)
    for text in (text_of(client.get(LOG)), copy_of(other_admin), copy_of(other_admin, "csv")):
        assert case.public_id not in text
        assert number not in text
    lines = [json.loads(line) for line in copy_of(other_admin).splitlines()]
    assert all(set(line) & {"number", "hash", "previous_hash"} == set() for line in lines)
    assert case.public_id in copy_of(admin)


def test_pages_follow_each_other_by_a_hash_that_counts_nothing(admin):
    for number in range(PAGE_SIZE + 5):
        audit.record(actor=None, verb=f"v{number}", subject_kind="x", subject_public_id="")
    client = signed_in(admin)
    page = text_of(client.get(LOG, {"kind": "x"}))
    assert "<td>v54</td>" in page
    assert "<td>v4</td>" not in page
    older = page.split('href="/desk/audit/?')[1].split('"')[0].replace("&amp;", "&")
    assert "<td>v4</td>" in text_of(client.get(f"/desk/audit/?{older}"))


def test_a_cell_is_no_formula(admin):
    audit.record(actor=None, verb="=cmd()", subject_kind="x", subject_public_id="")
    assert "'=cmd()" in copy_of(admin, "csv", kind="x")


def test_the_daily_check_and_verify_now_say_whether_the_log_is_whole(
    admin, django_db_blocker, transactional_db
):
    for number in range(3):
        audit.record(actor=None, verb=f"v{number}", subject_kind="x", subject_public_id="")
    assert check_all().whole
    client = signed_in(admin)
    assert "The log is whole." in text_of(
        client.post(reverse("moderation:audit_verify"), follow=True)
    )
    with triggers_off("default"):
        AuditEvent.objects.filter(number=2).update(verb="other")
    assert not check_all().whole
    assert not check_newest(admin=admin).whole
    assert "found broken" in text_of(client.get(LOG))
    assert AuditCheck.objects.filter(by=admin).count() == 2


def test_where_nobody_is_left_the_contact_outside_is_told_once(admin, other_admin, case, settings):
    settings.OUTSIDE_CONTACT_EMAIL = "outside@example.org"
    assert note_unhandled() == 0
    pass_on(matter=case, admin=other_admin, tie=Tie.KNOWS)
    assert note_unhandled() == 0
    pass_on(matter=case, admin=admin, tie=Tie.WORKS_WITH)
    assert (note_unhandled(), note_unhandled()) == (1, 0)
    assert (send_due(), send_due()) == (1, 0)
    message = mail.outbox[-1]
    assert message.to == ["outside@example.org"]
    for secret in ("robin", case.public_id, "diabetes"):
        assert secret not in message.body + message.subject
    assert OutsideAlert.objects.get().mailed_at is not None
