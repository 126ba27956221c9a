"""Cases: who is kept from them, what holds, merging, questions, measures, the second admin."""

import io
import json
import zipfile
from hashlib import sha256

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.utils import timezone

from accounts.models import Role, User
from accounts.viewer import Barrier, viewer_of
from forum.errors import NotVisible, Refused, StaleVersion
from forum.models import Board, Notice, Post, Revision
from moderation.actions import cases as actions
from moderation.actions.case_decisions import approve_decision, decide_case, refuse_decision
from moderation.actions.case_evidence import add_evidence, answer_account, ask_account
from moderation.actions.cases import NotDeclared, open_case, take
from moderation.actions.interim import cut_access, restore_access
from moderation.actions.reporting import write_to_reporter
from moderation.bundle import bundle
from moderation.conflicts import cases_for, open_reports_for
from moderation.holds import is_held
from moderation.leaks import OtherSide, find_leaks
from moderation.models import (
    Case,
    CaseDecision,
    CaseStatus,
    Category,
    Outcome,
    PartyRole,
    Report,
    Tie,
)
from moderation.timeline import timeline_of
from tests.factories import make_board, make_hcp, make_member, make_staff, publish_thread
from tests.moderation.desk import (
    DESK,
    NOT_HERE,
    at,
    code_clause,
    keys_on_desk,
    report_on,
    settle,
    signed_in,
    text_of,
)
from tests.racing import at_once

pytestmark = pytest.mark.usefixtures("texts")
MESSAGE = "Please keep to the code. It is there for a reason."


@pytest.fixture
def board(db: None) -> Board:
    return make_board("feelings")


@pytest.fixture
def nurse(texts: None) -> User:
    return make_hcp("nurse")


@pytest.fixture
def reporter(texts: None) -> User:
    return make_member("robin")


@pytest.fixture
def admin(texts: None) -> User:
    return make_staff("ada", Role.ADMIN)


@pytest.fixture
def other_admin(texts: None) -> User:
    return make_staff("grace", Role.ADMIN)


@pytest.fixture
def post(nurse: User, board: Board) -> Post:
    return publish_thread(nurse, board, title="Hello", text="Write to me elsewhere.").posts.get()


@pytest.fixture
def case(post: Post, reporter: User, admin: User) -> Case:
    words = "She asked me for my number on Tuesday evening."
    report = report_on(post, reporter, category=Category.HCP_BOUNDARY, words=words)
    return open_case(report=report, admin=admin)


def sees(somebody: User, case: Case) -> bool:
    """Whether an admin finds the case, its reports, and its page."""
    viewer = viewer_of(somebody)
    found = {
        cases_for(viewer).filter(pk=case.pk).exists(),
        open_reports_for(viewer).filter(case=case).exists(),
        case.public_id in keys_on_desk(somebody),
        signed_in(somebody).get(at(case)).status_code != NOT_HERE,
    }
    assert len(found) == 1, found
    return found.pop()


def refused_by_database(do) -> None:
    """The database itself says no."""
    with pytest.raises(DatabaseError), transaction.atomic():
        do()


# Conflicts ---------------------------------------------------------------------------------------


def declares_a_tie(case: Case, somebody: User) -> None:
    actions.pass_on(matter=case, admin=somebody, tie=Tie.KNOWS)


def becomes_a_witness(case: Case, somebody: User) -> None:
    handler = case.handler
    assert handler is not None
    actions.add_party(case=case, admin=handler, user=somebody, role=PartyRole.WITNESS)


def has_a_report_merged_into_it(case: Case, somebody: User) -> None:
    third = make_staff("edith", Role.ADMIN)
    theirs = open_case(report=report_on(None, somebody), admin=third)
    take(case=case, admin=third)
    actions.merge(case=theirs, into=case, admin=third)


