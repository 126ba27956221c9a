"""Claims and sittings when two people, or two tabs of one, act at the very same moment."""

from functools import partial

import pytest
from django.utils import timezone

from accounts.models import Role, User
from forum.models import Board, Post
from moderation.actions.decide import AlreadyDecided, ClaimedByOther, decide
from moderation.models import Claim, Decision, DecisionKind, Sitting
from moderation.queue import CLAIM_LASTS, claim, release
from moderation.sittings import keep_sitting
from tests.factories import fresh, make_board, make_member, make_staff, submit_thread
from tests.racing import at_once

SOME = 10
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def board(texts: None) -> Board:
    return make_board("school")


@pytest.fixture
def moderators(texts: None) -> tuple[User, User]:
    return make_staff("first-one", Role.MODERATOR), make_staff("second-one", Role.MODERATOR)


def held(board: Board, number: int) -> Post:
    return submit_thread(make_member(f"new{number}"), board, title="Hello", text="I am new.")


def test_renewing_late_while_another_takes_it_leaves_exactly_one_with_it(board, moderators):
    first, second = moderators
    post = held(board, 0)
    for _ in range(SOME):
        Claim.objects.all().delete()
        claim(post=post, moderator=first, at=timezone.now() - 2 * CLAIM_LASTS)
        results = at_once(*(partial(claim, post=post, moderator=one) for one in (first, second)))
        has_it = Claim.objects.get(post=post)
        assert {result.moderator_id for result in results} == {has_it.moderator_id}
        assert has_it.until > timezone.now()


def test_giving_back_while_another_takes_it_never_ends_the_others_claim(board, moderators):
    first, second = moderators
    post = held(board, 0)
    for _ in range(SOME):
        Claim.objects.all().delete()
        until = claim(post=post, moderator=first).until
        results = at_once(
            partial(release, post=post, moderator=first, until=until),
            partial(claim, post=post, moderator=second),
        )
        assert results[0] is True
        assert isinstance(results[1], Claim), results
        left = Claim.objects.filter(post=post).first()
        # Either the second came too early and was told that the first has it, or has it now.
        assert left is None or left.moderator == second
        assert (results[1].moderator == second) == (left is not None)


def test_after_a_claim_ran_out_of_two_who_decide_exactly_one_does(board, moderators):
    for number in range(SOME):
        post = held(board, number)
        claim(post=post, moderator=moderators[0], at=timezone.now() - 2 * CLAIM_LASTS)
        results = at_once(
            *(
                partial(
                    decide,
                    post=post,
                    moderator=one,
                    kind=DecisionKind.PUBLISH,
                    version=fresh(post).version,
                )
                for one in moderators
            )
        )
        made = [result for result in results if isinstance(result, Decision)]
        late = [r for r in results if isinstance(r, AlreadyDecided | ClaimedByOther)]
        assert (len(made), len(late)) == (1, 1), results
        assert Decision.objects.filter(post=post).count() == 1
        assert not Claim.objects.filter(post=post).exists()


def test_two_tabs_of_one_person_share_a_sitting(moderators):
    for _ in range(SOME):
        Sitting.objects.all().delete()
        results = at_once(*(partial(keep_sitting, moderator=moderators[0]) for _ in range(2)))
        assert all(isinstance(result, Sitting) for result in results), results
        assert results[0] == results[1]
