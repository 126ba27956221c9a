"""Two polls with votes of members who may read the board: one open, one over."""

import tomllib
from datetime import datetime

from accounts.models import Role, User
from config.demo.seed.chance import dice
from config.demo.seed.texts import DATA
from forum.actions.polls import make_poll
from forum.models import Poll, PollOption, PollVote, Post, Thread
from forum.search import index


def add_polls(*, seed: int, now: datetime, people: dict[str, User]) -> int:
    """Add the polls that are missing (one a thread); returns how many."""
    members = [user for user in people.values() if user.role == Role.MEMBER]
    rows = tomllib.loads((DATA / "polls.toml").read_text(encoding="utf-8"))["poll"]
    return sum(_add_poll(row, members, seed, now) for row in rows)


def _add_poll(row: dict, members: list[User], seed: int, now: datetime) -> bool:
    opening = (
        Post.objects.filter(
            is_opening=True,
            thread__has_poll=False,
            thread__board__slug=row["board"],
            thread__title=row["thread_title"],
        )
        .select_related("thread__board")
        .first()
    )
    if opening is None:
        return False
    Thread.objects.filter(pk=opening.thread_id).update(has_poll=True)
    opening.thread.has_poll = True
    make_poll(opening, row)
    index.store([opening])
    poll = Poll.objects.get(post=opening)
    groups = opening.thread.board.age_groups
    readers = [user for user in members if user.age_group(now) in groups]
    rng = dice(seed, "poll", row["question"])
    rest = rng.sample(readers, len(readers))
    for option, number in zip(PollOption.objects.filter(poll=poll), row["votes"], strict=True):
        # Who can pick one answer alone votes once; else everybody may come again.
        chosen = (
            rng.sample(readers, min(number, len(readers))) if poll.is_multiple else rest[:number]
        )
        rest = rest[number:]
        PollVote.objects.bulk_create(
            PollVote(
                poll=poll,
                option=option,
                voter=voter,
                slot=option.place if poll.is_multiple else 0,
            )
            for voter in chosen
        )
    return True
