"""What somebody has read, follows and keeps: private, through the one door, without JavaScript."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Block, HcpChoice, User
from accounts.models.user import MOST_MUTED_WORDS
from forum.actions.reading import mute_word, note_visit
from forum.models import (
    Audience,
    Board,
    Follow,
    Post,
    Saved,
    Status,
    Surface,
    Thread,
    ThreadVisit,
)
from tests.factories import (
    in_state,
    make_board,
    make_hcp,
    make_member,
    publish_reply,
    publish_thread,
)

BEFORE = timezone.now() - timedelta(days=100)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def board(texts: None) -> Board:
    return make_board("sport")


@pytest.fixture
def author(board: Board) -> User:
    return make_member("author")


@pytest.fixture
def reader(board: Board) -> User:
    reader = make_member("reader")
    User.objects.filter(pk=reader.pk).update(joined_at=BEFORE)
    return User.objects.get(pk=reader.pk)


@pytest.fixture
def client(reader: User) -> Client:
    return signed_in(reader)


@pytest.fixture
def thread(author: User, board: Board) -> Thread:
    return publish_thread(author, board, title="Football", text="Who plays?")


def page_of(client: Client, name: str, *arguments: str, **query: str) -> str:
    response = client.get(reverse(name, args=arguments), query)
    assert response.status_code == 200, response
    return response.content.decode()


def is_new(client: Client, thread: Thread) -> bool:
    page = page_of(client, "forum:board", thread.board.slug)
    return reverse("forum:unread", args=[thread.public_id]) in page


# New and read -----------------------------------------------------------------------------------


def test_a_thread_is_new_until_it_was_read_and_again_after_a_reply(client, author, thread):
    assert is_new(client, thread)
    page_of(client, "forum:thread", thread.public_id)
    assert not is_new(client, thread)
    publish_reply(author, thread, text="Anyone?")
    assert is_new(client, thread)


def test_what_came_before_somebody_joined_is_not_new(thread):
    late = signed_in(make_member("late"))
    assert not is_new(late, thread)


def test_ones_own_words_are_not_new(client, reader, thread):
    page_of(client, "forum:thread", thread.public_id)
    publish_reply(reader, thread, text="I do.")
    assert not is_new(client, thread)


def test_a_board_can_be_called_read(client, author, board, thread):
    client.post(reverse("forum:on_board", args=[board.slug]), {"do": "read"})
    assert not is_new(client, thread)
    publish_reply(author, thread, text="Anyone?")
    assert is_new(client, thread)


def test_go_to_first_unread_lands_on_the_post(client, author, thread):
    for number in range(25):
        publish_reply(author, thread, text=f"Reply {number}.")
    page_of(client, "forum:thread", thread.public_id, page="1")
    answer = client.get(reverse("forum:unread", args=[thread.public_id]))
    first = thread.posts.get(position=21)
    address = reverse("forum:thread", args=[thread.public_id])
    assert answer["Location"] == f"{address}?page=2#p-{first.public_id}"
    page = page_of(client, "forum:thread", thread.public_id)
    assert reverse("forum:unread", args=[thread.public_id]) in page


def test_a_mark_stands_where_the_new_posts_begin(client, author, thread):
    publish_reply(author, thread, text="The old one.")
    page_of(client, "forum:thread", thread.public_id)
    publish_reply(author, thread, text="The new one.")
    page = page_of(client, "forum:thread", thread.public_id)
    assert page.index("The old one.") < page.index("New since you were here")
    assert page.index("New since you were here") < page.index("The new one.")


def test_a_visit_never_goes_back(reader, thread):
    note_visit(user_id=reader.pk, thread_id=thread.pk, position=7)
    note_visit(user_id=reader.pk, thread_id=thread.pk, position=3)
    assert ThreadVisit.objects.get().position == 7


def test_a_hidden_last_word_makes_nothing_new(client, reader, author, thread):
    nurse = make_hcp("nurse")
    User.objects.filter(pk=nurse.pk).update(joined_at=BEFORE)
    hcp = signed_in(User.objects.get(pk=nurse.pk))
    page_of(hcp, "forum:thread", thread.public_id)
    private = make_member("private", choice=HcpChoice.NONE)
    publish_reply(private, thread, text="For peers.", audience=Audience.PEERS)
    assert not is_new(hcp, thread)
    page_of(client, "forum:thread", thread.public_id)
    blocked = make_member("blocked")
    Block.objects.create(blocker=reader, blocked=blocked)
    publish_reply(blocked, thread, text="Unwanted.")
    assert not is_new(client, thread)


# n new replies ------------------------------------------------------------------------------------


def test_the_light_question_counts_what_one_may_see_and_answers_304_where_nothing_changed(
    client, author, thread
):
    opening = thread.posts.get()
    address = reverse("forum:news", args=[thread.public_id]) + f"?after={opening.public_id}"
    first = client.get(address)
    assert first.json()["number"] == 0
    again = client.get(address, headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    publish_reply(author, thread, text="Anyone?")
    changed = client.get(address, headers={"if-none-match": first["ETag"]})
    assert changed.status_code == 200
    assert changed.json()["number"] == 1


def test_professionals_are_not_told_of_new_replies_for_peers(thread):
    hcp = signed_in(make_hcp("nurse"))
    opening = thread.posts.get()
    private = make_member("private", choice=HcpChoice.NONE)
    reply = publish_reply(private, thread, text="For peers.", audience=Audience.PEERS)
    address = reverse("forum:news", args=[thread.public_id])
    assert hcp.get(address, {"after": opening.public_id}).json()["number"] == 0
    assert hcp.get(address, {"after": reply.public_id}).status_code == 404


# Save ---------------------------------------------------------------------------------------------


def test_saving_again_takes_it_back_and_the_author_is_not_told(client, reader, author, thread):
    post = thread.posts.get()
    address = reverse("forum:save", args=[thread.public_id])
    assert client.post(address, {"save": post.public_id}).status_code == 302
    assert "Who plays?" in page_of(client, "forum:saved")
    assert 'aria-pressed="true">Saved' in page_of(client, "forum:thread", thread.public_id)
    authors = page_of(signed_in(author), "forum:thread", thread.public_id)
    assert 'aria-pressed="true">Saved' not in authors
    client.post(address, {"save": post.public_id})
    assert not Saved.objects.exists()


def test_a_note_on_a_saved_post_is_ones_own(client, reader, author, thread):
    post = thread.posts.get()
    Saved.objects.create(user=reader, post=post, saved_at=timezone.now())
    Saved.objects.create(user=author, post=post, saved_at=timezone.now())
    data = {"post": post.public_id, f"{post.public_id}-note": "Ask about <this>."}
    assert client.post(reverse("forum:saved"), data).status_code == 302
    assert "Ask about &lt;this&gt;." in page_of(client, "forum:saved")
    assert "Ask about" not in page_of(signed_in(author), "forum:saved")
    text = client.get(reverse("forum:clinic"), {"as": "text"}).content.decode()
    assert "My note: Ask about <this>." in text


def test_what_may_no_longer_be_seen_is_not_shown_but_can_be_removed(client, reader, thread):
    post = thread.posts.get()
    Saved.objects.create(user=reader, post=post, note="Mine.", saved_at=timezone.now())
    in_state(post, Status.HIDDEN)
    page = page_of(client, "forum:saved")
    assert "Who plays?" not in page
    assert "Football" not in page
    assert "1 saved post can" in page
    assert "Who plays?" not in page_of(client, "forum:clinic")


def test_one_cannot_save_what_one_cannot_see(author, board):
    private = make_member("private", choice=HcpChoice.NONE)
    hidden = publish_thread(private, board, title="Mine", text="For peers.").posts.get()
    hcp = signed_in(make_hcp("nurse"))
    address = reverse("forum:save", args=[hidden.thread.public_id])
    assert hcp.post(address, {"save": hidden.public_id}).status_code == 404
    assert not Saved.objects.exists()


def test_the_page_for_the_clinic_has_no_names(client, reader, author, thread):
    Saved.objects.create(user=reader, post=thread.posts.get(), saved_at=timezone.now())
    for query in ({}, {"as": "text"}):
        page = client.get(reverse("forum:clinic"), query).content.decode()
        assert "Who plays?" in page
        assert author.pseudonym not in page.replace("The author", "")
        assert "Another member wrote" in page


def test_what_a_professional_saved_and_reads_again_is_written_down(author, thread):
    nurse = make_hcp("nurse")
    Saved.objects.create(user=nurse, post=thread.posts.get(), saved_at=timezone.now())
    page_of(signed_in(nurse), "forum:saved")
    surfaces = set(author.accesses_met.values_list("surface", flat=True))
    assert surfaces == {Surface.SAVED}


def test_the_list_of_saved_posts_asks_the_same_for_few_and_many(client, reader, author, thread):
    counts = []
    for replies in (1, 12):
        for number in range(replies):
            post = publish_reply(author, thread, text=f"Reply {number}.")
            Saved.objects.create(user=reader, post=post, saved_at=timezone.now())
        with CaptureQueriesContext(connection) as captured:
            page_of(client, "forum:saved")
        counts.append(len(captured))
    assert counts[0] == counts[1] <= 10


# Follow and mute ----------------------------------------------------------------------------------


def test_followed_threads_stand_on_a_page_of_their_own(client, thread):
    address = reverse("forum:follow", args=[thread.public_id])
    client.post(address, {"kind": "follow"})
    assert "Football" in page_of(client, "forum:following")
    client.post(address, {"kind": ""})
    assert "Football" not in page_of(client, "forum:following")
    assert client.post(address, {"kind": "stalk"}).status_code == 404


def test_a_followed_thread_stays_where_it_was_when_somebody_hidden_has_the_last_word(
    client, reader, author, board, thread
):
    other = publish_thread(author, board, title="Swimming", text="Who swims?")
    for each in (thread, other):
        client.post(reverse("forum:follow", args=[each.public_id]), {"kind": "follow"})
    before = page_of(client, "forum:following")
    blocked = make_member("blocked")
    Block.objects.create(blocker=reader, blocked=blocked)
    publish_reply(blocked, thread, text="Unwanted.")
    after = page_of(client, "forum:following")
    rows = [page.partition("<main")[2].partition("</main")[0] for page in (before, after)]
    assert rows[0] == rows[1]
    assert rows[0].index("Swimming") < rows[0].index("Football")


def test_a_muted_thread_is_never_new(client, author, thread):
    client.post(reverse("forum:follow", args=[thread.public_id]), {"kind": "mute"})
    publish_reply(author, thread, text="Anyone?")
    assert not is_new(client, thread)


def test_a_board_can_be_followed(client, board):
    address = reverse("forum:on_board", args=[board.slug])
    client.post(address, {"do": "follow"})
    client.post(address, {"do": "follow"})
    assert Follow.objects.get().board == board
    assert board.title in page_of(client, "forum:following")
    client.post(address, {"do": "unfollow"})
    assert not Follow.objects.exists()


# Muted words --------------------------------------------------------------------------------------


def test_posts_with_a_muted_word_are_folded_up_for_that_person_alone(client, author, thread):
    publish_reply(author, thread, text="I Counted My Carbs again.")
    client.post(reverse("forum:muted_words"), {"word": "  counted   my CARBS "})
    page = page_of(client, "forum:thread", thread.public_id)
    assert page.count("Folded up") == 1
    assert page.index("Folded up") < page.index("I Counted My Carbs")
    others = page_of(signed_in(make_member("other")), "forum:thread", thread.public_id)
    assert "Folded up" not in others
    client.post(reverse("forum:muted_words"), {"remove": "counted my carbs"})
    assert "Folded up" not in page_of(client, "forum:thread", thread.public_id)


def test_there_is_an_end_to_muted_words(client, reader):
    words = [f"word {number}" for number in range(MOST_MUTED_WORDS)]
    User.objects.filter(pk=reader.pk).update(muted_words=words)
    assert not mute_word(user=reader, word="one more")
    page = client.post(reverse("forum:muted_words"), {"word": "one more"}).content.decode()
    assert "fifty words already" in page
    assert 'value="one more"' in page


def test_signs_in_a_muted_word_mean_themselves(client, author, thread):
    publish_reply(author, thread, text="Nothing to see.")
    client.post(reverse("forum:muted_words"), {"word": ".*"})
    assert "Folded up" not in page_of(client, "forum:thread", thread.public_id)
    assert Post.objects.count() == 2
