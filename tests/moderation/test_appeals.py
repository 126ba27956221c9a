"""Appeals: for six months, once, by whom it is about, and decided by somebody who had no part."""

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.ids import new_public_id
from accounts.models import Block, Role, User
from forum.errors import NotVisible, Refused, StaleVersion
from forum.models import Audience, Board, HcpAccess, Notice, NoticeKind, Post, Status
from forum.models.board import HoldPolicy
from moderation import outside
from moderation.actions.appeals import appeal, decide_appeal
from moderation.actions.decide import decide
from moderation.actions.proposals import approve, decide_or_propose
from moderation.actions.sanctions import lift, sanction, sweep
from moderation.appeals import deciders_of
from moderation.models import (
    Appeal,
    AppealStatus,
    AuditEvent,
    Decision,
    DecisionKind,
    OutsideMail,
    Proposal,
    Restored,
    Sanction,
    SanctionKind,
)
from moderation.models.appeal import APPEAL_WITHIN
from tests.factories import (
    any_clause,
    fresh,
    in_state,
    make_board,
    make_hcp,
    make_member,
    make_staff,
    submit_thread,
)

pytestmark = pytest.mark.usefixtures("texts")

WORDS = {"title": "Today", "text": "It was a quiet day."}
MESSAGE = "Please leave this out."
WHY = "I was talking about myself, not about them."
ANSWER = "We read all of it again. You were talking about yourself."
DAY = timedelta(days=1)
TOLD_SINCE = timedelta(minutes=5)  # more than the minute in which nobody is told
NOT_HERE, UNPROCESSABLE, FOUND = 404, 422, 302
OVERTURNED, UPHELD, PARTLY = AppealStatus.OVERTURNED, AppealStatus.UPHELD, AppealStatus.PARTLY


@pytest.fixture
def board(db: None) -> Board:
    return make_board("feelings", hold_policy=HoldPolicy.ALL)


@pytest.fixture
def member(db: None) -> User:
    return make_member("wren")


@pytest.fixture
def moderator(db: None) -> User:
    return make_staff("calm", Role.MODERATOR)


@pytest.fixture
def other(db: None) -> User:
    return make_staff("fresh-eyes", Role.MODERATOR)


@pytest.fixture
def admin(db: None) -> User:
    return make_staff("ada", Role.ADMIN)


@pytest.fixture
def second(db: None) -> User:
    return make_staff("grace", Role.ADMIN)


@pytest.fixture
def held(member: User, board: Board) -> Post:
    return submit_thread(member, board, **WORDS)


def limited(
    post: Post,
    by: User,
    kind: DecisionKind = DecisionKind.REMOVE,
    at: datetime | None = None,
) -> Decision:
    return decide(
        post=post,
        moderator=by,
        kind=kind,
        version=fresh(post).version,
        clause=any_clause(),
        message=MESSAGE,
        at=at or timezone.now() - TOLD_SINCE,
    )


@pytest.fixture
def removed(held: Post, moderator: User) -> Decision:
    return limited(held, moderator)


@pytest.fixture
def appealed(removed: Decision, member: User, other: User) -> Appeal:
    return appeal(user=member, decision=removed, words=WHY)


def silenced(user: User, by: User, days: int = 3, **more: object) -> Sanction:
    values: dict = {
        "kind": SanctionKind.SILENCE,
        "days": days,
        "clause": any_clause(),
        "message": MESSAGE,
        "key": new_public_id(),
    }
    made = sanction(user=user, moderator=by, **{**values, **more})
    assert isinstance(made, Sanction)
    return made


def suspended(user: User, first: User, second: User) -> Sanction:
    proposal = sanction(
        user=user,
        moderator=first,
        kind=SanctionKind.SUSPENSION,
        days=7,
        clause=any_clause(),
        message=MESSAGE,
        key=new_public_id(),
    )
    assert isinstance(proposal, Proposal)
    approve(proposal=proposal, person=second)
    return Sanction.objects.get(proposal=proposal)


def again(row):
    return type(row).objects.get(pk=row.pk)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def desk_of(made: Appeal) -> str:
    return reverse("moderation:appeal_desk", args=[made.number])


def form_for(thing: Decision | Sanction) -> str:
    name = "appeal" if isinstance(thing, Decision) else "appeal_sanction"
    return reverse(f"moderation:{name}", args=[thing.public_id])


# Appealing --------------------------------------------------------------------------------------


