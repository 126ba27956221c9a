"""Telling people. A notice is written in the transaction of what it is about; e-mail goes later."""

from datetime import datetime

from django.utils import timezone

from accounts.models import User
from forum.models import Notice, NoticeKind, Post, Quote


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
    """Tell the thread's author and the authors of quoted posts. One notice a person.

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
    if not post.is_opening and post.thread.author_id != post.author_id:
        notify(
            recipient=post.thread.author,
            kind=NoticeKind.REPLY,
            post=post,
            same_as=_of_post(post),
            at=at,
            shown_from=shown_from,
        )


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
