"""What a member does for the first time: then a short notice stands by the form (P1.5).

It goes by itself once they have sent one; nothing has to be closed and nothing is remembered.
"""

from dataclasses import dataclass

from accounts.models import Role, User
from accounts.viewer import Viewer
from forum.models import Post, Thread


@dataclass(frozen=True, slots=True)
class Firsts:
    """``post``: the member has not written yet. ``question``: nor asked a professional."""

    post: bool = False
    question: bool = False


def is_first_post(viewer: Viewer, thread: Thread | None = None) -> bool:
    """Whether this is a member who has sent nothing so far. A ``thread`` from ``find_thread``
    knows it already.
    """
    if viewer.role != Role.MEMBER:
        return False
    known: bool | None = getattr(thread, "has_written", None)
    return not (Post.objects.filter(author=viewer.user_id).exists() if known is None else known)


def firsts_of(viewer: Viewer, user: User) -> Firsts:
    """What would be a first time for this person in the form for a new thread.

    A question to professionals only where the member's choice lets them read it.
    """
    if viewer.role != Role.MEMBER:
        return Firsts()
    asked = Thread.objects.filter(author=user, asks_professional=True)
    return Firsts(post=is_first_post(viewer), question=user.lets_hcps_read and not asked.exists())
