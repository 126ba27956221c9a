"""What staff did beyond single decisions: notes under posts, a hidden part, threads, a sitting."""

import tomllib
from datetime import datetime, timedelta
from typing import Any

from accounts.models import Clause, Document, DocumentKind, Role, User
from config.demo.seed.queue import send
from config.demo.seed.texts import DATA, SentEntry
from forum.models import Label, Notice, Post, Status
from moderation.actions import labels, thread_acts
from moderation.actions.decide import decide
from moderation.models import Decision, DecisionKind, SecondReview, Sitting
from moderation.second_reviews import KINDS, OFFERED_FOR
from moderation.sittings import keep_sitting, stop

MODERATOR, NURSE = "moderator", "hcp_nurse"
LATER = timedelta(hours=1)


def add_acts(*, seed: int, now: datetime, people: dict[str, User]) -> int:
    """Add what is missing; returns how many rows."""
    rows = tomllib.loads((DATA / "acts.toml").read_text(encoding="utf-8"))
    posts = {name: _post(row, seed=seed, now=now, people=people) for name, row in rows.items()}
    added = 0
    for name, agreed in (("label", True), ("asked", False)):
        added += _label(posts[name], rows[name], people, agreed=agreed)
    added += _hide_part(posts["part"], rows["part"], people)
    added += _threads(posts, rows, people)
    added += _sitting(people[MODERATOR], now) + _second_review(now)
    Notice.objects.filter(post__in=[post.pk for post in posts.values()]).update(mail_due_at=None)
    Notice.objects.filter(kind__in=("label", "decision")).update(mail_due_at=None)
    return added


def _post(row: dict[str, Any], *, seed: int, now: datetime, people: dict[str, User]) -> Post:
    """The post of a row: sent now, or there already; open to others where nothing is to be hid."""
    entry = SentEntry(
        author=row["author"],
        board=row["board"],
        thread_title=row["thread_title"],
        opens_thread=True,
        body=row["body"],
        days_ago=row["days_ago"],
        audience="community",
    )
    send(entry, seed=seed, now=now, people=people)
    author = people[row["author"]]
    post = Post.objects.select_related("thread", "author").get(
        author=author, revisions__number=1, revisions__text=row["body"]
    )
    if post.status == Status.HELD and "passages" not in row:
        decide(
            post=post,
            moderator=people[MODERATOR],
            kind=DecisionKind.PUBLISH,
            version=post.version,
            at=post.created_at + LATER,
        )
        post.refresh_from_db()
    return post


def _label(post: Post, row: dict[str, Any], people: dict[str, User], *, agreed: bool) -> int:
    if Label.objects.filter(post=post).exists():
        return 0
    at = post.created_at + 2 * LATER
    label = labels.propose_note(
        post=post,
        writer=people[NURSE],
        version=post.version,
        note=row["note"],
        source=row["source"],
        at=at,
    )
    if agreed:
        labels.answer(label=label, person=post.author, agrees=True, at=at + LATER)
    return 1


def _hide_part(post: Post, row: dict[str, Any], people: dict[str, User]) -> int:
    if post.status != Status.HELD:
        return 0
    rules = Document.objects.current(DocumentKind.MEMBER_RULES)
    clause: Clause | None = rules.clauses.get(anchor=row["clause"]) if rules else None
    decide(
        post=post,
        moderator=people[MODERATOR],
        kind=DecisionKind.HIDE_PART,
        version=post.version,
        passages=row["passages"],
        clause=clause,
        message=row["message"],
        at=post.created_at + LATER,
    )
    return 1


def _threads(
    posts: dict[str, Post], rows: dict[str, dict[str, Any]], people: dict[str, User]
) -> int:
    closed, merged, into = (posts[name] for name in ("closed", "merged", "part"))
    added = 0
    if not closed.thread.is_locked:
        added += thread_acts.lock(
            thread=closed.thread,
            moderator=people[MODERATOR],
            reason=rows["closed"]["reason"],
            at=closed.created_at + LATER,
        )
    if merged.is_opening:
        into.thread.refresh_from_db()
        added += thread_acts.merge(
            thread=merged.thread,
            into=into.thread,
            moderator=people[MODERATOR],
            reason=rows["merged"]["reason"],
            at=merged.created_at + LATER,
        )
    return added


def _sitting(moderator: User, now: datetime) -> int:
    """A stretch of work that is over, so that there is a summary to look at."""
    if Sitting.objects.filter(moderator=moderator).exists():
        return 0
    keep_sitting(moderator=moderator, at=now - timedelta(hours=3))
    stop(moderator=moderator, at=now - timedelta(hours=3) + timedelta(minutes=25))
    return 1


def _second_review(now: datetime) -> int:
    """One decided post that somebody else looks at again. Which ones is a matter of chance."""
    if SecondReview.objects.exists():
        return 0
    decision = (
        Decision.objects.standing()
        .filter(kind__in=KINDS, case=None, author__role=Role.MEMBER, ticket_track="conduct")
        .filter(decided_at__gt=now - OFFERED_FOR + timedelta(days=1), post__review_due_at=None)
        .order_by("pk")
        .first()
    )
    if decision is None:
        return 0
    SecondReview.objects.create(
        decision=decision,
        first_moderator=decision.moderator,
        author=decision.author,
        asked_at=now - timedelta(hours=2),
    )
    return 1
