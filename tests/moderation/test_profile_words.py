"""Words about oneself: kept with a report as they were read, taken down in a case, given back."""

import io
import json
import zipfile

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.ids import new_public_id
from accounts.models import AgeGroup, Block, HcpChoice, HiddenHcp, Role, User
from forum.actions.profiles import ProfileWords, save_profile
from forum.errors import NotVisible, Refused, StaleVersion
from forum.models import Board, Notice, NoticeKind, Profile, ShownTo
from moderation.actions.appeals import appeal, decide_appeal
from moderation.actions.cases import NotDeclared, open_case, take
from moderation.actions.profile_words import take_words_down
from moderation.actions.reporting import file_report
from moderation.actions.sanctions import lift, sanction
from moderation.appeals import deciders_of
from moderation.bundle import bundle
from moderation.models import (
    AppealStatus,
    AuditEvent,
    Case,
    Category,
    ProfileEvidence,
    Report,
    Restored,
    Sanction,
    SanctionKind,
)
from moderation.profile_words import digest_of
from tests.factories import (
    any_clause,
    make_board,
    make_hcp,
    make_member,
    make_staff,
    publish_thread,
)
from tests.moderation.desk import at, desk_address, settle, signed_in, text_of
from tests.seasoned import make_seasoned

pytestmark = pytest.mark.usefixtures("texts")

NOBODY, PEERS, EVERYBODY = ShownTo.NOBODY, ShownTo.PEERS, ShownTo.EVERYBODY
SAID = "Slow people should stay away from me."
MILD = "I paint odd socks."
MESSAGE = "This hurts people who read it."
WHY = "It was a joke about myself."
ANSWER = "We read it again. It was about yourself."
NOT_HERE, FOUND, UNPROCESSABLE = 404, 302, 422


@pytest.fixture
def board(db: None) -> Board:
    return make_board("adults", groups=[AgeGroup.ADULT])


@pytest.fixture
def member(board: Board) -> User:
    """Somebody whose words about themselves are for peers, with a post for the community."""
    user = make_seasoned("wren", board=board)
    publish_thread(user, board, title="For all", text="Who else is up?")
    say(user, SAID)
    return user


@pytest.fixture
def reporter(db: None) -> User:
    return make_member("robin")


@pytest.fixture
def admin(db: None) -> User:
    return make_staff("ada", Role.ADMIN)


@pytest.fixture
def second(db: None) -> User:
    return make_staff("grace", Role.ADMIN)


def say(user: User, words: str, shown_to: str = PEERS) -> None:
    save_profile(user=user, words=ProfileWords(about=words, about_for=shown_to))


def said(user: User) -> tuple[str, str]:
    """What the profile says, and for whom."""
    return Profile.objects.values_list("about", "about_for").get(user=user)


def filed(about: User, reporter: User | None, *, read: str = SAID) -> Report:
    return file_report(
        category=Category.BULLYING,
        submission_key=new_public_id(),
        reporter=reporter,
        about=about,
        profile=[read],
    )


@pytest.fixture
def case(member: User, reporter: User, admin: User) -> Case:
    return open_case(report=filed(member, reporter), admin=admin)


def taken(case: Case, admin: User, **changes: object) -> Sanction:
    values = {
        "clause": any_clause(),
        "message": MESSAGE,
        "seen": digest_of(SAID),
        "key": new_public_id(),
    }
    return take_words_down(case=case, admin=admin, **{**values, **changes})


def kept(report: Report) -> list[str]:
    return list(report.profile_evidence.values_list("words", flat=True))


# Kept with the report ----------------------------------------------------------------------------


def begun(client: Client, person: User) -> str:
    """Begin a report about a person from their profile; the address of its check page."""
    address = reverse("moderation:report_person", args=[person.public_id])
    answer = client.post(address, {"key": new_public_id(), "category": "bullying"})
    assert answer.status_code == FOUND
    return answer["Location"].replace("/rule/", "/check/")


def reported(client: Client, person: User) -> Report:
    check = begun(client, person)
    assert client.post(check).status_code == FOUND
    return Report.objects.latest("pk")


