"""What takes two people: a silenced member who appeals, proposals that wait, a learner."""

import tomllib
from datetime import datetime, timedelta
from typing import Any

from accounts.models import Clause, Document, DocumentKind, User
from accounts.viewer import viewer_of
from config.demo.seed.chance import public_id
from config.demo.seed.texts import DATA
from forum.models import Notice, NoticeKind, Post
from moderation.actions.appeals import appeal
from moderation.actions.proposals import decide_or_propose
from moderation.actions.sanctions import sanction
from moderation.models import DecisionKind, Proposal, Sanction, SanctionKind, ShadowDone
from moderation.queue import tickets_for

LEARNER, DECIDES_ALONE = "hcp_doctor", "hcp_nurse"


def add_second(*, now: datetime, people: dict[str, User]) -> int:
    """Add what is missing; returns how many rows."""
    rows = tomllib.loads((DATA / "second.toml").read_text(encoding="utf-8"))
    added = _decides_alone(people, now)
    added += _silenced(rows["silence"], people, now)
    added += _suspension(rows["suspension"], people, now)
    added += _learning(rows["learning"], people, now)
    kinds = (NoticeKind.SANCTION, NoticeKind.SECOND, NoticeKind.APPEAL)
    Notice.objects.filter(kind__in=kinds).update(mail_due_at=None)
    return added


def _decides_alone(people: dict[str, User], now: datetime) -> int:
    since = {"at": now - timedelta(days=60)}
    return int(ShadowDone.objects.get_or_create(hcp=people[DECIDES_ALONE], defaults=since)[1])


def _silenced(row: dict[str, Any], people: dict[str, User], now: datetime) -> int:
    user, key = people[row["author"]], public_id(0, "sanction", row["author"])
    if Sanction.objects.filter(submission_key=key).exists():
        return 0
    made = sanction(
        user=user,
        moderator=people["admin_one"],
        kind=SanctionKind.SILENCE,
        days=row["days"],
        clause=_clause(row["clause"]),
        message=row["message"],
        key=key,
        at=now - timedelta(days=1),
    )
    if isinstance(made, Sanction):
        appeal(user=user, sanction=made, words=row["appeal"], at=now - timedelta(hours=5))
    return 1


def _suspension(row: dict[str, Any], people: dict[str, User], now: datetime) -> int:
    user = people[row["author"]]
    if Proposal.objects.filter(about=user).exists():
        return 0
    sanction(
        user=user,
        moderator=people["admin_one"],
        kind=SanctionKind.SUSPENSION,
        days=row["days"],
        clause=_clause(row["clause"]),
        message=row["message"],
        note=row["note"],
        key=public_id(0, "suspension", row["author"]),
        at=now - timedelta(hours=3),
    )
    return 1


def _learning(row: dict[str, Any], people: dict[str, User], now: datetime) -> int:
    learner = people[LEARNER]
    if Proposal.objects.filter(proposed_by=learner).exists():
        return 0
    at = now - timedelta(minutes=40)
    ticket = tickets_for(viewer_of(learner, at=at)).order_by("-review_severity", "pk").first()
    if ticket is None:
        return 0
    post = Post.objects.select_related("author").get(pk=ticket.pk)
    decide_or_propose(
        post=post,
        moderator=learner,
        kind=DecisionKind.PUBLISH,
        version=post.version,
        private_note=row["note"],
        at=at,
    )
    return 1


def _clause(anchor: str) -> Clause | None:
    rules = Document.objects.current(DocumentKind.MEMBER_RULES)
    return rules.clauses.filter(anchor=anchor).first() if rules else None
