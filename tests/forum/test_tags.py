"""Topics: chosen when asking, followed and muted, and never a trace of what one may not see."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.ids import new_public_id
from accounts.models import Block, HcpChoice, HiddenHcp, Role, User
from accounts.viewer import viewer_of
from forum.actions.audience import narrow
from forum.actions.reading import follow_board
from forum.actions.tags import choose_tags, follow_tag
from forum.actions.threads import split_thread
from forum.errors import NotVisible, Refused
from forum.models import (
    Audience,
    Board,
    Draft,
    Follow,
    FollowKind,
    HcpAccess,
    Notice,
    NoticeKind,
    Status,
    Tag,
    Thread,
    ThreadTag,
)
from forum.queries.boards import PAGE_SIZE
from forum.queries.notices import notices_for
from forum.search import parse, search
from forum.setup import make_tags
from moderation.actions import thread_acts
from moderation.actions.tags import merge_tag
from moderation.models import AuditEvent
from tests.factories import (
    in_state,
    make_board,
    make_hcp,
    make_member,
    make_staff,
    make_tag,
    publish_reply,
    publish_thread,
    submit_thread,
)

BEFORE = timezone.now() - timedelta(days=100)


@pytest.fixture
def board(texts: None) -> Board:
    return make_board("sport")


@pytest.fixture
def tag(board: Board) -> Tag:
    return make_tag("hypos", name="Hypos at night")


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


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def page(client: Client, name: str, *args: str, query: str = "") -> str:
    response = client.get(reverse(name, args=args) + query)
    assert response.status_code == 200
    return response.content.decode()


def slugs(thread: Thread) -> list[str]:
    rows = ThreadTag.objects.filter(thread=thread).order_by("place")
    return list(rows.values_list("tag__slug", flat=True))


# Choosing -----------------------------------------------------------------------------------------


def test_topics_are_picked_when_asking_and_stand_on_every_page_of_the_thread(
    client, author, board, tag
):
    asking, key = signed_in(author), new_public_id()
    words = {"key": key, "title": "Shaky", "text": "I woke up low.", "audience": "peers"}
    answer = asking.post(reverse("forum:ask", args=[board.slug]), {**words, "tags": ["hypos"]})
    assert answer["Location"] == reverse("forum:check", args=[key])
    assert "Hypos at night" in page(asking, "forum:check", key)
    assert 'value="hypos"' in page(asking, "forum:draft", key)
    assert "checked" in page(asking, "forum:draft", key).partition('value="hypos"')[2][:200]
    asking.post(reverse("forum:check", args=[key]), {"do": "send"})
    thread = Thread.objects.get()
    in_state(thread.posts.get(), Status.PUBLISHED)
    address = reverse("forum:tag", args=["hypos"])
    assert address in page(client, "forum:thread", thread.public_id)
    assert address in page(client, "forum:board", board.slug)
    assert "Shaky" in page(client, "forum:tag", "hypos")


def test_no_more_than_three_and_only_what_is_on_the_list(author, board, tag):
    for name in ("one", "two", "three"):
        make_tag(name)
    make_tag("old", is_retired=True)
    asking = signed_in(author)
    words = {"key": new_public_id(), "title": "T", "text": "Words.", "audience": "peers"}
    for wrong in (["hypos", "one", "two", "three"], ["old"], ["nothing"]):
        response = asking.post(reverse("forum:ask", args=[board.slug]), {**words, "tags": wrong})
        assert response.status_code == 200
        assert "Words." in response.content.decode()
    assert not Draft.objects.exists()


def test_the_database_keeps_them_to_three_and_each_once(author, board, tag):
    thread = publish_thread(author, board, title="T", text="Words.", tags=["hypos"])
    for place, each in ((0, make_tag("a")), (4, make_tag("b")), (1, make_tag("c")), (2, tag)):
        with pytest.raises(IntegrityError), transaction.atomic():
            ThreadTag.objects.create(thread=thread, tag=each, place=place)


def test_a_topic_that_went_while_somebody_wrote_loses_no_text(author, board, tag):
    other = make_tag("lows")
    merge_tag(tag=tag, into=other, admin=make_staff("ada", Role.ADMIN))
    post = submit_thread(author, board, title="T", text="Words.", tags=["hypos", "gone"])
    assert slugs(post.thread) == ["lows"]


def test_authors_change_the_topics_of_their_own_thread_and_nobody_else_does(
    client, author, board, tag
):
    make_tag("nights")
    thread = publish_thread(author, board, title="T", text="Words.", tags=["hypos"])
    address = reverse("forum:thread_tags", args=[thread.public_id])
    assert client.get(address).status_code == 404
    assert client.post(address, {"tags": ["nights"]}).status_code == 404
    told_before = Notice.objects.count()
    own = signed_in(author)
    assert "checked" in own.get(address).content.decode()
    assert own.post(address, {"tags": ["nights"]}).status_code == 302
    assert slugs(thread) == ["nights"]
    own.post(address, {})
    assert slugs(thread) == []
    assert Notice.objects.count() == told_before


def test_a_retired_topic_stays_on_a_thread_but_is_not_picked_anew(author, board, tag):
    thread = publish_thread(author, board, title="T", text="Words.", tags=["hypos"])
    other = publish_thread(author, board, title="U", text="Words.")
    make_tag("nights")
    Tag.objects.filter(pk=tag.pk).update(is_retired=True)
    own = signed_in(author)
    for each in (thread, other):
        own.post(reverse("forum:thread_tags", args=[each.public_id]), {"tags": ["hypos", "nights"]})
    assert set(slugs(thread)) == {"hypos", "nights"}
    assert slugs(other) == []


def test_who_may_not_write_changes_nothing(author, board, tag):
    thread = publish_thread(author, board, title="T", text="Words.")
    User.objects.filter(pk=author.pk).update(silenced_until=timezone.now() + timedelta(days=1))
    with pytest.raises(Refused):
        choose_tags(thread=thread, author=User.objects.get(pk=author.pk), slugs=["hypos"])
    with pytest.raises(NotVisible):
        choose_tags(thread=thread, author=make_member("other"), slugs=["hypos"])


def test_moderators_change_topics_with_a_line_in_the_log_and_a_word_to_the_author(
    author, board, tag
):
    thread = publish_thread(author, board, title="T", text="Words.")
    kim = make_staff("kim", Role.MODERATOR)
    client = signed_in(kim)
    address = reverse("moderation:thread", args=[thread.public_id])
    assert client.post(address, {"act": "tag", "tags": ["hypos"]}).status_code == 302
    assert slugs(thread) == ["hypos"]
    assert AuditEvent.objects.get(verb="tag_thread").data["tags"] == ["hypos"]
    newest = Notice.objects.filter(kind=NoticeKind.DECISION).latest("pk")
    assert newest.recipient == author
    assert "topics" in newest.message
    assert not thread_acts.tag(thread=thread, slugs=["hypos"], moderator=kim)
    with pytest.raises(NotVisible):
        thread_acts.tag(thread=thread, slugs=[], moderator=make_hcp("nurse"))


def test_a_thread_that_is_split_off_keeps_the_topics(author, board, tag):
    thread = publish_thread(author, board, title="T", text="Words.", tags=["hypos"])
    reply = publish_reply(author, thread, text="More.")
    new = split_thread(thread=thread, public_ids=[reply.public_id], title="New", at=timezone.now())
    assert slugs(new) == ["hypos"]


# What one may not see leaves no trace -------------------------------------------------------------


def test_a_topic_page_shows_what_the_board_would(client, reader, author, board, tag):
    blocked, private = make_member("blocked"), make_member("private", choice=HcpChoice.NONE)
    Block.objects.create(blocker=reader, blocked=blocked)
    seen = publish_thread(author, board, title="Seen", text="Words.", tags=["hypos"])
    publish_thread(blocked, board, title="Unmet", text="Words.", tags=["hypos"])
    narrow_one = publish_thread(
        private, board, title="Narrow", text="Words.", tags=["hypos"], audience=Audience.PEERS
    )
    held = publish_thread(author, board, title="Held", text="Words.", tags=["hypos"])
    in_state(held.posts.get(), Status.HELD)
    members = page(client, "forum:tag", "hypos")
    assert [name for name in ("Seen", "Unmet", "Narrow", "Held") if name in members] == [
        "Seen",
        "Narrow",
    ]
    hcp = signed_in(make_hcp("nurse"))
    nurses = page(hcp, "forum:tag", "hypos")
    assert [name for name in ("Seen", "Unmet", "Narrow", "Held") if name in nurses] == [
        "Seen",
        "Unmet",
    ]
    assert set(HcpAccess.objects.values_list("post__thread", flat=True)) >= {seen.pk}
    assert not HcpAccess.objects.filter(post__thread=narrow_one).exists()


def test_a_narrowed_thread_is_gone_from_the_topic_of_professionals_at_once(author, board, tag):
    hcp = signed_in(make_hcp("nurse"))
    empty = page(hcp, "forum:tag", "hypos")
    thread = publish_thread(author, board, title="Seen", text="Words.", tags=["hypos"])
    assert "Seen" in page(hcp, "forum:tag", "hypos")
    with transaction.atomic():
        narrow([thread.posts.get().pk])
    after = page(hcp, "forum:tag", "hypos")
    parts = [each.partition("<main")[2].partition("</main")[0] for each in (empty, after)]
    assert strip_tokens(parts[0]) == strip_tokens(parts[1])


def strip_tokens(text: str) -> str:
    start, name, rest = text.partition('name="csrfmiddlewaretoken"')
    return start + name + rest.partition(">")[2]


def test_pages_go_on_below_a_thread_and_end(client, author, board, tag):
    for number in range(PAGE_SIZE + 3):
        publish_thread(author, board, title=f"Number {number:02}", text="W.", tags=["hypos"])
    first = page(client, "forum:tag", "hypos")
    assert first.count('class="row-title"') == PAGE_SIZE
    last = Thread.objects.get(title="Number 03")
    assert f"?after={last.public_id}" in first
    second = page(client, "forum:tag", "hypos", query=f"?after={last.public_id}")
    assert second.count('class="row-title"') == 3
    assert "Older" not in second


def test_the_page_and_the_board_ask_the_same_for_few_and_for_many(author, board, tag):
    make_tag("nights")
    reader = make_member("reads")
    counts = []
    for who in (reader, make_hcp("nurse")):
        client = signed_in(who)
        for number in (2, 20):
            for _ in range(number):
                thread = publish_thread(
                    author, board, title="T", text="Words.", tags=["hypos", "nights"]
                )
                publish_reply(author, thread, text="More.")
            for address in (
                reverse("forum:tag", args=["hypos"]),
                reverse("forum:board", args=[board.slug]) + "?only=unanswered&tag=hypos",
            ):
                client.get(address)
                with CaptureQueriesContext(connection) as asked:
                    client.get(address)
                counts.append(len(asked))
    assert counts[0:2] == counts[2:4]
    assert counts[4:6] == counts[6:8]
    assert max(counts[:4]) <= 10


def test_nothing_counts_with_offset(author, board, tag):
    for number in range(3):
        publish_thread(author, board, title=f"T{number}", text="Words.", tags=["hypos"])
    client = signed_in(make_member("reads"))
    newest = Thread.objects.get(title="T2")
    with CaptureQueriesContext(connection) as asked:
        page(client, "forum:tag", "hypos", query=f"?after={newest.public_id}")
    assert not [each for each in asked.captured_queries if "OFFSET" in each["sql"]]


# Filters of a board -------------------------------------------------------------------------------


def test_a_board_can_be_narrowed_to_a_topic_and_to_what_has_no_reply(
    client, reader, author, board, tag
):
    publish_thread(author, board, title="Plain", text="Words.")
    alone = publish_thread(author, board, title="Alone", text="Words.", tags=["hypos"])
    met = publish_thread(author, board, title="Met", text="Words.", tags=["hypos"])
    publish_reply(make_member("kind"), met, text="I know.")
    publish_reply(author, alone, text="Anybody?")
    names = ("Plain", "Alone", "Met")

    def shown(query: str) -> list[str]:
        text = page(client, "forum:board", board.slug, query=query).partition('<ul class="rows">')[
            2
        ]
        return [name for name in names if f">{name}<" in text]

    assert shown("?tag=hypos") == ["Alone", "Met"]
    assert shown("?only=unanswered") == ["Plain", "Alone"]
    assert shown("?tag=hypos&only=unanswered") == ["Alone"]
    # A reply that one may not see is none.
    blocked = make_member("blocked")
    publish_reply(blocked, alone, text="Unwanted.")
    Block.objects.create(blocker=reader, blocked=blocked)
    assert shown("?only=unanswered") == ["Plain", "Alone"]


# Following and muting -----------------------------------------------------------------------------


def told(user: User) -> list[str]:
    return list(notices_for(viewer_of(user)).values_list("kind", flat=True))


def test_a_followed_topic_tells_of_new_threads_once_and_only_of_what_may_be_seen(
    client, reader, author, board, tag
):
    make_tag("nights")
    for slug in ("hypos", "nights"):
        client.post(reverse("forum:on_tag", args=[slug]), {"kind": "follow"})
    publish_thread(author, board, title="T", text="Words.", tags=["hypos", "nights"])
    assert told(reader) == ["tag"]
    assert "on a topic you follow" in page(client, "forum:notices")
    assert "Hypos at night" in page(client, "forum:following")
    nurse = make_hcp("nurse")
    follow_tag(user=nurse, tag=tag, kind=FollowKind.FOLLOW)
    hides = make_member("hides")
    HiddenHcp.objects.create(member=hides, hcp=nurse)
    publish_thread(hides, board, title="U", text="Words.", tags=["hypos"])
    publish_thread(author, board, title="V", text="Words.", tags=["hypos"], audience=Audience.PEERS)
    assert told(nurse) == []
    assert told(reader) == ["tag"] * 3


def test_who_follows_board_and_topic_is_told_once(reader, author, board, tag):
    follow_board(user=reader, board=board, on=True)
    follow_tag(user=reader, tag=tag, kind=FollowKind.FOLLOW)
    publish_thread(author, board, title="T", text="Words.", tags=["hypos"])
    assert told(reader) == ["board"]


def test_a_muted_topic_is_never_new_and_tells_nothing(client, reader, author, board, tag):
    follow_board(user=reader, board=board, on=True)
    thread = publish_thread(author, board, title="T", text="Words.", tags=["hypos"])
    unread = reverse("forum:unread", args=[thread.public_id])
    assert unread in page(client, "forum:board", board.slug)
    assert told(reader) == ["board"]
    client.post(reverse("forum:on_tag", args=["hypos"]), {"kind": "mute"})
    assert unread not in page(client, "forum:board", board.slug)
    assert told(reader) == []
    client.post(reverse("forum:follow", args=[thread.public_id]), {"kind": "follow"})
    assert unread in page(client, "forum:board", board.slug)
    client.post(reverse("forum:on_tag", args=["hypos"]), {"kind": ""})
    assert told(reader) == ["board"]
    assert client.post(reverse("forum:on_tag", args=["hypos"]), {"kind": "x"}).status_code == 404


def test_a_follow_is_of_one_thing(reader, board, tag):
    now = timezone.now()
    with pytest.raises(IntegrityError), transaction.atomic():
        Follow.objects.create(user=reader, tag=tag, board=board, kind="follow", created_at=now)
    with pytest.raises(IntegrityError), transaction.atomic():
        Follow.objects.create(user=reader, kind="follow", created_at=now)


# Search and the list ------------------------------------------------------------------------------


def test_search_narrows_to_a_topic_by_slug_or_name(reader, author, board, tag):
    publish_thread(author, board, title="T", text="Low again.", tags=["hypos"])
    publish_thread(author, board, title="U", text="Low battery.")

    def texts(typed: str) -> list[str]:
        return [hit.post.text for hit in search(viewer_of(reader), parse(typed)).hits]

    assert texts("low tag:hypos") == ["Low again."]
    assert texts('tag:"hypos at night"') == ["Low again."]
    assert texts("battery tag:hypos") == []


def test_an_unknown_topic_suggests_those_that_are_called_much_like_it(client, tag):
    make_tag("travel")
    text = page(client, "forum:search", query="?q=tag:hypo")
    assert "Did you mean" in text
    assert "tag%3Ahypos" in text
    assert "tag%3Atravel" not in text
    assert "Did you mean" not in page(client, "forum:search", query="?q=tag:zzzz")


def test_a_merged_topic_leads_on(client, author, board, tag):
    into = make_tag("lows")
    publish_thread(author, board, title="T", text="Low.", tags=["hypos"])
    merge_tag(tag=tag, into=into, admin=make_staff("ada", Role.ADMIN))
    answer = client.get(reverse("forum:tag", args=["hypos"]))
    assert answer["Location"] == reverse("forum:tag", args=["lows"])
    assert client.get(reverse("forum:tag", args=["nowhere"])).status_code == 404


def test_a_new_site_gets_its_topics_once(db):
    assert make_tags() > 12
    Tag.objects.first().delete()
    assert make_tags() == 0