def test_a_report_from_a_profile_keeps_what_the_reporter_read(member, reporter):
    report = reported(signed_in(reporter), member)
    assert (report.about, kept(report)) == (member, [SAID])


def test_the_check_page_says_that_the_words_go_with_the_report(member, reporter):
    client = signed_in(reporter)
    assert SAID in text_of(client.get(begun(client, member)))


@pytest.mark.parametrize("shown_to, reads", [(NOBODY, []), (PEERS, []), (EVERYBODY, [SAID])])
def test_of_a_professional_only_words_that_were_for_them_are_kept(member, shown_to, reads):
    say(member, SAID, shown_to)
    assert kept(reported(signed_in(make_hcp("nurse")), member)) == reads


def test_words_for_nobody_are_not_kept(member, reporter):
    say(member, SAID, NOBODY)
    assert kept(reported(signed_in(reporter), member)) == []


def test_words_that_change_while_somebody_reports_are_kept_as_read_and_as_they_are(
    member, reporter
):
    client = signed_in(reporter)
    check = begun(client, member)
    say(member, MILD)
    client.post(check)
    assert kept(Report.objects.get()) == [SAID, MILD]


def test_words_that_are_hidden_while_somebody_reports_are_kept_as_read(member, reporter):
    client = signed_in(reporter)
    check = begun(client, member)
    say(member, MILD, NOBODY)
    client.post(check)
    assert kept(Report.objects.get()) == [SAID]


def test_the_draft_of_a_report_that_was_sent_keeps_no_words(member, reporter):
    client = signed_in(reporter)
    reported(client, member)
    assert SAID not in json.dumps(dict(client.session.items()))


# Who reads it ------------------------------------------------------------------------------------


def test_the_words_are_read_in_the_case_by_who_said_that_they_have_no_tie(member, reporter, admin):
    report = reported(signed_in(reporter), member)
    client = signed_in(admin)
    assert SAID not in text_of(client.get(desk_address(report)))
    case = open_case(report=report, admin=admin)
    assert SAID in text_of(client.get(at(case)))


def test_who_has_not_declared_or_is_in_conflict_reads_nothing(case, reporter, second):
    client = signed_in(second)
    assert SAID not in text_of(client.get(at(case)))
    assert client.get(at(case, "case_words")).status_code == FOUND
    tied = make_staff("tied", Role.ADMIN)
    filed(tied, reporter)
    other = open_case(report=Report.objects.latest("pk"), admin=second)
    client = signed_in(tied)
    for name in ("case", "case_words"):
        assert client.get(at(other, name)).status_code == NOT_HERE


@pytest.mark.parametrize("role", [Role.MEMBER, Role.MODERATOR, Role.HCP])
def test_nobody_but_admins_opens_the_case_or_takes_words_down(case, member, role):
    who = make_hcp("nurse") if role == Role.HCP else make_staff("mo", role)
    client = signed_in(who)
    for name in ("case", "case_words"):
        assert client.get(at(case, name)).status_code == NOT_HERE
    assert client.post(at(case, "case_words"), {}).status_code == NOT_HERE


def test_the_reporter_finds_no_words_of_others_where_the_report_is_followed(case, reporter):
    number = Report.objects.get().number
    page = text_of(signed_in(reporter).get(reverse("moderation:own_report", args=[number])))
    assert number in page
    assert SAID not in page


def test_a_copy_of_the_case_holds_the_words(case, admin):
    made = bundle(case, at=timezone.now())
    with zipfile.ZipFile(io.BytesIO(made.content)) as archive:
        data = json.loads(archive.read("case.json"))
        assert SAID in archive.read("case.html").decode()
    assert data["reports"][0]["profile"] == [SAID]
    taken(case, admin)
    with zipfile.ZipFile(io.BytesIO(bundle(case, at=timezone.now()).content)) as archive:
        assert json.loads(archive.read("case.json"))["words_taken_down"] == [SAID]


# What holds it -----------------------------------------------------------------------------------


