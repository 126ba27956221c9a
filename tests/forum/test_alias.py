"""Another name in one thread: nobody else can tell whose it is, on any page."""

import random
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
import time_machine
from django.conf import settings
from django.core import mail
from django.test import Client
from django.urls import reverse

from accounts.documents import publish_texts
from accounts.joining import names as joining_names
from accounts.joining.names import is_taken
from accounts.models import Block, Role, User
from accounts.viewer import viewer_of
from forum.actions.relations import block
from forum.errors import NotVisible, Refused
from forum.forms import AskForm
from forum.mail import send_due
from forum.models import Board, Draft, Mention, Notice, Post, Status, Thread
from moderation.actions.aliases import VERB, Why, reveal_author
from moderation.actions.reporting import file_report
from moderation.actions.thread_acts import split
from moderation.models import AuditEvent, Category
from tests.crawl import crawl, everything_in
from tests.databases import world_of_its_own
from tests.factories import (
    fresh,
    in_state,
    make_board,
    make_hcp,
    make_member,
    make_staff,
    publish_reply,
    publish_thread,
    published,
    submit_reply,
    submit_thread,
)
from tests.test_twin_worlds import masked, named

pytestmark = pytest.mark.django_db


@pytest.fixture
def board(texts: None) -> Board:
    return make_board("everyday")


@pytest.fixture
def author(texts: None) -> User:
    return make_member("RealName", age=19)


@pytest.fixture
def reader(texts: None) -> User:
    return make_member("reader", age=20)


@pytest.fixture
def thread(author: User, board: Board) -> Thread:
    """A thread under another name, with an answer under it."""
    thread = publish_thread(author, board, title="Secret", text="I skip my checks.", alias=True)
    publish_reply(author, thread, text="It is hard to say.")
    return thread


def get(user: User, address: str) -> str:
    client = Client()
    client.force_login(user)
    return client.get(address).content.decode()


def page(user: User, thread: Thread) -> str:
    return get(user, reverse("forum:thread", args=[thread.public_id]))


def test_all_that_its_author_writes_there_has_the_same_name(
    thread: Thread, author: User, board: Board, reader: User
) -> None:
    names = set(Post.objects.filter(author=author).values_list("alias", flat=True))
    assert names == {thread.alias}
    assert thread.alias
    elsewhere = publish_thread(author, board, title="Elsewhere", text="Words.")
    assert elsewhere.alias == ""
    other = publish_thread(author, board, title="Another", text="Words.", alias=True)
    assert other.alias not in ("", thread.alias)
    shown = page(reader, thread)
    assert shown.count(f">{thread.alias}</h2>") == 2
    assert "RealName" not in shown
    assert author.public_id not in shown


def test_nobody_has_the_name_or_ever_gets_it(thread: Thread) -> None:
    assert not User.objects.filter(pseudonym__iexact=thread.alias).exists()
    assert is_taken(thread.alias.upper())


def test_it_goes_with_posts_that_a_moderator_moves(
    thread: Thread, author: User, board: Board
) -> None:
    moderator = make_staff("looks", Role.MODERATOR)
    reply = Post.objects.get(thread=thread, is_opening=False)
    new = split(
        thread=thread,
        public_ids=[reply.public_id],
        title="Apart",
        moderator=moderator,
        reason="It fits better.",
    )
    assert new.alias == thread.alias
    again = publish_reply(author, new, text="Still me.")
    assert again.alias == thread.alias


def test_its_author_is_reminded_of_it(thread: Thread, author: User) -> None:
    shown = page(author, thread)
    assert "You, under another name" in shown
    assert f"You write as {thread.alias} here" in shown
    reply = get(author, reverse("forum:reply", args=[thread.public_id]))
    assert f"You write as {thread.alias} here" in reply


def test_nobody_else_is_told_that_they_write_under_it(thread: Thread, reader: User) -> None:
    assert "You write as" not in page(reader, thread)


