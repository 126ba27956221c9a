"""Generated threads and posts, for tests of size and speed."""

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import accumulate

from accounts.models import User
from config.demo.seed import grammar
from config.demo.seed.chance import dice, random_id, some_time
from config.demo.seed.crowd import crowd
from config.demo.seed.rows import BATCH, Rows
from forum import policy
from forum.actions.submit import allowed_audience
from forum.models import Audience, Board, Post, Quote, ReactionKind, Severity, Status, Thread, Track
from forum.models.post import EXCERPT_MAX
from forum.policy import Ticket

# When threads start: between so long ago and so long ago.
OLDEST, YOUNGEST = timedelta(days=365), timedelta(hours=13)
LONG_THREAD_TITLE = "One small absurd thing from today (the thread that never ends)"
LONG_THREAD_BOARD = "laughs"
LONG_THREAD_SHARE, LONG_THREAD_MAX = 10, 10_000
# Wishes for peers only, on top of authors whose choice asks for it.
PEERS_THREADS, PEERS_REPLIES = 0.05, 0.03
# Shares of replies that quote, of posts with reactions, of replies that wait for a look.
QUOTING, REACTED, HELD = 0.05, 0.25, 0.005
HELD_WITHIN = timedelta(hours=12)
WAITING = (
    (Severity.S1, policy.REPORTED),
    (Severity.S2, policy.PREMODERATION),
    (Severity.S3, policy.BOARD_HOLDS_ALL),
)
WAITING_WEIGHTS = (1, 7, 2)
ASKS_PROFESSIONAL, NO_ADVICE = 0.05, 0.03
QUOTED_AMONG_LAST = 20
REACTIONS_MAX = 4
KINDS = list(ReactionKind)
# No thread but the long one draws more than so many times the posts of a quiet one.
DRAW_MAX = 40.0

# What the boards talk about, from the busiest board to the quietest: the second gets half the
# threads of the first, the third a third (Zipf).
TOPICS: dict[str, tuple[str, ...]] = {
    "everyday": ("food", "night"),
    "laughs": ("humour",),
    "tech": ("tech",),
    "feelings": ("feelings",),
    "welcome": ("humour", "feelings"),
    "school-and-uni": ("school",),
    "sport": ("sport",),
    "newly-diagnosed": ("night", "feelings", "tech"),
    "wins": ("sport", "food"),
    "going-out": ("food", "humour"),
    "travel": ("travel",),
    "relationships": ("feelings",),
    "work": ("school", "tech"),
    "under-16": ("school", "humour"),
    "driving": ("travel", "tech"),
    "moving-to-adult-care": ("feelings", "tech"),
    "ask-a-professional": ("food", "sport", "night"),
}


@dataclass(slots=True)
class Writers:
    """The members who may write on a board; the first ones write most."""

    users: list[User]
    weights: list[float] = field(init=False)

    def __post_init__(self) -> None:
        self.weights = list(accumulate(1 / (rank + 10) for rank in range(len(self.users))))

    def pick(self, rng: random.Random, number: int) -> list[User]:
        """So many of them; the same one may come again."""
        return rng.choices(self.users, cum_weights=self.weights, k=number)


@dataclass(frozen=True, slots=True)
class Planned:
    """A thread to be made. ``size``: posts in it; ``title`` "" for one from the grammar."""

    board: str
    size: int
    starts_at: datetime
    title: str = ""


def add_bulk(*, threads: int, posts: int, seed: int, now: datetime) -> Iterator[int]:
    """Add so many threads with so many posts in all, the openings among them.

    ``posts`` must be at least ``threads``. Yields how many posts are stored so far, batch by
    batch; the caller keeps the transaction.
    """
    there = Post.objects.count()
    rng = dice(seed, "bulk", there)
    boards = {board.slug: board for board in Board.objects.filter(slug__in=TOPICS)}
    writers = _writers(list(boards.values()), now)
    rows, done = Rows(), 0
    for planned in _plan(rng, threads, posts, there + posts, now):
        _add_thread(rows, planned, boards[planned.board], writers[planned.board], rng, now)
        if len(rows.posts) >= BATCH:
            rows.save()
            done += len(rows.posts)
            yield done
            rows = Rows()
    rows.save()
    yield done + len(rows.posts)


def _writers(boards: list[Board], now: datetime) -> dict[str, Writers]:
    by_group: dict[str | None, list[User]] = {}
    for user in crowd():
        by_group.setdefault(user.age_group(now), []).append(user)
    return {
        board.slug: Writers([user for group in board.age_groups for user in by_group[group]])
        for board in boards
    }