def test_an_appeal_has_a_number_and_a_day_and_reaches_somebody_else(
    appealed: Appeal, moderator: User, other: User
) -> None:
    assert appealed.number.startswith("A-")
    assert appealed.due_at == appealed.created_at + 7 * DAY
    assert Notice.objects.get(recipient=other, kind=NoticeKind.SECOND).link == desk_of(appealed)
    assert not Notice.objects.filter(recipient=moderator, kind=NoticeKind.SECOND).exists()
    event = AuditEvent.objects.get(subject_public_id=appealed.number)
    assert WHY not in str(event.data)


def test_an_appeal_by_somebody_else_finds_nothing(
    removed: Decision, moderator: User, admin: User
) -> None:
    for person in (make_member("robin"), moderator, admin):
        with pytest.raises(NotVisible):
            appeal(user=person, decision=removed, words=WHY)
        browser = signed_in(person)
        assert browser.get(form_for(removed)).status_code == NOT_HERE
        assert browser.post(form_for(removed), {"words": WHY}).status_code == NOT_HERE
    assert not Appeal.objects.exists()


def test_raw_sql_cannot_file_it_for_somebody_else(removed: Decision) -> None:
    row = Appeal(
        appellant=make_member("robin"),
        decision=removed,
        words=WHY,
        created_at=timezone.now(),
        due_at=timezone.now(),
    )
    with pytest.raises(IntegrityError, match="appeal_by_who_it_is_about"), transaction.atomic():
        row.save()


def test_what_took_nothing_cannot_be_appealed(held: Post, moderator: User, member: User) -> None:
    published = decide(
        post=held,
        moderator=moderator,
        kind=DecisionKind.PUBLISH,
        version=held.version,
        at=timezone.now() - TOLD_SINCE,
    )
    with pytest.raises(NotVisible):
        appeal(user=member, decision=published, words=WHY)
    assert signed_in(member).get(form_for(published)).status_code == NOT_HERE


def test_in_the_minute_before_it_is_told_there_is_nothing_to_appeal(
    held: Post, moderator: User, member: User
) -> None:
    fresh_one = limited(held, moderator, at=timezone.now())
    with pytest.raises(NotVisible):
        appeal(user=member, decision=fresh_one, words=WHY)
    assert signed_in(member).get(form_for(fresh_one)).status_code == NOT_HERE


def test_the_reasons_lead_to_the_form_and_later_to_the_appeal(
    removed: Decision, member: User
) -> None:
    page = reverse("moderation:decision", args=[removed.public_id])
    browser = signed_in(member)
    assert form_for(removed) in browser.get(page).content.decode()
    made = appeal(user=member, decision=removed, words=WHY)
    shown = browser.get(page).content.decode()
    assert form_for(removed) not in shown
    assert made.number in shown


def test_after_six_months_it_is_too_late(removed: Decision, member: User) -> None:
    last = removed.decided_at + APPEAL_WITHIN
    assert timedelta(days=184) <= APPEAL_WITHIN  # no six months are longer
    with pytest.raises(Refused, match="six months"):
        appeal(user=member, decision=removed, words=WHY, at=last + timedelta(seconds=1))
    assert appeal(user=member, decision=removed, words=WHY, at=last).decision == removed


def test_the_page_says_that_it_is_too_late_and_takes_nothing(
    removed: Decision, member: User, time_machine
) -> None:
    browser = signed_in(member)
    time_machine.move_to(removed.decided_at + APPEAL_WITHIN + DAY, tick=False)
    browser.force_login(member)
    assert "is over" in browser.get(form_for(removed)).content.decode()
    assert browser.post(form_for(removed), {"words": WHY}).status_code == UNPROCESSABLE
    assert not Appeal.objects.exists()


def test_a_second_appeal_is_refused_and_the_page_leads_to_the_first(
    appealed: Appeal, removed: Decision, member: User, other: User
) -> None:
    own = reverse("moderation:own_appeal", args=[appealed.number])
    for _ in range(2):  # while it waits, and after it was decided
        with pytest.raises(Refused, match="before"):
            appeal(user=member, decision=removed, words="Once more.")
        answer = signed_in(member).post(form_for(removed), {"words": "Once more."})
        assert (answer.status_code, answer["Location"]) == (FOUND, own)
        if appealed.status == AppealStatus.OPEN:
            decide_appeal(appeal=appealed, person=other, outcome=UPHELD, answer=ANSWER)
            appealed = again(appealed)
    assert Appeal.objects.count() == 1


