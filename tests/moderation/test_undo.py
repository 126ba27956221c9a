"""Undoing a decision: all is as before, and nobody was told; after the minute it stands."""

from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import HcpChoice, Role, User
from accounts.viewer import viewer_of
from forum import summaries
from forum.actions.audience import Scope, choose_hcp_involvement
from forum.actions.edit import edit_post
from forum.actions.state import set_ticket
from forum.errors import NotVisible, StaleVersion
from forum.mail import send_due
from forum.models import Board, Notice, Post, Status, Thread, ThreadSummary
from forum.models.board import HoldPolicy
from forum.policy import PREMODERATION, Ticket
from forum.queries.notices import notices_for, unread_count
from forum.queries.threads import places_for
from forum.states import Severity, Track
from moderation.actions.case_decisions import PostChoice
from moderation.actions.cases import open_case
from moderation.actions.decide import AlreadyDecided, ClaimedByOther, decide
from moderation.actions.reporting import file_report
from moderation.actions.undo import TooLate, undo
from moderation.models import (
    AuditEvent,
    Case,
    Category,
    Claim,
    Decision,
    DecisionKind,
    Outcome,
)
from moderation.models.decision import LIMITING, SAYING, UNDO_FOR
from moderation.queue import claim, tickets_for
from tests.factories import (
    any_clause,
    fresh,
    make_board,
    make_member,
    make_staff,
    publish_reply,
    publish_thread,
    submit_reply,
    submit_thread,
)
from tests.moderation.desk import settle
from tests.seasoned import make_seasoned

pytestmark = pytest.mark.django_db

SECOND = timedelta(seconds=1)
UNDOABLE = [kind for kind in DecisionKind if kind != DecisionKind.CLOSE]  # of deleted posts


@pytest.fixture
def board(texts: None) -> Board:
    return make_board("feelings", hold_policy=HoldPolicy.ALL)


@pytest.fixture
def author(texts: None) -> User:
    return make_member("author")


@pytest.fixture
def moderator(texts: None) -> User:
    return make_staff("kim", Role.MODERATOR)


@pytest.fixture
def held(author: User, board: Board) -> Post:
    return submit_thread(author, board, title="Today", text="It was a quiet day.")


@pytest.fixture
def thread(texts: None) -> Thread:
    """A published thread on a board that does not hold."""
    board = make_board("sport")
    return publish_thread(make_seasoned("host", board), board, title="Ball", text="Who plays?")


@pytest.fixture
def reply(author: User, thread: Thread) -> Post:
    """A reply by a newcomer that waits."""
    return submit_reply(author, thread, text="I do.")


def do(post: Post, moderator: User, kind: DecisionKind, *, at=None) -> Decision:
    post = fresh(post)
    return decide(
        post=post,
        moderator=moderator,
        kind=kind,
        version=post.version,
        clause=any_clause() if kind in LIMITING else None,
        message="Please be kind." if kind in SAYING else "",
        passages=[post.text.split()[1].strip(".")] if kind == DecisionKind.HIDE_PART else [],
        at=at,
    )


def everything() -> tuple:
    """All rows that an undo may write, but for versions and the log."""
    posts = Post.objects.order_by("pk").values()
    for post in posts:
        del post["version"]
    models = (Thread, Notice, Claim, Case)
    rows = ThreadSummary.objects.order_by("thread_id", "audience").values()
    for row in rows:
        del row["id"]  # a recount makes the rows anew
    return (
        list(posts),
        list(rows),
        *(list(model.objects.order_by("pk").values()) for model in models),
    )


@pytest.mark.parametrize("kind", UNDOABLE)
def test_after_an_undo_state_ticket_counts_and_notices_are_as_they_were(held, moderator, kind):
    before = everything()
    undo(decision=do(held, moderator, kind), moderator=moderator)
    assert everything() == before
    assert summaries.wrong_rows() == []


@pytest.mark.parametrize("kind", UNDOABLE)
def test_the_same_for_a_reply_in_a_thread_that_others_read(reply, moderator, kind):
    before = everything()
    undo(decision=do(reply, moderator, kind), moderator=moderator)
    assert everything() == before
    assert summaries.wrong_rows() == []