@pytest.mark.parametrize(
    "becomes_involved", [declares_a_tie, becomes_a_witness, has_a_report_merged_into_it]
)
def test_who_is_in_conflict_sees_nothing_any_more_while_the_colleague_works_on(
    case, admin, other_admin, becomes_involved
):
    assert sees(other_admin, case)
    becomes_involved(case, other_admin)
    assert not sees(other_admin, case)
    assert sees(admin, case)
    for name in ("case_timeline", "case_decide", "case_ask", "case_at_once"):
        assert signed_in(other_admin).get(at(case, name)).status_code == NOT_HERE
    assert keys_on_desk(other_admin, words=case.public_id) == []
    assert keys_on_desk(other_admin, words="Tuesday evening") == []
    with pytest.raises(NotVisible):
        settle_as(case, other_admin)
    take(case=case, admin=admin)  # somebody new came into it
    settle(case, admin)


def settle_as(case: Case, somebody: User) -> None:
    """Try to take part in a case."""
    actions.add_note(case=case, admin=somebody, text="Hello.")


@pytest.mark.parametrize("becomes_involved", [declares_a_tie, becomes_a_witness])
def test_the_database_lets_nobody_in_conflict_handle_or_decide(case, other_admin, becomes_involved):
    becomes_involved(case, other_admin)
    refused_by_database(lambda: Case.objects.filter(pk=case.pk).update(handler=other_admin))
    refused_by_database(
        lambda: CaseDecision.objects.create(
            case=case,
            case_version=99,
            outcome=Outcome.NOTHING_FOUND,
            decided_by=other_admin,
            decided_at=timezone.now(),
        )
    )


def test_without_a_word_about_ties_nobody_works_on_a_case(case, other_admin):
    with pytest.raises(NotDeclared):
        settle_as(case, other_admin)
    page = text_of(signed_in(other_admin).get(at(case)))
    assert "Do you have a tie" in page
    assert "Tuesday evening" not in page
    take(case=case, admin=other_admin)
    settle_as(case, other_admin)


def test_declarations_notes_and_answers_are_only_added_to(case):
    actions.add_note(case=case, admin=case.handler, text="A note.")
    for rows in (case.declarations, case.notes):
        refused_by_database(lambda rows=rows: rows.update(at=timezone.now()))
        refused_by_database(lambda rows=rows: rows.all().delete())


# No trace for the reported person and others -----------------------------------------------------


def test_a_case_leaves_no_trace_for_the_reported_person_professionals_and_moderators(
    case, nurse, admin
):
    actions.add_note(case=case, admin=admin, text="Look into walnut.")
    others = (nurse, make_hcp("doctor"), make_staff("kim", Role.MODERATOR))
    pages = ["/", "/boards/", "/notices/", "/queue/", "/me/", "/my-reports/"]
    secrets = (case.public_id, Report.objects.get().number, "walnut", "Tuesday evening")
    for somebody in others:
        client = Client()
        client.force_login(somebody)
        assert client.get(DESK).status_code == NOT_HERE
        assert client.get(at(case)).status_code == NOT_HERE
        for address in pages:
            text = text_of(client.get(address, follow=True))
            assert not [secret for secret in secrets if secret in text], address


def test_the_person_asked_reads_the_question_and_nothing_of_case_and_reporter(
    case, nurse, admin, reporter
):
    asked = ask_account(case=case, admin=admin, person=nurse, question="What did you write?")
    assert asked == ask_account(
        case=case, admin=admin, person=nurse, question="What did you write?"
    )
    address = f"/asked/{asked.public_id}/"
    page = text_of(signed_in(nurse).get(address))
    assert "What did you write?" in page
    for secret in (case.public_id, Report.objects.get().number, "robin", "ada", "Tuesday"):
        assert secret not in page
    for somebody in (reporter, admin):
        assert signed_in(somebody).get(address).status_code == NOT_HERE
    signed_in(nurse).post(address, {"answer": "I asked for nothing."})
    assert answer_account(request=asked, person=nurse, answer="Again.") is False
    assert "I asked for nothing." in text_of(signed_in(admin).get(at(case)))
    with pytest.raises(Refused):
        ask_account(case=case, admin=admin, person=reporter, question="And you?")


