"""Applying as a health professional: over several visits, without scripts, nothing skipped."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.db import DatabaseError, IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.applying import actions
from accounts.applying.dilemmas import dilemmas
from accounts.applying.tasks import Progress, Task, tasks_of
from accounts.models import (
    ApplicationKind,
    ApplicationState,
    Clause,
    ClauseSignature,
    Consent,
    DilemmaAnswer,
    HcpApplication,
    Purpose,
    Role,
    User,
    Workplace,
)
from accounts.viewer import Barrier, viewer_of
from moderation.models import AuditEvent
from tests.applicants import code, filled_application, make_applicant
from tests.factories import give_mfa, make_hcp, make_member, make_staff
from tests.readability import (
    LONG_TEXT_WORDS,
    MAX_GRADE,
    MAX_WORDS_IN_SENTENCE,
    main_text,
    measure,
)

pytestmark = [pytest.mark.usefixtures("texts"), pytest.mark.one_database]

LIST = reverse("accounts:application")
SEND = reverse("moderation:apply_send")
ACCOUNT = reverse("accounts:apply_account")
CODE_PAGE = reverse("account_email_verification_sent")
WHO = {"profession": "Dietitian", "register_body": "HCPC", "register_number": "DT1"}


def at(task: Task) -> str:
    return reverse("accounts:application_task", args=[task])


def browser_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def newest(user: User) -> HcpApplication:
    application = actions.newest(user)
    assert application is not None
    return application


def progress(user: User) -> dict[Task, Progress]:
    return {row.task: row.progress for row in tasks_of(newest(user))}


def test_a_guest_makes_an_account_and_does_all_tasks_over_several_visits():
    guest = Client()
    assert b"Make an account for work" in guest.get(reverse("accounts:apply")).content
    answer = guest.post(
        ACCOUNT, {"pseudonym": "NurseWren", "email": "wren@clinic.example", "is_for_work": "on"}
    )
    assert answer["Location"] == CODE_PAGE
    number = re.search(r"^(\d{6})$", mail.outbox[-1].body, re.MULTILINE)
    assert number
    answer = guest.post(CODE_PAGE, {"code": number[1]})
    assert answer["Location"] == LIST
    user = User.objects.get(email="wren@clinic.example")
    assert (user.role, user.birth_year, user.hcp_choice) == (Role.HCP, None, "")
    assert viewer_of(user).barrier == Barrier.HCP_NOT_CURRENT
    assert guest.get(reverse("forum:boards")).status_code == 404

    page = guest.get(LIST).content.decode()
    assert page.count("Not started") == 6
    assert not HcpApplication.objects.exists()  # looking begins nothing
    assert guest.post(at(Task.WHO), WHO)["Location"] == LIST

    # The next visit, in another browser.
    later = browser_of(user)
    assert "Done" in later.get(LIST).content.decode()
    clinic = Workplace.objects.create(name="Hill Clinic")
    later.post(at(Task.WORKPLACES), {"known": clinic.public_id, "new": "Vale Practice\n\n"})
    later.post(at(Task.INTERESTS), {"any": "nobody", "interests": ""})
    current = code()
    anchors = list(current.clauses.values_list("anchor", flat=True))
    signing = {"seen": current.content_hash, "clause": anchors[:3]}
    assert later.post(at(Task.CODE), signing)["Location"] == at(Task.CODE)
    assert progress(user)[Task.CODE] == Progress.BEGUN
    assert f"Begun: 3 of {len(anchors)}" in later.get(LIST).content.decode()
    assert later.post(at(Task.CODE), signing | {"clause": anchors[3:]})["Location"] == LIST
    for dilemma in dilemmas().all:
        right = next(row.slug for row in dilemma.answers if row.right)
        later.post(at(Task.DILEMMAS), {"dilemma": dilemma.slug, "answer": right})
    assert later.get(at(Task.EXTRA_STEP))["Location"] == reverse("mfa_index")
    give_mfa(user)
    assert set(progress(user).values()) == {Progress.DONE}

    assert later.post(SEND)["Location"] == LIST
    application = newest(user)
    assert (application.state, application.round) == (ApplicationState.WAITING, 1)
    assert list(application.workplaces.all()) == [clinic]
    assert [row.name for row in application.proposed.all()] == ["Vale Practice"]
    assert not Workplace.objects.filter(name="Vale Practice").exists()
    assert AuditEvent.objects.filter(verb="hcp_application_sent", actor=user).count() == 1
    page = later.get(LIST).content.decode()
    assert page.count("Waiting for the check") == 6
    assert viewer_of(user).barrier == Barrier.HCP_NOT_CURRENT


@pytest.mark.parametrize("skipped", list(Task))
def test_no_task_can_be_skipped_by_sending_at_once(skipped):
    user = make_applicant("Hasty")
    client = browser_of(user)
    application, _made = actions.start(user=user, kind=ApplicationKind.FIRST)
    current = code()
    anchors = list(current.clauses.values_list("anchor", flat=True))
    if skipped != Task.WHO:
        client.post(at(Task.WHO), WHO)
    if skipped != Task.WORKPLACES:
        client.post(at(Task.WORKPLACES), {"nowhere": "on"})
    if skipped != Task.INTERESTS:
        client.post(at(Task.INTERESTS), {"any": "nobody"})
    signed = anchors[:-1] if skipped == Task.CODE else anchors
    client.post(at(Task.CODE), {"seen": current.content_hash, "clause": signed})
    for dilemma in dilemmas().all:
        wanted = dilemma == dilemmas().all[0] or skipped != Task.DILEMMAS
        picked = next(row.slug for row in dilemma.answers if row.right == wanted)
        client.post(at(Task.DILEMMAS), {"dilemma": dilemma.slug, "answer": picked})
    if skipped != Task.EXTRA_STEP:
        give_mfa(user)
    page = client.post(SEND, follow=True).content.decode()
    assert "Not sent yet" in page
    application.refresh_from_db()
    assert (application.state, application.round) == (ApplicationState.DRAFT, 0)


@pytest.mark.both_databases
def test_the_database_takes_no_application_that_was_not_told_whole():
    application, _made = actions.start(user=make_applicant("Empty"), kind=ApplicationKind.FIRST)
    with pytest.raises(IntegrityError), transaction.atomic():
        HcpApplication.objects.filter(pk=application.pk).update(
            state=ApplicationState.WAITING, round=1, submitted_at=timezone.now()
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        HcpApplication.objects.create(
            user=application.user, kind=ApplicationKind.FIRST, started_at=timezone.now()
        )


def test_each_clause_has_its_own_tick_and_none_is_ticked_before():
    user = make_applicant("Reader")
    page = browser_of(user).get(at(Task.CODE)).content.decode()
    assert page.count('type="checkbox"') == code().clauses.count() > 20
    assert not re.search(r"<input[^>]*\schecked", page)


def test_signatures_carry_version_and_hash_and_the_last_one_records_the_consent():
    user = make_applicant("Signer")
    application, _made = actions.start(user=user, kind=ApplicationKind.FIRST)
    current = code()
    anchors = list(current.clauses.values_list("anchor", flat=True))
    actions.sign(application=application, anchors=anchors[:-1], seen_hash=current.content_hash)
    assert not Consent.objects.filter(user=user).exists()
    left = actions.sign(
        application=application, anchors=[*anchors, "nowhere"], seen_hash=current.content_hash
    )
    assert left == 0
    signatures = ClauseSignature.objects.filter(application=application)
    assert signatures.count() == len(anchors)
    assert set(signatures.values_list("document", "document_hash")) == {
        (current.pk, current.content_hash)
    }
    consent = Consent.objects.get(user=user)
    assert (consent.purpose, consent.value) == (Purpose.HCP_CODE, "yes")
    assert (consent.document, consent.document_hash) == (current, current.content_hash)


def test_nobody_signs_words_that_they_were_not_shown():
    application, _made = actions.start(user=make_applicant("Blind"), kind=ApplicationKind.FIRST)
    with pytest.raises(actions.OtherWords):
        actions.sign(application=application, anchors=["no-doses"], seen_hash="other")
    client = browser_of(application.user)
    client.post(at(Task.CODE), {"seen": "other", "clause": ["no-doses"]})
    assert not ClauseSignature.objects.exists()


@pytest.mark.both_databases
def test_signatures_and_answers_are_only_added_to():
    application = filled_application(make_applicant("Kept"))
    for rows, change in (
        (ClauseSignature.objects.all(), {"document_hash": "x"}),
        (DilemmaAnswer.objects.all(), {"is_right": False}),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.update(**change)
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.delete()
    with pytest.raises(IntegrityError), transaction.atomic():
        ClauseSignature.objects.create(
            application=application,
            clause=Clause.objects.filter(document=code()).first(),
            document=code(),
            document_hash="again",
            at=timezone.now(),
        )


def test_a_wrong_answer_is_explained_kept_and_can_be_tried_again():
    user = make_applicant("Learner")
    client = browser_of(user)
    dilemma = dilemmas().all[0]
    wrong = next(row for row in dilemma.answers if not row.right)
    right = next(row for row in dilemma.answers if row.right)
    page = client.post(at(Task.DILEMMAS), {"dilemma": dilemma.slug, "answer": wrong.slug})
    assert "Not quite" in page.content.decode()
    assert f"{reverse('accounts:hcp_code')}#{dilemma.clause}" in page.content.decode()
    page = client.post(
        at(Task.DILEMMAS), {"dilemma": dilemma.slug, "answer": right.slug}, follow=True
    )
    assert dilemmas().all[1].title in page.content.decode()
    kept = DilemmaAnswer.objects.filter(application=newest(user))
    assert list(kept.values_list("answer", "is_right")) == [
        (wrong.slug, False),
        (right.slug, True),
    ]
    assert progress(user)[Task.DILEMMAS] == Progress.BEGUN


def test_dilemmas_have_one_right_answer_and_name_a_clause_of_the_code():
    anchors = set(code().clauses.values_list("anchor", flat=True))
    assert len(dilemmas().all) == 2
    for dilemma in dilemmas().all:
        assert dilemma.clause in anchors
        assert [row.right for row in dilemma.answers].count(True) == 1
        assert len(dilemma.answers) >= 3
        assert all(row.reply for row in dilemma.answers)


@pytest.mark.parametrize(
    "task,data,error",
    [
        (Task.WHO, WHO | {"register_number": " "}, "Please fill this in"),
        (Task.WORKPLACES, {}, "Name a place"),
        (Task.WORKPLACES, {"new": "Vale", "nowhere": "on"}, "Not both"),
        (Task.WORKPLACES, {"new": "\n".join("abcd" for _ in range(6))}, "Five new places"),
        (Task.INTERESTS, {}, "Pick one first"),
        (Task.INTERESTS, {"any": "somebody", "interests": " "}, "Say who pays you"),
        (Task.INTERESTS, {"any": "nobody", "interests": "A maker of pumps"}, "Then pick yes"),
        (Task.DILEMMAS, {"dilemma": "the-number"}, "Pick one first"),
    ],
)
def test_what_is_missing_is_said_next_to_the_field(task, data, error):
    user = make_applicant("Slips")
    page = browser_of(user).post(at(task), data).content.decode()
    assert error in page
    assert progress(user)[task] == Progress.NOT_STARTED


def test_what_waits_cannot_be_changed():
    user = make_applicant("Waits")
    application = filled_application(user)
    client = browser_of(user)
    client.post(SEND)
    assert client.post(at(Task.WHO), WHO | {"profession": "Surgeon"})["Location"] == LIST
    with pytest.raises(actions.NotNow):
        actions.tell_interests(application=application, interests="Changed")
    client.post(SEND)
    application.refresh_from_db()
    assert (application.profession, application.round) == ("Dietitian", 1)


def test_sending_from_nothing_sends_nothing():
    user = make_applicant("Nothing")
    assert browser_of(user).post(SEND)["Location"] == LIST
    assert not HcpApplication.objects.exists()


@pytest.mark.parametrize("who", ["member", "moderator", "admin"])
def test_nobody_else_has_an_application(who):
    user = make_member("Peer") if who == "member" else make_staff("Team", Role(who))
    client = browser_of(user)
    assert client.get(LIST).status_code == 404
    assert client.post(at(Task.WHO), WHO).status_code == 404
    assert client.post(SEND).status_code == 404
    with pytest.raises(actions.NotNow):
        actions.start(user=user, kind=ApplicationKind.FIRST)
    assert b"can't become one" in client.get(reverse("accounts:apply")).content.replace(
        b"&#x27;", b"'"
    )
    assert client.get(ACCOUNT)["Location"] == reverse("accounts:apply")


def test_an_address_of_a_member_makes_no_second_account_and_looks_the_same():
    make_member("Peer", email="both@people.example")
    answer = Client().post(
        ACCOUNT, {"pseudonym": "NurseTwo", "email": "both@people.example", "is_for_work": "on"}
    )
    assert answer["Location"] == CODE_PAGE
    assert User.objects.filter(email="both@people.example").count() == 1
    assert "account already" in mail.outbox[-1].body
    again = {"pseudonym": "nursetwo", "email": "other@people.example", "is_for_work": "on"}
    assert b"has this name already" in Client().post(ACCOUNT, again).content


@pytest.mark.parametrize(
    "data,error",
    [
        ({"pseudonym": "admin-ann"}, b"sounds like an admin"),
        ({"pseudonym": "x"}, b"Use 3 to 24"),
        ({"email": "no"}, b"valid email"),
        ({"is_for_work": ""}, b"you need to say yes"),
    ],
)
def test_the_account_form_says_what_is_wrong(data, error):
    told = {"pseudonym": "NurseOk", "email": "ok@clinic.example", "is_for_work": "on"} | data
    assert error in Client().post(ACCOUNT, told).content
    assert not User.objects.filter(role=Role.HCP).exists()


def test_a_robot_gets_the_same_answer_and_no_account():
    told = {"pseudonym": "NurseBot", "email": "bot@bots.example", "is_for_work": "on"}
    answer = Client().post(ACCOUNT, told | {"website": "http://spam.example"})
    assert answer["Location"] == CODE_PAGE
    assert not User.objects.filter(email="bot@bots.example").exists()


def test_a_known_place_under_another_spelling_is_not_proposed():
    clinic = Workplace.objects.create(name="Hill Clinic")
    user = make_applicant("Speller")
    browser_of(user).post(at(Task.WORKPLACES), {"new": "hill  clinic"})
    assert list(newest(user).workplaces.all()) == [clinic]
    assert not newest(user).proposed.exists()


def test_a_place_added_while_renewing_counts_at_once():
    hcp = make_hcp("Mover")
    clinic = Workplace.objects.create(name="New Clinic")
    old = Workplace.objects.create(name="Old Clinic")
    hcp.hcp_profile.workplaces.set([old])
    application, _made = actions.start(user=hcp, kind=ApplicationKind.RENEWAL)
    assert list(application.workplaces.all()) == [old]
    actions.tell_workplaces(application=application, known=[clinic], new_names=[])
    assert set(hcp.hcp_profile.workplaces.all()) == {old, clinic}


def test_answers_of_an_earlier_round_do_not_count_for_a_renewal():
    hcp = make_hcp("Renews", expires_at=timezone.now() - timedelta(days=1))
    client = browser_of(hcp)
    assert b"Your year is over" in client.get(LIST).content
    client.post(reverse("accounts:application_start"))
    found = newest(hcp)
    assert found.kind == ApplicationKind.RENEWAL
    assert found.profession == "Diabetes nurse"
    assert {row.progress for row in tasks_of(found) if row.task != Task.EXTRA_STEP} == {
        Progress.NOT_STARTED
    }
    assert Task.DILEMMAS not in {row.task for row in tasks_of(found)}


def test_what_applicants_read_is_easy_to_read():
    texts = [main_text(Client().get(reverse("accounts:apply")).content.decode())]
    for dilemma in dilemmas().all:
        words = [dilemma.title, dilemma.story, dilemma.question]
        for answer in dilemma.answers:
            words += [answer.text, answer.reply]
        texts.append("\n".join(words))
    for text in texts:
        reading = measure(text)
        assert reading.words > LONG_TEXT_WORDS
        assert reading.grade <= MAX_GRADE
        assert reading.longest_words <= MAX_WORDS_IN_SENTENCE, reading.longest
