"""What happens when two people act at the very same moment.

Each race is run many times: what goes wrong once in ten must fail here. ``make races`` runs each
200 times, for what goes wrong once in a hundred.
"""

import os
from collections.abc import Callable
from functools import partial

import pytest
from django.db import transaction
from django.utils import timezone

from accounts.ids import new_public_id
from accounts.models import Consent, HcpChoice, Role, User
from accounts.viewer import viewer_of
from forum import summaries
from forum.actions.audience import Scope, choose_hcp_involvement
from forum.actions.reactions import toggle_reaction
from forum.errors import NotVisible, StaleVersion
from forum.models import Audience, Board, Notice, Post, ReactionKind, Status, Thread
from forum.models.board import HoldPolicy
from forum.states import narrowest
from moderation import audit
from moderation.actions.cases import open_case
from moderation.actions.decide import AlreadyDecided, decide
from moderation.actions.reporting import file_report
from moderation.actions.undo import undo
from moderation.models import AuditEvent, Case, Category, Claim, Decision, DecisionKind
from moderation.queue import CLAIM_LASTS, claim
from tests.factories import (
    any_clause,
    fresh,
    in_state,
    make_board,
    make_hcp,
    make_member,
    make_staff,
    publish_reply,
    publish_thread,
    submit_reply,
    submit_thread,
)
from tests.racing import at_once
from tests.seasoned import make_seasoned