@pytest.mark.parametrize("kind", UNDOABLE)
def test_the_same_for_a_published_post_that_had_a_ticket(thread, moderator, kind):
    post = publish_reply(make_member("friend"), thread, text="Me too.")
    reasons = [{"kind": PREMODERATION}]
    set_ticket(post, Ticket(Severity.S1, Track.WELFARE, timezone.now(), reasons))
    post.save()
    before = everything()
    undo(decision=do(post, moderator, kind), moderator=moderator)
    assert everything() == before
    assert summaries.wrong_rows() == []


def test_a_removed_post_that_a_case_brought_back_keeps_its_clause_when_that_is_undone(
    thread, moderator
):
    post = publish_reply(make_member("friend"), thread, text="Me too.")
    Post.objects.filter(pk=post.pk).update(
        status=Status.REMOVED,
        removed_under=any_clause(),
        review_due_at=timezone.now(),
        review_severity=2,
        review_track=Track.CONDUCT,
    )
    summaries.recount([thread.pk])
    before = everything()
    undo(decision=do(post, moderator, DecisionKind.PUBLISH), moderator=moderator)
    assert everything() == before


def test_the_decision_stays_in_the_books_as_undone_and_the_log_says_so(held, moderator):
    decision = do(held, moderator, DecisionKind.REMOVE)
    undo(decision=decision, moderator=moderator)
    decision.refresh_from_db()
    assert decision.undone_at is not None
    event = AuditEvent.objects.get(verb="undo_decision")
    assert (event.actor, event.subject_public_id) == (moderator, held.public_id)
    assert event.data == {"decision": decision.public_id, "from": "removed", "to": "held"}


def test_an_undone_post_can_be_decided_on_again(held, moderator):
    undo(decision=do(held, moderator, DecisionKind.REMOVE), moderator=moderator)
    assert tickets_for(viewer_of(moderator)).get() == held
    again = do(held, moderator, DecisionKind.PUBLISH)
    assert fresh(held).status == Status.PUBLISHED
    assert Notice.objects.get(recipient=held.author).same_as == f"decision:{again.public_id}"


def test_a_form_from_before_the_undo_decides_nothing(held, moderator):
    version = fresh(held).version
    undo(decision=do(held, moderator, DecisionKind.REMOVE), moderator=moderator)
    with pytest.raises(StaleVersion):
        decide(post=held, moderator=moderator, kind=DecisionKind.PUBLISH, version=version)


def test_what_was_undone_does_not_count_against_the_author(held, moderator):
    undo(decision=do(held, moderator, DecisionKind.REMOVE), moderator=moderator)
    assert not Decision.objects.strikes().exists()


@pytest.mark.parametrize("track, counts", [("conduct", 1), ("welfare", 0), ("safeguarding", 0)])
def test_what_was_about_their_welfare_never_counts_against_the_author(held, track, counts):
    Post.objects.filter(pk=held.pk).update(review_track=track)
    do(held, make_staff("ada", Role.ADMIN), DecisionKind.HIDE)
    assert Decision.objects.strikes().count() == counts


# When and who ----------------------------------------------------------------------------------


def refused(problem: type[Exception], decision: Decision, moderator: User, **values) -> None:
    before = everything()
    with pytest.raises(problem):
        undo(decision=decision, moderator=moderator, **values)
    assert everything() == before
    assert Decision.objects.get(pk=decision.pk).undone_at is None
    assert not AuditEvent.objects.filter(verb="undo_decision").exists()


def test_undo_works_for_60_seconds(held, moderator):
    decision = do(held, moderator, DecisionKind.PUBLISH)
    assert undo(decision=decision, moderator=moderator, at=decision.decided_at + UNDO_FOR - SECOND)


def test_undo_after_61_seconds_is_refused(held, moderator):
    decision = do(held, moderator, DecisionKind.PUBLISH)
    refused(TooLate, decision, moderator, at=decision.decided_at + 61 * SECOND)
    refused(TooLate, decision, moderator, at=decision.decided_at + 60 * SECOND)


@pytest.mark.parametrize("role", [Role.MODERATOR, Role.ADMIN])
def test_undo_by_another_is_refused(held, moderator, role):
    decision = do(held, moderator, DecisionKind.PUBLISH)
    refused(NotVisible, decision, make_staff("somebody", role))
    refused(NotVisible, decision, held.author)


def test_undo_by_somebody_suspended_since_is_refused(held, moderator):
    decision = do(held, moderator, DecisionKind.PUBLISH)
    moderator.suspended_until = timezone.now() + timedelta(days=1)
    moderator.save()
    refused(NotVisible, decision, moderator)


