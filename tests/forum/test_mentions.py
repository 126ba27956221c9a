"""Mentions: a name with an @ of somebody who can read it. Of all others it stays words."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import AgeGroup, Block, HiddenHcp, Recusal, User
from accounts.viewer import viewer_of
from forum.actions.edit import edit_post
from forum.actions.name_search import MOST_AN_HOUR
from forum.actions.reading import follow_thread
from forum.mail import send_due
from forum.mentions import MOST_MENTIONS, linked, names_in
from forum.models import (
    Audience,
    Board,
    FollowKind,
    Mention,
    NameSearch,
    Notice,
    NoticeChoice,
    NoticeKind,
    Post,
    Status,
    Thread,
    Way,
)
from forum.models.notice import ABOUT_OTHERS
from forum.queries.mentions import MOST_NAMES
from forum.queries.notices import notices_for
from tests.factories import (
    fresh,
    in_state,
    make_board,
    make_hcp,
    make_member,
    publish_reply,
    publish_thread,
    published,
    submit_reply,
)

pytestmark = pytest.mark.django_db

# Names in words ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text, names",
    [
        ("Thanks @Mossy_Otter, and @wren!", ["mossy_otter", "wren"]),
        ("(@Wren) @WREN", ["wren"]),
        ("so says @Wren- and @Wren_", ["wren-", "wren", "wren_"]),
        ("sam@outlook.com, a/@wren, @@wren, @me", []),
        ("@ab @" + "a" * 25, []),
    ],
)
def test_names_are_found_as_they_can_be(text: str, names: list[str]) -> None:
    assert names_in(text) == names


def test_links_are_made_in_words_alone() -> None:
    html = '<p>@Wren <a href="https://x.org/@wren">@wren</a> <code>@wren</code> @wren_ @owl</p>'
    assert linked(html, {"wren": "/people/x/"}) == (
        '<p><a class="mention" href="/people/x/">@Wren</a> '
        '<a href="https://x.org/@wren">@wren</a> <code>@wren</code> '
        '<a class="mention" href="/people/x/">@wren</a>_ @owl</p>'
    )


# Who is mentioned --------------------------------------------------------------------------------


@pytest.fixture
def board(texts: None) -> Board:
    return make_board("everyday")


@pytest.fixture
def writer(texts: None) -> User:
    return make_member("writer", age=19)


@pytest.fixture
def named(texts: None) -> User:
    return make_member("Mossy_Otter", age=20)


@pytest.fixture
def thread(board: Board) -> Thread:
    return publish_thread(make_member("host", age=20), board, title="Nights", text="How are you?")


def told(user: User) -> list[str]:
    """The kinds of the notices that somebody sees, about what others do."""
    seen = notices_for(viewer_of(user)).filter(kind__in=ABOUT_OTHERS)
    return list(seen.values_list("kind", flat=True))


def page(user: User, thread: Thread) -> str:
    client = Client()
    client.force_login(user)
    return client.get(reverse("forum:thread", args=[thread.public_id])).content.decode()


def test_who_is_named_is_told_once(writer: User, named: User, thread: Thread) -> None:
    publish_reply(writer, thread, text="Like @mossy_otter said. Right, @Mossy_Otter?")
    assert told(named) == [NoticeKind.MENTION]
    client = Client()
    client.force_login(named)
    assert "writer mentioned you in “Nights”" in client.get("/notices/").content.decode()


def test_the_author_of_the_thread_and_followers_are_told_once_each(
    writer: User, named: User, thread: Thread
) -> None:
    follow_thread(user=named, thread=thread, kind=FollowKind.FOLLOW)
    publish_reply(writer, thread, text="@Mossy_Otter and @host, hello.")
    assert told(named) == [NoticeKind.MENTION]
    assert told(thread.author) == [NoticeKind.MENTION]


def test_who_is_quoted_and_named_is_told_of_the_quote(
    writer: User, named: User, thread: Thread
) -> None:
    source = publish_reply(named, thread, text="I do.")
    publish_reply(writer, thread, text="@Mossy_Otter yes", quote=source)
    assert told(named) == [NoticeKind.QUOTE]
    assert Mention.objects.filter(person=named).exists()


def test_naming_oneself_is_nothing(writer: User, thread: Thread) -> None:
    publish_reply(writer, thread, text="Me, @writer.")
    assert not Mention.objects.exists()


def blocked(writer: User, named: User) -> None:
    Block.objects.create(blocker=writer, blocked=named)


def blocking(writer: User, named: User) -> None:
    Block.objects.create(blocker=named, blocked=writer)


def closed(writer: User, named: User) -> None:
    User.objects.filter(pk=named.pk).update(closed_at=timezone.now())


def suspended(writer: User, named: User) -> None:
    User.objects.filter(pk=named.pk).update(suspended_until=timezone.now() + timedelta(days=9))


APART = [blocked, blocking, closed, suspended]


@pytest.mark.parametrize("apart", APART)
def test_a_name_of_somebody_who_cannot_read_it_is_like_a_name_of_nobody(
    apart: Callable[[User, User], None], writer: User, named: User, thread: Thread
) -> None:
    apart(writer, named)
    publish_reply(writer, thread, text="Hello @Mossy_Otter")
    assert not Mention.objects.exists()
    assert not Notice.objects.filter(recipient=named).exists()
    real = page(writer, thread)
    Post.objects.filter(author=writer).update(
        text="Hello @Nobody_Else", html='<p dir="auto">Hello @Nobody_Else</p>'
    )
    assert "Hello @Mossy_Otter</p>" in real
    assert "Hello @Nobody_Else</p>" in page(writer, thread)


@pytest.mark.parametrize("apart", [blocked, blocking])
def test_who_does_not_meet_the_author_later_is_told_no_more(
    apart: Callable[[User, User], None], writer: User, named: User, thread: Thread
) -> None:
    publish_reply(writer, thread, text="Hello @Mossy_Otter")
    assert told(named) == [NoticeKind.MENTION]
    apart(writer, named)
    assert told(named) == []
    mail.outbox.clear()
    send_due()
    assert [m for m in mail.outbox if named.email in m.to] == []


def test_another_age_group_is_not_mentioned(writer: User, named: User) -> None:
    adults = make_board("adults", groups=[AgeGroup.ADULT])
    thread = publish_thread(writer, adults, title="Beer", text="And lows?")
    young = make_member("Young_Wren", age=14)
    publish_reply(writer, thread, text="@Young_Wren @Mossy_Otter")
    assert list(Mention.objects.values_list("person", flat=True)) == [named.pk]
    assert told(young) == []


def test_professionals_are_not_told_of_what_is_for_peers(writer: User, thread: Thread) -> None:
    nurse = make_hcp("NurseTeal")
    publish_reply(writer, thread, text="@NurseTeal?", audience=Audience.PEERS)
    assert not Mention.objects.exists()
    publish_reply(writer, thread, text="@NurseTeal!")
    assert told(nurse) == [NoticeKind.MENTION]
    assert reverse("forum:professional", args=[nurse.public_id]) in page(writer, thread)


def test_a_recusal_shows_in_no_name(writer: User, thread: Thread) -> None:
    """The member must not learn from a name that stays words that a professional knows them."""
    nurse = make_hcp("NurseTeal")
    Recusal.objects.create(hcp=nurse, member=writer)
    publish_reply(writer, thread, text="@NurseTeal!")
    assert reverse("forum:professional", args=[nurse.public_id]) in page(writer, thread)
    assert told(nurse) == []


def test_who_hides_from_a_professional_sees_no_link_to_them(writer: User, thread: Thread) -> None:
    nurse = make_hcp("NurseTeal")
    other = make_member("other", age=21)
    publish_reply(writer, thread, text="@NurseTeal!")
    HiddenHcp.objects.create(member=other, hcp=nurse)
    assert "@NurseTeal!</p>" in page(other, thread)


def test_muted_threads_and_kinds_that_are_off_tell_nothing(
    writer: User, named: User, thread: Thread
) -> None:
    publish_reply(writer, thread, text="@Mossy_Otter")
    NoticeChoice.objects.create(user=named, kind=NoticeKind.MENTION, way=Way.OFF)
    assert told(named) == []
    NoticeChoice.objects.all().delete()
    follow_thread(user=named, thread=thread, kind=FollowKind.MUTE)
    assert told(named) == []


def test_the_way_of_being_told_can_be_chosen(named: User) -> None:
    client = Client()
    client.force_login(named)
    assert "Somebody mentions me" in client.get(reverse("forum:notice_choices")).content.decode()


def test_while_it_is_held_nobody_is_told(named: User, thread: Thread) -> None:
    newcomer = make_member("newcomer", age=16)
    post = submit_reply(newcomer, thread, text="Hello @Mossy_Otter")
    assert post.status == Status.HELD
    assert told(named) == []
    assert not Mention.objects.exists()
    published(post)
    assert told(named) == [NoticeKind.MENTION]
    in_state(fresh(post), Status.HIDDEN)
    assert told(named) == []


def test_an_edit_takes_a_name_out_and_brings_one_in(
    writer: User, named: User, thread: Thread
) -> None:
    other = make_member("Other_Wren", age=21)
    post = publish_reply(writer, thread, text="Hello @Mossy_Otter")
    edit_post(
        post=post, author=writer, version=fresh(post).version, text="Hello @Other_Wren, sorry"
    )
    published(fresh(post))
    assert told(named) == []
    assert told(other) == [NoticeKind.MENTION]
    assert "Mossy_Otter" not in page(writer, thread)


def test_a_mail_about_a_mention_says_nothing_of_it(
    writer: User, named: User, thread: Thread
) -> None:
    publish_reply(writer, thread, text="Hello @Mossy_Otter")
    with time_machine.travel((timezone.now() + timedelta(days=1)).replace(hour=12)):
        send_due()
    mails = [message for message in mail.outbox if named.email in message.to]
    assert len(mails) == 1
    for word in ("writer", "Mossy", "Nights", "diabetes"):
        assert word not in mails[0].body + mails[0].subject


def test_only_the_first_names_count(writer: User, thread: Thread) -> None:
    people = [make_member(f"person_{number}", age=20) for number in range(MOST_MENTIONS + 2)]
    publish_reply(writer, thread, text=" ".join(f"@{user.pseudonym}" for user in people))
    assert Mention.objects.count() == MOST_MENTIONS


def test_a_page_full_of_names_asks_no_more(writer: User, named: User, thread: Thread) -> None:
    counts = []
    for many in (1, 8):
        for number in range(many):
            publish_reply(writer, thread, text=f"{number} @Mossy_Otter")
        page(named, thread)
        with CaptureQueriesContext(connection) as captured:
            page(named, thread)
        counts.append(len(captured.captured_queries))
    assert counts[0] == counts[1]


# Names for somebody who writes -------------------------------------------------------------------


def names(user: User, begin: str, *, thread: Thread | None = None, board: str = "") -> list[str]:
    """What the box is given."""
    client = Client()
    client.force_login(user)
    address = (
        reverse("forum:names_in_thread", args=[thread.public_id])
        if thread
        else reverse("forum:names_on_board", args=[board])
    )
    answer = client.get(address, {"q": begin})
    return answer.json()["names"] if answer.status_code == 200 else ["nothing"]


@pytest.fixture
def known(writer: User, thread: Thread) -> User:
    """Somebody with three posts."""
    for number in range(3):
        publish_reply(writer, thread, text=f"Number {number}")
    return writer


def test_names_of_people_who_posted_here(known: User, named: User, thread: Thread) -> None:
    assert names(known, "mo", thread=thread) == []
    publish_reply(named, thread, text="Here I am")
    assert names(known, "mo", thread=thread) == ["Mossy_Otter"]
    assert names(known, "m", thread=thread) == [], "one letter is too little"
    assert names(known, "", thread=thread) == []
    assert names(known, "%", thread=thread) == []
    assert names(known, "wr", thread=thread) == [], "not oneself"


def test_newcomers_get_names_of_this_thread_alone(
    named: User, thread: Thread, board: Board
) -> None:
    elsewhere = publish_thread(named, board, title="Elsewhere", text="Words.")
    newcomer = make_member("newcomer", age=19)
    assert names(newcomer, "mo", thread=thread) == []
    assert names(newcomer, "mo", board="everyday") == []
    assert names(newcomer, "mo", thread=elsewhere) == ["Mossy_Otter"]


def test_others_get_names_of_the_board(known: User, named: User, board: Board) -> None:
    publish_thread(named, board, title="Elsewhere", text="Words.")
    assert names(known, "mo", board="everyday") == ["Mossy_Otter"]


@pytest.mark.parametrize("apart", APART)
def test_nobody_whom_one_does_not_meet_is_among_the_names(
    apart: Callable[[User, User], None], known: User, named: User, thread: Thread
) -> None:
    publish_reply(named, thread, text="Here I am")
    apart(known, named)
    assert names(known, "mo", thread=thread) == []


def test_who_posted_what_one_may_not_read_is_not_among_the_names(
    known: User, named: User, thread: Thread
) -> None:
    post = publish_reply(named, thread, text="For peers", audience=Audience.PEERS)
    nurse = make_hcp("NurseTeal")
    assert names(nurse, "mo", thread=thread) == []
    in_state(post, Status.HIDDEN)
    assert names(known, "mo", thread=thread) == []


def test_professionals_are_not_offered_where_they_cannot_read(
    known: User, named: User, board: Board
) -> None:
    nurse = make_hcp("NurseTeal")
    open_thread = publish_thread(known, board, title="Open", text="Words.")
    publish_reply(nurse, open_thread, text="In general.")
    private = publish_thread(known, board, title="Private", text="Words.", audience=Audience.PEERS)
    assert names(known, "nu", thread=open_thread) == ["NurseTeal"]
    assert names(known, "nu", thread=private) == []


def test_there_are_few_names_and_few_searches(known: User, thread: Thread) -> None:
    for number in range(MOST_NAMES + 3):
        publish_reply(make_member(f"person_{number}", age=20), thread, text="Me")
    client = Client()
    client.force_login(known)
    address = reverse("forum:names_in_thread", args=[thread.public_id])
    assert len(client.get(address, {"q": "pe"}).json()["names"]) == MOST_NAMES
    NameSearch.objects.filter(user=known).update(number=MOST_AN_HOUR)
    assert client.get(address, {"q": "pe"}).json()["names"] == []
    with time_machine.travel(timezone.now() + timedelta(hours=1)):
        client.force_login(known)
        assert client.get(address, {"q": "pe"}).json()["names"]


def test_a_thread_that_one_may_not_see_has_no_names(
    known: User, named: User, thread: Thread
) -> None:
    Block.objects.create(blocker=thread.author, blocked=known)
    assert names(known, "mo", thread=thread) == ["nothing"]
