"""Rows as the schema has them. Nothing is looked up here: rows come complete, through the door."""

from typing import Any

from django.conf import settings
from django.urls import reverse

from accounts.models import User
from accounts.viewer import Viewer
from forum.models import Board, FollowKind, Notice, Post, Status, Thread
from forum.queries.boards import BoardRow
from forum.queries.notices import Told
from forum.queries.reading import muted_pattern
from forum.queries.threads import ShownPost

Shape = dict[str, Any]


def address(name: str, *args: str) -> str:
    """The address on the site, for people."""
    return settings.SITE_URL + reverse(name, args=args)


def author(text: Post | Thread) -> Shape:
    """Who wrote something: what stands beside it on the site. Another name has no id."""
    known = "" if text.alias else text.author.public_id
    return {"id": known, "name": text.byline, "role": text.author.role}


def board(row: Board) -> Shape:
    """A board."""
    return {
        "slug": row.slug,
        "title": row.title,
        "description": row.description,
        "url": address("forum:board", row.slug),
    }


def _thread(row: Thread) -> Shape:
    return {
        "id": row.public_id,
        "title": row.title,
        "content_note": row.content_note,
        "author": author(row),
        "audience": row.audience,
        "asks_professional": row.asks_professional,
        "no_advice": row.no_advice,
        "is_locked": row.is_locked,
        "url": address("forum:thread", row.public_id),
    }


def thread_row(row: BoardRow, *, slug: str, is_new: bool) -> Shape:
    """A thread in the list of a board."""
    return _thread(row.thread) | {
        "board": slug,
        "replies": row.replies,
        "last_at": row.last_at,
        "last_author": row.last_author,
        "is_new": is_new,
        "is_followed": row.follow_kind == FollowKind.FOLLOW,
        "is_muted": row.follow_kind == FollowKind.MUTE,
    }


def thread_meta(row: Thread, *, may_reply: bool) -> Shape:
    """A thread, loaded with board and author."""
    return _thread(row) | {"board": row.board.slug, "may_reply": may_reply}


def posts(viewer: Viewer, user: User, shown: list[ShownPost]) -> list[Shape]:
    """Posts as this person sees them; of tombstones nothing but the rule."""
    muted = muted_pattern(user)
    return [
        _tombstone(item)
        if item.post.status == Status.REMOVED and item.post.author_id != viewer.user_id
        else _post(item)
        | {
            "has_muted_word": item.post.author_id != user.pk
            and muted is not None
            and muted.search(f"{item.post.content_note}\n{item.post.text}") is not None
        }
        for item in shown
    ]


def _post(item: ShownPost) -> Shape:
    post = item.post
    return {
        "id": post.public_id,
        "state": post.status,
        "author": author(post),
        "content_note": post.content_note,
        "text": post.text,
        "html": post.html,
        "audience": post.audience,
        "published_at": post.published_at,
        "edited_at": post.edited_at,
        "reactions": dict(item.reactions),
        "own_reactions": sorted(item.own_reactions),
        "quotes": [
            {
                "post": quote.source.public_id,
                "author": quote.source.byline,
                "content_note": quote.source.content_note,
                "text": quote.excerpt,
            }
            for quote in item.quotes
        ],
        "is_saved": item.is_saved,
        "rule": post.removed_under.line if post.removed_under else None,
        "url": address("forum:post", post.public_id),
    }


def _tombstone(item: ShownPost) -> Shape:
    post = item.post
    return {
        "id": post.public_id,
        "state": post.status,
        "author": None,
        "content_note": None,
        "text": None,
        "html": None,
        "audience": None,
        "published_at": None,
        "edited_at": None,
        "reactions": {},
        "own_reactions": [],
        "quotes": [],
        "is_saved": False,
        "has_muted_word": False,
        "rule": post.removed_under.line if post.removed_under else None,
        "url": address("forum:thread", post.thread.public_id),
    }


def notice(row: Told) -> Shape:
    """A row of the notices."""
    first = row.first
    about = first.post if first.is_about_others else None
    return {
        "id": first.public_id,
        "kind": first.kind,
        "words": str(first.get_kind_display()),
        "count": row.count,
        "at": row.at,
        "is_new": first.read_at is None,
        "by": about.byline if about and _by_one(row) else "",
        "thread": about.thread.title if about else "",
        "message": first.message,
        "url": _where(first),
    }


def _by_one(row: Told) -> bool:
    """Reactions name nobody, and several replies no single one."""
    return row.count == 1 and row.first.reaction_id is None


def _where(first: Notice) -> str:
    if first.is_about_others and first.post:
        return address("forum:post", first.post.public_id)
    return settings.SITE_URL + first.link if first.link else address("forum:notices")