def test_the_choice_is_for_members_alone(board: Board, author: User) -> None:
    assert "alias" in AskForm(author=author).fields
    nurse = make_hcp("nurse")
    assert "alias" not in AskForm(author=nurse).fields
    thread = publish_thread(nurse, board, title="In general", text="Words.", alias=True)
    assert (thread.alias, Post.objects.get(thread=thread).alias) == ("", "")


def test_it_is_chosen_on_the_page_and_kept_with_the_draft(board: Board, author: User) -> None:
    client = Client()
    client.force_login(author)
    words = {"key": "2" * 14, "title": "A", "text": "B", "audience": "peers", "alias": "on"}
    client.post(reverse("forum:ask", args=[board.slug]), words)
    assert Draft.objects.get().alias
    client.post(reverse("forum:check", args=["2" * 14]), {"do": "send"})
    assert Post.objects.get(author=author).alias


@pytest.mark.parametrize("typed", ["by:RealName skip", "by:realname", "RealName"])
def test_a_search_by_the_real_name_finds_nothing(typed: str, thread: Thread, reader: User) -> None:
    assert "Secret" not in get(reader, f"{reverse('forum:search')}?q={typed}")


def test_a_search_by_the_other_name_finds_it(thread: Thread, reader: User) -> None:
    found = get(reader, f"{reverse('forum:search')}?q=by:{thread.alias}%20skip")
    assert "Secret" in found
    assert "RealName" not in found


def test_a_profile_does_not_list_it(
    thread: Thread, author: User, reader: User, board: Board
) -> None:
    profile = reverse("forum:profile", args=[author.public_id])
    client = Client()
    client.force_login(reader)
    assert client.get(profile).status_code == 404, "there is nothing under that name"
    publish_thread(author, board, title="Open words", text="Hello.")
    shown = get(reader, profile)
    assert "Open words" in shown
    assert "Secret" not in shown


def test_boards_quotes_and_notices_have_the_other_name(
    thread: Thread, author: User, reader: User
) -> None:
    own = publish_reply(reader, thread, text="I do too.")
    publish_reply(author, thread, text="Thank you", quote=own)
    publish_reply(
        reader, thread, text="Yes.", quote=Post.objects.get(thread=thread, is_opening=True)
    )
    publish_reply(author, thread, text="Good night.")
    for address in (
        reverse("forum:board", args=["everyday"]),
        reverse("forum:thread", args=[thread.public_id]),
        reverse("forum:notices"),
        reverse("forum:unanswered"),
    ):
        shown = get(reader, address)
        assert "RealName" not in shown, address
    assert f"{thread.alias} wrote" in page(reader, thread)
    assert f"{thread.alias} quoted you" in get(reader, reverse("forum:notices"))
    assert thread.alias in get(reader, reverse("forum:board", args=["everyday"]))


def test_hiding_the_other_name_hides_the_person_without_naming_them(
    thread: Thread, author: User, reader: User, board: Board
) -> None:
    elsewhere = publish_thread(author, board, title="Elsewhere", text="Words.")
    opening = Post.objects.get(thread=thread, is_opening=True)
    client = Client()
    client.force_login(reader)
    ask = client.get(reverse("forum:block", args=[opening.public_id])).content.decode()
    listed = client.post(
        reverse("forum:block", args=[opening.public_id]), follow=True
    ).content.decode()
    for shown in (ask, listed):
        assert thread.alias in shown
        assert "RealName" not in shown
        assert author.public_id not in shown
    assert not Thread.objects.visible_to(viewer_of(reader)).filter(pk=elsewhere.pk).exists()
    client.post(reverse("forum:blocked"), {"person": Block.objects.get().key})
    assert not Block.objects.exists()


def test_a_block_of_the_person_holds(thread: Thread, author: User, reader: User) -> None:
    block(blocker=author, blocked=reader)
    client = Client()
    client.force_login(reader)
    assert client.get(reverse("forum:thread", args=[thread.public_id])).status_code == 404