def test_undoing_twice_changes_nothing_the_second_time(held, moderator):
    decision = do(held, moderator, DecisionKind.PUBLISH)
    assert undo(decision=decision, moderator=moderator) is True
    before = everything()
    assert undo(decision=decision, moderator=moderator) is False
    assert everything() == before
    assert AuditEvent.objects.filter(verb="undo_decision").count() == 1


def test_undo_is_refused_after_the_author_changed_the_post(held, moderator):
    decision = do(held, moderator, DecisionKind.ASK_CHANGE)
    edit_post(post=held, author=held.author, version=fresh(held).version, text="A loud day.")
    refused(StaleVersion, decision, moderator)


def test_undo_of_an_earlier_decision_is_refused_after_a_later_one(held, moderator):
    first = do(held, moderator, DecisionKind.SAFEGUARD)
    do(held, make_staff("ada", Role.ADMIN), DecisionKind.PUBLISH)
    refused(StaleVersion, first, moderator)


def test_undo_is_refused_where_a_new_ticket_came_up(held, moderator):
    decision = do(held, moderator, DecisionKind.PUBLISH)
    Post.objects.filter(pk=held.pk).update(
        review_due_at=timezone.now(), review_severity=1, review_track=Track.CONDUCT
    )
    refused(StaleVersion, decision, moderator)


def test_passing_on_cannot_be_undone_while_an_admin_reads_it(held, moderator):
    decision = do(held, moderator, DecisionKind.SAFEGUARD)
    claim(post=held, moderator=make_staff("ada", Role.ADMIN))
    refused(ClaimedByOther, decision, moderator)


def test_a_decision_in_a_case_cannot_be_undone_as_the_reporter_was_told(thread):
    admin = make_staff("ada", Role.ADMIN)
    post = publish_reply(make_member("friend"), thread, text="Me too.")
    report = file_report(category=Category.SPAM, submission_key="k", post=post)
    case = open_case(report=report, admin=admin)
    removing = PostChoice(post, post.version, DecisionKind.REMOVE, "Please be kind.")
    settle(case, admin, outcome=Outcome.ACTION_TAKEN, clause=any_clause(), posts=[removing])
    refused(TooLate, Decision.objects.get(case=case), admin)


# Positions -------------------------------------------------------------------------------------


def test_an_undone_reply_leaves_no_gap_and_the_next_one_gets_its_position(thread, reply, moderator):
    decision = do(reply, moderator, DecisionKind.PUBLISH)
    assert fresh(reply).position == 2
    undo(decision=decision, moderator=moderator)
    assert fresh(reply).position is None
    assert publish_reply(thread.author, thread, text="Great.").position == 2


def test_an_undone_reply_that_others_followed_keeps_its_place_and_nobody_sees_a_gap(
    thread, reply, moderator
):
    decision = do(reply, moderator, DecisionKind.PUBLISH)
    publish_reply(thread.author, thread, text="Great.")
    undo(decision=decision, moderator=moderator)
    post = fresh(reply)
    assert (post.status, post.position, post.published_at) == (Status.HELD, 2, None)
    thread.refresh_from_db()
    assert places_for(viewer_of(thread.author), thread).total == 2
    assert summaries.wrong_rows() == []
    do(reply, moderator, DecisionKind.PUBLISH)
    assert fresh(reply).position == 2
    assert places_for(viewer_of(thread.author), thread).total == 3
    assert Notice.objects.filter(post=reply, recipient=thread.author).count() == 1
    assert summaries.wrong_rows() == []


def test_a_post_that_was_out_by_mistake_follows_a_choice_against_professionals(
    thread, reply, moderator, author
):
    decision = do(reply, moderator, DecisionKind.PUBLISH)
    publish_reply(thread.author, thread, text="Great.")
    undo(decision=decision, moderator=moderator)
    choose_hcp_involvement(user=author, choice=HcpChoice.NONE, scope=Scope.FROM_NOW_ON)
    assert fresh(reply).audience == "peers"


# Who is told when ------------------------------------------------------------------------------


def told(user: User, at) -> int:
    return notices_for(viewer_of(user), at=at).count()


