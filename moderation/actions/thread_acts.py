"""What moderators and admins do to whole threads: with a reason, in the log, told to authors."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Clause, Role, User
from accounts.viewer import viewer_of
from forum.actions import threads
from forum.actions.notices import notify
from forum.actions.tags import put_tags
from forum.errors import NotVisible
from forum.models import Board, NoticeKind, Post, Status, Thread
from moderation import audit

MAY_ACT = (Role.MODERATOR, Role.ADMIN)


class ReasonMissing(Exception):
    """What limits somebody needs a reason in words that they read."""


def may_act_on(moderator: User, thread: Thread, *, at: datetime) -> bool:
    """Whether this person may act on a thread: they see it, can handle it, and it is not theirs.

    Health professionals never: a thread holds what they cannot see.
    """
    viewer = viewer_of(moderator, at=at)
    if viewer.role not in MAY_ACT or not viewer.may_review:
        return False
    seen = Thread.objects.visible_to(viewer).filter(pk=thread.pk, status=Status.PUBLISHED)
    openings = Post.objects.handleable_by(viewer).filter(thread=thread, is_opening=True)
    return seen.exists() and openings.exists()


@transaction.atomic
def lock(
    *,
    thread: Thread,
    moderator: User,
    reason: str,
    clause: Clause | None = None,
    at: datetime | None = None,
) -> bool:
    """Close a thread for replies. Raises ``NotVisible``, ``ReasonMissing``."""
    at = _checked(thread, moderator, at, reason)
    if not threads.set_locked(thread=thread, to=True):
        return False
    _record(thread, moderator, "lock_thread", at, clause)
    _tell(thread, [thread.author], _("We closed your thread. It can still be read."), reason, at)
    return True


@transaction.atomic
def unlock(*, thread: Thread, moderator: User, at: datetime | None = None) -> bool:
    """Open a thread for replies again. Raises ``NotVisible``."""
    at = _checked(thread, moderator, at, None)
    if not threads.set_locked(thread=thread, to=False):
        return False
    _record(thread, moderator, "unlock_thread", at)
    _tell(thread, [thread.author], _("Your thread is open for replies again."), "", at)
    return True


@transaction.atomic
def move(
    *, thread: Thread, board: Board, moderator: User, reason: str, at: datetime | None = None
) -> bool:
    """Move a thread to a board for the same age groups or fewer.

    Raises ``NotVisible``, ``ReasonMissing``, ``Refused``.
    """
    at = _checked(thread, moderator, at, reason)
    if not threads.move_thread(thread=thread, board=board, at=at):
        return False
    _record(thread, moderator, "move_thread", at, data={"board": board.slug})
    words = _("We moved your thread to the board “%(board)s”.") % {"board": board.title}
    _tell(thread, [thread.author], words, reason, at)
    return True


@transaction.atomic
def tag(
    *,
    thread: Thread,
    slugs: Sequence[str],
    moderator: User,
    reason: str = "",
    at: datetime | None = None,
) -> bool:
    """Change the topics of a thread. Raises ``NotVisible``."""
    at = _checked(thread, moderator, at, None)
    if not put_tags(threads.lock_threads(thread.pk)[thread.pk], slugs):
        return False
    _record(thread, moderator, "tag_thread", at, data={"tags": list(slugs)})
    _tell(thread, [thread.author], _("We changed the topics of your thread."), reason, at)
    return True


@transaction.atomic
def split(
    *,
    thread: Thread,
    public_ids: list[str],
    title: str,
    moderator: User,
    reason: str,
    at: datetime | None = None,
) -> Thread:
    """Make a new thread of some replies. Raises ``NotVisible``, ``ReasonMissing``, ``Refused``."""
    at = _checked(thread, moderator, at, reason)
    handled = Post.objects.handleable_by(viewer_of(moderator, at=at))
    if handled.filter(public_id__in=public_ids).count() != len(set(public_ids)):
        raise NotVisible
    new = threads.split_thread(thread=thread, public_ids=public_ids, title=title, at=at)
    data = {"new": new.public_id, "posts": public_ids}
    _record(thread, moderator, "split_thread", at, data=data)
    authors = User.objects.filter(posts__thread=new).distinct()
    _tell(new, authors, _("We put something you wrote in a thread of its own."), reason, at)
    return new


@transaction.atomic
def merge(
    *, thread: Thread, into: Thread, moderator: User, reason: str, at: datetime | None = None
) -> bool:
    """Put a thread behind another one on the same subject.

    Raises ``NotVisible``, ``ReasonMissing``, ``Refused``.
    """
    at = _checked(thread, moderator, at, reason)
    if thread.pk == into.pk or not may_act_on(moderator, into, at=at):
        raise NotVisible
    wrote = list(Post.objects.filter(thread=thread, status=Status.PUBLISHED).values_list("author"))
    authors = User.objects.filter(pk__in={pk for (pk,) in wrote})
    threads.merge_threads(thread=thread, into=into, at=at)
    _record(thread, moderator, "merge_thread", at, data={"into": into.public_id})
    words = _("We put a thread you wrote in together with another one on the same subject.")
    _tell(into, authors, words, reason, at)
    return True


def _checked(thread: Thread, moderator: User, at: datetime | None, reason: str | None) -> datetime:
    at = at or timezone.now()
    if reason is not None and not reason.strip():
        raise ReasonMissing
    if not may_act_on(moderator, thread, at=at):
        raise NotVisible
    return at


def _record(
    thread: Thread,
    moderator: User,
    verb: str,
    at: datetime,
    clause: Clause | None = None,
    data: dict | None = None,
) -> None:
    audit.record(
        actor=moderator,
        verb=verb,
        subject_kind="thread",
        subject_public_id=thread.public_id,
        data={**(data or {}), "clause": clause.anchor if clause else ""},
        at=at,
    )


def _tell(thread: Thread, people: Iterable[User], words: str, reason: str, at: datetime) -> None:
    """One notice a person, with a link that works only for those who may see the thread."""
    for person in people:
        notify(
            recipient=person,
            kind=NoticeKind.DECISION,
            message="\n\n".join(part for part in (words, reason.strip()) if part),
            link=reverse("forum:thread", args=[thread.public_id]),
            same_as=f"thread:{thread.public_id}:{at.isoformat()}",
            at=at,
        )