def test_empty_words_are_asked_for(removed: Decision, member: User) -> None:
    answer = signed_in(member).post(form_for(removed), {"words": "  "})
    assert answer.status_code == UNPROCESSABLE
    assert "Please tell us why" in answer.content.decode()
    with pytest.raises(Refused):
        appeal(user=member, decision=removed, words="  ")


@pytest.mark.parametrize("kind", ["silence", "suspension"])
def test_people_appeal_while_they_are_silenced_or_suspended(
    kind: str, member: User, admin: User, second: User
) -> None:
    made = silenced(member, admin) if kind == "silence" else suspended(member, admin, second)
    browser = signed_in(member)
    own = reverse("moderation:own_sanction", args=[made.public_id])
    assert form_for(made) in browser.get(own).content.decode()
    assert browser.get(form_for(made)).status_code == 200
    answer = browser.post(form_for(made), {"words": WHY}, follow=True)
    assert answer.status_code == 200
    filed = Appeal.objects.get()
    assert (filed.sanction, filed.appellant, filed.words) == (made, member, WHY)
    page = answer.content.decode()
    assert filed.number in page
    assert filed.number in browser.get(own).content.decode()
    assert WHY in page


def test_others_find_no_page_of_an_appeal(appealed: Appeal) -> None:
    own = reverse("moderation:own_appeal", args=[appealed.number])
    for person in (make_member("robin"), make_staff("ada", Role.ADMIN)):
        assert signed_in(person).get(own).status_code == NOT_HERE


# Who looks again --------------------------------------------------------------------------------


def test_who_decided_cannot_look_again_by_action_page_or_sql(
    appealed: Appeal, moderator: User
) -> None:
    with pytest.raises(NotVisible):
        decide_appeal(appeal=appealed, person=moderator, outcome=UPHELD, answer=ANSWER)
    browser = signed_in(moderator)
    assert browser.get(desk_of(appealed)).status_code == NOT_HERE
    answer = browser.post(desk_of(appealed), {"outcome": "upheld", "answer": ANSWER})
    assert answer.status_code == NOT_HERE
    refused_by_the_database(appealed, moderator, "appeal_by_somebody_else")


def refused_by_the_database(made: Appeal, person: User, rule: str) -> None:
    statement = (
        "UPDATE moderation_appeal SET status = 'upheld', answer = 'No.', decided_by_id = %s,"
        " decided_at = created_at WHERE id = %s"
    )
    with (
        pytest.raises(IntegrityError, match=rule),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement, [person.pk, made.pk])
    assert again(made).status == AppealStatus.OPEN


@pytest.mark.parametrize("part", ["decided", "approved"])
def test_who_had_a_part_in_a_suspension_cannot_look_again(
    part: str, member: User, admin: User, second: User
) -> None:
    made = appeal(user=member, sanction=suspended(member, admin, second), words=WHY)
    person = {"decided": admin, "approved": second}[part]
    assert signed_in(person).get(desk_of(made)).status_code == NOT_HERE
    with pytest.raises(NotVisible):
        decide_appeal(appeal=made, person=person, outcome=UPHELD, answer=ANSWER)
    refused_by_the_database(made, person, "appeal_by_somebody_else")


def test_who_proposed_cannot_look_again(
    held: Post, member: User, moderator: User, other: User
) -> None:
    learner = make_hcp("learner", in_shadow=True)
    proposal = decide_or_propose(
        post=held,
        moderator=learner,
        kind=DecisionKind.HIDE,
        version=held.version,
        clause=any_clause(),
        message=MESSAGE,
    )
    assert isinstance(proposal, Proposal)
    approve(proposal=proposal, person=moderator, at=timezone.now() - TOLD_SINCE)
    made = appeal(user=member, decision=Decision.objects.get(), words=WHY)
    for person in (learner, moderator):
        assert signed_in(person).get(desk_of(made)).status_code == NOT_HERE
        refused_by_the_database(made, person, "appeal_by")
    assert decide_appeal(appeal=made, person=other, outcome=UPHELD, answer=ANSWER)


