"""Sending what was written."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.ids import new_public_id
from accounts.models import AgeGroup, HcpChoice
from forum import summaries
from forum.actions.audience import choose_hcp_involvement
from forum.actions.drafts import save_draft
from forum.actions.submit import submit_post
from forum.errors import NotVisible, Refused
from forum.models import Audience, Draft, Notice, NoticeKind, Post, Quote, Status, Thread
from forum.models.board import HoldPolicy
from forum.states import Severity, Track
from tests.factories import (
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

pytestmark = pytest.mark.django_db

HARMLESS = {"title": "Sports day", "text": "I bring glucose tabs to football."}
PEERS, COMMUNITY = Audience.PEERS, Audience.COMMUNITY


# Held or published -----------------------------------------------------------------------------


def test_the_first_three_posts_of_a_new_adult_wait_and_the_fourth_does_not(board):
    author = make_member("newcomer")
    for _ in range(3):
        post = submit_thread(author, board, **HARMLESS)
        assert (post.status, post.position, post.published_at) == (Status.HELD, None, None)
        assert post.review_severity == Severity.S2
        assert [reason["kind"] for reason in post.review_reasons] == ["premoderation"]
        in_state(post, Status.PUBLISHED)
    post = submit_thread(author, board, **HARMLESS)
    assert (post.status, post.position, post.has_ticket) == (Status.PUBLISHED, 1, False)


def test_waiting_posts_do_not_count_as_clean(board):
    author = make_member("newcomer")
    for _ in range(4):
        assert submit_thread(author, board, **HARMLESS).status == Status.HELD


@pytest.mark.parametrize("age", [13, 17])
def test_the_first_ten_posts_of_somebody_under_18_wait(board, age):
    author = make_member("teen", age=age)
    for _ in range(10):
        post = submit_thread(author, board, **HARMLESS)
        assert post.status == Status.HELD
        in_state(post, Status.PUBLISHED)
    assert submit_thread(author, board, **HARMLESS).status == Status.PUBLISHED


def test_a_board_that_holds_all_holds_the_post_of_a_seasoned_member(host):
    board = make_board("feelings", hold_policy=HoldPolicy.ALL)
    post = submit_thread(host, board, **HARMLESS)
    assert post.status == Status.HELD
    assert [reason["kind"] for reason in post.review_reasons] == ["board_holds_all"]


@pytest.mark.parametrize(
    "text, kind, severity, track",
    [
        ("Take 6 units of Novorapid before dinner.", "dose", Severity.S1, Track.CONDUCT),
        ("Text me, my number is 07700 900123.", "contact", Severity.S1, Track.CONDUCT),
        ("You are such an idiot.", "abuse", Severity.S2, Track.CONDUCT),
        ("I keep thinking about killing myself.", "crisis", Severity.S0, Track.WELFARE),
    ],
)
def test_a_finding_holds_the_post_and_its_ticket_says_why(host, board, text, kind, severity, track):
    at = timezone.now()
    post = submit_thread(host, board, title="Today", text=text, at=at)
    assert post.status == Status.HELD
    assert (post.review_severity, post.review_track) == (severity, track)
    assert {reason["kind"] for reason in post.review_reasons} == {kind}
    assert post.review_due_at is not None
    assert at < post.review_due_at <= at + timedelta(hours=4)


def test_a_finding_in_the_title_holds_the_post(host, board):
    post = submit_thread(host, board, title="kys nobody wants you", text="It was a quiet day.")
    assert post.status == Status.HELD


def test_an_emergency_is_not_held_back_and_still_gets_a_look_in_15_minutes(host, board):
    at = timezone.now()
    text = "Ketones are 3.8 and I keep throwing up."
    post = submit_thread(host, board, title="Help", text=text, at=at)
    assert post.status == Status.PUBLISHED
    assert (post.review_severity, post.review_track) == (Severity.S0, Track.WELFARE)
    assert post.review_due_at == at + timedelta(minutes=15)


def test_a_post_with_an_open_ticket_does_not_count_as_clean(board):
    author = make_member("newcomer")
    for _ in range(2):
        in_state(submit_thread(author, board, **HARMLESS), Status.PUBLISHED)
    emergency = submit_thread(
        author, board, title="Help", text="Ketones are 3.8 and I keep throwing up."
    )
    assert emergency.status == Status.HELD
    assert submit_thread(author, board, **HARMLESS).status == Status.HELD


def test_staff_are_not_held(board, moderator):
    assert submit_thread(moderator, board, **HARMLESS).status == Status.PUBLISHED


# Audience --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "choice, wanted, stored",
    [
        ("", COMMUNITY, PEERS),
        ("", PEERS, PEERS),
        (HcpChoice.NONE, COMMUNITY, PEERS),
        (HcpChoice.NONE, PEERS, PEERS),
        (HcpChoice.ON_REQUEST, COMMUNITY, COMMUNITY),
        (HcpChoice.ON_REQUEST, PEERS, PEERS),
        (HcpChoice.OPEN, COMMUNITY, COMMUNITY),
        (HcpChoice.OPEN, PEERS, PEERS),
    ],
)
def test_a_new_thread_is_never_wider_than_wish_and_choice(board, choice, wanted, stored):
    author = make_member("author", choice=choice)
    post = submit_thread(author, board, audience=wanted, **HARMLESS)
    assert (post.audience, post.thread.audience) == (stored, stored)


def test_a_choice_made_after_the_draft_was_checked_counts(host, board):
    draft = save_draft(
        author=host, key=new_public_id(), board=board, audience=COMMUNITY, **HARMLESS
    )
    choose_hcp_involvement(user=host, choice=HcpChoice.NONE)
    assert submit_post(draft=draft, author=host).audience == PEERS


@pytest.mark.parametrize("thread_audience", [PEERS, COMMUNITY])
@pytest.mark.parametrize("choice", [HcpChoice.OPEN, HcpChoice.NONE, ""])
@pytest.mark.parametrize("wanted", [PEERS, COMMUNITY])
def test_a_reply_is_never_wider_than_wish_choice_and_thread(
    host, board, thread_audience, choice, wanted
):
    thread = publish_thread(host, board, audience=thread_audience, **HARMLESS)
    author = make_member("author", choice=choice)
    post = submit_reply(author, thread, text="So do I.", audience=wanted)
    all_wide = (thread_audience, choice, wanted) == (COMMUNITY, HcpChoice.OPEN, COMMUNITY)
    assert post.audience == (COMMUNITY if all_wide else PEERS)


@pytest.mark.parametrize("source_audience", [PEERS, COMMUNITY])
def test_a_post_is_never_wider_than_the_post_it_quotes(thread, guest, source_audience):
    source = publish_reply(guest, thread, text="I play on Mondays.", audience=source_audience)
    post = submit_reply(guest, thread, text="As I said.", quote=source)
    assert post.audience == source_audience
    assert post.quotes.get().source == source


def test_asking_a_professional_is_dropped_where_none_may_read(board):
    author = make_member("author", choice=HcpChoice.NONE)
    assert not submit_thread(
        author, board, asks_professional=True, **HARMLESS
    ).thread.asks_professional


def test_an_unknown_audience_counts_as_peers(host, board):
    draft = save_draft(author=host, key=new_public_id(), board=board, **HARMLESS)
    draft.audience = "everybody"
    assert submit_post(draft=draft, author=host).audience == PEERS


# Quotes ----------------------------------------------------------------------------------------


def test_a_quote_from_another_thread_is_refused_and_writes_nothing(host, board, thread):
    elsewhere = publish_thread(host, board, **HARMLESS).posts.get()
    before = Post.objects.count()
    with pytest.raises(NotVisible):
        submit_reply(host, thread, text="Look there.", quote=elsewhere)
    assert Post.objects.count() == before


def test_a_new_thread_cannot_quote(host, board, thread):
    source = thread.posts.get()
    draft = save_draft(
        author=host,
        key=new_public_id(),
        board=board,
        quoted_post=source,
        quoted_excerpt=source.text,
        **HARMLESS,
    )
    with pytest.raises(NotVisible):
        submit_post(draft=draft, author=host)


@pytest.mark.parametrize("status", [Status.HELD, Status.HIDDEN, Status.REMOVED])
def test_a_post_that_is_no_longer_published_cannot_be_quoted(thread, guest, status):
    source = in_state(publish_reply(guest, thread, text="I play on Mondays."), status)
    with pytest.raises(NotVisible):
        submit_reply(guest, thread, text="As I said.", quote=source)


def test_words_that_the_quoted_post_does_not_have_are_not_put_in_its_mouth(thread, guest):
    source = publish_reply(guest, thread, text="I play on Mondays.")
    submit_reply(guest, thread, text="Really?", quote=source, excerpt="I hate Mondays.")
    assert not Quote.objects.filter(source=source).exists()


# Once ------------------------------------------------------------------------------------------


def test_the_same_draft_sent_twice_makes_one_post(host, board):
    draft = save_draft(author=host, key=new_public_id(), board=board, **HARMLESS)
    again = Draft.objects.get(pk=draft.pk)
    first = submit_post(draft=draft, author=host)
    assert submit_post(draft=again, author=host) == first
    assert Post.objects.filter(submission_key=draft.key).count() == 1
    assert not Draft.objects.filter(key=draft.key).exists()


def test_two_authors_with_the_same_key_make_two_posts(host, guest, board):
    key = new_public_id()
    posts = [
        submit_post(
            draft=save_draft(author=author, key=key, board=board, **HARMLESS), author=author
        )
        for author in (host, guest)
    ]
    assert posts[0] != posts[1]


@pytest.mark.django_db(transaction=True)
def test_the_same_draft_sent_at_once_by_four_threads_makes_one_post(texts):
    board = make_board("school")
    author = make_member("author")
    for _ in range(5):
        draft = save_draft(author=author, key=new_public_id(), board=board, **HARMLESS)
        results = at_once(*[lambda d=draft: submit_post(draft=d, author=author)] * 4)
        assert [type(result) for result in results] == [Post] * 4, results
        assert len({post.pk for post in results}) == 1
        assert Post.objects.filter(submission_key=draft.key).count() == 1
    assert Thread.objects.count() == 5


# Who may ---------------------------------------------------------------------------------------


def test_a_dose_by_a_professional_is_refused_with_the_clause(thread, nurse):
    with pytest.raises(Refused) as refused:
        submit_reply(nurse, thread, text="Take 6 units of Novorapid before dinner.")
    assert refused.value.clause.anchor == "no-doses"
    assert not Post.objects.filter(author=nurse).exists()
    assert Draft.objects.filter(author=nurse).count() == 1, "what was typed is not lost"


def test_where_no_advice_is_asked_for_professionals_cannot_reply(host, board, nurse, guest):
    thread = publish_thread(host, board, no_advice=True, **HARMLESS)
    with pytest.raises(Refused) as refused:
        submit_reply(nurse, thread, text="In general, snacks help.")
    assert refused.value.clause.anchor == "respect-the-choice"
    assert submit_reply(guest, thread, text="I hear you.").status == Status.PUBLISHED


def test_an_on_request_member_gets_replies_from_professionals_only_where_they_ask(
    seasoned, board, nurse
):
    author = seasoned("author", choice=HcpChoice.ON_REQUEST)
    quiet = publish_thread(author, board, **HARMLESS)
    asking = publish_thread(author, board, asks_professional=True, **HARMLESS)
    with pytest.raises(Refused) as refused:
        submit_reply(nurse, quiet, text="In general, snacks help.")
    assert refused.value.clause.anchor == "respect-the-choice"
    assert submit_reply(nurse, asking, text="In general, snacks help.").status == Status.PUBLISHED


def test_an_open_member_gets_replies_from_professionals(thread, nurse):
    post = submit_reply(nurse, thread, text="In general, snacks help.")
    assert (post.status, post.audience) == (Status.PUBLISHED, COMMUNITY)


def test_a_professional_cannot_reply_in_a_peers_only_thread(host, board, nurse):
    thread = publish_thread(host, board, audience=PEERS, **HARMLESS)
    with pytest.raises(NotVisible):
        submit_reply(nurse, thread, text="In general, snacks help.")


def test_a_professional_whose_code_is_not_signed_cannot_post(thread):
    unsigned = make_hcp("unsigned", code_version="")
    with pytest.raises(NotVisible):
        submit_reply(unsigned, thread, text="In general, snacks help.")


def test_a_locked_thread_takes_no_reply(thread, guest):
    Thread.objects.filter(pk=thread.pk).update(is_locked=True)
    with pytest.raises(Refused, match="closed"):
        submit_reply(guest, thread, text="Me too.")


@pytest.mark.parametrize("status", [Status.HELD, Status.HIDDEN, Status.REMOVED, Status.CHANGES])
def test_a_thread_that_is_not_published_takes_no_reply_not_even_its_authors(thread, host, status):
    in_state(thread.posts.get(), status)
    with pytest.raises(NotVisible):
        submit_reply(host, thread, text="Anyone there?")


def test_a_board_of_another_age_group_is_not_there(texts):
    board = make_board("uni", groups=[AgeGroup.ADULT])
    with pytest.raises(NotVisible):
        submit_thread(make_member("teen", age=15), board, **HARMLESS)


def test_a_silenced_member_is_refused_and_a_suspended_one_finds_nothing(board):
    later = timezone.now() + timedelta(days=1)
    with pytest.raises(Refused):
        submit_thread(make_member("silenced", silenced_until=later), board, **HARMLESS)
    with pytest.raises(NotVisible):
        submit_thread(make_member("suspended", suspended_until=later), board, **HARMLESS)
    assert not Post.objects.exists()


def test_a_moderator_without_second_factor_cannot_post(board, moderator):
    moderator.authenticator_set.all().delete()
    with pytest.raises(NotVisible):
        submit_thread(moderator, board, **HARMLESS)


# What is written along with it -----------------------------------------------------------------


def test_a_sent_post_leaves_no_draft_and_one_revision_with_its_words(host, board):
    post = submit_thread(host, board, **HARMLESS)
    assert not Draft.objects.filter(author=host).exists()
    revision = post.revisions.get()
    assert (revision.number, revision.text) == (1, HARMLESS["text"])
    assert "glucose tabs" in post.html


def test_a_reply_tells_the_threads_author_and_the_quoted_one_once(thread, host, guest, seasoned):
    source = publish_reply(guest, thread, text="I play on Mondays.")
    Notice.objects.all().delete()
    third = seasoned("third")
    Notice.objects.all().delete()
    submit_reply(third, thread, text="Nice.", quote=source)
    told = set(Notice.objects.values_list("recipient__pseudonym", "kind"))
    assert told == {("host", NoticeKind.REPLY), ("guest", NoticeKind.QUOTE)}


def test_nobody_is_told_of_their_own_reply(thread, host):
    Notice.objects.all().delete()
    submit_reply(host, thread, text="Anyone?", quote=thread.posts.get())
    assert not Notice.objects.exists()


def test_nobody_is_told_of_a_held_reply_before_it_is_published(thread, host):
    Notice.objects.all().delete()
    reply = submit_reply(make_member("newcomer"), thread, text="Me too.")
    assert not Notice.objects.exists()
    in_state(reply, Status.PUBLISHED)
    assert Notice.objects.get().recipient == host


def test_counts_of_boards_follow_each_post(thread, guest, nurse):
    submit_reply(guest, thread, text="I do.")
    submit_reply(guest, thread, text="Just for us.", audience=PEERS)
    submit_reply(nurse, thread, text="In general, snacks help.")
    replies = dict(thread.summaries.values_list("audience", "replies"))
    assert replies == {PEERS: 3, COMMUNITY: 2}
    assert summaries.wrong_rows() == []
    assert list(thread.posts.order_by("pk").values_list("position", flat=True)) == [1, 2, 3, 4]


def test_what_staff_write_does_not_depend_on_a_members_choice(board):
    """Roles other than member are open to professionals by nature: their choice is not asked."""
    admin = make_staff("admin-one", "admin", hcp_choice=HcpChoice.NONE)
    assert submit_thread(admin, board, **HARMLESS).audience == COMMUNITY
