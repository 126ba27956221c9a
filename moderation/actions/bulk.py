"""Several posts that are spam, decided on at once. Each goes through ``decide`` by itself."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from accounts.models import Clause, User
from accounts.viewer import viewer_of
from forum.actions.state import IllegalMove
from forum.errors import NotVisible, StaleVersion
from moderation.actions.decide import AlreadyDecided, ClaimedByOther
from moderation.actions.proposals import decide_or_propose
from moderation.models import DecisionKind, Proposal
from moderation.queue import tickets_for
from moderation.spam import MOST_AT_ONCE, is_plain_spam

KINDS = (DecisionKind.HIDE, DecisionKind.REMOVE)


class Came(StrEnum):
    """What came of one post."""

    DONE = "done"
    PROPOSED = "proposed"  # it takes a second person
    CHANGED = "changed"  # its author changed it meanwhile, or it is no plain spam (any more)
    DECIDED = "decided"  # somebody was faster
    TAKEN = "taken"  # somebody is looking at it
    GONE = "gone"  # no such ticket for this person


@dataclass(frozen=True, slots=True)
class Result:
    """One post and what came of it."""

    public_id: str
    came: Came


def decide_spam(
    *,
    items: Iterable[tuple[str, int]],
    moderator: User,
    kind: DecisionKind,
    clause: Clause,
    message: str,
    at: datetime | None = None,
) -> list[Result]:
    """Decide alike on posts (public id, version that was seen). Never all or nothing.

    Raises ``ValueError`` for other kinds than hiding and removing, and for too many at once.
    """
    wanted = dict(items)
    if kind not in KINDS or len(wanted) > MOST_AT_ONCE:
        raise ValueError("not for this")
    viewer = viewer_of(moderator, at=at)
    rows = tickets_for(viewer, at=at).filter(public_id__in=wanted).select_related("thread")
    tickets = {post.public_id: post for post in rows}
    results = []
    for public_id, version in wanted.items():
        post = tickets.get(public_id)
        if post is None:
            came = Came.GONE
        elif not is_plain_spam(post):
            came = Came.CHANGED
        else:
            came = _decide_one(
                post=post,
                moderator=moderator,
                kind=kind,
                version=version,
                clause=clause,
                message=message,
                at=at,
            )
        results.append(Result(public_id, came))
    return results


def _decide_one(**arguments: object) -> Came:
    try:
        outcome = decide_or_propose(**arguments)  # type: ignore[arg-type]
    except (StaleVersion, IllegalMove):
        return Came.CHANGED
    except AlreadyDecided:
        return Came.DECIDED
    except ClaimedByOther:
        return Came.TAKEN
    except NotVisible:
        return Came.GONE
    return Came.PROPOSED if isinstance(outcome, Proposal) else Came.DONE
