"""Deciding on a post: decision, effect, audit and notice together, or nothing at all."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import HcpChoice, HiddenHcp, Recusal, Role, User
from accounts.viewer import viewer_of
from forum import summaries
from forum.actions.edit import edit_post
from forum.actions.state import IllegalMove
from forum.errors import NotVisible, StaleVersion
from forum.models import Audience, Board, Notice, NoticeKind, Post, Status, ThreadSummary
from forum.models.board import HoldPolicy
from forum.states import Severity, Track
from moderation.actions.cases import open_case
from moderation.actions.decide import AlreadyDecided, ClaimedByOther, ReasonsMissing, decide
from moderation.actions.reporting import file_report
from moderation.models import AuditEvent, Case, Category, Claim, Decision, DecisionKind
from moderation.models.decision import LIMITING, SAYING, UNDO_FOR
from moderation.queue import CLAIM_LASTS, claim, tickets_for
from tests.factories import (
    any_clause,
    fresh,
    in_state,
    make_board,
    make_hcp,
    make_member,
    make_staff,
    make_staff_without_mfa,
    publish_thread,
    submit_reply,
    submit_thread,
)

pytestmark = pytest.mark.django_db

WORDS = {"title": "Today", "text": "It was a quiet day."}
MESSAGE = "Please leave out the name of the school."


@pytest.fixture
def board(texts: None) -> Board:
    return make_board("feelings", hold_policy=HoldPolicy.ALL)


@pytest.fixture
def author(texts: None) -> User:
    return make_member("author")


@pytest.fixture
def moderator(texts: None) -> User:
    return make_staff("moderator", Role.MODERATOR)


@pytest.fixture
def admin(texts: None) -> User:
    return make_staff("admin-one", Role.ADMIN)


@pytest.fixture
def nurse(texts: None) -> User:
    return make_hcp("nurse")


@pytest.fixture
def held(author: User, board: Board) -> Post:
    """A post for the community that waits for a look."""
    return submit_thread(author, board, **WORDS)


def do(post: Post, moderator: User, kind: DecisionKind, **changes) -> Decision:
    """Decide with all that the kind needs; ``changes`` take some of it away."""
    values: dict = {"version": post.version}
    if kind in LIMITING:
        values |= {"clause": any_clause()}
    if kind in SAYING:
        values |= {"message": MESSAGE}
    if kind == DecisionKind.HIDE_PART:
        values |= {"passages": post.text.split()[:1]}
    return decide(post=post, moderator=moderator, kind=kind, **{**values, **changes})


def everything() -> tuple:
    """All rows that a decision may write."""
    models = (Post, ThreadSummary, Notice, Decision, Claim, AuditEvent, Case)
    return tuple(list(model.objects.order_by("pk").values()) for model in models)


# Each kind -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "kind, status",
    [
        (DecisionKind.PUBLISH, Status.PUBLISHED),
        (DecisionKind.PUBLISH_NOTE, Status.PUBLISHED),
        (DecisionKind.ASK_CHANGE, Status.CHANGES),
        (DecisionKind.HIDE, Status.HIDDEN),
        (DecisionKind.REMOVE, Status.REMOVED),
    ],
)
def test_a_decision_moves_the_post_and_clears_its_ticket_and_claim(held, moderator, kind, status):
    claim(post=held, moderator=moderator)
    decision = do(held, moderator, kind, private_note="Third time.")
    post = fresh(held)
    assert (post.status, post.has_ticket, post.review_reasons) == (status, False, [])
    assert post.thread.status == status
    assert (decision.status_before, decision.status_after) == (Status.HELD, status)
    assert decision.post_version == held.version
    assert post.version == held.version + 1
    assert (decision.author, decision.private_note) == (held.author, "Third time.")
    assert not Claim.objects.exists()
    assert not tickets_for(viewer_of(moderator)).exists()
    assert summaries.wrong_rows() == []


@pytest.mark.parametrize("kind", LIMITING)
def test_the_author_of_a_limited_post_reads_rule_and_message_and_no_more(held, moderator, kind):
    do(held, moderator, kind, private_note="Third time.")
    notice = Notice.objects.get(recipient=held.author)
    assert notice.kind == NoticeKind.DECISION
    assert any_clause().line in notice.message
    assert MESSAGE in notice.message
    assert "Third time." not in notice.message
    assert moderator.pseudonym not in notice.message
    decision = Decision.objects.get()
    assert notice.link == reverse("moderation:decision", args=[decision.public_id])
    assert notice.shown_from == notice.mail_due_at == decision.decided_at + UNDO_FOR


def test_the_author_of_a_published_post_is_told(held, moderator):
    do(held, moderator, DecisionKind.PUBLISH)
    assert "open to others" in Notice.objects.get(recipient=held.author).message


def test_a_post_that_stays_as_it_is_tells_its_author_nothing(author, board, moderator, held):
    post = in_state(held, Status.PUBLISHED)
    Post.objects.filter(pk=post.pk).update(
        review_due_at=timezone.now(), review_severity=2, review_track=Track.CONDUCT
    )
    Notice.objects.all().delete()
    do(fresh(post), moderator, DecisionKind.PUBLISH)
    assert not Notice.objects.exists()
    assert not fresh(post).has_ticket


def test_what_goes_to_the_safeguarding_lead_stays_as_it_was_and_is_due_in_15_minutes(
    held, moderator, admin
):
    at = timezone.now()
    do(held, moderator, DecisionKind.SAFEGUARD, at=at)
    post = fresh(held)
    assert (post.status, post.review_track) == (Status.HELD, Track.SAFEGUARDING)
    assert (post.review_severity, post.review_due_at) == (Severity.S0, at + timedelta(minutes=15))
    assert post.review_reasons == held.review_reasons
    assert not Notice.objects.filter(recipient=held.author).exists()


def test_a_safeguarding_ticket_is_for_admins_alone(held, moderator, nurse, admin):
    do(held, moderator, DecisionKind.SAFEGUARD)
    post = fresh(held)
    for reviewer in (moderator, make_staff("other-one", Role.MODERATOR), nurse):
        assert not tickets_for(viewer_of(reviewer)).exists()
        with pytest.raises(NotVisible):
            do(post, reviewer, DecisionKind.PUBLISH)
    assert tickets_for(viewer_of(admin)).get() == post
    do(post, admin, DecisionKind.PUBLISH)
    assert fresh(post).status == Status.PUBLISHED


def test_the_audit_entry_says_what_was_done_and_carries_no_words(held, moderator):
    decision = do(held, moderator, DecisionKind.REMOVE, private_note="Third time.")
    event = AuditEvent.objects.get(subject_public_id=held.public_id)
    assert (event.actor, event.verb) == (moderator, "decide_remove")
    assert event.data == {
        "decision": decision.public_id,
        "version": held.version,
        "from": "held",
        "to": "removed",
        "clause": "be-kind",
        "case": "",
    }
    whole = str(event.data)
    assert not any(words in whole for words in (WORDS["text"], MESSAGE, "Third time."))


def test_a_removed_post_shows_the_clause_it_was_removed_under(held, moderator):
    do(held, moderator, DecisionKind.REMOVE)
    assert fresh(held).removed_under == any_clause()


# What a decision needs -------------------------------------------------------------------------


@pytest.mark.parametrize("kind", LIMITING)
@pytest.mark.parametrize("lacking", [{"clause": None}, {"message": ""}, {"message": "  \n"}])
def test_a_limiting_decision_without_rule_or_message_is_refused(held, moderator, kind, lacking):
    before = everything()
    with pytest.raises(ReasonsMissing):
        do(held, moderator, kind, **lacking)
    assert everything() == before


@pytest.mark.parametrize("message", ["", "  \n"])
def test_publishing_with_a_note_needs_the_note(held, moderator, message):
    before = everything()
    with pytest.raises(ReasonsMissing):
        do(held, moderator, DecisionKind.PUBLISH_NOTE, message=message)
    assert everything() == before


def test_the_author_reads_the_note_that_a_post_was_published_with(held, moderator):
    do(held, moderator, DecisionKind.PUBLISH_NOTE, message="Lovely. Mind the numbers.")
    assert "Lovely. Mind the numbers." in Notice.objects.get(recipient=held.author).message


def test_a_decision_on_an_older_version_is_refused_with_the_present_one(held, author, moderator):
    edit_post(post=held, author=author, version=held.version, text="It was a loud day.")
    before = everything()
    with pytest.raises(StaleVersion) as stale:
        do(held, moderator, DecisionKind.PUBLISH)
    assert stale.value.post.text == "It was a loud day."
    assert everything() == before


def test_the_second_decision_on_a_version_is_shown_the_first(held, moderator):
    first = do(held, moderator, DecisionKind.REMOVE)
    before = everything()
    with pytest.raises(AlreadyDecided) as decided:
        do(held, make_staff("other-one", Role.MODERATOR), DecisionKind.PUBLISH)
    assert decided.value.decision == first
    assert everything() == before


def test_a_post_without_ticket_is_not_there_to_decide_on(held, moderator):
    do(held, moderator, DecisionKind.PUBLISH)
    with pytest.raises(NotVisible):
        do(fresh(held), moderator, DecisionKind.REMOVE)


def test_a_post_that_another_moderator_reads_is_theirs(held, moderator):
    other = make_staff("other-one", Role.MODERATOR)
    claim(post=held, moderator=other)
    before = everything()
    with pytest.raises(ClaimedByOther) as claimed:
        do(held, moderator, DecisionKind.PUBLISH)
    assert claimed.value.claim.moderator == other
    assert everything() == before


def test_a_claim_that_ran_out_is_in_nobodys_way(held, moderator):
    other = make_staff("other-one", Role.MODERATOR)
    claim(post=held, moderator=other, at=timezone.now() - CLAIM_LASTS)
    do(held, moderator, DecisionKind.PUBLISH)
    assert not Claim.objects.exists()


def test_a_withdrawn_post_cannot_come_back_by_a_decision(held, moderator):
    in_state(held, Status.WITHDRAWN)
    Post.objects.filter(pk=held.pk).update(
        review_due_at=timezone.now(), review_severity=2, review_track=Track.CONDUCT
    )
    before = everything()
    with pytest.raises(IllegalMove):
        do(fresh(held), moderator, DecisionKind.PUBLISH)
    assert everything() == before


# Who may ---------------------------------------------------------------------------------------


def refuses(post: Post, somebody: User) -> None:
    """This person finds no such ticket, and may not decide; nothing is written."""
    assert not tickets_for(viewer_of(somebody)).filter(pk=post.pk).exists()
    before = everything()
    for kind in DecisionKind:
        with pytest.raises(NotVisible):
            do(post, somebody, kind)
    assert everything() == before


def test_nobody_decides_on_their_own_post(board, moderator):
    post = submit_thread(moderator, board, **WORDS)
    refuses(in_state(post, Status.HELD), moderator)


def test_nobody_decides_on_what_they_reported(held, moderator):
    file_report(category=Category.SPAM, submission_key="k", reporter=moderator, post=held)
    refuses(held, moderator)


def test_members_decide_nothing(held):
    refuses(held, make_member("somebody"))


def test_a_moderator_without_second_factor_decides_nothing(held):
    refuses(held, make_staff_without_mfa("careless", Role.MODERATOR))


def test_a_suspended_moderator_decides_nothing(held):
    later = timezone.now() + timedelta(days=1)
    refuses(held, make_staff("suspended", Role.MODERATOR, suspended_until=later))


def test_professionals_never_get_what_is_for_peers(author, board, nurse, moderator):
    post = submit_thread(author, board, audience=Audience.PEERS, **WORDS)
    refuses(post, nurse)
    assert tickets_for(viewer_of(moderator)).get() == post


def test_professionals_never_get_a_peers_only_reply_in_a_thread_for_the_community(
    author, board, nurse
):
    thread = publish_thread(author, board, **WORDS)
    refuses(submit_reply(author, thread, text="Just us.", audience=Audience.PEERS), nurse)


def test_professionals_get_what_is_for_the_community(held, nurse):
    assert tickets_for(viewer_of(nurse)).get() == held
    do(held, nurse, DecisionKind.PUBLISH)


def test_professionals_do_not_judge_professionals(board, nurse, moderator):
    colleague = make_hcp("colleague")
    post = in_state(submit_thread(colleague, board, **WORDS), Status.HELD)
    refuses(post, nurse)
    assert tickets_for(viewer_of(moderator)).get() == post


def test_professionals_without_a_current_code_decide_nothing(held):
    refuses(held, make_hcp("unsigned", code_version=""))


def test_professionals_never_get_a_member_who_hides_from_them_or_whom_they_know(held, nurse):
    hidden = HiddenHcp.objects.create(member=held.author, hcp=nurse)
    refuses(held, nurse)
    hidden.delete()
    Recusal.objects.create(hcp=nurse, member=held.author)
    refuses(held, nurse)


def test_a_moderator_outside_a_case_cannot_use_one(held, moderator, admin):
    report = file_report(category=Category.SPAM, submission_key="k", post=held)
    case = open_case(report=report, admin=admin)
    with pytest.raises(NotVisible):
        do(held, moderator, DecisionKind.HIDE, case=case)


def test_an_opted_out_authors_waiting_post_is_not_for_professionals_to_review(board, nurse):
    post = submit_thread(make_member("private", choice=HcpChoice.NONE), board, **WORDS)
    refuses(post, nurse)


# All or nothing --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "breaks",
    [
        "moderation.actions.decide.change_state",
        "moderation.actions.decide.audit.record",
        "moderation.actions.decide._tell_author",
        "forum.summaries.recount",
        "forum.actions.state.tell_of_new_post",
    ],
)
def test_whatever_breaks_nothing_is_written(held, moderator, monkeypatch, breaks):
    claim(post=held, moderator=moderator)
    before = everything()

    def fail(*args: object, **values: object) -> None:
        raise RuntimeError("broken on purpose")

    monkeypatch.setattr(breaks, fail)
    with pytest.raises(RuntimeError, match="on purpose"):
        do(held, moderator, DecisionKind.PUBLISH)
    assert everything() == before
