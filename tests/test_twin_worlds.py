"""Two worlds that differ only in what one person may not see look the same to that person.

Both are built from the same story at the same moments. In the second, one member more writes,
quotes, reacts and reports between the others. The person walks over all pages of both, and every
page is equal, byte for byte: no count, no order, no gap, no *last post by*, no page number tells.
"""

import random
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
import time_machine
from django.core import mail
from django.core.cache import caches
from django.test import Client
from django.urls import reverse

from accounts import ids, token_access
from accounts.documents import publish_texts
from accounts.models import (
    Block,
    HcpChoice,
    HiddenHcp,
    HiddenWorkplace,
    Recusal,
    Role,
    TokenKind,
    User,
    Workplace,
)
from forum.actions.reactions import toggle_reaction
from forum.actions.tags import follow_tag
from forum.mail import send_due
from forum.models import (
    Audience,
    Board,
    Follow,
    FollowKind,
    Notice,
    Post,
    ReactionKind,
    Status,
    Thread,
)
from moderation.actions.reporting import answer_desk, ask_reporter, file_report
from moderation.models import Category, DecisionKind
from tests.crawl import LONG_WALK, SHORT_WALK, crawl, everything_in
from tests.databases import world_of_its_own
from tests.factories import (
    FIRST_LOOK,
    decided,
    in_state,
    make_board,
    make_hcp,
    make_member,
    make_staff,
    make_tag,
    published,
    quote_against_the_rules,
    submit_reply,
    submit_thread,
)
from tests.keys import feed_address, forced_key_of, with_key

START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
AFTER = START + timedelta(days=2)
PEERS, COMMUNITY = Audience.PEERS, Audience.COMMUNITY
# What differs between any two requests, whoever asks.
CHANGING = (
    re.compile(r'name="(?:csrfmiddlewaretoken|key)" value="[^"]*"'),
    re.compile(r"csrftoken=[^;]*"),
    re.compile(r'nonce="[^"]*"|\'nonce-[^\']*\''),
    re.compile(r"/notices/stop/[^/]+/"),  # a random key of the person who gets the mail
    re.compile(r'"id": "[^"]*", "kind"'),  # a notice's: random, of the first thing that it tells of
)
# Pages of sign-in, with secrets of their own, and the list of those whom one does not want to meet.
NOT_COMPARED = ("/account/", "/me/blocked/")
THREADS = 28  # more than a board page
REPLIES = 46  # more than two windows of a thread


@dataclass(slots=True)
class Story:
    """The people and places of one world while it is told."""

    viewer: User
    others: list[User]
    boards: list[Board]
    ghost: User | None = None  # the member whom the viewer shall not notice
    ghost_audience: Audience = COMMUNITY
    long_thread: Thread | None = None
    posts: list[Post] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Variant:
    """Who looks, and why the ghost is none of their business."""

    viewer: str  # "hcp" or "member"
    choice: HcpChoice
    audience: Audience
    relate: Callable[[User, User], object]  # viewer, ghost
    only_reports: bool = False  # the ghost writes nothing and reacts to nothing

    @property
    def reacts(self) -> bool:
        """Whether the ghost reacts: what an open member taps is for all, whatever they write."""
        unseen = self.choice == HcpChoice.NONE or self.audience == COMMUNITY
        return unseen and not self.only_reports


def nothing(viewer: User, ghost: User) -> None:
    """No row: the audience alone keeps them apart."""


def hide_from_workplace(viewer: User, ghost: User) -> None:
    """The ghost hides from all who work where the viewer works."""
    workplace = Workplace.objects.get(professionals__user=viewer)
    HiddenWorkplace.objects.create(member=ghost, workplace=workplace)


def report_professional(viewer: User, ghost: User) -> None:
    """The ghost reports this professional: they are cut off from each other at once."""
    report_person(viewer, ghost, category=Category.HCP_BOUNDARY)


def report_person(
    viewer: User, ghost: User, *, category: Category = Category.UNCOMFORTABLE
) -> None:
    """The ghost reports the viewer, and the desk asks the ghost something."""
    report = file_report(
        category=category,
        submission_key=ids.new_public_id(),
        reporter=ghost,
        about=viewer,
        words="It did not feel right.",
    )
    admin = User.objects.get(pseudonym="desk")
    ask_reporter(report=report, admin=admin, text="When was that?")
    answer_desk(report=report, text="On Monday.")


