"""What takes two people: suspensions, and anything against the team."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.ids import new_public_id
from accounts.models import Block, Role, User
from accounts.viewer import viewer_of
from forum.actions.edit import edit_post
from forum.errors import NotVisible, Refused, StaleVersion
from forum.models import Board, Notice, NoticeKind, Post, Status
from moderation import outside
from moderation.actions.case_decisions import PostChoice, approve_decision
from moderation.actions.cases import open_case, take
from moderation.actions.decide import decide
from moderation.actions.proposals import (
    answer_from_outside,
    approve,
    decide_or_propose,
    expire,
    hide_meanwhile,
    refuse,
    sweep,
)
from moderation.actions.reporting import file_report
from moderation.actions.sanctions import sanction
from moderation.actions.second import SecondNeeded
from moderation.models import (
    Approval,
    Category,
    Decision,
    DecisionKind,
    Outcome,
    OutsideMail,
    Proposal,
    ProposalStatus,
    Sanction,
    SanctionKind,
    WhySecond,
)
from moderation.models.proposal import WAITS_FOR
from moderation.queue import tickets_for
from tests.factories import (
    any_clause,
    fresh,
    in_state,
    make_board,
    make_hcp,
    make_member,
    make_staff,
    publish_thread,
)
from tests.moderation.desk import settle

pytestmark = pytest.mark.usefixtures("texts")

WORDS = {"title": "Today", "text": "It was a quiet day."}
MESSAGE = "This was not kind to the person you wrote to."
NOT_HERE, UNPROCESSABLE = 404, 422


@pytest.fixture
def board(db: None) -> Board:
    return make_board("feelings")


@pytest.fixture
def first(db: None) -> User:
    return make_staff("ada", Role.ADMIN)


@pytest.fixture
def second(db: None) -> User:
    return make_staff("grace", Role.ADMIN)


@pytest.fixture
def moderator(db: None) -> User:
    return make_staff("calm", Role.MODERATOR)


@pytest.fixture
def member(db: None) -> User:
    return make_member("wren")


@pytest.fixture
def staff_post(board: Board) -> Post:
    """A published post of a moderator, reported, so that there is a ticket."""
    thread = publish_thread(make_staff("loud", Role.MODERATOR), board, **WORDS)
    return with_ticket(thread.posts.get())


def with_ticket(post: Post) -> Post:
    Post.objects.filter(pk=post.pk).update(
        review_due_at=timezone.now(), review_severity=2, review_track="conduct"
    )
    return fresh(post)


def proposing(post: Post, person: User, **changes: object) -> Proposal:
    values: dict = {"kind": DecisionKind.HIDE, "clause": any_clause(), "message": MESSAGE}
    done = decide_or_propose(
        post=post, moderator=person, version=fresh(post).version, **{**values, **changes}
    )
    assert isinstance(done, Proposal)
    return done


def suspending(user: User, admin: User, **changes: object) -> Proposal | Sanction:
    values: dict = {
        "kind": SanctionKind.SUSPENSION,
        "days": 7,
        "clause": any_clause(),
        "message": MESSAGE,
        "key": new_public_id(),
    }
    return sanction(user=user, moderator=admin, **{**values, **changes})


@pytest.fixture
def suspension(member: User, first: User, second: User) -> Proposal:
    """A suspension that one admin proposed, and that waits."""
    proposal = suspending(member, first)
    assert isinstance(proposal, Proposal)
    return proposal


def again(proposal: Proposal) -> Proposal:
    return Proposal.objects.get(pk=proposal.pk)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def page_of(proposal: Proposal) -> str:
    return reverse("moderation:proposal", args=[proposal.public_id])


# Decisions on posts of the team -----------------------------------------------------------------


@pytest.mark.parametrize("role", [Role.MODERATOR, Role.ADMIN, Role.HCP])
@pytest.mark.parametrize("kind", [DecisionKind.HIDE, DecisionKind.REMOVE, DecisionKind.ASK_CHANGE])
def test_one_person_alone_limits_no_post_of_the_team(
    role: Role, kind: DecisionKind, board: Board, first: User
) -> None:
    author = make_hcp("nurse") if role == Role.HCP else make_staff("loud", role)
    post = with_ticket(publish_thread(author, board, **WORDS).posts.get())
    with pytest.raises(SecondNeeded):
        decide(
            post=post,
            moderator=first,
            kind=kind,
            version=post.version,
            clause=any_clause(),
            message=MESSAGE,
        )
    proposal = proposing(post, first, kind=kind)
    assert (proposal.reason, proposal.about) == (WhySecond.STAFF, author)
    assert fresh(post).status == Status.PUBLISHED
    assert not Decision.objects.filter(post=post).exists()
    assert not Notice.objects.filter(recipient=author, kind=NoticeKind.DECISION).exists()


def test_publishing_a_post_of_the_team_takes_one(staff_post: Post, moderator: User) -> None:
    done = decide_or_propose(
        post=staff_post,
        moderator=moderator,
        kind=DecisionKind.PUBLISH,
        version=staff_post.version,
    )
    assert isinstance(done, Decision)


def test_the_second_admin_lets_it_take_effect(
    staff_post: Post, moderator: User, first: User
) -> None:
    proposal = proposing(staff_post, moderator)
    assert approve(proposal=proposal, person=first)
    decision = Decision.objects.get(post=staff_post)
    proposal = again(proposal)
    assert (proposal.status, proposal.approval) == (ProposalStatus.APPROVED, Approval.SECOND)
    assert (proposal.closed_by, proposal.decision) == (first, decision)
    assert (decision.moderator, decision.message) == (first, MESSAGE)
    assert fresh(staff_post).status == Status.HIDDEN
    assert not approve(proposal=proposal, person=first)
    assert Decision.objects.filter(post=staff_post).count() == 1


def test_a_moderator_is_no_second_admin(staff_post: Post, moderator: User) -> None:
    proposal = proposing(staff_post, moderator)
    other = make_staff("other-one", Role.MODERATOR)
    with pytest.raises(NotVisible):
        approve(proposal=proposal, person=other)
    assert signed_in(other).get(page_of(proposal)).status_code == NOT_HERE


def test_who_it_is_about_sees_nothing_of_it(staff_post: Post, first: User) -> None:
    admin = make_staff("loud-admin", Role.ADMIN)
    post = with_ticket(publish_thread(admin, staff_post.thread.board, **WORDS).posts.get())
    proposal = proposing(post, first)
    browser = signed_in(admin)
    assert browser.get(page_of(proposal)).status_code == NOT_HERE
    assert "Hide for now" not in browser.get(reverse("moderation:approvals")).content.decode()
    assert not Notice.objects.filter(recipient=admin, kind=NoticeKind.SECOND).exists()
    with pytest.raises(NotVisible):
        approve(proposal=proposal, person=admin)


def test_while_it_waits_the_post_is_not_in_the_proposers_queue(
    staff_post: Post, moderator: User, first: User
) -> None:
    proposal = proposing(staff_post, moderator)
    assert not tickets_for(viewer_of(moderator)).exists()
    assert tickets_for(viewer_of(first)).exists()
    refuse(proposal=proposal, person=moderator, why="")
    assert again(proposal).status == ProposalStatus.TAKEN_BACK
    assert tickets_for(viewer_of(moderator)).exists()


def test_the_post_can_be_hidden_until_then_and_comes_back_with_a_no(
    staff_post: Post, moderator: User, first: User
) -> None:
    proposal = proposing(staff_post, moderator)
    assert hide_meanwhile(proposal=proposal, person=moderator)
    assert not hide_meanwhile(proposal=proposal, person=moderator)
    post = fresh(staff_post)
    assert (post.status, post.has_ticket) == (Status.HIDDEN, True)
    refuse(proposal=proposal, person=first, why="It was a joke among friends.")
    post = fresh(staff_post)
    assert (post.status, post.has_ticket) == (Status.PUBLISHED, True)


def test_a_post_hidden_until_then_stays_hidden_with_a_yes(
    staff_post: Post, moderator: User, first: User
) -> None:
    proposal = proposing(staff_post, moderator)
    hide_meanwhile(proposal=proposal, person=moderator)
    assert approve(proposal=proposal, person=first)
    assert fresh(staff_post).status == Status.HIDDEN
    assert Decision.objects.get(post=staff_post).kind == DecisionKind.HIDE


def test_a_post_that_changed_since_is_not_decided_on(
    staff_post: Post, moderator: User, first: User
) -> None:
    proposal = proposing(staff_post, moderator)
    edit_post(
        post=staff_post, author=staff_post.author, version=staff_post.version, text="Much kinder."
    )
    assert not approve(proposal=proposal, person=first)
    assert again(proposal).status == ProposalStatus.OVERTAKEN
    assert not Decision.objects.filter(post=staff_post).exists()


def test_after_a_week_it_is_off_and_the_post_back(
    staff_post: Post, moderator: User, first: User
) -> None:
    proposal = proposing(staff_post, moderator)
    hide_meanwhile(proposal=proposal, person=moderator)
    later = proposal.proposed_at + WAITS_FOR
    with pytest.raises(StaleVersion):
        approve(proposal=proposal, person=first, at=later)
    assert sweep(at=later - timedelta(seconds=1)) == 0
    assert sweep(at=later) == 1
    assert sweep(at=later) == 0
    assert not expire(proposal=proposal, at=later)
    assert again(proposal).status == ProposalStatus.EXPIRED
    assert fresh(staff_post).status == Status.PUBLISHED


def test_what_a_case_decides_about_staff_waits_for_a_second_admin_and_becomes_a_proposal(
    staff_post: Post, first: User, second: User
) -> None:
    report = file_report(category=Category.BULLYING, submission_key="k", post=staff_post)
    case = open_case(report=report, admin=first)
    removing = PostChoice(staff_post, staff_post.version, DecisionKind.REMOVE, MESSAGE)
    waits = settle(case, first, outcome=Outcome.ACTION_TAKEN, clause=any_clause(), posts=[removing])
    assert fresh(staff_post).status == Status.PUBLISHED
    take(case=case, admin=second)
    approve_decision(decision=waits, admin=second)
    proposal = Proposal.objects.get()
    assert (proposal.case, proposal.decision_kind) == (case, DecisionKind.REMOVE)
    assert (proposal.proposed_by, proposal.closed_by) == (first, second)
    assert fresh(staff_post).status == Status.REMOVED
    assert Decision.objects.get(post=staff_post).case == case


# Suspensions -----------------------------------------------------------------------------------


def test_nobody_is_suspended_before_a_second_admin_agrees(
    suspension: Proposal, member: User, second: User
) -> None:
    assert not Sanction.objects.exists()
    assert viewer_of(User.objects.get(pk=member.pk)).may_read
    assert not Notice.objects.filter(recipient=member, kind=NoticeKind.SANCTION).exists()
    at = timezone.now()
    assert approve(proposal=suspension, person=second, at=at)
    made = Sanction.objects.get()
    assert (made.user, made.kind, made.approved_by) == (member, "suspension", second)
    assert made.until == at + timedelta(days=7)
    assert not viewer_of(User.objects.get(pk=member.pk)).may_read


def test_nobody_agrees_to_what_they_proposed(suspension: Proposal, first: User) -> None:
    with pytest.raises(Refused):
        approve(proposal=suspension, person=first)
    answer = signed_in(first).post(page_of(suspension), {"do": "approve"})
    assert answer.status_code == UNPROCESSABLE
    assert again(suspension).status == ProposalStatus.WAITING
    assert not Sanction.objects.exists()


def test_a_block_or_a_report_of_ones_own_is_a_conflict(
    suspension: Proposal, second: User, member: User
) -> None:
    Block.objects.create(blocker=second, blocked=member)
    with pytest.raises(NotVisible):
        approve(proposal=suspension, person=second)


def test_a_no_needs_a_reason_and_reaches_who_proposed_it(
    suspension: Proposal, first: User, second: User
) -> None:
    page = signed_in(second)
    assert page.post(page_of(suspension), {"do": "refuse"}).status_code == UNPROCESSABLE
    page.post(page_of(suspension), {"do": "refuse", "why": "A week is too long."})
    proposal = again(suspension)
    assert (proposal.status, proposal.closed_by) == (ProposalStatus.REFUSED, second)
    notice = Notice.objects.get(recipient=first, kind=NoticeKind.SECOND)
    assert "said no" in notice.message
    assert "too long" in signed_in(first).get(page_of(suspension)).content.decode()
    with pytest.raises(StaleVersion):
        approve(proposal=suspension, person=second)


def test_proposing_the_same_twice_gives_the_same_one(
    suspension: Proposal, member: User, first: User
) -> None:
    assert suspending(member, first) == suspension


def test_the_other_admins_are_told_and_the_notice_names_nobody(
    suspension: Proposal, second: User, member: User
) -> None:
    notice = Notice.objects.get(recipient=second, kind=NoticeKind.SECOND)
    assert notice.link == page_of(suspension)
    assert member.pseudonym not in notice.message


@pytest.mark.parametrize("person", ["moderator", "nurse", "member"])
def test_outsiders_find_no_proposal(person: str, suspension: Proposal, moderator: User) -> None:
    who = {"moderator": lambda: moderator, "nurse": lambda: make_hcp("nurse")}.get(
        person, lambda: make_member("robin")
    )()
    assert signed_in(who).get(page_of(suspension)).status_code == NOT_HERE
    assert signed_in(who).post(page_of(suspension), {"do": "approve"}).status_code == NOT_HERE
    assert again(suspension).status == ProposalStatus.WAITING


# The database itself -----------------------------------------------------------------------------


def refused_by_the_database(proposal: Proposal, rule: str, **values: object) -> None:
    with pytest.raises(IntegrityError, match=rule), transaction.atomic():
        Proposal.objects.filter(pk=proposal.pk).update(**values)


APPROVED = {"status": "approved", "approval": "second", "closed_at": timezone.now()}


@pytest.mark.parametrize(
    "who,rule",
    [
        ("first", "proposal_(two_people|second_is_another)"),
        ("member", "proposal_(not_about_oneself|second_is_a)"),
        ("moderator", "proposal_second_is_an_admin"),
    ],
)
def test_the_database_wants_another_admin(
    who: str, rule: str, suspension: Proposal, request: pytest.FixtureRequest
) -> None:
    person = request.getfixturevalue(who)
    refused_by_the_database(suspension, rule, **APPROVED, closed_by=person)


def test_raw_sql_cannot_agree_for_who_proposed_it(suspension: Proposal, first: User) -> None:
    statement = (
        "UPDATE moderation_proposal SET status = 'approved', approval = 'second',"
        " closed_by_id = %s, closed_at = proposed_at WHERE id = %s"
    )
    with (
        pytest.raises(IntegrityError),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement, [first.pk, suspension.pk])
    assert again(suspension).status == ProposalStatus.WAITING


def test_the_database_lets_no_solo_be_where_there_are_two(suspension: Proposal) -> None:
    refused_by_the_database(
        suspension, "proposal_solo_is_alone", **{**APPROVED, "approval": "solo"}
    )


@pytest.mark.parametrize(
    "values", [{"message": "Something else."}, {"days": 365}, {"sanction_kind": "silence"}]
)
def test_what_was_proposed_never_changes(values: dict, suspension: Proposal) -> None:
    refused_by_the_database(suspension, "proposal_facts_stay", **values)


def test_how_it_ended_never_changes(suspension: Proposal, second: User) -> None:
    refuse(proposal=suspension, person=second, why="Too long.")
    refused_by_the_database(suspension, "proposal_ends_once", **APPROVED, closed_by=second)


def test_no_proposal_is_deleted(suspension: Proposal) -> None:
    with pytest.raises(IntegrityError, match="proposal_stays"), transaction.atomic():
        suspension.delete()


def test_no_suspension_without_a_second(member: User, first: User, second: User) -> None:
    now = timezone.now()
    row = Sanction(
        user=member,
        kind=SanctionKind.SUSPENSION,
        clause=any_clause(),
        message=MESSAGE,
        starts_at=now,
        until=now + timedelta(days=1),
        ends_at=now + timedelta(days=1),
        decided_by=first,
        submission_key=new_public_id(),
    )
    with pytest.raises(IntegrityError, match="suspension_needs_two"), transaction.atomic():
        row.save()
    row.user = make_staff("loud", Role.MODERATOR)
    row.kind = SanctionKind.SILENCE
    with pytest.raises(IntegrityError, match="sanction_needs_two"), transaction.atomic():
        row.save()


def test_no_suspension_on_a_proposal_that_nobody_agreed_to(
    suspension: Proposal, member: User, first: User, second: User
) -> None:
    now = timezone.now()
    row = Sanction(
        user=member,
        kind=SanctionKind.SUSPENSION,
        clause=any_clause(),
        message=MESSAGE,
        starts_at=now,
        until=now + timedelta(days=1),
        ends_at=now + timedelta(days=1),
        decided_by=first,
        approval=Approval.SECOND,
        approved_by=second,
        proposal=suspension,
        submission_key=new_public_id(),
    )
    with pytest.raises(IntegrityError, match="rests_on_approval"), transaction.atomic():
        row.save()


def test_no_decision_against_the_team_without_a_proposal(staff_post: Post, first: User) -> None:
    with pytest.raises(IntegrityError, match="on_staff_needs_two"), transaction.atomic():
        Decision.objects.create(
            post=staff_post,
            author=staff_post.author,
            moderator=first,
            kind=DecisionKind.HIDE,
            clause=any_clause(),
            message=MESSAGE,
            post_version=staff_post.version,
            status_before=Status.PUBLISHED,
            status_after=Status.HIDDEN,
            decided_at=timezone.now(),
        )


# One admin alone ---------------------------------------------------------------------------------


@pytest.fixture
def alone(member: User, first: User) -> Proposal:
    """A suspension on a site with one admin."""
    proposal = suspending(member, first)
    assert isinstance(proposal, Proposal)
    return proposal


def test_a_single_admin_waits_where_the_site_says_nothing_else(
    alone: Proposal, first: User
) -> None:
    with pytest.raises(Refused):
        approve(proposal=alone, person=first)
    page = signed_in(first).get(page_of(alone)).content.decode()
    assert "waits until there is one" in page
    assert "Decide alone" not in page


def test_a_single_admin_may_decide_alone_and_it_is_marked(
    alone: Proposal, first: User, member: User, settings: object
) -> None:
    settings.SOLO_ADMIN = True  # type: ignore[attr-defined]
    assert "Decide alone" in signed_in(first).get(page_of(alone)).content.decode()
    assert approve(proposal=alone, person=first)
    made = Sanction.objects.get()
    assert (made.approval, made.approved_by) == (Approval.SOLO, None)
    page = signed_in(member).get(reverse("moderation:own_sanction", args=[made.public_id]))
    assert "One admin alone" in page.content.decode()


def test_solo_ends_as_soon_as_there_is_another_admin(
    alone: Proposal, first: User, settings: object
) -> None:
    settings.SOLO_ADMIN = True  # type: ignore[attr-defined]
    make_staff("grace", Role.ADMIN)
    with pytest.raises(Refused):
        approve(proposal=alone, person=first)


def test_somebody_outside_is_asked_by_mail_and_says_yes(
    alone: Proposal, first: User, settings: object, mailoutbox: list
) -> None:
    settings.SOLO_ADMIN = True  # type: ignore[attr-defined]
    settings.OUTSIDE_APPROVER_EMAIL = "trustee@charity.example"  # type: ignore[attr-defined]
    with pytest.raises(Refused):  # who names somebody outside does not decide alone
        approve(proposal=alone, person=first)
    assert outside.send_due() == 1
    assert outside.send_due() == 0
    (mail,) = mailoutbox
    assert mail.to == ["trustee@charity.example"]
    assert alone.about.pseudonym not in mail.body
    assert MESSAGE not in mail.body
    link = reverse("moderation:outside_answer", args=[outside.token_for(alone)])
    assert link in mail.body
    browser = Client()
    page = browser.get(link).content.decode()
    assert MESSAGE in page
    assert alone.about.pseudonym not in page
    assert first.pseudonym not in page
    assert browser.post(link, {"do": "yes"}).status_code == 302
    made = Sanction.objects.get()
    assert (made.approval, made.approved_by) == (Approval.OUTSIDE, None)
    assert browser.get(link).status_code == NOT_HERE
    assert browser.post(link, {"do": "yes"}).status_code == NOT_HERE
    assert Sanction.objects.count() == 1


def test_a_no_from_outside_needs_a_reason(alone: Proposal) -> None:
    with pytest.raises(Refused):
        answer_from_outside(proposal=alone, agrees=False, why=" ")
    assert answer_from_outside(proposal=alone, agrees=False, why="Too long.")
    assert again(alone).status == ProposalStatus.REFUSED
    assert not Sanction.objects.exists()


def test_a_link_that_was_not_sent_or_signed_works_nothing(alone: Proposal) -> None:
    for token in (outside.token_for(alone), alone.public_id, "not:signed"):
        assert Client().get(reverse("moderation:outside_answer", args=[token])).status_code == 404


def test_with_a_second_admin_nobody_outside_is_asked(suspension: Proposal) -> None:
    assert not OutsideMail.objects.exists()


# The page in the queue ---------------------------------------------------------------------------


def test_a_reviewer_who_limits_the_team_in_the_queue_is_led_to_the_proposal(
    staff_post: Post, moderator: User
) -> None:
    browser = signed_in(moderator)
    address = reverse("moderation:item", args=[staff_post.public_id])
    browser.get(address)
    answer = browser.post(
        address,
        {
            "version": staff_post.version,
            "kind": "hide",
            "clause": any_clause().anchor,
            "message": MESSAGE,
        },
    )
    assert answer.status_code == 302
    assert answer["Location"] == page_of(Proposal.objects.get())
    page = browser.get(answer["Location"]).content.decode()
    assert "Hide the post until then" in page
    assert in_state(staff_post, Status.PUBLISHED).status == Status.PUBLISHED