def test_a_professional_looks_again_only_out_of_the_shadow_and_at_what_they_may_handle(
    removed: Decision, appealed: Appeal, member: User
) -> None:
    nurse, learner = make_hcp("nurse"), make_hcp("learner", in_shadow=True)
    assert signed_in(nurse).get(desk_of(appealed)).status_code == 200
    assert HcpAccess.objects.filter(hcp=nurse, post=removed.post).exists()
    assert signed_in(learner).get(desk_of(appealed)).status_code == NOT_HERE
    refused_by_the_database(appealed, learner, "appeal_by_no_hcp")
    Post.objects.filter(pk=removed.post_id).update(audience=Audience.PEERS)
    assert signed_in(nurse).get(desk_of(appealed)).status_code == NOT_HERE


def test_no_professional_looks_at_sanctions_or_at_what_is_about_professionals(
    member: User, moderator: User, admin: User, second: User
) -> None:
    nurse, colleague = make_hcp("nurse"), make_hcp("colleague")
    about_member = appeal(user=member, sanction=silenced(member, admin), words=WHY)
    about_hcp = appeal(user=colleague, sanction=suspended(colleague, admin, second), words=WHY)
    for made in (about_member, about_hcp):
        assert signed_in(nurse).get(desk_of(made)).status_code == NOT_HERE
    refused_by_the_database(about_hcp, nurse, "appeal_by_no_hcp_about_hcps")
    assert signed_in(moderator).get(desk_of(about_member)).status_code == 200
    assert signed_in(moderator).get(desk_of(about_hcp)).status_code == NOT_HERE


@pytest.mark.parametrize("who", ["appellant", "member", "blocked", "suspended"])
def test_outsiders_look_at_nothing(who: str, appealed: Appeal, member: User) -> None:
    person = {
        "appellant": lambda: member,
        "member": lambda: make_member("robin"),
        "blocked": lambda: make_staff("apart", Role.MODERATOR),
        "suspended": lambda: make_staff(
            "paused", Role.MODERATOR, suspended_until=timezone.now() + DAY
        ),
    }[who]()
    if who == "blocked":
        Block.objects.create(blocker=member, blocked=person)
    browser = signed_in(person)
    assert browser.get(desk_of(appealed)).status_code == NOT_HERE
    answer = browser.post(desk_of(appealed), {"outcome": "overturned", "answer": ANSWER})
    assert answer.status_code == NOT_HERE
    assert again(appealed).status == AppealStatus.OPEN


def test_admins_are_told_first_and_without_one_whoever_may(appealed: Appeal, other: User) -> None:
    now = timezone.now()
    assert deciders_of(appealed, at=now) == [other]
    admin = make_staff("ada", Role.ADMIN)
    assert deciders_of(appealed, at=now) == [admin]


def test_where_nobody_is_left_somebody_outside_is_told_without_content(
    member: User, admin: User, settings, mailoutbox
) -> None:
    settings.OUTSIDE_APPROVER_EMAIL = "trustee@charity.example"
    made = appeal(user=member, sanction=silenced(member, admin), words=WHY)
    assert OutsideMail.objects.get().appeal == made
    assert outside.send_due() == 1
    (mail,) = mailoutbox
    assert made.number in mail.body
    assert WHY not in mail.body
    assert member.pseudonym not in mail.body
    assert outside.send_due() == 0


# What comes of it -------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [DecisionKind.REMOVE, DecisionKind.HIDE, DecisionKind.ASK_CHANGE])
def test_overturning_brings_the_post_back(
    kind: DecisionKind, held: Post, moderator: User, other: User, member: User
) -> None:
    made = appeal(user=member, decision=limited(held, moderator, kind), words=WHY)
    assert decide_appeal(appeal=made, person=other, outcome=OVERTURNED, answer=ANSWER)
    post = fresh(held)
    assert (post.status, post.removed_under) == (Status.PUBLISHED, None)
    assert again(made).restored == Restored.POST_BACK
    told = Notice.objects.get(recipient=member, kind=NoticeKind.APPEAL).message
    assert "Your post is back." in told
    assert ANSWER in told
    assert other.pseudonym not in told


def test_upholding_changes_nothing_and_is_told(
    appealed: Appeal, held: Post, other: User, member: User
) -> None:
    decide_appeal(appeal=appealed, person=other, outcome=UPHELD, answer=ANSWER)
    assert fresh(held).status == Status.REMOVED
    assert "stays" in Notice.objects.get(recipient=member, kind=NoticeKind.APPEAL).message


def test_in_part_the_author_can_change_a_removed_post(
    appealed: Appeal, held: Post, other: User
) -> None:
    decide_appeal(appeal=appealed, person=other, outcome=PARTLY, answer=ANSWER)
    assert fresh(held).status == Status.CHANGES
    assert again(appealed).restored == Restored.POST_TO_CHANGE


