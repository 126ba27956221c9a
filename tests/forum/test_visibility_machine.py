"""Long random stories: whatever happens in whatever order, counts and pages tell the truth.

The truth is worked out here from plain facts about each post, in Python, apart from the queries.
Pages are made small, so that a few posts fill several of them.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from accounts.documents import publish_texts
from accounts.models import Block, CutOff, HcpChoice, HiddenHcp, Recusal, Role, User
from accounts.viewer import Viewer, viewer_of
from forum import summaries
from forum.actions.audience import Scope, choose_hcp_involvement
from forum.actions.edit import edit_post
from forum.actions.state import ALLOWED
from forum.errors import NotVisible, Refused
from forum.models import Audience, Board, Post, Quote, Status, Thread
from forum.queries import boards, threads
from forum.queries.boards import board_page
from forum.queries.threads import find_thread, page_of, thread_page
from tests.factories import (
    in_state,
    make_board,
    make_hcp,
    make_staff,
    submit_reply,
    submit_thread,
)
from tests.seasoned import make_seasoned

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

WINDOW, PAGE_SIZE = 3, 2
LETS_READ = (HcpChoice.OPEN, HcpChoice.ON_REQUEST)
MEMBERS = ("ada", "ben", "cleo", "dan")
HARMLESS = ("I do.", "It was a quiet day.", "Bananas.", "I bring glucose tabs to football.")
ABUSE = "You are such an idiot."

texts = st.sampled_from([*HARMLESS, ABUSE])
audiences = st.sampled_from(Audience)
some = st.integers(0, 99)  # which one: counted round the list of those there are


@dataclass(frozen=True)
class Facts:
    """What the truth needs to know; read from the rows once a step."""

    posts: dict[int, Post]
    openings: dict[int, Post]  # by thread
    apart: set[tuple[int, int]]  # (who looks, whose texts they do not get)

    @classmethod
    def now(cls, board: Board) -> "Facts":
        """As the rows stand."""
        on_board = Post.objects.filter(thread__board=board)
        posts = on_board.select_related("thread", "author").in_bulk()
        apart: set[tuple[int, int]] = set()
        for pairs in (
            Block.objects.values_list("blocker", "blocked"),
            HiddenHcp.objects.values_list("member", "hcp"),
            CutOff.objects.values_list("member", "hcp"),
        ):
            for one, other in pairs:
                apart |= {(one, other), (other, one)}
        apart |= set(Recusal.objects.values_list("hcp", "member"))
        return cls(posts, {p.thread_id: p for p in posts.values() if p.is_opening}, apart)

    def may_read(self, user: User, post: Post, *states: Status) -> bool:
        """Whether a text in one of these states, or an own one, is for this person."""
        own = post.author_id == user.pk and post.status != Status.WITHDRAWN
        return (
            (post.status in states or own)
            and (user.role != Role.HCP or post.audience == Audience.COMMUNITY)
            and (user.pk, post.author_id) not in self.apart
        )

    def thread_there(self, user: User, thread_id: int) -> bool:
        """Whether a thread exists for this person."""
        return self.may_read(user, self.openings[thread_id], Status.PUBLISHED)

    def readable(self, user: User, thread_id: int) -> list[Post]:
        """Published posts of a thread that this person may read, in order."""
        found = [
            post
            for post in self.posts.values()
            if post.thread_id == thread_id
            and post.status == Status.PUBLISHED
            and self.may_read(user, post, Status.PUBLISHED)
        ]
        return sorted(found, key=lambda post: post.position or 0)

    def on_page(self, user: User, thread_id: int) -> list[int]:
        """Ids of posts and tombstones that take a place for this person, in order."""
        found = [
            post
            for post in self.posts.values()
            if post.thread_id == thread_id
            and post.position is not None
            and self.may_read(user, post, Status.PUBLISHED, Status.REMOVED)
        ]
        return [post.pk for post in sorted(found, key=lambda post: post.position or 0)]

    def waiting(self, user: User, thread_id: int) -> list[int]:
        """Ids of own posts that never came out."""
        return [
            post.pk
            for post in sorted(self.posts.values(), key=lambda post: post.pk)
            if post.thread_id == thread_id
            and post.position is None
            and post.author_id == user.pk
            and self.may_read(user, post)
        ]


class Place:
    """A board with four members, two professionals and a moderator, and three threads on it."""

    def __init__(self) -> None:
        publish_texts()
        self.start = timezone.now() - timedelta(days=2)
        self.board = make_board("school")
        # Their first posts are on another board, out of the way.
        past = make_board("past")
        self.members = [make_seasoned(name, past) for name in MEMBERS]
        self.hcps = [make_hcp("nurse"), make_hcp("doctor")]
        self.people = [*self.members, *self.hcps, make_staff("moderator", Role.MODERATOR)]
        for number, author in enumerate(self.members[:3]):
            self.begin_thread(author, self.people[number:], self.start + timedelta(hours=number))

    def begin_thread(self, author: User, people: list[User], at: datetime) -> None:
        """A thread in which all of these reply; one reply is quoted, one is held again."""
        opening = submit_thread(author, self.board, title="A title", text="Hello.", at=at)
        replies = []
        for person in people:
            at += timedelta(minutes=1)
            replies.append(submit_reply(person, opening.thread, text="Hello.", at=at))
        at += timedelta(minutes=1)
        submit_reply(people[-1], opening.thread, text="As they said.", quote=replies[1], at=at)
        in_state(replies[2], Status.HELD, at=at)


class Story(RuleBasedStateMachine):
    """What may happen there."""

    place: Place

    @initialize()
    def begin(self) -> None:
        """All that happens is undone at the end."""
        self.undo = transaction.atomic()
        self.undo.__enter__()
        self.clock = self.place.start + timedelta(days=1)
        self.board = self.place.board
        self.members, self.hcps = self.place.members, self.place.hcps
        self.people = self.place.people
        self.taken_back: set[int] = set()  # posts that no professional may ever read again
        self.steps = 0

    def teardown(self) -> None:
        """A member, a professional and the moderator look once more; then it never happened."""
        if not hasattr(self, "undo"):
            return
        try:
            for person in (self.members[self.steps % 4], self.hcps[0], self.people[-1]):
                self.look_around(person, one_in=1)
        finally:
            transaction.set_rollback(True)
            self.undo.__exit__(None, None, None)

    # What happens ------------------------------------------------------------------------------

    def tick(self) -> datetime:
        """The next moment."""
        self.clock += timedelta(minutes=1)
        return self.clock

    def posts(self) -> list[Post]:
        """Posts on the board."""
        return list(Post.objects.filter(thread__board=self.board).order_by("pk"))

    def try_to(self, write: Callable[[], Post], *, allowed: bool, by: User) -> None:
        """Write, and see that it was refused exactly where it had to be."""
        try:
            post = write()
        except NotVisible:
            assert not allowed
        except Refused:
            assert by.role == Role.HCP
        else:
            assert allowed
            self.note_choice(post)

    def note_choice(self, post: Post) -> None:
        """What was written under the choice *none* is never for professionals."""
        author = User.objects.get(pk=post.author_id)
        if author.role == Role.MEMBER and author.hcp_choice not in LETS_READ:
            self.taken_back.add(post.pk)

    @rule(who=some, text=texts, audience=audiences)
    def ask(self, who: int, text: str, audience: Audience) -> None:
        """Somebody starts a thread."""
        author = self.people[who % len(self.people)]
        post = submit_thread(
            author, self.board, title="A title", text=text, audience=audience, at=self.tick()
        )
        self.note_choice(post)

    @rule(
        who=some,
        what=some,
        text=st.sampled_from([*HARMLESS, ABUSE]),
        audience=st.sampled_from(Audience),
    )
    def reply(self, who: int, what: int, text: str, audience: Audience) -> None:
        """Somebody replies."""
        found = list(Thread.objects.filter(board=self.board).order_by("pk"))
        if not found:
            return
        thread, author = found[what % len(found)], self.people[who % len(self.people)]
        facts = Facts.now(self.board)
        open_to_all = thread.status == Status.PUBLISHED
        self.try_to(
            lambda: submit_reply(author, thread, text=text, audience=audience, at=self.tick()),
            allowed=open_to_all and facts.thread_there(author, thread.pk),
            by=author,
        )

    @rule(who=some, what=some)
    def quote(self, who: int, what: int) -> None:
        """Somebody quotes a post."""
        found = self.posts()
        if not found:
            return
        source, author = found[what % len(found)], self.people[who % len(self.people)]
        facts = Facts.now(self.board)
        there = facts.thread_there(author, source.thread_id)
        self.try_to(
            lambda: submit_reply(
                author, source.thread, text="As they said.", quote=source, at=self.tick()
            ),
            allowed=there
            and facts.openings[source.thread_id].status == Status.PUBLISHED
            and source.status == Status.PUBLISHED
            and facts.may_read(author, source, Status.PUBLISHED),
            by=author,
        )

    @rule(what=some, where=some)
    def move(self, what: int, where: int) -> None:
        """A post is held, published, hidden, removed, withdrawn or sent back."""
        found = [post for post in self.posts() if ALLOWED[Status(post.status)]]
        if not found:
            return
        post = found[what % len(found)]
        ways = sorted(ALLOWED[Status(post.status)])
        in_state(post, ways[where % len(ways)], at=self.tick())

    @rule(what=some)
    def publish(self, what: int) -> None:
        """A post that waits is let out."""
        found = [post for post in self.posts() if post.status == Status.HELD]
        if found:
            in_state(found[what % len(found)], Status.PUBLISHED, at=self.tick())

    @rule(what=some, text=texts)
    def edit(self, what: int, text: str) -> None:
        """Somebody changes their words."""
        found = self.posts()
        if not found:
            return
        post = found[what % len(found)]
        try:
            edit_post(
                post=post, author=post.author, version=post.version, text=text, at=self.tick()
            )
        except NotVisible:
            facts = Facts.now(self.board)
            taken_down = (Status.HIDDEN, Status.REMOVED, Status.WITHDRAWN)
            assert (
                post.status in taken_down
                or not facts.thread_there(post.author, post.thread_id)
                or not facts.may_read(post.author, post)
            )

    @rule(who=some, older=st.booleans())
    def opt_out(self, who: int, older: bool) -> None:
        """A member lets no professionals in, and takes older posts back or not."""
        member = self.members[who % len(self.members)]
        own = Post.objects.filter(author=member)
        kept = own if older else own.filter(position=None)
        self.taken_back |= set(kept.values_list("pk", flat=True))
        choose_hcp_involvement(
            user=member,
            choice=HcpChoice.NONE,
            scope=Scope.OLDER_POSTS_TOO if older else Scope.FROM_NOW_ON,
        )

    @rule(who=some, choice=st.sampled_from(LETS_READ))
    def opt_in(self, who: int, choice: HcpChoice) -> None:
        """A member lets professionals in."""
        choose_hcp_involvement(user=self.members[who % len(self.members)], choice=choice)

    @rule(who=some, whom=some)
    def block(self, who: int, whom: int) -> None:
        """A member blocks another, or ends it."""
        one, other = self.members[who % 4], self.members[whom % 4]
        if one != other:
            block, new = Block.objects.get_or_create(blocker=one, blocked=other)
            if not new:
                block.delete()

    @rule(who=some, whom=some)
    def hide_from(self, who: int, whom: int) -> None:
        """A member hides from a professional, or ends it."""
        hidden, new = HiddenHcp.objects.get_or_create(
            member=self.members[who % 4], hcp=self.hcps[whom % 2]
        )
        if not new:
            hidden.delete()

    @rule(who=some, whom=some)
    def report_professional(self, who: int, whom: int) -> None:
        """A member reports a professional, or ends the cut that came of it."""
        cut, new = CutOff.objects.get_or_create(
            member=self.members[who % 4], hcp=self.hcps[whom % 2]
        )
        if not new:
            cut.delete()

    @rule(who=some, whom=some)
    def recuse(self, who: int, whom: int) -> None:
        """A professional may know a member."""
        Recusal.objects.get_or_create(hcp=self.hcps[who % 2], member=self.members[whom % 4])

    # What must hold ----------------------------------------------------------------------------

    @invariant()
    def stored_counts_equal_a_recount(self) -> None:
        """The quick way of counting and the slow one agree."""
        if hasattr(self, "board"):
            assert summaries.wrong_rows() == []

    @invariant()
    def nothing_is_wider_than_it_may_be(self) -> None:
        """Thread, quoted post and promise bound each post's audience."""
        if not hasattr(self, "board"):
            return
        wide = Post.objects.filter(audience=Audience.COMMUNITY)
        assert not wide.filter(pk__in=self.taken_back).exists()
        assert not wide.filter(thread__audience=Audience.PEERS).exists()
        assert not Quote.objects.filter(post__in=wide, source__audience=Audience.PEERS).exists()
        assert not Thread.objects.filter(
            audience=Audience.COMMUNITY, posts__is_opening=True, posts__audience=Audience.PEERS
        ).exists()

    @invariant()
    def somebody_finds_the_truth(self) -> None:
        """Each other step another person reads the board and a thread."""
        if hasattr(self, "board"):
            self.steps += 1
            if self.steps % 2:
                self.look_around(self.people[self.steps // 2 % len(self.people)], one_in=3)

    def look_around(self, person: User, *, one_in: int) -> None:
        """Read the board, and one in so many threads, page by page."""
        facts = Facts.now(self.board)
        viewer = viewer_of(User.objects.get(pk=person.pk), at=self.clock)
        self.read_board(facts, viewer, person)
        for thread_id in sorted(facts.openings):
            if (thread_id + self.steps // len(self.people)) % one_in == 0:
                self.read_thread(facts, viewer, person, thread_id)

    def read_board(self, facts: Facts, viewer: Viewer, person: User) -> None:
        """All pages of the board: the right threads, in the right order, with the right counts."""
        expected = []
        for thread_id, opening in facts.openings.items():
            if opening.thread.board_id != self.board.pk or opening.status != Status.PUBLISHED:
                continue
            if facts.thread_there(person, thread_id):
                read = facts.readable(person, thread_id)
                last = read[-1]
                row = (last.published_at, thread_id, len(read) - 1, last.author.pseudonym)
                expected.append(row)
        found, after = [], ""
        while True:
            page = board_page(viewer, self.board, after=after)
            found += [
                (row.last_at, row.thread.pk, row.replies, row.last_author) for row in page.rows
            ]
            assert page.is_first == (after == "")
            if not page.has_older:
                break
            assert len(page.rows) == PAGE_SIZE
            after = page.rows[-1].thread.public_id
        assert found == sorted(expected, reverse=True)

    def read_thread(self, facts: Facts, viewer: Viewer, person: User, thread_id: int) -> None:
        """All pages of a thread: no post too many, none too few, no gap."""
        thread = find_thread(viewer, facts.openings[thread_id].thread.public_id)
        assert (thread is not None) == facts.thread_there(person, thread_id)
        if thread is None:
            return
        page = thread_page(viewer, thread, 1)
        assert page is not None
        found: list[int] = []
        for number in range(1, page.pages + 1):
            page = thread_page(viewer, thread, number)
            assert page is not None
            assert len(page.posts) == WINDOW or number == page.pages
            assert all(readable_quotes(shown.quotes, facts, person) for shown in page.posts)
            if page.posts:
                assert page_of(viewer, page.posts[0].post) == number
            found += [shown.post.pk for shown in page.posts]
        assert found == facts.on_page(person, thread_id)
        assert [shown.post.pk for shown in page.waiting] == facts.waiting(person, thread_id)
        assert thread_page(viewer, thread, page.pages + 1) is None


def readable_quotes(quotes: Iterable[Quote], facts: Facts, person: User) -> bool:
    """Whether each quote is of a published post that this person may read."""
    return all(
        facts.posts[quote.source_id].status == Status.PUBLISHED
        and facts.may_read(person, facts.posts[quote.source_id], Status.PUBLISHED)
        for quote in quotes
    )


def test_in_any_story_counts_and_pages_tell_each_person_the_truth(monkeypatch):
    Story.place = Place()
    monkeypatch.setattr(threads, "WINDOW", WINDOW)
    monkeypatch.setattr(boards, "PAGE_SIZE", PAGE_SIZE)
    run_state_machine_as_test(
        Story,
        settings=settings(
            max_examples=25,
            stateful_step_count=25,
            deadline=None,
            derandomize=True,
            database=None,
        ),
    )