# Holds -------------------------------------------------------------------------------------------


def test_nothing_under_an_open_case_can_be_deleted_and_afterwards_it_is_free(
    case, post, nurse, reporter, admin
):
    add_evidence(case=case, admin=admin, posts=[post])
    for subject in (post, nurse, reporter):
        assert is_held(subject)
    revision = post.revisions.get()
    refused_by_database(lambda: Revision.objects.filter(pk=revision.pk)._raw_delete("default"))
    refused_by_database(lambda: Post.objects.filter(pk=post.pk)._raw_delete("default"))
    refused_by_database(lambda: case.evidence.all()._raw_delete("default"))
    refused_by_database(lambda: case.reports.all()._raw_delete("default"))
    refused_by_database(lambda: Case.objects.filter(pk=case.pk)._raw_delete("default"))
    settle(case, admin)
    for subject in (post, nurse, reporter):
        assert not is_held(subject)


def test_a_report_that_nobody_took_holds_too(post, reporter):
    report_on(post, reporter)
    assert is_held(post)
    refused_by_database(lambda: Post.objects.filter(pk=post.pk)._raw_delete("default"))


# Merging -----------------------------------------------------------------------------------------


def test_merging_and_taking_out_again_never_mixes_reporters(case, admin, post, reporter):
    finch = make_member("finch")
    second = report_on(post, finch)
    other = open_case(report=second, admin=admin)
    actions.merge(case=other, into=case, admin=admin)
    first = Report.objects.get(case=case)
    write_to_reporter(report=first, admin=admin, text="A word to robin alone.")
    write_to_reporter(report=second, admin=admin, text="A word to finch alone.")
    assert keys_on_desk(admin) == [case.public_id]
    for somebody, own, foreign in ((reporter, "robin", "finch"), (finch, "finch", "robin")):
        mine = {reporter.pk: first, finch.pk: second}[somebody.pk]
        page = text_of(signed_in(somebody).get(f"/my-reports/{mine.number}/"))
        assert list(mine.messages.values_list("text", flat=True)) == [f"A word to {own} alone."]
        assert f"A word to {foreign} alone." not in page
    actions.separate(case=Case.objects.get(pk=other.pk), admin=admin)
    assert set(keys_on_desk(admin)) == {case.public_id, other.public_id}
    assert list(second.messages.values_list("text", flat=True)) == ["A word to finch alone."]
    settle(Case.objects.get(pk=case.pk), admin)
    second.refresh_from_db()
    assert second.status != "decided"


# At once, and the second admin -------------------------------------------------------------------


def test_access_is_cut_at_once_and_comes_back_where_nothing_was_found(case, nurse, admin):
    measure = cut_access(case=case, admin=admin, person=nurse, reason="A child may be at risk.")
    assert measure == cut_access(case=case, admin=admin, person=nurse, reason="Again.")
    nurse.refresh_from_db()
    assert viewer_of(nurse).barrier == Barrier.SUSPENDED
    settle(case, admin)
    nurse.refresh_from_db()
    assert viewer_of(nurse).barrier is None
    assert restore_access(measure=measure, case=case, admin=admin) is False


