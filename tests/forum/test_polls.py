"""Polls: secret, once a person, seen and gone with their post, the same numbers for everybody."""

import ast
from datetime import timedelta
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.ids import new_public_id
from accounts.models import Block, Role, User
from accounts.viewer import viewer_of
from forum.actions.audience import narrow
from forum.actions.leaving import erase_texts
from forum.actions.polls import IS_OVER, PICK_ONE, vote
from forum.actions.withdraw import withdraw_post
from forum.errors import NotVisible, Refused
from forum.models import Board, Draft, Poll, PollOption, PollVote, Post, Status, Thread
from forum.models.poll import FEWEST_VOTERS
from forum.queries.own_data import gather
from forum.queries.polls import ShownPoll, poll_on
from tests.factories import (
    fresh,
    in_state,
    make_board,
    make_hcp,
    make_member,
    make_poll_words,
    make_staff,
    publish_thread,
    submit_thread,
)


@pytest.fixture
def board(texts: None) -> Board:
    return make_board("sport")


@pytest.fixture
def author(board: Board) -> User:
    return make_member("author")


@pytest.fixture
def reader(board: Board) -> User:
    return make_member("reader")


@pytest.fixture
def thread(author: User, board: Board) -> Thread:
    return with_poll(author, board)


def with_poll(author: User, board: Board, **values: object) -> Thread:
    words = make_poll_words("Pump or pen?", "Pump", "Pen", "Both", **values)
    return publish_thread(author, board, title="Kit", text="Tell me.", poll=words)


def poll_of(thread: Thread) -> Poll:
    return Poll.objects.get(post__thread=thread)


def seen(person: User, thread: Thread, *, later: timedelta = timedelta(0)) -> ShownPoll | None:
    thread.refresh_from_db()
    at = timezone.now()
    return poll_on(viewer_of(person, at=at), thread, at=at + later)


def crowd(number: int, name: str = "voter") -> list[User]:
    return [make_member(f"{name}{each}") for each in range(number)]


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def own(user: User) -> list[int]:
    return list(
        PollVote.objects.filter(voter=user).order_by("slot").values_list("option__place", flat=True)
    )


# Asking one ---------------------------------------------------------------------------------------


def test_a_poll_goes_from_the_form_over_the_check_to_the_thread(board, author, reader):
    client, key = signed_in(author), new_public_id()
    words = {"key": key, "title": "Kit", "text": "Tell me.", "audience": "peers"}
    poll = {
        "poll-question": "Pump or pen?",
        "poll-options": "Pump\n\n  Pen  \nPump",
        "poll-days": "3",
        "poll-results_later": "on",
    }
    address = reverse("forum:ask", args=[board.slug])
    assert client.post(address, {**words, **poll})["Location"] == reverse("forum:check", args=[key])
    assert "Pump or pen?" in client.get(reverse("forum:check", args=[key])).content.decode()
    assert "Pump\nPen" in client.get(reverse("forum:draft", args=[key])).content.decode()
    client.post(reverse("forum:check", args=[key]), {"do": "send"})
    thread = Thread.objects.get()
    in_state(thread.posts.get(), Status.PUBLISHED)
    shown = seen(reader, thread)
    assert [option.words for option in shown.options] == ["Pump", "Pen"]
    assert shown.closes_at == fresh(thread.posts.get()).published_at + timedelta(days=3)
    page = signed_in(reader).get(reverse("forum:thread", args=[thread.public_id])).content.decode()
    assert "Pump or pen?" in page
    board_page = signed_in(reader).get(reverse("forum:board", args=[board.slug]))
    assert ">Poll<" in board_page.content.decode()