TIMES = int(os.environ.get("RACE_TIMES", "20"))  # for the promises themselves
SOME = max(10, TIMES // 2)
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def board(texts: None) -> Board:
    return make_board("school")


@pytest.fixture
def holding_board(texts: None) -> Board:
    return make_board("feelings", hold_policy=HoldPolicy.ALL)


@pytest.fixture
def moderators(texts: None) -> tuple[User, User]:
    return make_staff("first-one", Role.MODERATOR), make_staff("second-one", Role.MODERATOR)


def deciding(post: Post, moderator: User, kind: DecisionKind) -> Callable[[], Decision]:
    """Deciding on the post as it is now."""
    limiting = kind != DecisionKind.PUBLISH
    return partial(
        decide,
        post=post,
        moderator=moderator,
        kind=kind,
        version=fresh(post).version,
        clause=any_clause() if limiting else None,
        message="Please be kind." if limiting else "",
    )


def taking_all_back(member: User) -> Callable[[], Consent]:
    """Opting out, older posts too."""
    return partial(
        choose_hcp_involvement, user=member, choice=HcpChoice.NONE, scope=Scope.OLDER_POSTS_TOO
    )


def test_of_two_moderators_who_decide_at_once_exactly_one_decides(holding_board, moderators):
    author = make_member("newcomer")
    winners = set()
    for number in range(TIMES):
        post = submit_thread(author, holding_board, title="Hello", text=f"Day {number} for me.")
        assert post.status == Status.HELD

        results = at_once(
            deciding(post, moderators[0], DecisionKind.PUBLISH),
            deciding(post, moderators[1], DecisionKind.REMOVE),
        )

        made = [result for result in results if isinstance(result, Decision)]
        late = [result for result in results if isinstance(result, AlreadyDecided)]
        assert (len(made), len(late)) == (1, 1), results
        assert late[0].decision == made[0]
        assert Decision.objects.filter(post=post).count() == 1
        assert fresh(post).status == made[0].status_after
        assert Notice.objects.filter(post=post, recipient=author).count() == 1
        assert AuditEvent.objects.filter(subject_public_id=post.public_id).count() == 1
        winners.add(made[0].moderator_id)
    assert list(audit.faults()) == []
    assert summaries.wrong_rows() == []


def test_of_two_moderators_who_press_publish_at_once_one_gives_the_position(
    holding_board, moderators
):
    host = make_member("host")
    thread = publish_thread(host, holding_board, title="Football", text="Who plays?")
    for number in range(SOME):
        post = submit_reply(host, thread, text=f"I do, {number}.")
        results = at_once(*(deciding(post, one, DecisionKind.PUBLISH) for one in moderators))
        assert sum(isinstance(result, Decision) for result in results) == 1, results
    positions = list(thread.posts.order_by("position").values_list("position", flat=True))
    assert positions == list(range(1, SOME + 2))
    assert summaries.wrong_rows() == []


def test_of_two_moderators_who_take_a_free_post_at_once_exactly_one_has_it(board, moderators):
    post = submit_thread(make_member("newcomer"), board, title="Hello", text="I am new here.")
    for _ in range(SOME):
        Claim.objects.all().delete()
        results = at_once(*(partial(claim, post=post, moderator=one) for one in moderators))
        held_by = Claim.objects.get(post=post).moderator_id
        assert [result.moderator_id for result in results] == [held_by, held_by]


def test_of_two_moderators_who_take_a_post_whose_claim_ran_out_exactly_one_has_it(
    board, moderators
):
    post = submit_thread(make_member("newcomer"), board, title="Hello", text="I am new here.")
    gone_home = make_staff("gone-home", Role.MODERATOR)
    for _ in range(SOME):
        Claim.objects.all().delete()
        claim(post=post, moderator=gone_home, at=timezone.now() - 2 * CLAIM_LASTS)
        results = at_once(*(partial(claim, post=post, moderator=one) for one in moderators))
        held_by = Claim.objects.get(post=post).moderator_id
        assert held_by in [moderator.pk for moderator in moderators]
        assert [result.moderator_id for result in results] == [held_by, held_by]


def test_no_post_slips_out_to_professionals_while_its_author_opts_out(board):
    author = make_seasoned("opting-out", board)
    nurse = viewer_of(make_hcp("nurse"))
    for number in range(TIMES):
        choose_hcp_involvement(user=author, choice=HcpChoice.OPEN)

        def opt_out() -> int:
            choose_hcp_involvement(user=author, choice=HcpChoice.NONE)
            # What professionals can read when the member is told that it is done.
            return Post.objects.visible_to(nurse).filter(author=author).count()

        _, readable = at_once(
            partial(submit_thread, author, board, title="News", text=f"Day {number} of many."),
            opt_out,
        )

        assert isinstance(readable, int), readable
        assert Post.objects.visible_to(nurse).filter(author=author).count() == readable


def test_a_post_published_while_its_author_opts_out_is_not_for_professionals(
    holding_board, moderators
):
    author = make_member("opting-out")
    nurse = viewer_of(make_hcp("nurse"))
    for number in range(TIMES):
        choose_hcp_involvement(user=author, choice=HcpChoice.OPEN)
        post = submit_thread(author, holding_board, title="News", text=f"Day {number} of many.")

        def opt_out(post: Post = post) -> bool:
            choose_hcp_involvement(user=author, choice=HcpChoice.NONE)
            return Post.objects.visible_to(nurse).filter(pk=post.pk).exists()

        publish = deciding(post, moderators[0], DecisionKind.PUBLISH)
        _, readable = at_once(publish, opt_out)

        assert isinstance(readable, bool), readable
        assert Post.objects.visible_to(nurse).filter(pk=post.pk).exists() == readable
    assert summaries.wrong_rows() == []


def test_a_quote_never_outlives_the_narrowing_of_its_source(board):
    author, quoter = make_seasoned("author", board), make_seasoned("quoter", board)
    host = make_seasoned("host", board)
    thread = publish_thread(host, board, title="Football", text="Who plays?")
    nurse = viewer_of(make_hcp("nurse"))
    for number in range(TIMES):
        choose_hcp_involvement(user=author, choice=HcpChoice.OPEN)
        source = publish_reply(author, thread, text=f"I play on day {number}.")
        assert source.audience == Audience.COMMUNITY

        results = at_once(
            partial(submit_reply, quoter, thread, text="So do I.", quote=source),
            taking_all_back(author),
        )

        quoting = results[0]
        assert isinstance(quoting, Post), results
        assert isinstance(results[1], Consent), results
        assert fresh(source).audience == Audience.PEERS
        assert fresh(quoting).audience == narrowest(source.audience, Audience.PEERS)
        assert not Post.objects.visible_to(nurse).filter(pk=quoting.pk).exists()
    assert summaries.wrong_rows() == []


def test_a_reply_and_the_narrowing_of_its_thread_at_once_both_succeed(board):
    """On PostgreSQL, a reply tells the thread's author, whose row the narrowing holds."""
    host, guest = make_seasoned("host", board), make_seasoned("guest", board)
    for number in range(SOME):
        choose_hcp_involvement(user=host, choice=HcpChoice.OPEN)
        thread = publish_thread(host, board, title="Football", text=f"Who plays on {number}?")
        assert thread.audience == Audience.COMMUNITY

        results = at_once(
            partial(submit_reply, guest, thread, text="I do."),
            taking_all_back(host),
        )

        assert isinstance(results[0], Post), results
        assert isinstance(results[1], Consent), results
        assert not Post.objects.filter(thread=thread, audience=Audience.COMMUNITY).exists()
    assert summaries.wrong_rows() == []


def test_a_decision_and_its_authors_change_of_choice_at_once_both_succeed(
    holding_board, moderators
):
    author = make_member("author")
    for number in range(SOME):
        choose_hcp_involvement(user=author, choice=HcpChoice.OPEN)
        post = submit_thread(author, holding_board, title="News", text=f"Day {number} of many.")
        results = at_once(
            deciding(post, moderators[0], DecisionKind.HIDE),
            taking_all_back(author),
        )

        # The choice may come first: then the moderator is asked to look again.
        assert isinstance(results[1], Consent), results
        assert isinstance(results[0], Decision | StaleVersion), results
        assert fresh(post).audience == Audience.PEERS


def test_a_report_and_a_decision_on_the_same_post_at_once_both_succeed(board, moderators):
    author, reporter = make_seasoned("author", board), make_member("reporter")
    for number in range(SOME):
        thread = publish_thread(author, board, title="News", text=f"Day {number} of many.")
        with transaction.atomic():
            post = in_state(thread.posts.get(), Status.HELD)

        results = at_once(
            partial(
                file_report,
                category=Category.SPAM,
                submission_key=new_public_id(),
                reporter=reporter,
                post=post,
            ),
            deciding(post, moderators[0], DecisionKind.PUBLISH),
        )

        assert not [result for result in results if isinstance(result, Exception)], results
    assert list(audit.faults()) == []


def test_two_reactions_at_once_are_both_counted(board):
    author = make_seasoned("author", board)
    friends = [make_member("friend-one"), make_member("friend-two")]
    for number in range(SOME):
        thread = publish_thread(author, board, title="Win", text=f"In range for {number} days!")
        post = thread.posts.get()

        results = at_once(
            *(
                partial(toggle_reaction, post=post, author=friend, kind=ReactionKind.CARE)
                for friend in friends
            )
        )

        assert results == [True, True]
        assert fresh(post).reactions[Audience.PEERS] == {ReactionKind.CARE: 2}


def test_replies_at_once_get_each_their_own_position(board):
    people = [
        make_seasoned("one", board),
        make_seasoned("two", board),
        make_seasoned("three", board),
    ]
    thread = publish_thread(people[0], board, title="Football", text="Who plays?")
    for number in range(SOME):
        results = at_once(
            *(
                partial(submit_reply, author, thread, text=f"I play on day {number}.")
                for author in people
            )
        )
        assert all(isinstance(result, Post) for result in results), results
    positions = list(thread.posts.order_by("position").values_list("position", flat=True))
    assert positions == list(range(1, len(people) * (SOME) + 2))
    assert summaries.wrong_rows() == []


def test_a_thread_locked_away_while_someone_replies_gets_no_reply_after(board, moderators):
    host, guest = make_seasoned("host", board), make_seasoned("guest", board)
    for number in range(SOME):
        thread = publish_thread(host, board, title="Football", text=f"Who plays on {number}?")

        def hide(thread: Thread = thread) -> int:
            with transaction.atomic():
                in_state(thread.posts.get(is_opening=True), Status.HIDDEN)
            return Post.objects.filter(thread=thread).count()

        sent, number_then = at_once(partial(submit_reply, guest, thread, text="I do."), hide)

        assert isinstance(sent, Post | NotVisible), sent
        assert Post.objects.filter(thread=thread).count() == number_then


def test_of_two_admins_who_open_a_case_at_once_both_get_the_same_case(texts):
    admins = [make_staff("admin-one", Role.ADMIN), make_staff("admin-two", Role.ADMIN)]
    for _ in range(SOME):
        report = file_report(category=Category.OTHER, submission_key=new_public_id())
        results = at_once(*(partial(open_case, report=report, admin=admin) for admin in admins))
        assert all(isinstance(result, Case) for result in results), results
        assert results[0] == results[1]
    assert Case.objects.count() == SOME


def test_of_an_undo_and_the_next_decision_at_once_exactly_one_counts(holding_board, moderators):
    """Passed on to the lead it keeps a ticket: an admin may decide in the minute of undo."""
    author, admin = make_member("newcomer"), make_staff("lead-admin", Role.ADMIN)
    for number in range(TIMES):
        post = submit_thread(author, holding_board, title="Hello", text=f"Day {number} for me.")
        passed_on = deciding(post, moderators[0], DecisionKind.SAFEGUARD)()

        undone, decided = at_once(
            partial(undo, decision=passed_on, moderator=moderators[0]),
            deciding(post, admin, DecisionKind.PUBLISH),
        )

        passed_on.refresh_from_db()
        if undone is True:
            assert isinstance(decided, StaleVersion | NotVisible), decided
            assert (fresh(post).status, fresh(post).review_track) == (Status.HELD, "conduct")
            assert passed_on.undone_at is not None
        else:
            assert isinstance(undone, StaleVersion), undone
            assert isinstance(decided, Decision), decided
            assert (fresh(post).status, fresh(post).has_ticket) == (Status.PUBLISHED, False)
            assert passed_on.undone_at is None
        standing = Decision.objects.standing().filter(post=post).count()
        assert standing == (0 if undone is True else 2)
    assert list(audit.faults()) == []
    assert summaries.wrong_rows() == []


def test_an_undo_sent_twice_at_once_happens_once(holding_board, moderators):
    author = make_member("newcomer")
    for number in range(SOME):
        post = submit_thread(author, holding_board, title="Hello", text=f"Day {number} for me.")
        decision = deciding(post, moderators[0], DecisionKind.PUBLISH)()
        once = partial(undo, decision=decision, moderator=moderators[0])
        assert sorted(at_once(once, once)) == [False, True]
        assert (fresh(post).status, fresh(post).has_ticket) == (Status.HELD, True)
        undone = AuditEvent.objects.filter(subject_public_id=post.public_id, verb="undo_decision")
        assert undone.count() == 1
        assert not Notice.objects.filter(post=post, recipient=author).exists()
    assert summaries.wrong_rows() == []