def test_a_post_withdrawn_since_does_not_come_back_and_this_is_said(
    appealed: Appeal, held: Post, other: User, member: User
) -> None:
    Post.objects.filter(pk=held.pk).update(status=Status.WITHDRAWN)
    page = signed_in(other).get(desk_of(appealed)).content.decode()
    assert "not there any more" in page
    assert WORDS["text"] not in page
    assert decide_appeal(appeal=appealed, person=other, outcome=OVERTURNED, answer=ANSWER)
    assert fresh(held).status == Status.WITHDRAWN
    assert again(appealed).restored == Restored.POST_GONE
    assert "not there" in Notice.objects.get(recipient=member, kind=NoticeKind.APPEAL).message


def test_a_post_that_moved_on_is_left_as_it_is(appealed: Appeal, held: Post, other: User) -> None:
    in_state(held, Status.HIDDEN)
    assert decide_appeal(appeal=appealed, person=other, outcome=OVERTURNED, answer=ANSWER)
    assert fresh(held).status == Status.HIDDEN
    assert again(appealed).restored == Restored.POST_MOVED_ON


def test_overturning_lifts_a_silence(member: User, admin: User, other: User) -> None:
    made = appeal(user=member, sanction=silenced(member, admin), words=WHY)
    assert decide_appeal(appeal=made, person=other, outcome=OVERTURNED, answer=ANSWER)
    assert again(member).silenced_until is None
    assert made.sanction is not None
    assert again(made.sanction).lifted_by == other
    assert again(made).restored == Restored.SANCTION_LIFTED


def test_a_sanction_that_was_over_already_is_said(
    member: User, admin: User, second: User, other: User
) -> None:
    at = timezone.now()
    over = silenced(member, admin, 1, at=at - 2 * DAY)
    sweep(at=at)
    lifted = silenced(member, admin, 7)
    lift(sanction=lifted, admin=second, why="Enough.")
    for row in (over, lifted):
        made = appeal(user=member, sanction=row, words=WHY)
        assert decide_appeal(appeal=made, person=other, outcome=OVERTURNED, answer=ANSWER)
        assert again(made).restored == Restored.SANCTION_OVER
    assert again(member).silenced_until is None


def test_a_sanction_can_end_sooner(member: User, admin: User, other: User) -> None:
    at = timezone.now()
    row = silenced(member, admin, 30, at=at)
    made = appeal(user=member, sanction=row, words=WHY, at=at)
    for days in (None, 0, 40):
        with pytest.raises(Refused):
            decide_appeal(
                appeal=made, person=other, outcome=PARTLY, answer=ANSWER, days_left=days, at=at
            )
    decide_appeal(appeal=made, person=other, outcome=PARTLY, answer=ANSWER, days_left=2, at=at)
    assert again(member).silenced_until == at + 2 * DAY
    assert (again(row).until, again(row).ends_at) == (at + 30 * DAY, at + 2 * DAY)
    assert again(made).restored == Restored.SANCTION_SHORTER


def test_a_warning_that_was_wrong_is_taken_back(member: User, admin: User, other: User) -> None:
    row = silenced(member, admin, kind=SanctionKind.WARNING, days=None)
    made = appeal(user=member, sanction=row, words=WHY)
    decide_appeal(appeal=made, person=other, outcome=OVERTURNED, answer=ANSWER)
    page = signed_in(member).get(reverse("moderation:own_sanction", args=[row.public_id]))
    assert "We took this back" in page.content.decode()


def test_a_suspended_person_whose_appeal_is_overturned_reads_again(
    member: User, admin: User, second: User
) -> None:
    made = appeal(user=member, sanction=suspended(member, admin, second), words=WHY)
    third = make_staff("third", Role.ADMIN)
    browser = signed_in(member)
    assert browser.get("/boards/").status_code == NOT_HERE
    decide_appeal(appeal=made, person=third, outcome=OVERTURNED, answer=ANSWER)
    assert browser.get("/boards/").status_code == 200


