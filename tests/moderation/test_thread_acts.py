"""Closing, moving, splitting and merging threads: nobody new reads more, all counts stay right."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import AgeGroup, Role, User
from accounts.viewer import viewer_of
from forum import summaries
from forum.errors import NotVisible, Refused
from forum.models import (
    Audience,
    Board,
    Notice,
    Post,
    Quote,
    Status,
    Thread,
    ThreadSummary,
    ThreadVisit,
)
from forum.queries.threads import places_for, thread_page
from forum.search import index
from moderation.actions import thread_acts
from moderation.actions.thread_acts import ReasonMissing
from moderation.models import AuditEvent
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
)
from tests.seasoned import make_seasoned

pytestmark = pytest.mark.django_db
WHY = "So that others find it."


@pytest.fixture
def board(texts: None) -> Board:
    return make_board("sport")


@pytest.fixture
def host(board: Board) -> User:
    return make_seasoned("host", board)


@pytest.fixture
def moderator(texts: None) -> User:
    return make_staff("kim", Role.MODERATOR)


@pytest.fixture
def friend(board: Board) -> User:
    return make_seasoned("friend", board)


@pytest.fixture
def thread(host: User, board: Board) -> Thread:
    return publish_thread(host, board, title="Ball", text="Who plays?")


@pytest.fixture
def replies(thread: Thread, friend: User, host: User) -> list[Post]:
    """Five replies; the third is for peers alone, the fifth quotes the first."""
    first = publish_reply(friend, thread, text="I do, on Mondays.")
    second = publish_reply(host, thread, text="Great.")
    third = publish_reply(friend, thread, text="Between us.", audience=Audience.PEERS)
    fourth = publish_reply(host, thread, text="Sure.")
    fifth = publish_reply(host, thread, text="Mondays?", quote=first)
    return [first, second, third, fourth, fifth]


def positions(thread: Thread) -> list[tuple[str, int]]:
    placed = Post.objects.filter(thread=thread, position__isnull=False).order_by("position")
    return list(placed.values_list("text", "position"))


def everything() -> tuple:
    models = (Thread, Post, Quote, ThreadSummary, Notice, AuditEvent)
    return tuple(list(model.objects.order_by("pk").values()) for model in models)


def check_all(*threads: Thread) -> None:
    """Counts, places and the search are right."""
    assert summaries.wrong_rows() == []
    assert not [post for post in index.missing_or_wrong() if post.thread in threads]
    for thread in threads:
        thread.refresh_from_db()
        numbers = [number for _, number in positions(thread)]
        assert numbers == list(range(1, thread.last_position + 1))


# Closing ---------------------------------------------------------------------------------------


def test_closing_a_thread_is_told_logged_and_can_be_taken_back(thread, moderator, host):
    Notice.objects.all().delete()
    assert thread_acts.lock(thread=thread, moderator=moderator, reason=WHY, clause=any_clause())
    thread.refresh_from_db()
    assert thread.is_locked
    assert WHY in Notice.objects.get(recipient=host).message
    event = AuditEvent.objects.get(verb="lock_thread")
    assert (event.subject_public_id, event.data) == (thread.public_id, {"clause": "be-kind"})
    assert thread_acts.lock(thread=thread, moderator=moderator, reason=WHY) is False
    assert thread_acts.unlock(thread=thread, moderator=moderator) is True
    thread.refresh_from_db()
    assert not thread.is_locked
    assert Notice.objects.filter(recipient=host).count() == 2


@pytest.mark.parametrize("reason", ["", " \n"])
def test_closing_needs_a_reason(thread, moderator, reason):
    before = everything()
    with pytest.raises(ReasonMissing):
        thread_acts.lock(thread=thread, moderator=moderator, reason=reason)
    assert everything() == before


def test_only_moderators_and_admins_act_and_never_on_their_own_thread(thread, host, board):
    own = publish_thread(make_staff("robin", Role.MODERATOR), board, title="Own", text="Mine.")
    for somebody, target in (
        (host, thread),
        (make_member("other"), thread),
        (make_hcp("nurse"), thread),
        (own.author, own),
    ):
        with pytest.raises(NotVisible):
            thread_acts.lock(thread=target, moderator=somebody, reason=WHY)


def test_nobody_acts_on_a_thread_that_is_not_there_for_them(thread, moderator):
    in_state(thread.posts.get(), Status.REMOVED)
    with pytest.raises(NotVisible):
        thread_acts.lock(thread=thread, moderator=moderator, reason=WHY)


# Moving ----------------------------------------------------------------------------------------


def test_a_moved_thread_is_counted_on_its_new_board(thread, replies, moderator, host):
    to = make_board("travel")
    Notice.objects.all().delete()
    assert thread_acts.move(thread=thread, board=to, moderator=moderator, reason=WHY)
    assert set(ThreadSummary.objects.values_list("board__slug", flat=True)) >= {"travel"}
    assert "Travel" in Notice.objects.get(recipient=host).message
    check_all(thread)


def test_a_move_that_would_show_a_thread_to_another_age_group_is_refused(host, moderator):
    adults = make_board("adults", groups=[AgeGroup.ADULT])
    thread = publish_thread(host, adults, title="Wine", text="How do you do it?")
    before = everything()
    with pytest.raises(Refused):
        thread_acts.move(thread=thread, board=make_board("all"), moderator=moderator, reason=WHY)
    assert everything() == before


def test_a_move_that_would_lock_somebody_out_of_their_own_words_is_refused(thread, moderator):
    publish_reply(make_member("young", age=15), thread, text="Me too.")
    adults = make_board("adults", groups=[AgeGroup.ADULT])
    with pytest.raises(Refused):
        thread_acts.move(thread=thread, board=adults, moderator=moderator, reason=WHY)


# Splitting -------------------------------------------------------------------------------------


def split(thread: Thread, moderator: User, *posts: Post) -> Thread:
    return thread_acts.split(
        thread=thread,
        public_ids=[post.public_id for post in posts],
        title="Mondays",
        moderator=moderator,
        reason=WHY,
    )


def test_a_split_leaves_both_threads_whole_and_in_order(thread, replies, moderator, friend):
    new = split(thread, moderator, replies[3], replies[0])
    assert positions(new) == [("I do, on Mondays.", 1), ("Sure.", 2)]
    assert [text for text, _ in positions(thread)] == [
        "Who plays?",
        "Great.",
        "Between us.",
        "Mondays?",
    ]
    assert (new.author, new.title, new.audience) == (friend, "Mondays", Audience.COMMUNITY)
    assert Post.objects.get(thread=new, is_opening=True) == replies[0]
    check_all(thread, new)


def test_after_a_split_everybody_has_read_as_much_as_before(thread, replies, moderator):
    reader = make_member("reader")
    others = [make_member(f"reader-{number}") for number in range(6)]
    for number, user in enumerate([*others, reader], start=1):
        ThreadVisit.objects.create(user=user, thread=thread, position=min(number, 6))
    split(thread, moderator, replies[0], replies[3])  # positions 2 and 5
    read = ThreadVisit.objects.filter(thread=thread).order_by("pk")
    assert list(read.values_list("position", flat=True)) == [1, 1, 2, 3, 3, 4, 4]


def test_quotes_across_a_split_are_cut_and_those_within_stay(thread, replies, moderator):
    assert Quote.objects.count() == 1
    new = split(thread, moderator, replies[0], replies[4])
    assert Quote.objects.count() == 1
    split(new, moderator, replies[4])
    assert not Quote.objects.exists()


def test_a_split_opened_by_a_peers_only_reply_is_for_peers_alone(thread, replies, moderator):
    new = split(thread, moderator, replies[2], replies[3])
    assert new.posts.filter(audience=Audience.COMMUNITY).count() == 0
    nurse = viewer_of(make_hcp("nurse"))
    assert not Thread.objects.visible_to(nurse).filter(pk=new.pk).exists()
    assert not Post.objects.visible_to(nurse).filter(thread=new).exists()
    check_all(thread, new)


def test_professionals_see_no_gap_after_a_split(thread, replies, moderator):
    split(thread, moderator, replies[0])
    nurse = viewer_of(make_hcp("nurse"))
    thread.refresh_from_db()
    assert places_for(nurse, thread).total == 4
    page = thread_page(nurse, thread)
    assert page is not None
    assert [shown.post.text for shown in page.posts] == [
        "Who plays?",
        "Great.",
        "Sure.",
        "Mondays?",
    ]


@pytest.mark.parametrize("wrong", ["opening", "held", "other", "none"])
def test_only_published_replies_of_the_thread_can_be_split_off(
    thread, replies, moderator, host, board, wrong
):
    other = publish_thread(host, board, title="Other", text="Else.")
    chosen = {
        "opening": [thread.posts.get(is_opening=True)],
        "held": [in_state(replies[0], Status.HELD)],
        "other": [other.posts.get()],
        "none": [],
    }[wrong]
    before = everything()
    with pytest.raises(Refused):
        split(thread, moderator, *chosen)
    assert everything() == before


def test_the_authors_of_what_was_split_off_are_told_once_each(thread, replies, moderator):
    Notice.objects.all().delete()
    split(thread, moderator, replies[0], replies[1], replies[2])
    told = list(Notice.objects.values_list("recipient__pseudonym", flat=True))
    assert sorted(told) == ["friend", "host"]


# Merging ---------------------------------------------------------------------------------------


@pytest.fixture
def double(friend: User, board: Board, host: User) -> Thread:
    """Another thread on the same subject, with a reply."""
    thread = publish_thread(friend, board, title="Ball again", text="Does anybody play?")
    publish_reply(host, thread, text="See the other one.", quote=thread.posts.get())
    return thread


def merge(thread: Thread, into: Thread, moderator: User) -> bool:
    return thread_acts.merge(thread=thread, into=into, moderator=moderator, reason=WHY)


def test_a_merged_thread_stands_behind_the_other_one(thread, replies, double, moderator):
    merge(double, thread, moderator)
    assert [text for text, _ in positions(thread)][-2:] == [
        "Does anybody play?",
        "See the other one.",
    ]
    assert thread.posts.filter(is_opening=True).count() == 1
    assert not double.posts.exists()
    assert Quote.objects.count() == 2
    assert not Thread.objects.visible_to(viewer_of(moderator)).filter(pk=double.pk).exists()
    check_all(thread, double)


def test_the_old_address_leads_on_for_those_who_may_see_it(thread, double, moderator):
    merge(double, thread, moderator)
    opening = fresh(Post.objects.get(text="Does anybody play?"))
    client = Client()
    client.force_login(make_member("other"))
    answer = client.get(reverse("forum:thread", args=[double.public_id]))
    assert answer["Location"].endswith(f"#p-{opening.public_id}")
    in_state(opening, Status.HIDDEN)
    assert client.get(reverse("forum:thread", args=[double.public_id])).status_code == 404


def test_what_goes_into_a_peers_only_thread_is_for_peers_alone(host, board, double, moderator):
    peers = publish_thread(host, board, title="Us", text="Only us.", audience=Audience.PEERS)
    merge(double, peers, moderator)
    assert not peers.posts.filter(audience=Audience.COMMUNITY).exists()
    check_all(peers, double)


def test_what_was_peers_only_stays_so_in_a_thread_for_the_community(thread, host, board, moderator):
    peers = publish_thread(host, board, title="Us", text="Only us.", audience=Audience.PEERS)
    merge(peers, thread, moderator)
    post = Post.objects.get(text="Only us.")
    assert (post.thread, post.audience) == (thread, Audience.PEERS)
    nurse = make_hcp("nurse")
    assert not Post.objects.visible_to(viewer_of(nurse)).filter(pk=post.pk).exists()
    client = Client()
    client.force_login(nurse)
    assert client.get(reverse("forum:thread", args=[peers.public_id])).status_code == 404
    check_all(thread, peers)


def test_no_thread_is_merged_where_another_age_group_reads(host, thread, moderator):
    adults = make_board("adults", groups=[AgeGroup.ADULT])
    for_adults = publish_thread(host, adults, title="Wine", text="How?")
    before = everything()
    with pytest.raises(Refused):
        merge(for_adults, thread, moderator)
    with pytest.raises(NotVisible):
        merge(thread, thread, moderator)
    assert everything() == before


def test_who_asked_for_no_advice_does_not_land_where_advice_is_given(
    host, board, thread, moderator
):
    quiet = publish_thread(host, board, title="Sigh", text="Just saying.", no_advice=True)
    with pytest.raises(Refused):
        merge(quiet, thread, moderator)


# The page --------------------------------------------------------------------------------------


@pytest.fixture
def client_of_kim(moderator: User) -> Client:
    client = Client()
    client.force_login(moderator)
    return client


def address(thread: Thread) -> str:
    return reverse("moderation:thread", args=[thread.public_id])


def test_the_page_does_each_act_with_plain_forms(client_of_kim, thread, replies, double):
    to = make_board("travel")
    acts = [
        {"act": "lock", "reason": WHY},
        {"act": "unlock"},
        {"act": "move", "board": to.slug, "reason": WHY},
        {"act": "split", "posts": [replies[0].public_id], "title": "New", "reason": WHY},
    ]
    for sent in acts:
        answer = client_of_kim.post(address(thread), sent)
        assert answer.status_code == 302, answer.content.decode()
    into = reverse("forum:thread", args=[thread.public_id])
    back = {"act": "merge", "into": f"https://islet.example{into}", "reason": WHY}
    new = Thread.objects.get(title="New")
    assert client_of_kim.post(address(new), back)["Location"] == into
    assert summaries.wrong_rows() == []


@pytest.mark.parametrize("act", ["lock", "move", "split", "merge", "burn", ""])
def test_what_is_missing_is_said_and_nothing_happens(client_of_kim, thread, act):
    before = everything()
    answer = client_of_kim.post(address(thread), {"act": act})
    assert answer.status_code == 422
    assert "Error:" in answer.content.decode()
    assert everything() == before


def test_the_page_is_not_there_for_members_and_professionals(thread):
    for user in (make_member("other"), make_hcp("nurse")):
        client = Client()
        client.force_login(user)
        assert client.get(address(thread)).status_code == 404