VARIANTS = {
    "a member without professionals, to a professional": Variant(
        "hcp", HcpChoice.NONE, PEERS, nothing
    ),
    "peers-only posts of an open member, to a professional": Variant(
        "hcp", HcpChoice.OPEN, PEERS, nothing
    ),
    "a member who hides from this professional": Variant(
        "hcp",
        HcpChoice.OPEN,
        COMMUNITY,
        lambda viewer, ghost: HiddenHcp.objects.create(member=ghost, hcp=viewer),
    ),
    "a member who hides from the professional's workplace": Variant(
        "hcp", HcpChoice.OPEN, COMMUNITY, hide_from_workplace
    ),
    "a member whom this professional may know": Variant(
        "hcp",
        HcpChoice.OPEN,
        COMMUNITY,
        lambda viewer, ghost: Recusal.objects.create(hcp=viewer, member=ghost),
    ),
    "a member who reported this professional": Variant(
        "hcp", HcpChoice.OPEN, COMMUNITY, report_professional
    ),
    "a member who does nothing but report this member": Variant(
        "member", HcpChoice.OPEN, COMMUNITY, report_person, only_reports=True
    ),
    "a member whom this member blocked": Variant(
        "member",
        HcpChoice.OPEN,
        COMMUNITY,
        lambda viewer, ghost: Block.objects.create(blocker=viewer, blocked=ghost),
    ),
    "a member who blocked this member": Variant(
        "member",
        HcpChoice.OPEN,
        COMMUNITY,
        lambda viewer, ghost: Block.objects.create(blocker=ghost, blocked=viewer),
    ),
}


# Telling the same story twice ---------------------------------------------------------------------


@contextmanager
def named(name: str) -> Iterator[None]:
    """Public ids that are made within depend on the name alone, not on what came before."""
    chosen = random.Random(name)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ids, "secrets", SimpleNamespace(choice=chosen.choice))
        yield


