"""Telling people. A notice is written in the transaction of what it is about; e-mail goes later."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from accounts.models import User
from forum.actions.mentions import write_mentions
from forum.models import (
    Follow,
    FollowKind,
    Notice,
    NoticeChoice,
    NoticeKind,
    Post,
    Quote,
    Reaction,
    ThreadTag,
)
from forum.models.mailing import SENT
from forum.ways import way_of


def notify(
    *,
    recipient: User,
    kind: NoticeKind,
    same_as: str,
    at: datetime,
    post: Post | None = None,
    message: str = "",
    link: str = "",
    shown_from: datetime | None = None,
) -> None:
    """Write one notice with an e-mail due. The same ``same_as`` again changes nothing.

    ``shown_from``: neither shown nor mailed before this moment; without it, at once.
    """
    Notice.objects.bulk_create(
        [
            Notice(
                recipient=recipient,
                kind=kind,
                post=post,
                message=message,
                link=link,
                same_as=same_as,
                created_at=at,
                shown_from=shown_from or at,
                mail_due_at=shown_from or at,
            )
        ],
        ignore_conflicts=True,
    )


def tell_of_new_post(post: Post, *, at: datetime, shown_from: datetime | None = None) -> None:
    """Tell the authors of quoted posts, the thread's author, and who follows. Once a person.

    Whether they may see the post is asked when the notice is shown or mailed, not now.
    """
    quoted = {
        quote.source.author
        for quote in Quote.objects.filter(post=post).select_related("source__author")
    }
    for author in quoted - {post.author}:
        notify(
            recipient=author,
            kind=NoticeKind.QUOTE,
            post=post,
            same_as=_of_post(post),
            at=at,
            shown_from=shown_from,
        )
    tell_of_mentions(post, quoted, at=at, shown_from=shown_from)
    if not post.is_opening and post.thread.author_id != post.author_id:
        notify(
            recipient=post.thread.author,
            kind=NoticeKind.REPLY,
            post=post,
            same_as=_of_post(post),
            at=at,
            shown_from=shown_from,
        )
    _tell_followers(post, at=at, shown_from=shown_from or at)


def tell_of_mentions(
    post: Post,
    told: Iterable[User] = (),
    *,
    at: datetime,
    shown_from: datetime | None = None,
) -> None:
    """Tell who is newly named in a published post, but not those who were ``told`` of it."""
    for person in write_mentions(post, at=at):
        if person in told:
            continue
        notify(
            recipient=person,
            kind=NoticeKind.MENTION,
            post=post,
            same_as=_of_post(post),
            at=at,
            shown_from=shown_from,
        )


def _tell_followers(post: Post, *, at: datetime, shown_from: datetime) -> None:
    """Tell who follows the thread of a reply, or the board or a topic of a new thread.

    Many may follow: so only rows of people who asked for mails have a mail due, else theirs would
    hold up the mails of everybody.
    """
    if post.is_opening:
        # Who follows both the board and a topic is told once, of the board.
        on_board = Follow.objects.filter(board_id=post.thread.board_id)
        _tell(NoticeKind.BOARD, on_board, post, at=at, shown_from=shown_from)
        topics = ThreadTag.objects.filter(thread_id=post.thread_id).values("tag")
        on_topic = Follow.objects.filter(tag__in=topics)
        _tell(NoticeKind.TAG, on_topic, post, at=at, shown_from=shown_from)
    else:
        in_thread = Follow.objects.filter(thread_id=post.thread_id)
        _tell(NoticeKind.THREAD, in_thread, post, at=at, shown_from=shown_from)


def _tell(
    kind: NoticeKind, follows: QuerySet[Follow], post: Post, *, at: datetime, shown_from: datetime
) -> None:
    followers = follows.filter(kind=FollowKind.FOLLOW).exclude(user_id=post.author_id)
    mailed = NoticeChoice.objects.filter(user=OuterRef("user"), kind=kind, way__in=SENT)
    rows = followers.annotate(is_mailed=Exists(mailed)).order_by("user_id")
    pairs = dict(rows.values_list("user_id", "is_mailed"))  # a person once, for all topics
    Notice.objects.bulk_create(
        [
            Notice(
                recipient_id=user_id,
                kind=kind,
                post=post,
                same_as=_of_post(post),
                created_at=at,
                shown_from=shown_from,
                mail_due_at=shown_from if is_mailed else None,
            )
            for user_id, is_mailed in pairs.items()
        ],
        ignore_conflicts=True,
        batch_size=500,
    )


def tell_of_reaction(reaction: Reaction, *, at: datetime) -> None:
    """Tell the author of a post of a reaction. Doing the same again tells nobody anew."""
    post, same_as = reaction.post, f"reaction:{reaction.post.public_id}"
    same_as = f"{same_as}:{reaction.author.public_id}:{reaction.kind}"
    wanted = way_of(post.author, NoticeKind.REACTION) in SENT
    Notice.objects.bulk_create(
        [
            Notice(
                recipient=post.author,
                kind=NoticeKind.REACTION,
                post=post,
                reaction=reaction,
                same_as=same_as,
                created_at=at,
                shown_from=at,
                mail_due_at=at if wanted else None,
            )
        ],
        ignore_conflicts=True,
    )
    again = Notice.objects.filter(recipient=post.author, same_as=same_as, reaction=None)
    again.update(reaction=reaction)


def recall(*, post: Post, same_as: str, at: datetime) -> int:
    """Take back what nobody was told yet: a notice, and that the post is new.

    Returns how many notices went.
    """
    unseen = Notice.objects.filter(post=post, shown_from__gt=at)
    return unseen.filter(same_as__in=(same_as, _of_post(post))).delete()[0]


def _of_post(post: Post) -> str:
    return f"post:{post.public_id}"


def mark_all_read(*, recipient: User) -> int:
    """Mark all notices of a person as read; returns how many were new."""
    now = timezone.now()
    unread = Notice.objects.filter(recipient=recipient, read_at=None, shown_from__lte=now)
    return unread.update(read_at=now)
