"""Two people at the very same moment: what takes two takes effect once."""

from functools import partial

import pytest
from django.db import IntegrityError

from accounts.ids import new_public_id
from accounts.models import Role, User
from forum.errors import StaleVersion
from forum.models import Notice, NoticeKind
from forum.models.board import HoldPolicy
from moderation.actions.appeals import appeal, decide_appeal
from moderation.actions.decide import AlreadyDecided, decide
from moderation.actions.proposals import approve, decide_or_propose, refuse
from moderation.actions.sanctions import sanction, sweep
from moderation.models import (
    Appeal,
    AppealStatus,
    Decision,
    DecisionKind,
    Proposal,
    ProposalStatus,
    Sanction,
    SanctionKind,
)
from tests.factories import (
    any_clause,
    fresh,
    make_board,
    make_hcp,
    make_member,
    make_staff,
    submit_thread,
)
from tests.racing import at_once

TIMES = 10
MESSAGE = "This was not kind."
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def admins(texts: None) -> tuple[User, User, User]:
    return tuple(make_staff(name, Role.ADMIN) for name in ("ada", "grace", "joan"))  # type: ignore[return-value]


def proposed(member: User, admin: User) -> Proposal:
    done = sanction(
        user=member,
        moderator=admin,
        kind=SanctionKind.SUSPENSION,
        days=7,
        clause=any_clause(),
        message=MESSAGE,
        key=new_public_id(),
    )
    assert isinstance(done, Proposal)
    return done


def test_two_admins_agree_at_once_and_it_takes_effect_once(admins: tuple[User, ...]) -> None:
    first, second, third = admins
    for number in range(TIMES):
        member = make_member(f"member-{number}")
        proposal = proposed(member, first)
        results = at_once(
            partial(approve, proposal=proposal, person=second),
            partial(approve, proposal=proposal, person=third),
            partial(approve, proposal=proposal, person=second),
        )
        assert sorted(results) == [False, False, True], results
        assert Sanction.objects.filter(user=member).count() == 1
        assert Notice.objects.filter(recipient=member, kind=NoticeKind.SANCTION).count() == 1


def test_a_yes_and_a_no_at_once_leave_one_of_them(admins: tuple[User, ...]) -> None:
    first, second, third = admins
    for number in range(TIMES):
        member = make_member(f"member-{number}")
        proposal = proposed(member, first)
        results = at_once(
            partial(approve, proposal=proposal, person=second),
            partial(refuse, proposal=proposal, person=third, why="No."),
        )
        assert sum(result is True for result in results) == 1, results
        assert sum(isinstance(result, StaleVersion) for result in results) == 1, results
        status = Proposal.objects.get(pk=proposal.pk).status
        made = Sanction.objects.filter(user=member).exists()
        assert (status == ProposalStatus.APPROVED) == made


def test_confirming_while_somebody_decides_in_the_queue_leaves_one_decision(
    admins: tuple[User, ...],
) -> None:
    learner = make_hcp("learner", in_shadow=True)
    board = make_board("feelings", hold_policy=HoldPolicy.ALL)
    author = make_member("wren")
    for _ in range(TIMES):
        post = submit_thread(author, board, title="Today", text="It was a quiet day.")
        proposal = decide_or_propose(
            post=post, moderator=learner, kind=DecisionKind.PUBLISH, version=post.version
        )
        assert isinstance(proposal, Proposal)
        results = at_once(
            partial(approve, proposal=proposal, person=admins[0]),
            partial(
                decide,
                post=post,
                moderator=admins[1],
                kind=DecisionKind.REMOVE,
                version=post.version,
                clause=any_clause(),
                message=MESSAGE,
            ),
        )
        problems = [result for result in results if isinstance(result, Exception)]
        assert all(isinstance(p, StaleVersion | AlreadyDecided) for p in problems), results
        assert len(problems) == 1, results
        decision = Decision.objects.get(post=post)
        ended = Proposal.objects.get(pk=proposal.pk)
        assert ended.decision == decision
        confirmed = decision.kind == DecisionKind.PUBLISH
        assert (ended.status == ProposalStatus.APPROVED) == confirmed
        assert fresh(post).status == decision.status_after


def test_two_appeals_at_once_are_one(admins: tuple[User, ...]) -> None:
    for number in range(TIMES):
        member = make_member(f"member-{number}")
        made = sanction(
            user=member,
            moderator=admins[0],
            kind=SanctionKind.SILENCE,
            days=7,
            clause=any_clause(),
            message=MESSAGE,
            key=new_public_id(),
        )
        assert isinstance(made, Sanction)
        filing = partial(appeal, user=member, sanction=made, words="It was not me.")
        results = at_once(filing, filing)
        assert sum(isinstance(result, Appeal) for result in results) == 1, results
        assert not any(isinstance(result, IntegrityError) for result in results)
        filed = Appeal.objects.get(sanction=made)
        results = at_once(
            *(
                partial(
                    decide_appeal,
                    appeal=filed,
                    person=admin,
                    outcome=AppealStatus.OVERTURNED,
                    answer="You were right.",
                )
                for admin in admins[1:]
            )
        )
        assert sum(result is True for result in results) == 1, results
        assert sum(isinstance(result, StaleVersion) for result in results) == 1, results
        assert Notice.objects.filter(recipient=member, kind=NoticeKind.APPEAL).count() == 1


def test_two_sweeps_at_once_end_it_once(admins: tuple[User, ...]) -> None:
    for number in range(TIMES):
        member = make_member(f"member-{number}")
        made = sanction(
            user=member,
            moderator=admins[0],
            kind=SanctionKind.SILENCE,
            days=1,
            clause=any_clause(),
            message=MESSAGE,
            key=new_public_id(),
        )
        assert isinstance(made, Sanction)
        assert made.until is not None
        results = at_once(partial(sweep, at=made.until), partial(sweep, at=made.until))
        assert sorted(results) == [0, 1], results
        told = Notice.objects.filter(recipient=member, kind=NoticeKind.SANCTION)
        assert told.filter(same_as=f"sanction:{made.public_id}:over").count() == 1
