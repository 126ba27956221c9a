"""Keeping a text on the server until it is sent, and never one window over the words of another."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.ids import new_public_id
from accounts.models import User
from forum.actions.submit import sent_post
from forum.errors import Refused
from forum.models import Audience, Board, Draft, Post, Thread
from forum.models.draft import MOST_DRAFTS, MOST_DRAFTS_IN_ALL
from forum.models.post import EXCERPT_MAX

TOO_MANY_DRAFTS = _("You have very many drafts. Please send or delete some of them first.")


class Kept(StrEnum):
    """What became of a text that was to be kept."""

    SAVED = "saved"
    BESIDE = "beside"  # somebody saved newer words elsewhere: both are kept, these as a new draft
    SENT = "sent"  # these very words were sent already
    EMPTY = "empty"  # there was nothing to keep


@dataclass(frozen=True, slots=True)
class Keeping:
    """What became of a text, and the draft that has it, if there is one."""

    state: Kept
    draft: Draft | None = None


@transaction.atomic
def keep_draft(*, author: User, key: str, version: int, **words: Any) -> Keeping:
    """Keep what somebody is writing. ``version``: the one they write on, 0 for none yet.

    ``words``: as for ``save_draft``. Where the draft has changed since that version, nothing is
    written over: the text becomes a draft of its own. Raises ``Refused`` where there is no room.
    """
    author = User.objects.select_for_update(no_key=True).get(pk=author.pk)
    values = _values(**words)
    sent = sent_post(author=author, key=key)
    if sent is not None:
        if sent.text == values["text"]:
            return Keeping(Kept.SENT)
        return Keeping(Kept.BESIDE, _beside(author, key, values))
    draft = Draft.objects.filter(author=author, key=key).first()
    if draft is None:
        if _has_no_words(values):
            return Keeping(Kept.EMPTY)
        _make_room(author, MOST_DRAFTS)
        return Keeping(Kept.SAVED, Draft.objects.create(author=author, key=key, **values))
    # The answer to the first saving may have been lost on the way: then 0 still means 1.
    if draft.version in (version, version or 1) or _same(draft, values):
        return Keeping(Kept.SAVED, _replace(draft, values))
    return Keeping(Kept.BESIDE, _beside(author, key, values))


@transaction.atomic
def save_draft(*, author: User, key: str, version: int | None = None, **words: Any) -> Draft:
    """Store or replace the author's draft with this key: a question (board) or a reply (thread).

    ``words``: fields of ``Draft``. ``version``: the one that was written on; with one that is no
    longer the newest, the text becomes a draft of its own (another key). Without, or with 0, it
    replaces what is there. Raises ``Refused`` where there is no room at all.
    """
    author = User.objects.select_for_update(no_key=True).get(pk=author.pk)
    values = _values(**words)
    draft = Draft.objects.filter(author=author, key=key).first()
    if draft is None:
        _make_room(author, MOST_DRAFTS_IN_ALL)
        return Draft.objects.create(author=author, key=key, **values)
    if version and version != draft.version and not _same(draft, values):
        return _beside(author, key, values)
    return _replace(draft, values)


@transaction.atomic
def delete_draft(*, author: User, key: str) -> bool:
    """Delete somebody's own draft; returns whether there was one."""
    return Draft.objects.filter(author=author, key=key).delete()[0] > 0


def _values(
    *,
    text: str = "",
    audience: str = Audience.PEERS,
    board: Board | None = None,
    thread: Thread | None = None,
    title: str = "",
    content_note: str = "",
    asks_professional: bool = False,
    no_advice: bool = False,
    alias: bool = False,
    tags: Sequence[str] = (),
    poll: Mapping[str, Any] | None = None,
    quoted_post: Post | None = None,
    quoted_excerpt: str = "",
) -> dict[str, Any]:
    values: dict[str, Any] = {
        "board": board,
        "thread": thread,
        "title": title,
        "text": text,
        "audience": audience,
        "content_note": content_note,
        "asks_professional": asks_professional,
        "no_advice": no_advice,
        "alias": alias,
        "tags": list(tags),
        "quoted_post": quoted_post,
        "quoted_excerpt": quoted_excerpt[:EXCERPT_MAX] if quoted_post else "",
    }
    # What keeps the words alone says nothing of the poll: it stays.
    return values if poll is None else {**values, "poll": dict(poll)}


def _has_no_words(values: dict[str, Any]) -> bool:
    return not (values["title"].strip() or values["text"].strip())


def _same(draft: Draft, values: dict[str, Any]) -> bool:
    return all(getattr(draft, name) == value for name, value in values.items())


def _replace(draft: Draft, values: dict[str, Any]) -> Draft:
    if _same(draft, values):
        return draft
    for name, value in values.items():
        setattr(draft, name, value)
    draft.version += 1
    draft.save()
    return draft


def _beside(author: User, key: str, values: dict[str, Any]) -> Draft:
    """A draft of its own for another wording of a draft; the same wording again is the same one."""
    for draft in Draft.objects.filter(author=author, beside=key):
        if _same(draft, values):
            return draft
    _make_room(author, MOST_DRAFTS_IN_ALL)
    return Draft.objects.create(author=author, key=new_public_id(), beside=key, **values)


def _make_room(author: User, most: int) -> None:
    """Let drafts without words go where there are too many. The author must be locked."""
    own = Draft.objects.filter(author=author)
    if own.count() < most:
        return
    empty = own.filter(title="", text="", pictures=None).order_by("updated_at", "pk")
    if not own.filter(pk__in=list(empty.values_list("pk", flat=True)[:1])).delete()[0]:
        raise Refused(TOO_MANY_DRAFTS)