@pytest.mark.parametrize(
    "wrong",
    [
        {"poll-question": "Alone?", "poll-options": "One"},
        {"poll-question": "", "poll-options": "One\nTwo"},
        {"poll-question": "Many?", "poll-options": "\n".join("abcdefg")},
        {"poll-question": "Long?", "poll-options": "a\n" + "b" * 81},
        {"poll-question": "When?", "poll-options": "a\nb", "poll-days": "31"},
        {"poll-question": "When?", "poll-options": "a\nb", "poll-days": "0"},
    ],
)
def test_what_is_no_poll_is_said_at_the_field_and_nothing_is_lost(board, author, wrong):
    words = {"key": new_public_id(), "title": "Kit", "text": "Tell me.", "audience": "peers"}
    page = signed_in(author).post(reverse("forum:ask", args=[board.slug]), {**words, **wrong})
    text = page.content.decode()
    assert page.status_code == 200
    assert "errorlist" in text
    assert "Tell me." in text
    assert wrong["poll-question"] in text
    assert not Draft.objects.exists()


def test_its_words_are_screened_and_held_with_the_post(board, author):
    for number in range(4):
        publish_thread(author, board, title=f"T{number}", text="Fine.")
    words = make_poll_words("Who wants to chat?", "Mail me: kim@mail.example", "No")
    post = submit_thread(author, board, title="Kit", text="Tell me.", poll=words)
    assert post.status == Status.HELD
    assert "contact" in {reason["kind"] for reason in post.review_reasons}
    fine = submit_thread(
        author, board, title="Kit", text="Tell me.", poll=make_poll_words("A?", "b", "c")
    )
    assert fine.status == Status.PUBLISHED


def test_contact_details_in_it_are_taken_out_with_the_rest(board, author):
    words = make_poll_words("Who?", "Mail me: kim@mail.example", "No")
    draft = Draft.objects.create(author=author, board=board, title="T", text="Words.", poll=words)
    client = signed_in(author)
    address = reverse("forum:check", args=[draft.key])
    assert "Take the contact details out" in client.get(address).content.decode()
    client.post(address, {"do": "mask"})
    draft.refresh_from_db()
    assert "kim@mail.example" not in repr(draft.poll)


def test_professionals_ask_no_polls(board):
    with pytest.raises(Refused):
        submit_thread(
            make_hcp("nurse"), board, title="T", text="Hi.", poll=make_poll_words("A?", "b", "c")
        )
    assert not Post.objects.exists()


# Voting -------------------------------------------------------------------------------------------


def test_a_vote_counts_once_can_be_changed_and_taken_back(reader, thread):
    client, address = signed_in(reader), reverse("forum:vote", args=[thread.public_id])
    for _ in range(2):
        client.post(address, {"option": "1"})
    assert own(reader) == [1]
    client.post(address, {"option": "2"})
    assert own(reader) == [2]
    client.post(address, {})
    assert own(reader) == [2]
    client.post(address, {"do": "take_back"})
    assert own(reader) == []


def test_the_same_vote_again_changes_nothing(reader, thread):
    assert vote(poll=poll_of(thread), voter=reader, places=[1])
    assert not vote(poll=poll_of(thread), voter=reader, places=[1])


def test_one_answer_or_several_as_the_poll_says(author, reader, board, thread):
    with pytest.raises(Refused, match=str(PICK_ONE)):
        vote(poll=poll_of(thread), voter=reader, places=[1, 2])
    with pytest.raises(Refused, match=str(PICK_ONE)):
        vote(poll=poll_of(thread), voter=reader, places=[9])
    many = with_poll(author, board, is_multiple=True)
    vote(poll=poll_of(many), voter=reader, places=[1, 3])
    assert own(reader) == [1, 3]


def test_the_database_lets_nobody_vote_twice(reader, thread):
    vote(poll=poll_of(thread), voter=reader, places=[1])
    first, second = PollOption.objects.filter(poll__post__thread=thread)[:2]
    for option in (first, second):
        with pytest.raises(IntegrityError), transaction.atomic():
            PollVote.objects.create(poll=option.poll, option=option, voter=reader, slot=0)


def test_a_poll_is_over_by_its_date_alone(reader, thread):
    poll = poll_of(thread)
    over = timezone.now() + timedelta(days=7, minutes=1)
    with pytest.raises(Refused, match=str(IS_OVER)):
        vote(poll=poll, voter=reader, places=[1], at=over)
    assert not seen(reader, thread, later=timedelta(days=7, minutes=1)).is_open
    assert vote(poll=poll, voter=reader, places=[1], at=timezone.now() + timedelta(days=6))


