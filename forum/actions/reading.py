"""What somebody has read, follows and keeps. All idempotent; nobody is told."""

from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Greatest
from django.utils import timezone

from accounts.models import User
from accounts.models.user import MOST_MUTED_WORDS
from accounts.viewer import viewer_of
from forum.errors import NotVisible
from forum.models import (
    Board,
    BoardVisit,
    Follow,
    FollowKind,
    Notice,
    Post,
    Saved,
    Thread,
    ThreadVisit,
)
from forum.models.notice import ABOUT_POSTS
from forum.queries.boards import boards_for


def note_visit(*, user_id: int, thread_id: int, position: int) -> None:
    """Remember that somebody was shown a thread up to a position; never back.

    Notices about posts up to there count as read.
    """
    ThreadVisit.objects.bulk_create(
        [ThreadVisit(user_id=user_id, thread_id=thread_id, position=position)],
        ignore_conflicts=True,
    )
    ThreadVisit.objects.filter(user_id=user_id, thread_id=thread_id, position__lt=position).update(
        position=Greatest(F("position"), position)
    )
    now = timezone.now()
    Notice.objects.filter(
        recipient_id=user_id,
        read_at=None,
        shown_from__lte=now,
        kind__in=ABOUT_POSTS,
        post__thread_id=thread_id,
        post__position__lte=position,
    ).update(read_at=now)


@transaction.atomic
def mark_board_read(*, user: User, board: Board, at: datetime | None = None) -> None:
    """Let all of a board count as read until now. Raises ``NotVisible``."""
    at = at or timezone.now()
    if not boards_for(viewer_of(user, at=at)).filter(pk=board.pk).exists():
        raise NotVisible
    BoardVisit.objects.update_or_create(user=user, board=board, defaults={"read_until": at})


@transaction.atomic
def follow_thread(
    *, user: User, thread: Thread, kind: FollowKind | None, at: datetime | None = None
) -> None:
    """Follow or mute a thread; None for neither. Raises ``NotVisible``."""
    at = at or timezone.now()
    if kind is None:
        Follow.objects.filter(user=user, thread=thread).delete()
        return
    if not Thread.objects.visible_to(viewer_of(user, at=at)).filter(pk=thread.pk).exists():
        raise NotVisible
    Follow.objects.update_or_create(
        user=user,
        thread=thread,
        defaults={"kind": kind},
        create_defaults={"kind": kind, "created_at": at},
    )


@transaction.atomic
def follow_board(*, user: User, board: Board, on: bool, at: datetime | None = None) -> None:
    """Follow a board, or no longer. Raises ``NotVisible``."""
    at = at or timezone.now()
    if not on:
        Follow.objects.filter(user=user, board=board).delete()
        return
    if not boards_for(viewer_of(user, at=at)).filter(pk=board.pk).exists():
        raise NotVisible
    Follow.objects.get_or_create(
        user=user, board=board, defaults={"kind": FollowKind.FOLLOW, "created_at": at}
    )


@transaction.atomic
def save_post(*, user: User, post: Post, at: datetime | None = None) -> bool:
    """Keep a post. Returns False where it was kept before. Raises ``NotVisible``."""
    at = at or timezone.now()
    if not Post.objects.visible_to(viewer_of(user, at=at)).filter(pk=post.pk).exists():
        raise NotVisible
    return Saved.objects.get_or_create(user=user, post=post, defaults={"saved_at": at})[1]


def unsave_post(*, user: User, public_id: str) -> bool:
    """No longer keep a post, whether or not it may be seen any more."""
    return bool(Saved.objects.filter(user=user, post__public_id=public_id).delete()[0])


def note_on_saved(*, user: User, public_id: str, note: str) -> bool:
    """Write one's own note on a post that one keeps. Returns whether there is such a post."""
    mine = Saved.objects.filter(user=user, post__public_id=public_id)
    return bool(mine.update(note=note.strip()))


@transaction.atomic
def mute_word(*, user: User, word: str) -> bool:
    """Fold away posts with this word. Returns False where there are too many, or it is there."""
    word = " ".join(word.lower().split())
    user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if not word or word in user.muted_words or len(user.muted_words) >= MOST_MUTED_WORDS:
        return False
    user.muted_words = sorted([*user.muted_words, word])
    user.save(update_fields=["muted_words"])
    return True


@transaction.atomic
def unmute_word(*, user: User, word: str) -> bool:
    """Show posts with this word again. Returns False where it was not muted."""
    user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if word not in user.muted_words:
        return False
    user.muted_words = [each for each in user.muted_words if each != word]
    user.save(update_fields=["muted_words"])
    return True