def test_what_limits_staff_happens_when_another_admin_approves_and_not_before(
    case, nurse, admin, other_admin, reporter
):
    waits = settle(
        case,
        admin,
        outcome=Outcome.ACTION_TAKEN,
        clause=code_clause(),
        person_message=MESSAGE,
    )
    case.refresh_from_db()
    assert case.status == CaseStatus.APPROVAL
    assert not Notice.objects.filter(message__contains=MESSAGE).exists()
    with pytest.raises(Refused):
        approve_decision(decision=waits, admin=admin)
    with pytest.raises(NotDeclared):
        approve_decision(decision=waits, admin=other_admin)
    take(case=case, admin=other_admin)
    approve_decision(decision=waits, admin=other_admin)
    with pytest.raises(StaleVersion):
        refuse_decision(decision=waits, admin=other_admin)
    case.refresh_from_db()
    assert case.status == CaseStatus.DECIDED
    to_nurse = Notice.objects.get(recipient=nurse, kind="decision", message__contains=MESSAGE)
    to_reporter = Notice.objects.get(recipient=reporter, kind="report")
    assert to_nurse.message not in to_reporter.message
    assert "robin" not in to_nurse.message
    refused_by_database(
        lambda: CaseDecision.objects.filter(pk=waits.pk).update(note="Other words.")
    )


def test_a_case_about_a_professional_needs_its_checklist(case, admin):
    answers = {Report.objects.get(case=case).number: "We looked."}
    with pytest.raises(Refused, match="checklist"):
        decide_case(
            case=case,
            admin=admin,
            version=case.version,
            outcome=Outcome.NOTHING_FOUND,
            answers=answers,
        )


def test_a_decided_case_is_opened_again_with_a_reason(case, admin):
    settle(case, admin)
    case.refresh_from_db()
    with pytest.raises(Refused):
        actions.reopen(case=case, admin=admin, version=case.version, reason=" ")
    actions.reopen(case=case, admin=admin, version=case.version, reason="New words came in.")
    case.refresh_from_db()
    assert case.status == CaseStatus.OPEN
    assert case.case_decisions.count() == 1
    assert "New words came in." in [entry.words for entry in timeline_of(case)]


def test_a_bundle_names_each_file_with_its_hash_and_holds_the_evidence(case, admin, post):
    add_evidence(case=case, admin=admin, posts=[post])
    packed = bundle(case, at=timezone.now())
    with zipfile.ZipFile(io.BytesIO(packed.content)) as archive:
        manifest = archive.read("MANIFEST.json")
        named = json.loads(manifest)["sha256"]
        files = {name: archive.read(name) for name in archive.namelist()}
    assert sha256(manifest).hexdigest() == packed.manifest_hash
    assert {name: sha256(files[name]).hexdigest() for name in named} == named
    assert set(files) == {*named, "MANIFEST.json"}
    assert b"Write to me elsewhere." in b"".join(
        content for name, content in files.items() if name.startswith("evidence/")
    )
    answer = signed_in(admin).post(at(case, "case_export"))
    assert answer["Content-Type"] == "application/zip"


# Leaks -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "message, found",
    [
        ("You wrote to robin.", ["robin"]),
        ("You wrote to Robin2.", []),
        ("Please read the code again.", []),
        ("You asked me for my number on a day.", ["asked me for my number on"]),
        ("We know: SHE ASKED ME FOR MY phone.", ["SHE ASKED ME FOR MY"]),
    ],
)
def test_names_and_long_passages_of_the_other_side_are_found(message, found):
    other = OtherSide(
        names=frozenset({"robin", ""}), texts=("She asked me for my number on Tuesday.",)
    )
    assert [leak.passage for leak in find_leaks(message, other)] == found


# Races -------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_of_two_admins_who_decide_at_once_one_decides(board):
    author = make_member("wren")
    first, second = make_staff("ada", Role.ADMIN), make_staff("grace", Role.ADMIN)
    post = publish_thread(author, board, title="Lunch", text="Hello there.").posts.get()
    for number in range(5):
        case = open_case(report=report_on(post, make_member(f"bird{number}")), admin=first)
        take(case=case, admin=second)
        case.refresh_from_db()
        results = at_once(
            lambda case=case: settle(case, first), lambda case=case: settle(case, second)
        )
        made = [result for result in results if isinstance(result, CaseDecision)]
        assert len(made) == 1, results
        assert case.case_decisions.count() == 1
        assert sum(isinstance(result, StaleVersion) for result in results) == 1