def test_a_closed_thread_takes_no_votes(reader, thread):
    Thread.objects.filter(pk=thread.pk).update(is_locked=True)
    with pytest.raises(Refused):
        vote(poll=poll_of(thread), voter=reader, places=[1])
    assert not seen(reader, thread).may_vote


def test_only_members_who_may_see_and_write_vote(author, board, thread):
    poll = poll_of(thread)
    blocked = make_member("blocked")
    Block.objects.create(blocker=author, blocked=blocked)
    for person in (make_hcp("nurse"), make_staff("kim", Role.MODERATOR), blocked):
        with pytest.raises(NotVisible):
            vote(poll=poll, voter=person, places=[1])
        address = reverse("forum:vote", args=[thread.public_id])
        assert signed_in(person).post(address, {"option": "1"}).status_code == 404
    silenced = make_member("silenced")
    User.objects.filter(pk=silenced.pk).update(silenced_until=timezone.now() + timedelta(days=1))
    with pytest.raises(Refused):
        vote(poll=poll, voter=silenced, places=[1])
    assert not PollVote.objects.exists()


# Numbers ------------------------------------------------------------------------------------------


def test_no_numbers_below_five_votes_not_even_at_the_end(author, reader, thread):
    voters = crowd(FEWEST_VOTERS)
    for person in voters[:-1]:
        vote(poll=poll_of(thread), voter=person, places=[1])
    for later in (timedelta(0), timedelta(days=8)):
        shown = seen(reader, thread, later=later)
        assert shown.voters is None
        assert {option.votes for option in shown.options} == {None}
        assert {option.percent for option in shown.options} == {None}
    vote(poll=poll_of(thread), voter=voters[-1], places=[2])
    for person in (reader, author, make_hcp("nurse"), make_staff("ada", Role.ADMIN)):
        assert [option.votes for option in seen(person, thread).options] == [4, 1, 0]
    assert [option.percent for option in seen(reader, thread).options] == [80, 20, 0]


def test_results_wait_for_the_vote_or_the_end_where_the_author_wants_that(author, reader, board):
    thread = with_poll(author, board, results_later=True)
    for person in crowd(FEWEST_VOTERS):
        vote(poll=poll_of(thread), voter=person, places=[1])
    assert seen(reader, thread).voters is None
    assert seen(author, thread).voters is None
    assert seen(reader, thread, later=timedelta(days=8)).voters == FEWEST_VOTERS
    vote(poll=poll_of(thread), voter=reader, places=[1])
    assert seen(reader, thread).voters == FEWEST_VOTERS + 1


def test_numbers_are_the_same_whoever_one_does_not_meet(reader, thread):
    for person in crowd(FEWEST_VOTERS):
        vote(poll=poll_of(thread), voter=person, places=[1])
    before = seen(reader, thread)
    Block.objects.create(blocker=reader, blocked=User.objects.get(pseudonym="voter0"))
    assert seen(reader, thread) == before


def test_the_page_names_no_voter_and_no_row(reader, thread):
    voters = crowd(FEWEST_VOTERS)
    for person in voters:
        vote(poll=poll_of(thread), voter=person, places=[1])
    for person in (reader, make_staff("kim", Role.MODERATOR), make_staff("ada", Role.ADMIN)):
        client = signed_in(person)
        page = client.get(reverse("forum:thread", args=[thread.public_id])).content.decode()
        assert "5 people have voted" in page
        assert "100 %" in page
        assert not [each for each in voters if each.pseudonym in page or each.public_id in page]


def test_a_thread_page_asks_the_same_for_few_and_many_votes(author, reader, board):
    counts = []
    for number in (1, 8):
        thread = with_poll(author, board)
        for person in crowd(number, f"v{number}x"):
            vote(poll=poll_of(thread), voter=person, places=[1])
        with CaptureQueriesContext(connection) as asked:
            seen(reader, thread)
        counts.append(len(asked))
    assert counts[0] == counts[1]