class Teller:
    """Tells the story: every step has its own moment and its own ids, in both worlds the same."""

    def __init__(self, variant: Variant, *, with_ghost: bool) -> None:
        self.variant = variant
        self.with_ghost = with_ghost
        self.minute = 0
        self.clock = START

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """A step of both worlds: a minute later than the one before."""
        self.minute += 1
        with named(name), time_machine.travel(START + timedelta(minutes=self.minute), tick=False):
            yield

    @contextmanager
    def between(self, name: str) -> Iterator[None]:
        """A step of the ghost: half a minute after the step before."""
        moment = START + timedelta(minutes=self.minute, seconds=30)
        with named(f"ghost {name}"), time_machine.travel(moment, tick=False):
            yield

    def tell(self) -> Story:
        """The whole story."""
        story = self.opening()
        self.threads(story)
        self.long_thread(story)
        self.waiting(story)
        self.reactions(story)
        self.last_words(story)
        return story

    def opening(self) -> Story:
        """People and boards."""
        with self.step("people"):
            publish_texts()
            make_staff(FIRST_LOOK, Role.MODERATOR)
            make_staff("desk", Role.ADMIN)
            workplace = Workplace.objects.create(name="Clinic of the viewer")
            hcp = make_hcp("hcp_nurse", workplaces=[workplace])
            member = make_member("viewer", age=20)
            others = [make_member(f"other{number}", age=21) for number in range(3)]
            for tag in (make_tag("common"), make_tag("rare")):
                follow_tag(user=hcp, tag=tag, kind=FollowKind.FOLLOW)
                follow_tag(user=member, tag=tag, kind=FollowKind.FOLLOW)
            boards = [make_board("one"), make_board("two"), make_board("three")]
        story = Story(hcp if self.variant.viewer == "hcp" else member, others, boards)
        if self.with_ghost:
            with self.between("comes"):
                story.ghost = make_member("ghost", age=22, choice=self.variant.choice)
        story.ghost_audience = self.variant.audience
        return story

    def threads(self, story: Story) -> None:
        """So many threads that a board has two pages; the ghost's stand between them."""
        for number in range(THREADS):
            with self.step(f"thread {number}"):
                author = [*story.others, story.viewer][number % 4]
                story.posts.append(self.thread_by(story, author, number))
            if number % 5 == 2:
                self.ghost_thread(story, f"thread {number}", board=story.boards[number % 2])
            if number % 6 == 3:
                self.ghost_reply(story, f"early {number}", to=story.posts[-1])
        # A board that holds nothing but what the viewer may not see.
        self.ghost_thread(story, "alone", board=story.boards[2])

    def thread_by(self, story: Story, author: User, number: int) -> Post:
        """One thread of the shared story; every other one for the board that is paged."""
        board = story.boards[0] if number != 7 else story.boards[1]
        return published(
            submit_thread(
                author,
                board,
                title=f"Number {number}",
                text=f"Words of thread {number}.",
                tags=["common"],
            )
        )

    def long_thread(self, story: Story) -> None:
        """A thread of three windows, in which the ghost replies and is quoted."""
        opening = story.posts[3]
        assert opening.author == story.viewer
        story.long_thread = Thread.objects.get(pk=opening.thread_id)
        replies: list[Post] = []
        for number in range(REPLIES):
            spoken = None
            if number % 4 == 1:
                spoken = self.ghost_reply(story, f"reply {number}", to=opening)
            with self.step(f"reply {number}"):
                author = story.others[number % 3] if number % 7 else story.viewer
                quote = replies[-1] if number % 5 == 4 else None
                if quote is None and spoken is not None and spoken.audience == COMMUNITY:
                    quote = spoken  # the others may well quote the ghost
                reply = published(
                    submit_reply(author, story.long_thread, text=f"Reply {number}.", quote=quote)
                )
                assert reply.audience == COMMUNITY
                replies.append(reply)
                if spoken is not None and spoken.audience == PEERS:
                    quote_against_the_rules(reply, spoken, spoken.text)
            if number % 9 == 5:
                self.ghost_reply(story, f"quoting {number}", to=opening, quote=replies[-1])
        story.posts += replies
        for number, state in ((8, Status.HIDDEN), (15, Status.REMOVED), (30, Status.WITHDRAWN)):
            with self.step(f"state {number}"):
                in_state(replies[number], state)

    def waiting(self, story: Story) -> None:
        """Posts in the queue, and what moderators did about the ghost's."""
        for number, author in enumerate(story.others):
            with self.step(f"waits {number}"):
                board = story.boards[number % 2]
                post = submit_thread(author, board, title=f"Waits {number}", text="To be seen.")
                in_state(published(post), Status.HELD)
            if story.ghost is None or self.variant.only_reports:
                continue
            with self.between(f"waits {number}"):
                board = story.boards[number % 2]
                words = {"title": "Ghost waits", "text": "Boo.", "audience": story.ghost_audience}
                post = published(submit_thread(story.ghost, board, **words))
                post = in_state(post, Status.HELD)
                if number == 1:
                    decided(post, DecisionKind.REMOVE)
                if number == 2:
                    decided(post, DecisionKind.ASK_CHANGE)

    def reactions(self, story: Story) -> None:
        """Reactions of all, and reports of the ghost."""
        for number, post in enumerate(story.posts[5:40:3]):
            if post.status != Status.PUBLISHED or post.author == story.others[0]:
                continue
            with self.step(f"reacts {number}"):
                toggle_reaction(post=post, author=story.others[0], kind=ReactionKind.CARE)
            if story.ghost is None:
                continue
            with self.between(f"reacts {number}"):
                kinds = (ReactionKind.CARE, ReactionKind.SAME) if self.variant.reacts else ()
                for kind in kinds:
                    toggle_reaction(post=post, author=story.ghost, kind=kind)
            if post.author.role == Role.HCP:
                continue  # that would cut them off, and the ghost has more to say
            with self.between(f"reports {number}"):
                file_report(
                    category=Category.BULLYING,
                    submission_key=ids.new_public_id(),
                    reporter=story.ghost,
                    post=post,
                    words="I do not like this.",
                )

    def last_words(self, story: Story) -> None:
        """The ghost has the last word in old threads, which bumps them for those who may know."""
        for number in (1, 9, 20):
            self.ghost_reply(story, f"last {number}", to=story.posts[number])
        removed = self.ghost_reply(story, "removed", to=story.posts[3])
        if removed is not None:
            with self.between("is removed"):
                in_state(removed, Status.REMOVED)
        with self.step("the end"):
            published(
                submit_reply(story.others[1], story.posts[12].thread, text="The last shared word.")
            )
        if story.ghost is not None:
            # From now on. What the ghost wrote before, and who was told of it, goes as well.
            with self.between("wants to be unseen"):
                self.variant.relate(story.viewer, story.ghost)

    def ghost_thread(self, story: Story, name: str, *, board: Board) -> None:
        """A thread of the ghost, with a reply of somebody else in it."""
        if story.ghost is None or self.variant.only_reports:
            return
        with self.between(name):
            opening = published(
                submit_thread(
                    story.ghost,
                    board,
                    title=f"Ghost {name}",
                    text=f"Ghost words of {name}.",
                    audience=story.ghost_audience,
                    tags=["common", "rare"],
                )
            )
        with self.between(f"{name} answered"):
            thread = Thread.objects.get(pk=opening.thread_id)
            published(submit_reply(story.others[2], thread, text="I am with you.", quote=opening))

    def ghost_reply(
        self, story: Story, name: str, *, to: Post, quote: Post | None = None
    ) -> Post | None:
        """A reply of the ghost in a shared thread."""
        if story.ghost is None or self.variant.only_reports:
            return None
        with self.between(name):
            return published(
                submit_reply(
                    story.ghost,
                    Thread.objects.get(pk=to.thread_id),
                    text=f"Ghost says {name}.",
                    audience=story.ghost_audience,
                    quote=quote,
                )
            )