def test_deciding_the_same_twice_changes_nothing_and_another_answer_is_refused(
    appealed: Appeal, other: User, admin: User
) -> None:
    decide_appeal(appeal=appealed, person=other, outcome=OVERTURNED, answer=ANSWER)
    before = (list(Post.objects.values()), Notice.objects.count(), AuditEvent.objects.count())
    assert not decide_appeal(appeal=appealed, person=other, outcome=OVERTURNED, answer=ANSWER)
    for person, outcome in ((other, UPHELD), (admin, OVERTURNED)):
        with pytest.raises(StaleVersion):
            decide_appeal(appeal=appealed, person=person, outcome=outcome, answer=ANSWER)
    after = (list(Post.objects.values()), Notice.objects.count(), AuditEvent.objects.count())
    assert after == before


def test_who_decided_learns_what_came_of_it_and_no_more(
    appealed: Appeal, other: User, moderator: User, member: User
) -> None:
    decide_appeal(appeal=appealed, person=other, outcome=OVERTURNED, answer=ANSWER)
    notice = Notice.objects.get(recipient=moderator, kind=NoticeKind.APPEAL)
    assert "saw it differently" in notice.message
    for secret in (other.pseudonym, member.pseudonym, WHY, "wrong", "mistake"):
        assert secret not in notice.message


def test_what_was_decided_never_changes(appealed: Appeal, other: User) -> None:
    decide_appeal(appeal=appealed, person=other, outcome=UPHELD, answer=ANSWER)
    for values in ({"status": "overturned"}, {"answer": "Other."}, {"words": "Other."}):
        with pytest.raises(IntegrityError, match="appeal_facts_stay"), transaction.atomic():
            Appeal.objects.filter(pk=appealed.pk).update(**values)
    with pytest.raises(IntegrityError, match="appeal_stays"), transaction.atomic():
        appealed.delete()


# Pages ------------------------------------------------------------------------------------------


def test_the_whole_way_on_pages(removed: Decision, member: User, other: User, held: Post) -> None:
    browser, reviewer = signed_in(member), signed_in(other)
    mine = reverse("moderation:own_appeals")
    assert form_for(removed) in browser.get(mine).content.decode()
    assert MESSAGE in browser.get(form_for(removed)).content.decode()
    browser.post(form_for(removed), {"words": WHY})
    made = Appeal.objects.get()
    assert desk_of(made) in reviewer.get(reverse("moderation:appeals")).content.decode()
    page = reviewer.get(desk_of(made)).content.decode()
    for words in (WHY, MESSAGE, WORDS["text"]):
        assert words in page
    answer = reviewer.post(desk_of(made), {"outcome": "overturned", "answer": ""})
    assert answer.status_code == UNPROCESSABLE
    assert "Tell them why." in answer.content.decode()
    reviewer.post(desk_of(made), {"outcome": "overturned", "answer": ANSWER})
    assert fresh(held).status == Status.PUBLISHED
    own = browser.get(reverse("moderation:own_appeal", args=[made.number])).content.decode()
    assert ANSWER in own
    assert "Your post is back." in own
    done = reviewer.get(desk_of(made)).content.decode()
    assert WORDS["text"] not in done


def test_a_closed_appeal_is_there_for_who_decided_it_alone(
    appealed: Appeal, other: User, admin: User
) -> None:
    decide_appeal(appeal=appealed, person=other, outcome=UPHELD, answer=ANSWER)
    assert signed_in(other).get(desk_of(appealed)).status_code == 200
    assert signed_in(admin).get(desk_of(appealed)).status_code == NOT_HERE


def test_reading_an_appeal_is_in_the_log(appealed: Appeal, other: User) -> None:
    signed_in(other).get(desk_of(appealed))
    event = AuditEvent.objects.filter(subject_public_id=appealed.number).latest("number")
    assert (event.verb, event.actor) == ("read_appeal", other)


def test_the_lists_ask_as_much_for_many_as_for_few(
    member: User, admin: User, other: User, django_assert_max_num_queries
) -> None:
    for _ in range(10):
        row = silenced(member, admin, 1)
        appeal(user=member, sanction=row, words=WHY)
    reviewer, browser = signed_in(other), signed_in(member)
    with django_assert_max_num_queries(11):
        page = reviewer.get(reverse("moderation:appeals")).content.decode()
    assert page.count("A-") >= 10
    with django_assert_max_num_queries(8):
        page = browser.get(reverse("moderation:own_appeals")).content.decode()
    assert page.count("/my-decisions/A-") == 10


def test_the_desk_says_how_many_wait(appealed: Appeal, admin: User) -> None:
    page = signed_in(admin).get(reverse("moderation:desk")).content.decode()
    assert "1 appeal waits" in page
    assert reverse("moderation:approvals") in page