def test_neither_name_can_be_looked_up_or_mentioned_from_it(
    thread: Thread, author: User, reader: User, board: Board
) -> None:
    for number in range(3):
        publish_reply(reader, thread, text=f"Number {number}")
    address = reverse("forum:names_in_thread", args=[thread.public_id])
    for begin in ("re", thread.alias[:3]):
        assert "RealName" not in get(reader, f"{address}?q={begin}")
        assert thread.alias not in get(reader, f"{address}?q={begin}")
    publish_reply(reader, thread, text=f"Hello @{thread.alias}")
    assert not Mention.objects.exists()


def test_a_report_tells_nobody_the_real_name(thread: Thread, author: User, reader: User) -> None:
    admin = make_staff("desk-admin", Role.ADMIN)
    opening = Post.objects.get(thread=thread, is_opening=True)
    report = file_report(
        category=Category.BULLYING,
        submission_key="2" * 14,
        reporter=reader,
        post=opening,
        words="Not kind.",
    )
    followed = get(reader, reverse("moderation:own_report", args=[report.number]))
    assert "RealName" not in followed
    desk = get(admin, reverse("moderation:desk_report", args=[report.number]))
    assert thread.alias in desk
    assert "RealName" not in desk


def test_reviewers_read_the_other_name_alone(author: User, board: Board) -> None:
    moderator = make_staff("looks", Role.MODERATOR)
    post = published(submit_thread(author, board, title="Held", text="Words.", alias=True))
    post = in_state(post, Status.HELD)
    for address in (
        reverse("moderation:queue"),
        reverse("moderation:item", args=[post.public_id]),
    ):
        shown = get(moderator, address)
        assert "RealName" not in shown
        assert author.public_id not in shown


# Learning who it is ------------------------------------------------------------------------------


def test_an_admin_learns_it_only_with_a_reason_that_is_logged_and_told(
    thread: Thread, author: User
) -> None:
    admin = make_staff("desk-admin", Role.ADMIN)
    opening = Post.objects.get(thread=thread, is_opening=True)
    address = reverse("moderation:reveal_author", args=[opening.public_id])
    client = Client()
    client.force_login(admin)
    assert "RealName" not in client.get(address).content.decode()
    bad = client.post(address, {"why": "danger", "words": " "})
    assert "RealName" not in bad.content.decode()
    assert not AuditEvent.objects.filter(verb=VERB).exists()
    words = "We worry about somebody."
    good = client.post(address, {"why": "danger", "words": words})
    assert "RealName" in good.content.decode()
    event = AuditEvent.objects.get(verb=VERB)
    assert (event.actor, event.subject_public_id) == (admin, opening.public_id)
    assert event.data == {"why": "danger"}, "no name, no words"
    told = Notice.objects.get(recipient=author, same_as__startswith="alias:")
    assert words in told.message
    assert thread.alias in told.message


def test_nobody_else_learns_it(thread: Thread, reader: User, author: User, board: Board) -> None:
    opening = Post.objects.get(thread=thread, is_opening=True)
    for person in (reader, make_staff("looks", Role.MODERATOR), make_hcp("nurse")):
        with pytest.raises(NotVisible):
            reveal_author(post=opening, admin=person, why=Why.LAW, words="Because.")
    admin = make_staff("desk-admin", Role.ADMIN)
    with pytest.raises(Refused):
        reveal_author(post=opening, admin=admin, why=Why.LAW, words="")
    plain = publish_thread(author, board, title="Plain", text="Words.")
    with pytest.raises(NotVisible):
        reveal_author(
            post=Post.objects.get(thread=plain), admin=admin, why=Why.LAW, words="Because."
        )


# Two worlds: in one of them Ann wrote it, in the other Bea ----------------------------------------

START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