# Looking at both ----------------------------------------------------------------------------------


def addresses_of(story: Story) -> list[str]:
    """Where the walk starts: all lists, every shared thread, and every shared post's own pages."""
    starts = [
        reverse(name)
        for name in (
            "home",
            "forum:boards",
            "forum:unanswered",
            "forum:for_professionals",
            "forum:notices",
            "forum:tags",
            "forum:following",
            "forum:my_posts",
            "accounts:me",
            "moderation:queue",
            "moderation:own_reports",
            "moderation:report",
        )
    ]
    starts += [reverse("forum:board", args=[board.slug]) for board in story.boards]
    starts += [reverse("forum:tag", args=[slug]) for slug in ("common", "rare")]
    starts += [
        reverse("forum:board", args=[board.slug]) + f"?{words}"
        for board in story.boards
        for words in ("only=unanswered", "tag=common", "tag=rare")
    ]
    starts += [reverse("forum:post", args=[post.public_id]) for post in story.posts]
    for words in (
        "words",
        "ghost",
        "says",
        "is:unanswered",
        "has:answer",
        "by:ghost",
        "tag:rare",
        "number -1",
    ):
        starts += [reverse("forum:search") + f"?q={words}", f"/search/?q={words}&sort=best"]
    for post in story.posts[::4]:
        starts.append(reverse("moderation:report_post", args=[post.public_id]))
        starts.append(
            reverse("forum:reply", args=[post.thread.public_id]) + f"?quote={post.public_id}"
        )
    for post in story.posts:
        if post.author == story.viewer:
            starts.append(reverse("forum:edit", args=[post.public_id]))
            starts.append(reverse("forum:history", args=[post.public_id]))
            starts.append(reverse("forum:sent", args=[post.public_id]))
    return starts


def what_is_seen(story: Story) -> dict[str, str]:
    """Every page that the viewer can reach, and the mails they get, with a key for each."""
    seen: dict[str, str] = {}
    with time_machine.travel(AFTER, tick=False), named("sign-in"):
        # Before the walk: what somebody has read is not mailed any more.
        mail.outbox.clear()
        while Notice.objects.filter(mail_due_at__isnull=False).exists():
            send_due()
        mails = [message for message in mail.outbox if message.to == [story.viewer.email]]
        seen["mails"] = masked("\n".join(f"{m.subject}\n{m.body}" for m in mails))
        client = Client()
        client.force_login(story.viewer)
        for address, response in crawl(client, addresses_of(story), most_links=160):
            assert response.status_code < 500, address
            if not address.startswith(NOT_COMPARED):
                seen[address] = masked(everything_in(response))
        if story.viewer.role == Role.MEMBER:
            with named("keys"):  # how many ids the walk took is another question
                seen |= what_programs_see(story)
    return seen


