"""Pictures of a post that was sent: adding one, describing one anew.

A picture that nobody looked at holds its post, whoever wrote it (docs/decisions, *pictures*).
"""

from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from accounts.models import User
from forum.actions.breaker import count_hits
from forum.actions.edit import judge_again, lock_own, under_the_choice_of_now
from forum.actions.pictures import ENOUGH
from forum.actions.state import change_state
from forum.errors import NotVisible, Refused
from forum.models import Picture, Post, Status
from forum.models.picture import MOST_PICTURES
from forum.pictures import store
from forum.pictures.convert import convert
from forum.queries.pictures import pictures_of, with_words


def add_to_post(
    *, post: Post, author: User, raw: bytes, alt: str, at: datetime | None = None
) -> Picture:
    """Put a picture into one's own post: it waits until a person has looked.

    ``raw``: the file as it was sent; it is not kept. Raises ``NotVisible``, ``Refused``,
    ``NotAPicture``, ``TooManyPixels``.
    """
    at = at or timezone.now()
    with transaction.atomic():
        # Asked before the work of converting, and again when the picture is stored.
        _check_room(lock_own(post=post, author=author, at=at)[1])
    pictures = convert(raw)
    with store.new_files(pictures) as name, transaction.atomic():
        author, post = lock_own(post=post, author=author, at=at)
        _check_room(post)
        last = post.pictures.aggregate(Max("place"))["place__max"] or 0
        picture = Picture.objects.create(
            author=author,
            post=post,
            place=last + 1,
            alt=alt,
            file=name,
            width=pictures.width,
            height=pictures.height,
            created_at=at,
        )
        _look_again(post, author, unseen=len(pictures_of(post)), at=at)
        return picture


def describe_again(
    *, picture: Picture, author: User, alt: str, at: datetime | None = None
) -> Picture:
    """Give a picture of one's own post other words; returns the picture that has them.

    It becomes a picture of its own beside the one with the words from before, which goes the way
    of pictures that are taken out: nobody sees it, and where a case needs it, it stays as it was.
    The words are judged like all words. Raises ``NotVisible``, ``Refused``.
    """
    at = at or timezone.now()
    if picture.post is None or picture.author_id != author.pk:
        raise NotVisible
    name = store.new_name()
    if not store.copy(picture.file, name):
        raise NotVisible
    try:
        with transaction.atomic():
            author, post = lock_own(post=picture.post, author=author, at=at)
            live = Picture.objects.filter(pk=picture.pk, post=post, removed_at=None)
            if not live.exclude(alt=alt).update(removed_at=at):
                store.delete(name)
                if live.exists():
                    return picture
                raise NotVisible
            new = Picture.objects.create(
                author=author,
                post=post,
                place=picture.place,
                alt=alt,
                file=name,
                width=picture.width,
                height=picture.height,
                created_at=at,
            )
            unseen = 0 if post.status == Status.PUBLISHED else len(pictures_of(post))
            _look_again(post, author, unseen=unseen, at=at)
            return new
    except BaseException:
        store.delete(name)
        raise


def _check_room(post: Post) -> None:
    if len(pictures_of(post)) >= MOST_PICTURES:
        raise Refused(ENOUGH)


def _look_again(post: Post, author: User, *, unseen: int, at: datetime) -> None:
    """Judge a locked post anew with the pictures that it has now."""
    post = under_the_choice_of_now(post, author)
    words = with_words(post.text, pictures_of(post), post.note)
    again = judge_again(post=post, author=author, words=words, unseen=unseen, at=at)
    post.edited_at = at
    change_state(post=post, to=again.status, ticket=again.ticket, at=at)
    count_hits(again.findings, counted=again.counted, at=at)