def test_nobody_is_told_before_the_minute_is_over(thread, reply, moderator, author):
    Notice.objects.all().delete()
    at = do(reply, moderator, DecisionKind.PUBLISH).decided_at
    for person in (author, thread.author):
        assert told(person, at + UNDO_FOR - SECOND) == 0
        assert told(person, at + UNDO_FOR) == 1
        assert unread_count(viewer_of(person)) == 0
        client = Client()
        client.force_login(person)
        page = client.get(reverse("forum:notices"))
        assert "Nothing new" in page.content.decode()


def test_no_mail_goes_before_the_minute_is_over(thread, reply, moderator, author, time_machine):
    Notice.objects.all().delete()
    at = do(reply, moderator, DecisionKind.PUBLISH).decided_at
    time_machine.move_to(at + UNDO_FOR - SECOND, tick=False)
    assert send_due() == 0
    time_machine.move_to(at + UNDO_FOR, tick=False)
    assert send_due() == 2
    assert sorted(to for message in mail.outbox for to in message.to) == sorted(
        [author.email, thread.author.email]
    )


def test_marking_all_as_read_leaves_what_is_not_out_yet(held, moderator, author):
    do(held, moderator, DecisionKind.PUBLISH)
    client = Client()
    client.force_login(author)
    client.post(reverse("forum:notices"))
    assert Notice.objects.get().read_at is None


def test_of_an_undone_decision_nobody_is_ever_told(thread, reply, moderator, author, time_machine):
    Notice.objects.all().delete()
    decision = do(reply, moderator, DecisionKind.PUBLISH)
    undo(decision=decision, moderator=moderator)
    time_machine.move_to(decision.decided_at + timedelta(hours=1), tick=False)
    assert send_due() == 0
    assert not Notice.objects.exists()


# The pages -------------------------------------------------------------------------------------


@pytest.fixture
def reviewer(client: Client, moderator: User) -> Client:
    client.force_login(moderator)
    return client


def address(decision: Decision) -> str:
    return reverse("moderation:undo", args=[decision.public_id])


def test_the_page_after_deciding_offers_to_undo_with_a_plain_button(reviewer, held, author, board):
    submit_thread(author, board, title="Next", text="The next one.")
    item = reverse("moderation:item", args=[held.public_id])
    sent = {"version": held.version, "kind": "publish", "clause": "", "message": ""}
    page = reviewer.post(item, sent, follow=True)
    decision = Decision.objects.get()
    assert f'action="{address(decision)}"' in page.content.decode()
    assert "Undo (60 s)" in page.content.decode()
    answer = reviewer.post(address(decision))
    assert answer["Location"] == item
    assert fresh(held).status == Status.HELD
    page = reviewer.get(item).content.decode()
    assert "Undone." in page
    assert "Undo (60 s)" not in page


def test_after_the_last_item_the_queue_offers_to_undo(reviewer, held, moderator):
    decision = do(held, moderator, DecisionKind.PUBLISH)
    assert address(decision) in reviewer.get(reverse("moderation:queue")).content.decode()


@pytest.mark.parametrize("name", ["moderation:queue", "moderation:own_decisions"])
def test_after_the_minute_nothing_is_offered(reviewer, held, moderator, name):
    do(held, moderator, DecisionKind.PUBLISH, at=timezone.now() - UNDO_FOR)
    assert "Undo (60 s)" not in reviewer.get(reverse(name)).content.decode()


def test_pressing_undo_too_late_says_so_and_changes_nothing(reviewer, held, moderator):
    decision = do(held, moderator, DecisionKind.PUBLISH, at=timezone.now() - 2 * UNDO_FOR)
    page = reviewer.post(address(decision), follow=True).content.decode()
    assert "The 60 seconds are over." in page
    assert fresh(held).status == Status.PUBLISHED


def test_the_undo_of_somebody_else_is_not_there(reviewer, held):
    decision = do(held, make_staff("robin", Role.MODERATOR), DecisionKind.PUBLISH)
    assert reviewer.post(address(decision)).status_code == 404
    assert fresh(held).status == Status.PUBLISHED


def test_an_undone_decision_is_no_longer_in_the_way_of_another(held, moderator):
    decision = do(held, moderator, DecisionKind.PUBLISH)
    with pytest.raises(AlreadyDecided):
        decide(
            post=held,
            moderator=make_staff("robin", Role.MODERATOR),
            kind=DecisionKind.PUBLISH,
            version=decision.post_version,
        )
    undo(decision=decision, moderator=moderator)
    do(held, User.objects.get(pseudonym="robin"), DecisionKind.REMOVE)
    assert fresh(held).status == Status.REMOVED