def what_programs_see(story: Story) -> dict[str, str]:
    """What a program with the viewer's key reads, and their feed of all boards and threads."""
    threads = dict.fromkeys(post.thread for post in story.posts)
    addresses = [reverse(f"forum:api_{name}") for name in ("boards", "notices", "unread")]
    addresses += [reverse("forum:api_threads", args=[board.slug]) for board in story.boards]
    for thread in threads:
        page = reverse("forum:api_thread", args=[thread.public_id])
        addresses += [page, f"{page}?page=2", f"{page}?page=3"]
    seen = {}
    client = with_key(forced_key_of(story.viewer, TokenKind.API))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(token_access, "API_LIMITS", ())
        for address in addresses:
            response = client.get(address)
            assert response.status_code in (200, 404), address
            seen[address] = masked(everything_in(response)).replace("}, {", "},\n{")
    places = [{"board": board} for board in story.boards] + [{"thread": row} for row in threads]
    Follow.objects.filter(user=story.viewer).delete()
    for place in places:
        values = {"kind": FollowKind.FOLLOW, "created_at": AFTER}
        Follow.objects.create(user=story.viewer, **place, **values)
    answer = Client().get(feed_address(forced_key_of(story.viewer, TokenKind.FEED)))
    assert answer.status_code == 200
    # Its tag holds the secret of the key, which differs each time.
    seen["feed"] = answer.content.decode().replace("><", ">\n<")
    return seen


def masked(text: str) -> str:
    """Without what differs from request to request."""
    for pattern in CHANGING:
        text = pattern.sub("", text)
    return text


def world_seen(variant: Variant, *, with_ghost: bool) -> dict[str, str]:
    """Tell the story, look at it, and undo it."""
    with world_of_its_own():
        story = Teller(variant, with_ghost=with_ghost).tell()
        seen = what_is_seen(story)
    for cache in caches.all():
        cache.clear()
    return seen


def differing(one: dict[str, str], other: dict[str, str]) -> list[str]:
    """Pages that are not in both, and the first line in which those in both differ."""
    different = [f"only in one: {address}" for address in one.keys() ^ other.keys()]
    for address in one.keys() & other.keys():
        if one[address] == other[address]:
            continue
        pairs = zip(one[address].splitlines(), other[address].splitlines(), strict=False)
        unequal = [f"{a!r} != {b!r}" for a, b in pairs if a != b]
        line = next((text for text in unequal if "Content-Length" not in text), "one is longer")
        different.append(f"{address}: {line[:600]}")
    return sorted(different)


@pytest.fixture(scope="module")
def without_ghost(open_database: None) -> Callable[[Variant], dict[str, str]]:
    """The world without the ghost, told once for each kind of viewer."""
    told: dict[str, dict[str, str]] = {}

    def seen(variant: Variant) -> dict[str, str]:
        if variant.viewer not in told:
            told[variant.viewer] = world_seen(variant, with_ghost=False)
        return told[variant.viewer]

    return seen


ON_BOTH_DATABASES = {"a member without professionals, to a professional"}
QUICK = {
    "a member who hides from this professional",
    "a member who does nothing but report this member",
}


def marks_of(name: str) -> tuple[pytest.MarkDecorator, ...]:
    """When this pair is compared: in every run, on one database or on both, or in `make walks`."""
    if name in ON_BOTH_DATABASES:
        return ()
    return SHORT_WALK if name in QUICK else LONG_WALK


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=marks_of(name)) for name in VARIANTS],
)
def test_a_world_looks_the_same_with_and_without(
    name: str, without_ghost: Callable[[Variant], dict[str, str]]
) -> None:
    variant = VARIANTS[name]
    different = differing(without_ghost(variant), world_seen(variant, with_ghost=True))
    assert "\n".join(different) == ""


def test_the_walk_is_long_and_sees_both_windows_and_both_pages(
    without_ghost: Callable[[Variant], dict[str, str]],
) -> None:
    seen = without_ghost(VARIANTS["a member without professionals, to a professional"])
    assert any("?page=3" in address for address in seen)
    assert any("?after=" in address for address in seen)
    assert sum(address.startswith("/queue/") for address in seen) > 2
    assert seen["mails"]


@pytest.mark.slow
@pytest.mark.one_database
def test_somebody_whom_the_ghost_does_not_avoid_sees_the_difference(
    without_ghost: Callable[[Variant], dict[str, str]],
) -> None:
    """Else the ghost might as well not have written anything."""
    seen_by_all = Variant("member", HcpChoice.OPEN, COMMUNITY, nothing)
    different = differing(without_ghost(seen_by_all), world_seen(seen_by_all, with_ghost=True))
    assert any(address.startswith("/boards/") for address in different)
    assert any("?page=3" in address for address in different)
