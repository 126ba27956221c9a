"""Generated threads and posts, for tests of size and speed."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import accumulate, islice

from accounts.models import AgeGroup, User
from config.demo.seed import grammar
from config.demo.seed.chance import dice, random_id
from config.demo.seed.crowd import crowd
from config.demo.seed.rows import BATCH, Rows
from forum import policy
from forum.actions.submit import allowed_audience
from forum.models import Audience, Board, Post, Quote, ReactionKind, Severity, Status, Thread, Track
from forum.policy import DUE, Ticket

OLDEST, YOUNGEST = timedelta(days=365), timedelta(hours=13)
LONG_THREAD_TITLE = "One small absurd thing from today (the thread that never ends)"
LONG_THREAD_BOARD = "laughs"
LONG_THREAD_SHARE, LONG_THREAD_MAX = 10, 10_000
# Wishes for peers only, on top of authors whose choice asks for it.
PEERS_THREADS, PEERS_REPLIES = 0.05, 0.03
QUOTING, REACTED, HELD = 0.05, 0.25, 0.005
HELD_WITHIN = timedelta(hours=12)

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


def long_thread_exists() -> bool:
    """Whether the one very long thread is there."""
    return Thread.objects.filter(title=LONG_THREAD_TITLE).exists()


def add_bulk(*, threads: int, posts: int, seed: int, now: datetime) -> Iterator[int]:
    """Add so many threads with so many posts in all, the openings among them.

    ``posts`` must be at least ``threads``, and ``threads`` at least 2. Yields how many posts are
    stored so far, batch by batch; the caller keeps the transaction.
    """
    there = Post.objects.count()
    rng = dice(seed, "bulk", there)
    boards = {board.slug: board for board in Board.objects.filter(slug__in=TOPICS)}
    writers = _writers(list(boards.values()), now)
    rows, done = Rows(), 0
    plan = _plan(rng, threads, posts, there + posts)
    for slug, size in plan:
        title = LONG_THREAD_TITLE if size is plan[0][1] else ""
        _add_thread(rows, boards[slug], size, title, writers[slug], rng, now)
        if len(rows.posts) >= BATCH:
            rows.save()
            done += len(rows.posts)
            yield done
            rows = Rows()
    rows.save()
    yield done + len(rows.posts)
