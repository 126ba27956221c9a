"""Putting pictures into a text that is being written, and taking them away again."""

from collections.abc import Iterable
from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.viewer import viewer_of
from forum.actions.state import lock_post
from forum.actions.withdraw import WITHDRAWABLE
from forum.errors import NotVisible, Refused, cannot_write
from forum.models import Draft, Picture, Post
from forum.models.picture import MOST_PICTURES
from forum.pictures import store
from forum.pictures.convert import convert
from forum.queries.pictures import pictures_of, with_words
from forum.rules import findings_in
from forum.screening import mask

# In all drafts of one person together.
MOST_UNSENT = 20
ENOUGH = _("Four pictures is the most for one post. Take one away first.")
TOO_MANY_UNSENT = _("You have many pictures that are not sent yet. Send or delete some first.")


def add_picture(
    *, draft: Draft, author: User, raw: bytes, alt: str, at: datetime | None = None
) -> Picture:
    """Put a picture into one's own draft. ``raw``: the file as it was sent; it is not kept.

    Raises ``NotVisible`` (the draft is gone), ``Refused``, ``NotAPicture``, ``TooManyPixels``.
    """
    at = at or timezone.now()
    _check_room(draft, author, at)
    pictures = convert(raw)
    with store.new_files(pictures) as name, transaction.atomic():
        # As when a draft is sent: a picture is in the post, or there is no draft any more.
        author = User.objects.select_for_update(no_key=True).get(pk=author.pk)
        _check_room(draft, author, at)
        last = draft.pictures.aggregate(Max("place"))["place__max"] or 0
        return Picture.objects.create(
            author=author,
            draft=draft,
            place=last + 1,
            alt=alt,
            file=name,
            width=pictures.width,
            height=pictures.height,
            created_at=at,
        )


def _check_room(draft: Draft, author: User, at: datetime) -> None:
    viewer = viewer_of(author, at=at)
    if not Draft.objects.filter(pk=draft.pk, author=author).exists():
        raise NotVisible
    if not viewer.may_write:
        raise Refused(cannot_write(viewer))
    unsent = Picture.objects.filter(author=author, draft__isnull=False)
    if unsent.filter(draft=draft).count() >= MOST_PICTURES:
        raise Refused(ENOUGH)
    if unsent.count() >= MOST_UNSENT:
        raise Refused(TOO_MANY_UNSENT)


@transaction.atomic
def take_out_of_draft(*, picture: Picture, author: User) -> bool:
    """Delete a picture of one's own draft with its files. False where it is not there any more."""
    User.objects.select_for_update(no_key=True).get(pk=author.pk)
    rows = Picture.objects.filter(pk=picture.pk, author=author, draft__isnull=False)
    return bool(delete_pictures(rows))


@transaction.atomic
def take_out_of_post(*, picture: Picture, author: User, at: datetime | None = None) -> bool:
    """Take a picture out of one's own post: at once nobody sees it, not even its author.

    It is deleted soon after, unless an open case needs it (``moderation/pictures.py``). False where
    it was taken away already. Raises ``NotVisible``. Silenced people may do this.
    """
    at = at or timezone.now()
    author = User.objects.select_for_update(no_key=True).get(pk=author.pk)
    if picture.post_id is None or picture.author_id != author.pk:
        raise NotVisible
    post = lock_post(picture.post_id)
    own = Post.objects.visible_to(viewer_of(author, at=at)).filter(pk=post.pk, author=author)
    if post.status not in WITHDRAWABLE or not own.exists():
        raise NotVisible
    if not Picture.objects.filter(pk=picture.pk, removed_at=None).update(removed_at=at):
        return False
    # Whoever is looking at the post must read it again before they decide.
    post.version += 1
    post.review_reasons = _without_its_words(post, picture)
    post.save(update_fields=["version", "review_reasons"])
    return True


def _without_its_words(post: Post, gone: Picture) -> list[dict[str, Any]]:
    """The reasons of a ticket: passages behind the description that is gone have moved up."""
    pictures = pictures_of(post)
    before = [each for each in pictures if (each.place, each.pk) < (gone.place, gone.pk)]
    start = len(with_words(post.text, before, post.note)) + 1
    start += len(post.thread.title) + 1 if post.is_opening else 0
    end = start + len(gone.alt)
    reasons = []
    for reason in post.review_reasons:
        first, last = reason.get("start", -1), reason.get("end", -1)
        if first >= end:
            reason = {**reason, "start": first - (end - start + 1), "end": last - (end - start + 1)}
        elif last > start:
            reason = {key: value for key, value in reason.items() if key not in ("start", "end")}
        reasons.append(reason)
    return reasons


def mask_words(pictures: Iterable[Picture]) -> None:
    """Mask contact details in the descriptions of pictures of a draft."""
    for picture in pictures:
        masked = mask(picture.alt, findings_in(title="", text=picture.alt))
        if masked != picture.alt:
            Picture.objects.filter(pk=picture.pk).update(alt=masked)


def delete_pictures(rows: QuerySet[Picture]) -> int:
    """Delete rows in the caller's transaction, and their files once that is committed.

    Where it dies in between, the files are swept. Returns how many there were.
    """
    names = list(rows.values_list("file", flat=True))
    rows.model._default_manager.filter(file__in=names).delete()
    for name in names:
        transaction.on_commit(partial(store.delete, name))
    return len(names)


def sweep_files(*, at: datetime | None = None) -> int:
    """Delete files that no row names; returns how many. For what a killed process left."""
    named = set(Picture.objects.values_list("file", flat=True))
    return store.delete_strays(named=named, at=at or timezone.now())
