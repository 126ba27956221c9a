"""What happens to somebody's texts when they close their account: hidden at once, erased later."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.models import User
from accounts.models.leaving import ERASED
from forum.actions.pictures import delete_pictures
from forum.actions.polls import forget_votes
from forum.actions.reactions import recount_reactions
from forum.actions.state import Standing, change_state, lock_post, put_back
from forum.actions.withdraw import WITHDRAWABLE
from forum.models import (
    BoardVisit,
    Draft,
    FirstSteps,
    Follow,
    HcpAccess,
    HiddenPart,
    Label,
    MailSettings,
    Mention,
    NameSearch,
    Notice,
    NoticeChoice,
    Picture,
    Poll,
    Post,
    Profile,
    PushDevice,
    Quote,
    Reaction,
    Revision,
    Saved,
    Status,
    ThreadVisit,
    Track,
    Welcomer,
)
from forum.models.label import OPEN, LabelStatus
from forum.search import index

# What a person keeps for themselves; nobody else sees it.
PRIVATE = (
    (Draft, "author"),
    (Saved, "user"),
    (Follow, "user"),
    (BoardVisit, "user"),
    (ThreadVisit, "user"),
    (Mention, "person"),
    (NameSearch, "user"),
    (Notice, "recipient"),
    (NoticeChoice, "user"),
    (MailSettings, "user"),
    (PushDevice, "user"),
    (HcpAccess, "author"),
    (Profile, "user"),
    (FirstSteps, "user"),
    (Welcomer, "user"),
)
ERASED_IN = (Status.WITHDRAWN, Status.REMOVED)


@transaction.atomic
def hide_posts(*, author: User, at: datetime) -> dict[str, Any]:
    """Withdraw all posts of an author; returns how each stood, for ``show_posts``.

    A ticket goes too, unless somebody may need help: then a person still looks, as when an author
    deletes one post (``withdraw_post``). Removed posts keep their tombstone, which has no words.
    """
    before: dict[str, Any] = {}
    own = Post.objects.filter(author=author, status__in=WITHDRAWABLE)
    for pk in list(own.order_by("thread_id", "pk").values_list("pk", flat=True)):
        post = lock_post(pk)
        if post.status not in WITHDRAWABLE:
            continue
        standing = Standing.of(post)
        helping = standing.ticket is not None and standing.ticket.track != Track.CONDUCT
        ticket = standing.ticket if helping else None
        change_state(post=post, to=Status.WITHDRAWN, ticket=ticket, at=at)
        before[str(pk)] = {"version": post.version, "standing": standing.as_json()}
    return before


@transaction.atomic
def show_posts(*, before: dict[str, Any], at: datetime) -> int:
    """Undo ``hide_posts``; returns how many posts are back.

    Where a person has looked at one in the meantime, it comes back without its ticket.
    """
    number = 0
    posts = Post.objects.filter(pk__in=[int(pk) for pk in before], status=Status.WITHDRAWN)
    for pk in list(posts.order_by("thread_id", "pk").values_list("pk", flat=True)):
        post = lock_post(pk)
        if post.status != Status.WITHDRAWN:
            continue
        kept = before[str(pk)]
        standing = Standing.from_json(kept["standing"])
        if post.version != kept["version"] and standing.status != Status.HELD:
            standing = replace(standing, ticket=None)
        put_back(post=post, standing=standing, at=at)
        number += 1
    return number


def erase_texts(*, user: User, keep_published: bool, held: Iterable[int], at: datetime) -> int:
    """Erase somebody's posts with all wordings, and all that was theirs alone.

    ``keep_published``: what others can read stays, without its pictures. ``held``: ids of posts
    that an open case or report needs; they stay until it is over. Returns how many posts were
    erased. Each post is a transaction of its own, and what is erased already is left alone.
    """
    held = set(held)
    number = 0
    for pk in list(_to_erase(user, keep_published, held)):
        _erase_post(pk, at)
        number += 1
    with transaction.atomic():
        # Pictures go in any case: they tell more of a person than words that stay.
        of_held = Picture.objects.filter(post__in=held)
        delete_pictures(Picture.objects.filter(author=user).exclude(pk__in=of_held.values("pk")))
        forget_votes(user=user)
        touched = list(Reaction.objects.filter(author=user).values_list("post_id", flat=True))
        Reaction.objects.filter(author=user).delete()
        recount_reactions(touched)
        labels = Label.objects.filter(author=user)
        labels.filter(status__in=OPEN).update(status=LabelStatus.WITHDRAWN, closed_at=at)
        labels.update(note=ERASED, source=ERASED, link="", profession="")
        for model, name in PRIVATE:
            model._default_manager.filter(**{name: user}).delete()
    return number


def _to_erase(user: User, keep_published: bool, held: Iterable[int]) -> list[int]:
    own = Post.objects.filter(author=user).exclude(pk__in=set(held))
    if keep_published:
        own = own.exclude(status=Status.PUBLISHED)
    own = own.exclude(text="", html="", status__in=ERASED_IN)
    return list(own.order_by("thread_id", "pk").values_list("pk", flat=True))


@transaction.atomic
def _erase_post(pk: int, at: datetime) -> None:
    post = lock_post(pk)
    to = Status.REMOVED if post.status == Status.REMOVED else Status.WITHDRAWN
    change_state(post=post, to=to, ticket=None, clause=post.removed_under, at=at)
    post.text = post.html = post.content_note = ""
    post.reactions = {}
    post.submission_key = None
    post.save()
    Poll.objects.filter(post=post).delete()
    if post.is_opening:
        post.thread.has_poll = False
        post.thread.title = post.thread.content_note = ""
        post.thread.save(update_fields=["title", "content_note", "has_poll"])
    wordings = Revision.objects.filter(post=post).exclude(text="", content_note="")
    wordings.update(text="", content_note="")
    HiddenPart.objects.filter(post=post).delete()
    Reaction.objects.filter(post=post).delete()
    Quote.objects.filter(source=post).delete()
    Quote.objects.filter(post=post).delete()
    Mention.objects.filter(post=post).delete()
    Draft.objects.filter(quoted_post=post).update(quoted_post=None, quoted_excerpt="")
    index.store([post])