# Seen with its post, gone with its post -----------------------------------------------------------


@pytest.mark.parametrize("state", [Status.HELD, Status.HIDDEN, Status.REMOVED])
def test_a_poll_is_hidden_with_its_post(reader, thread, state):
    in_state(thread.posts.get(), state)
    address = reverse("forum:thread", args=[thread.public_id])
    assert "Pump or pen?" not in signed_in(reader).get(address).content.decode()
    assert seen(reader, thread) is None
    with pytest.raises(NotVisible):
        vote(poll=poll_of(thread), voter=reader, places=[1])


def test_the_author_sees_their_held_poll_and_nobody_votes_in_it(author, board, thread):
    in_state(thread.posts.get(), Status.HELD)
    shown = seen(author, thread)
    assert (shown.is_open, shown.may_vote, shown.voters) == (False, False, None)


def test_a_poll_goes_with_a_post_that_is_deleted_and_with_one_made_narrow(author, reader, thread):
    nurse = make_hcp("nurse")
    assert seen(nurse, thread) is not None
    with transaction.atomic():
        narrow([thread.posts.get().pk])
    assert seen(nurse, thread) is None
    withdraw_post(post=thread.posts.get(), author=author)
    assert seen(reader, thread) is None


def test_reviewers_read_the_words_of_a_poll_with_the_post(board, author):
    words = make_poll_words("Who?", "Mail me: kim@mail.example", "No")
    post = submit_thread(author, board, title="T", text="Words.", poll=words)
    assert post.status == Status.HELD
    page = signed_in(make_staff("kim", Role.MODERATOR)).get(
        reverse("moderation:item", args=[post.public_id])
    )
    assert "Mail me: kim@mail.example" in page.content.decode()


# Leaving ------------------------------------------------------------------------------------------


def test_ones_own_votes_are_in_ones_own_copy_and_in_no_other(author, reader, thread):
    vote(poll=poll_of(thread), voter=reader, places=[2])
    copies = {
        person: {
            section.key: section.rows
            for section in gather(person, viewer_of(person))
            if section.key == "votes"
        }
        for person in (author, reader)
    }
    assert copies[reader]["votes"] == [{"post": thread.posts.get().public_id, "answer": 2}]
    assert copies[author]["votes"] == []


def test_who_leaves_takes_their_name_off_and_the_numbers_stay(reader, thread):
    voters = crowd(FEWEST_VOTERS)
    for person in voters:
        vote(poll=poll_of(thread), voter=person, places=[1])
    before = seen(reader, thread)
    for _ in range(2):
        erase_texts(user=voters[0], keep_published=True, held=[], at=timezone.now())
    assert not PollVote.objects.filter(voter=voters[0]).exists()
    assert seen(reader, thread) == before


def test_the_words_of_a_poll_are_erased_with_its_author(author, reader, thread):
    vote(poll=poll_of(thread), voter=reader, places=[1])
    erase_texts(user=author, keep_published=False, held=[], at=timezone.now())
    assert not Poll.objects.exists()
    assert not PollVote.objects.exists()


# Who can reach votes ------------------------------------------------------------------------------


def test_votes_are_read_in_a_few_files_only_and_nowhere_by_the_team() -> None:
    allowed = {
        "forum/models/__init__.py",
        "forum/models/poll.py",
        "forum/actions/polls.py",
        "forum/queries/polls.py",
        "config/demo/seed/polls.py",
    }
    root = Path(settings.BASE_DIR)
    reading = {
        path.relative_to(root).as_posix()
        for app in ("accounts", "config", "forum", "guides", "moderation")
        for path in (root / app).rglob("*.py")
        if "migrations" not in path.parts
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Name | ast.alias)
        and "PollVote" in (getattr(node, "id", ""), getattr(node, "name", ""))
    }
    assert reading <= allowed
    if apps.is_installed("django.contrib.admin"):
        assert PollVote not in admin.site._registry