def told_world(writer: str, looker: str) -> dict[str, str]:
    """All that one person sees of a world in which ``writer`` wrote under another name."""
    with world_of_its_own(), pytest.MonkeyPatch.context() as patch:
        chosen = random.Random("names")
        patch.setattr(
            joining_names,
            "secrets",
            SimpleNamespace(choice=chosen.choice, randbelow=chosen.randrange),
        )
        with time_machine.travel(START, tick=False), named("people"):
            publish_texts()
            people = {name: make_member(name, age=20) for name in ("Ann", "Bea", "viewer", "other")}
            people["nurse"] = make_hcp("nurse")
            people["looks"] = make_staff("looks", Role.MODERATOR)
            board = make_board("everyday")
            for name in ("Ann", "Bea"):
                for number in range(3):
                    publish_thread(
                        people[name], board, title=f"{name} {number}", text=f"Words of {name}."
                    )
        with time_machine.travel(START + timedelta(hours=1), tick=False), named("alias"):
            author = people[writer]
            thread = publish_thread(author, board, title="Secret", text="I skip it.", alias=True)
            own = publish_reply(people["viewer"], thread, text="Me too, @Ann and @Bea.")
            publish_reply(author, thread, text="Thank you.", quote=own)
            publish_reply(people["other"], thread, text="Same.", quote=fresh(own))
            waits = submit_reply(author, thread, text="And again.")
            if waits.status == Status.PUBLISHED:
                in_state(waits, Status.HELD)
        with time_machine.travel(START + timedelta(hours=5), tick=False), named("walk"):
            mail.outbox.clear()
            send_due()
            viewer = people[looker]
            seen = {
                "mails": masked(
                    "\n".join(m.subject + m.body for m in mail.outbox if viewer.email in m.to)
                )
            }
            client = Client()
            client.force_login(viewer)
            starts = [
                reverse(name)
                for name in ("forum:boards", "forum:notices", "forum:my_posts", "forum:unanswered")
            ]
            starts += [f"{reverse('forum:search')}?q={q}" for q in ("by:Ann", "by:Bea", "skip")]
            both = [people[name].public_id for name in ("Ann", "Bea")]
            starts += [reverse("forum:profile", args=[each]) for each in both]
            starts += [
                reverse("forum:thread", args=[thread.public_id]),
                reverse("moderation:queue"),
            ]
            starts += [
                reverse("forum:names_in_thread", args=[thread.public_id]) + f"?q={begin}"
                for begin in ("An", "Be", thread.alias[:2])
            ]
            starts += [
                reverse(name, args=[post.public_id])
                for post in Post.objects.filter(thread=thread)
                for name in ("forum:block", "moderation:report_post", "moderation:item")
            ]
            for address, response in crawl(client, starts, most_links=120):
                if not address.startswith(("/account/", "/me/")):
                    seen[address] = masked(everything_in(response))
        return seen


@pytest.mark.slow
@pytest.mark.one_database
@pytest.mark.parametrize("looker", ["viewer", "nurse", "looks"])
def test_nobody_can_tell_who_of_two_wrote_under_another_name(looker: str, db: None) -> None:
    first, second = told_world("Ann", looker), told_world("Bea", looker)
    assert first.keys() == second.keys()
    different = [address for address in first if first[address] != second[address]]
    assert different == []
    assert any("Secret" in text for text in first.values())


# One way to name authors --------------------------------------------------------------------------

ROOT = Path(settings.BASE_DIR)
TEXTS = "post|thread|source|quoted|opening|reply|about|found"
REAL_NAME = re.compile(rf"\b(?:{TEXTS})\.author\.pseudonym")


def test_authors_of_posts_are_named_in_one_way_alone() -> None:
    files = [
        path
        for app in ("accounts", "config", "forum", "guides", "moderation", "templates")
        for ending in ("*.py", "*.html", "*.txt", "*.xml")
        for path in (ROOT / app).rglob(ending)
        if "migrations" not in path.parts
    ]
    wrong = [
        path.relative_to(ROOT).as_posix()
        for path in files
        if REAL_NAME.search(path.read_text(encoding="utf-8"))
    ]
    assert wrong == []
