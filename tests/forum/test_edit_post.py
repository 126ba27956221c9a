"""Changing one's own words."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import HcpChoice
from forum import summaries
from forum.actions.audience import Scope, choose_hcp_involvement
from forum.actions.edit import edit_post
from forum.errors import NotVisible, Refused, StaleVersion
from forum.models import Audience, Notice, Post, Quote, Revision, Status
from forum.policy import Ticket
from forum.states import Severity, Track
from moderation.models import DecisionKind
from tests.factories import (
    decided,
    fresh,
    in_state,
    make_member,
    publish_reply,
    submit_reply,
    submit_thread,
)

pytestmark = pytest.mark.django_db

ABUSE = "You are such an idiot."
CRISIS = "I keep thinking about killing myself."


@pytest.fixture
def reply(thread, guest):
    """A published reply by ``guest``."""
    return publish_reply(guest, thread, text="I play on Mondays and on Fridays.")


def edit(post: Post, text: str, **changes) -> bool:
    values = {"author": post.author, "version": post.version, **changes}
    return edit_post(post=post, text=text, **values)


def test_each_wording_is_kept(reply):
    assert edit(reply, "I play on Tuesdays.")
    assert edit(fresh(reply), "I play on Sundays.")
    post = fresh(reply)
    assert list(post.revisions.values_list("number", "text")) == [
        (1, "I play on Mondays and on Fridays."),
        (2, "I play on Tuesdays."),
        (3, "I play on Sundays."),
    ]
    assert (post.text, post.status, post.position) == (
        "I play on Sundays.",
        Status.PUBLISHED,
        reply.position,
    )
    assert "Sundays" in post.html
    assert post.edited_at is not None


def test_an_edit_is_a_new_version(reply):
    edit(reply, "I play on Tuesdays.")
    assert fresh(reply).version == reply.version + 1


def test_the_same_words_change_nothing(reply):
    assert not edit(reply, reply.text)
    assert fresh(reply).version == reply.version
    assert reply.revisions.count() == 1


def test_who_opened_an_older_version_is_shown_the_new_one(reply):
    edit(reply, "I play on Tuesdays.")
    with pytest.raises(StaleVersion) as stale:
        edit(reply, "I play on Sundays.")
    assert stale.value.post.text == "I play on Tuesdays."
    assert fresh(reply).text == "I play on Tuesdays."
    assert reply.revisions.count() == 2


@pytest.mark.parametrize(
    "text, severity, track",
    [(ABUSE, Severity.S2, Track.CONDUCT), (CRISIS, Severity.S0, Track.WELFARE)],
)
def test_a_published_post_is_held_again_on_findings(reply, text, severity, track):
    edit(reply, text)
    post = fresh(reply)
    assert post.status == Status.HELD
    assert (post.review_severity, post.review_track) == (severity, track)
    assert {"kind": "edited"} in post.review_reasons
    assert post.position == reply.position, "its place waits for it"
    assert summaries.wrong_rows() == []


def test_an_opening_that_is_held_again_takes_its_thread_along(thread, guest):
    opening = thread.posts.get()
    edit(opening, ABUSE)
    thread.refresh_from_db()
    assert thread.status == Status.HELD
    with pytest.raises(NotVisible):
        submit_reply(guest, thread, text="Hello?")
    assert summaries.wrong_rows() == []


def test_a_title_with_findings_counts_for_each_edit_of_its_opening(board, host):
    post = submit_thread(host, board, title="kys nobody wants you", text="It was a quiet day.")
    decided(post, DecisionKind.PUBLISH)
    edit(fresh(post), "It was a loud day.")
    assert fresh(post).status == Status.HELD


def test_a_held_post_stays_held_whatever_its_new_words(thread, guest):
    post = submit_reply(guest, thread, text=ABUSE)
    due = post.review_due_at
    edit(post, "You are kind.", at=timezone.now() + timedelta(hours=1))
    post = fresh(post)
    assert (post.status, post.position) == (Status.HELD, None)
    assert post.review_due_at == due, "an edit does not send a post to the back of the queue"
    assert post.review_severity == Severity.S2


def test_a_post_that_needs_a_change_goes_back_to_the_queue(thread, guest):
    post = decided(submit_reply(guest, thread, text=ABUSE), DecisionKind.ASK_CHANGE)
    assert (post.status, post.has_ticket) == (Status.CHANGES, False)
    edit(post, "Take care.")
    post = fresh(post)
    assert (post.status, post.has_ticket) == (Status.HELD, True)


def test_an_edit_never_makes_a_ticket_milder_or_later(reply):
    at = timezone.now()
    ticket = Ticket(Severity.S0, Track.SAFEGUARDING, at + timedelta(minutes=15), [])
    Post.objects.filter(pk=reply.pk).update(
        review_severity=ticket.severity,
        review_track=ticket.track,
        review_due_at=ticket.due_at,
    )
    edit(fresh(reply), ABUSE, at=at + timedelta(minutes=5))
    post = fresh(reply)
    assert (post.review_severity, post.review_track) == (Severity.S0, Track.SAFEGUARDING)
    assert post.review_due_at == ticket.due_at


def test_an_edit_to_harmless_words_keeps_an_open_ticket(thread, guest):
    post = submit_reply(guest, thread, text="Ketones are 3.8 and I keep throwing up.")
    assert (post.status, post.has_ticket) == (Status.PUBLISHED, True)
    edit(post, "All is well.")
    post = fresh(post)
    assert (post.status, post.review_severity) == (Status.PUBLISHED, Severity.S0)


def test_a_quoted_passage_that_no_longer_stands_vanishes_and_one_that_does_stays(
    thread, host, reply
):
    monday = submit_reply(host, thread, text="Which?", quote=reply, excerpt="on Mondays")
    friday = submit_reply(host, thread, text="Why?", quote=reply, excerpt="on Fridays")
    edit(reply, "I play on Fridays.")
    assert not Quote.objects.filter(post=monday).exists()
    assert Quote.objects.get(post=friday).excerpt == "on Fridays"


def test_an_edit_keeps_reactions_and_audience(reply):
    sums = {"peers": {"care": 1}}
    Post.objects.filter(pk=reply.pk).update(reactions=sums)
    edit(reply, "I play on Tuesdays.")
    post = fresh(reply)
    assert (post.reactions, post.audience) == (sums, Audience.COMMUNITY)


def test_an_edit_tells_nobody_again(reply, host):
    told = Notice.objects.count()
    edit(reply, "I play on Tuesdays.")
    assert Notice.objects.count() == told


def test_others_cannot_edit_a_post_not_even_staff(reply, host, moderator):
    for somebody in (host, moderator):
        with pytest.raises(NotVisible):
            edit(reply, "I hate football.", author=somebody)
    assert fresh(reply).text == reply.text
    assert Revision.objects.filter(post=reply).count() == 1


@pytest.mark.parametrize("status", [Status.HIDDEN, Status.REMOVED, Status.WITHDRAWN])
def test_what_was_taken_down_cannot_be_edited(reply, status):
    post = in_state(reply, status)
    with pytest.raises(NotVisible):
        edit(post, "I play on Tuesdays.")
    assert fresh(post).text == reply.text


def test_a_reply_in_a_thread_that_was_hidden_cannot_be_edited(reply, thread):
    in_state(thread.posts.get(is_opening=True), Status.HIDDEN)
    with pytest.raises(NotVisible):
        edit(reply, "I play on Tuesdays.")


def test_a_silenced_author_is_refused(reply, guest):
    guest.silenced_until = timezone.now() + timedelta(days=1)
    guest.save()
    with pytest.raises(Refused):
        edit(reply, "I play on Tuesdays.")
    assert fresh(reply).text == reply.text


def test_a_professional_cannot_edit_a_dose_into_a_post(thread, nurse):
    post = publish_reply(nurse, thread, text="In general, snacks help.")
    with pytest.raises(Refused) as refused:
        edit(post, "Take 6 units of Novorapid before dinner.")
    assert refused.value.clause.anchor == "no-doses"
    assert fresh(post).text == "In general, snacks help."


def test_the_first_posts_of_a_new_author_wait_again_after_an_edit(board):
    author = make_member("newcomer")
    post = decided(
        submit_thread(author, board, title="Hello", text="I am new here."), DecisionKind.PUBLISH
    )
    edit(post, "I am quite new here.")
    assert fresh(post).status == Status.HELD


def test_new_words_in_an_old_post_come_under_the_choice_of_now(reply):
    assert reply.audience == Audience.COMMUNITY
    choose_hcp_involvement(user=reply.author, choice=HcpChoice.NONE, scope=Scope.FROM_NOW_ON)
    assert fresh(reply).audience == Audience.COMMUNITY
    assert edit(fresh(reply), "New words, for peers.")
    assert fresh(reply).audience == Audience.PEERS
    assert summaries.wrong_rows() == []