def refused(*, match: str):
    """The database itself says no."""
    return pytest.raises(DatabaseError, match=match)


def test_the_words_are_never_changed_and_stay_while_report_or_case_is_open(case, admin):
    taken(case, admin)
    assert ProfileEvidence.objects.count() == 2
    for change in ({"words": "Nice."}, {"words": "[erased]"}):
        with refused(match="held"), transaction.atomic():
            ProfileEvidence.objects.update(**change)
    for row in ProfileEvidence.objects.all():
        with refused(match="held"), transaction.atomic():
            ProfileEvidence.objects.filter(pk=row.pk)._raw_delete("default")


def test_when_it_is_over_the_words_can_be_erased_and_nothing_else_be_changed(case, admin, reporter):
    taken(case, admin)
    settle(case, admin)
    with refused(match="held"), transaction.atomic():
        ProfileEvidence.objects.update(words="Nice.")
    with refused(match="held"), transaction.atomic():
        ProfileEvidence.objects.update(words="[erased]", added_at=timezone.now())
    ProfileEvidence.objects.update(words="[erased]")
    ProfileEvidence.objects.all()._raw_delete("default")


def test_evidence_is_of_the_person_that_it_is_about(case, member, admin, reporter):
    made = taken(case, admin)
    now = timezone.now()
    of_nobody = {"person": reporter, "words": SAID, "added_at": now}
    with refused(match="another"), transaction.atomic():
        ProfileEvidence.objects.create(report=Report.objects.get(), **of_nobody)
    ProfileEvidence.objects.filter(sanction=made).exists()
    silence = sanction(
        user=member,
        moderator=admin,
        kind=SanctionKind.SILENCE,
        days=3,
        clause=any_clause(),
        message=MESSAGE,
        key=new_public_id(),
        case=case,
    )
    with refused(match="another"), transaction.atomic():
        ProfileEvidence.objects.create(
            sanction=silence, person=member, words=SAID, words_for=PEERS, added_at=now
        )


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has no TRUNCATE")
def test_the_words_cannot_be_truncated(case):
    connection.check_constraints()
    with refused(match="only added to"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("TRUNCATE moderation_profileevidence CASCADE")


# Taking them down --------------------------------------------------------------------------------


def test_words_that_are_taken_down_are_gone_for_all_and_kept_under_the_case(case, member, admin):
    made = taken(case, admin)
    assert said(member) == ("", NOBODY)
    assert (made.kind, made.case, made.user, made.ends_at) == (
        SanctionKind.WORDS,
        case,
        member,
        None,
    )
    assert (made.words_taken.words, made.words_taken.words_for) == (SAID, PEERS)
    profile = reverse("forum:profile", args=[member.public_id])
    for viewer in (make_member("peer"), make_staff("mo", Role.MODERATOR), admin):
        assert SAID not in text_of(signed_in(viewer).get(profile))
    assert SAID in text_of(signed_in(admin).get(at(case)))


def test_they_are_told_with_rule_and_reason_and_how_to_appeal(case, member, admin, reporter):
    made = taken(case, admin)
    notice = Notice.objects.get(recipient=member, kind=NoticeKind.SANCTION)
    assert MESSAGE in notice.message
    assert any_clause().line in notice.message
    assert notice.mail_due_at is not None
    page = text_of(signed_in(member).get(notice.link))
    assert SAID in page
    assert "You can write something new" in page
    assert reverse("moderation:appeal_sanction", args=[made.public_id]) in page
    for name in (admin.pseudonym, reporter.pseudonym):
        assert name not in page


def test_the_log_says_who_and_what_and_has_no_words(case, member, admin):
    made = taken(case, admin)
    event = AuditEvent.objects.get(verb="sanctioned")
    assert (event.actor, event.subject_public_id) == (admin, made.public_id)
    assert (event.data["kind"], event.data["case"]) == ("words", case.public_id)
    logged = json.dumps(list(AuditEvent.objects.values_list("data", flat=True)))
    assert SAID not in logged
    assert MESSAGE not in logged


def test_they_may_write_something_new_which_is_screened_as_always(case, member, admin):
    taken(case, admin)
    with pytest.raises(Refused):
        say(member, "Write to me: wren@example.org")
    say(member, MILD)
    assert said(member) == (MILD, PEERS)


def test_the_same_twice_is_one(case, admin, member):
    key = new_public_id()
    assert taken(case, admin, key=key) == taken(case, admin, key=key)
    assert Notice.objects.filter(recipient=member, kind=NoticeKind.SANCTION).count() == 1


def test_words_that_changed_meanwhile_are_not_taken_down_unread(case, member, admin):
    say(member, MILD)
    with pytest.raises(StaleVersion):
        taken(case, admin)
    assert said(member) == (MILD, PEERS)


def test_hiding_the_words_that_were_reported_does_not_save_them(case, member, admin):
    say(member, SAID, NOBODY)
    taken(case, admin)
    assert said(member) == ("", NOBODY)


def test_words_for_nobody_that_no_report_has_are_not_read_by_the_desk(case, member, admin):
    say(member, MILD, NOBODY)
    with pytest.raises(StaleVersion):
        taken(case, admin, seen=digest_of(MILD))
    answer = signed_in(admin).get(at(case, "case_words"), follow=True)
    assert MILD not in text_of(answer)
    assert at(case, "case_words") not in text_of(signed_in(admin).get(at(case)))


def test_only_who_works_on_the_case_takes_words_down(case, member, admin, second):
    with pytest.raises(NotDeclared):
        taken(case, second)
    for role in (Role.MODERATOR, Role.MEMBER):
        with pytest.raises(NotVisible):
            taken(case, make_staff(f"as-{role}", role))
    Block.objects.create(blocker=member, blocked=second)
    take(case=case, admin=second)
    with pytest.raises(NotVisible):
        taken(case, second)
    settle(case, admin)
    with pytest.raises(Refused):
        taken(case, admin)
    assert said(member) == (SAID, PEERS)


def test_the_database_keeps_the_tied_from_it_and_wants_a_case(case, member, admin):
    row = {
        "user": member,
        "kind": SanctionKind.WORDS,
        "clause": any_clause(),
        "message": MESSAGE,
        "starts_at": timezone.now(),
    }
    reporter = make_staff("grace", Role.ADMIN)
    filed(member, reporter)
    with refused(match="conflict"), transaction.atomic():
        Sanction.objects.create(case=case, decided_by=reporter, submission_key="a" * 14, **row)
    with refused(match="sanction_words_in_a_case"), transaction.atomic():
        Sanction.objects.create(decided_by=admin, submission_key="b" * 14, **row)


def test_it_is_no_choice_among_the_sanctions(case, member, admin):
    with pytest.raises(NotVisible):
        sanction(
            user=member,
            moderator=admin,
            kind=SanctionKind.WORDS,
            clause=any_clause(),
            message=MESSAGE,
            key=new_public_id(),
            case=case,
        )


def test_an_admin_takes_words_down_on_the_page(case, member, admin, reporter):
    client = signed_in(admin)
    address = at(case, "case_words")
    assert address in text_of(client.get(at(case)))
    assert SAID in text_of(client.get(address))
    data = {
        "key": new_public_id(),
        "seen": digest_of(SAID),
        "clause": "be-kind",
        "message": MESSAGE,
    }
    empty = client.post(address, {**data, "clause": "", "message": ""})
    assert empty.status_code == UNPROCESSABLE
    assert "Pick the rule" in text_of(empty)
    telling = client.post(address, {**data, "message": f"{reporter.pseudonym} told us."})
    assert telling.status_code == UNPROCESSABLE
    assert said(member) == (SAID, PEERS)
    stale = client.post(address, {**data, "seen": digest_of(MILD)})
    assert stale.status_code == UNPROCESSABLE
    assert client.post(address, data)["Location"] == at(case)
    assert said(member) == ("", NOBODY)
    assert client.get(address)["Location"] == at(case)


# The second look ---------------------------------------------------------------------------------


@pytest.fixture
def made(case: Case, admin: User) -> Sanction:
    return taken(case, admin)


def test_somebody_else_looks_again_and_reads_the_words(made, member, admin, second):
    asked = appeal(user=member, sanction=made, words=WHY)
    assert deciders_of(asked, at=timezone.now()) == [second]
    address = reverse("moderation:appeal_desk", args=[asked.number])
    assert signed_in(admin).get(address).status_code == NOT_HERE
    assert signed_in(make_hcp("nurse")).get(address).status_code == NOT_HERE
    assert SAID in text_of(signed_in(second).get(address))
    with pytest.raises(NotVisible):
        decide_appeal(appeal=asked, person=admin, outcome=AppealStatus.OVERTURNED, answer=ANSWER)


def test_where_there_is_one_admin_a_moderator_looks_again(made, member):
    moderator = make_staff("mo", Role.MODERATOR)
    asked = appeal(user=member, sanction=made, words=WHY)
    assert deciders_of(asked, at=timezone.now()) == [moderator]


def test_overturned_the_words_are_back_for_those_who_had_them(made, member, second):
    asked = appeal(user=member, sanction=made, words=WHY)
    decide_appeal(appeal=asked, person=second, outcome=AppealStatus.OVERTURNED, answer=ANSWER)
    asked.refresh_from_db()
    made.refresh_from_db()
    assert asked.restored == Restored.WORDS_BACK
    assert made.lifted_by == second
    assert said(member) == (SAID, PEERS)
    told = Notice.objects.get(recipient=member, kind=NoticeKind.APPEAL)
    assert "Your words about you are back." in told.message
    profile = reverse("forum:profile", args=[member.public_id])
    assert SAID not in text_of(signed_in(make_hcp("nurse")).get(profile))
    own = text_of(signed_in(member).get(reverse("moderation:own_sanction", args=[made.public_id])))
    assert "We took this back" in own


def test_new_words_are_not_written_over(made, member, second):
    say(member, MILD)
    asked = appeal(user=member, sanction=made, words=WHY)
    decide_appeal(appeal=asked, person=second, outcome=AppealStatus.OVERTURNED, answer=ANSWER)
    asked.refresh_from_db()
    assert asked.restored == Restored.WORDS_NEWER
    assert said(member) == (MILD, PEERS)


def test_upheld_the_words_stay_down_and_in_part_is_not_offered(made, member, second):
    asked = appeal(user=member, sanction=made, words=WHY)
    page = text_of(signed_in(second).get(reverse("moderation:appeal_desk", args=[asked.number])))
    assert 'value="partly"' not in page
    with pytest.raises(Refused):
        decide_appeal(appeal=asked, person=second, outcome=AppealStatus.PARTLY, answer=ANSWER)
    decide_appeal(appeal=asked, person=second, outcome=AppealStatus.UPHELD, answer=ANSWER)
    assert said(member) == ("", NOBODY)


def test_it_cannot_be_ended_without_a_second_look(made, admin):
    assert not lift(sanction=made, admin=admin, why="We think again.")


def test_it_stands_where_they_read_how_they_are_doing(made, member):
    page = text_of(signed_in(member).get(reverse("moderation:standing")))
    assert reverse("moderation:own_sanction", args=[made.public_id]) in page
    assert "We took down your words about you" in page


def test_peers_only_words_reach_no_professional_by_any_of_it(made, member, second):
    """The member lets professionals in, so that one finds the profile; the words are for peers."""
    assert member.hcp_choice == HcpChoice.OPEN
    nurse = make_hcp("nurse")
    HiddenHcp.objects.filter(hcp=nurse).delete()
    asked = appeal(user=member, sanction=made, words=WHY)
    client = signed_in(nurse)
    for address in (
        reverse("forum:profile", args=[member.public_id]),
        reverse("moderation:report_person", args=[member.public_id]),
        reverse("moderation:appeals"),
        reverse("moderation:appeal_desk", args=[asked.number]),
        reverse("moderation:own_sanction", args=[made.public_id]),
    ):
        assert SAID not in text_of(client.get(address))
