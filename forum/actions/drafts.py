"""Keeping a text on the server until it is sent."""

from collections.abc import Sequence

from django.db import transaction

from accounts.models import User
from forum.models import Audience, Board, Draft, Post, Thread
from forum.models.post import EXCERPT_MAX


@transaction.atomic
def save_draft(
    *,
    author: User,
    key: str,
    text: str,
    audience: str = Audience.PEERS,
    board: Board | None = None,
    thread: Thread | None = None,
    title: str = "",
    content_note: str = "",
    asks_professional: bool = False,
    no_advice: bool = False,
    tags: Sequence[str] = (),
    quoted_post: Post | None = None,
    quoted_excerpt: str = "",
) -> Draft:
    """Store or replace the author's draft with this key: a question (board) or a reply (thread)."""
    draft, _ = Draft.objects.update_or_create(
        author=author,
        key=key,
        defaults={
            "board": board,
            "thread": thread,
            "title": title,
            "text": text,
            "audience": audience,
            "content_note": content_note,
            "asks_professional": asks_professional,
            "no_advice": no_advice,
            "tags": list(tags),
            "quoted_post": quoted_post,
            "quoted_excerpt": quoted_excerpt[:EXCERPT_MAX] if quoted_post else "",
        },
    )
    return draft