def _plan(
    rng: random.Random, threads: int, posts: int, total: int, now: datetime
) -> Iterator[Planned]:
    """The threads in the order in which they start; the sizes add up to ``posts``."""
    if threads > 1 and not Thread.objects.filter(title=LONG_THREAD_TITLE).exists():
        long_size = min(total // LONG_THREAD_SHARE, LONG_THREAD_MAX, posts - threads + 1)
        yield Planned(LONG_THREAD_BOARD, long_size, now - OLDEST, LONG_THREAD_TITLE)
        threads, posts = threads - 1, posts - long_size
    draws = [min(rng.paretovariate(1.3), DRAW_MAX) for _ in range(threads)]
    replies = Counter(rng.choices(range(threads), draws, k=posts - threads))
    ages = sorted((some_time(rng, YOUNGEST, OLDEST) for _ in range(threads)), reverse=True)
    zipf = [1 / rank for rank in range(1, len(TOPICS) + 1)]
    slugs = rng.choices(list(TOPICS), zipf, k=threads)
    for number, (slug, age) in enumerate(zip(slugs, ages, strict=True)):
        yield Planned(slug, replies[number] + 1, now - age)


def _add_thread(
    rows: Rows,
    planned: Planned,
    board: Board,
    writers: Writers,
    rng: random.Random,
    now: datetime,
) -> None:
    authors = writers.pick(rng, planned.size)
    if planned.title:
        # Both audiences are to have many posts in the long thread.
        authors[0] = next(user for user in writers.users if user.lets_hcps_read)
    wanted = _wish(rng, PEERS_THREADS)
    audience = allowed_audience(wanted, author=authors[0], thread=None, source=None)
    community = audience == Audience.COMMUNITY
    thread = Thread(
        public_id=random_id(rng),
        board=board,
        author=authors[0],
        title=planned.title or grammar.title(rng, TOPICS[board.slug]),
        audience=audience,
        status=Status.PUBLISHED,
        asks_professional=rng.random() < ASKS_PROFESSIONAL and community,
        no_advice=rng.random() < NO_ADVICE,
        created_at=planned.starts_at,
        published_at=planned.starts_at,
    )
    rows.threads.append(thread)
    published: list[Post] = []
    for author, at in zip(authors, _times(rng, planned, now), strict=True):
        post = _add_post(rows, thread, author, at, published, rng, now)
        if post.status == Status.PUBLISHED:
            published.append(post)
            _add_reactions(rows, post, writers, rng)


def _wish(rng: random.Random, peers: float) -> Audience:
    return Audience.PEERS if rng.random() < peers else Audience.COMMUNITY


def _times(rng: random.Random, planned: Planned, now: datetime) -> list[datetime]:
    """The start, and replies over some days; over the whole year in the long thread."""
    room = now - planned.starts_at - HELD_WITHIN
    span = room
    if not planned.title:
        span = min(room, timedelta(days=rng.expovariate(1.0) * (1 + planned.size / 8)))
    replies = sorted(rng.random() for _ in range(planned.size - 1))
    return [planned.starts_at, *(planned.starts_at + span * part for part in replies)]


def _add_post(
    rows: Rows,
    thread: Thread,
    author: User,
    at: datetime,
    published: list[Post],
    rng: random.Random,
    now: datetime,
) -> Post:
    source = ticket = None
    wanted = thread.audience
    if published:
        wanted = _wish(rng, PEERS_REPLIES)
        if rng.random() < QUOTING:
            source = rng.choice(published[-QUOTED_AMONG_LAST:])
        if rng.random() < HELD:
            at = now - rng.random() * HELD_WITHIN
            ticket = _ticket(rng, at)
    text = grammar.body(rng, TOPICS[thread.board.slug])
    post = rows.add_post(
        thread=thread,
        author=author,
        public_id=random_id(rng),
        text=text,
        html=grammar.html(text),
        audience=allowed_audience(wanted, author=author, thread=thread, source=source),
        at=at,
        ticket=ticket,
    )
    if source is not None:
        excerpt = source.text.split("\n\n")[0]
        rows.quotes.append(Quote(post=post, source=source, excerpt=excerpt[:EXCERPT_MAX]))
    return post


def _ticket(rng: random.Random, at: datetime) -> Ticket:
    severity, reason = rng.choices(WAITING, WAITING_WEIGHTS)[0]
    return Ticket(severity, Track.CONDUCT, policy.in_real_time(severity, at), [{"kind": reason}])


def _add_reactions(rows: Rows, post: Post, writers: Writers, rng: random.Random) -> None:
    if rng.random() >= REACTED:
        return
    readers = {user.pk: user for user in writers.pick(rng, rng.randint(1, REACTIONS_MAX))}
    readers.pop(post.author_id, None)
    for user in readers.values():
        rows.add_reaction(post=post, author=user, kind=rng.choice(KINDS))
