"""Post cards as stored fragments: a thread page mostly joins ready pieces.

A fragment is found by everything that it shows, so it is never shown to somebody for whom it would
look different. Whether a post is shown at all is never decided here: the caller has read it through
the one door in this very request. Nothing in a card belongs to a session (no CSRF token): buttons
point to one form on the page with ``form="..."``.
"""

import re
from collections.abc import Sequence
from hashlib import blake2b
from html import escape

from django.core.cache import caches
from django.template.loader import get_template
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from accounts.avatars import NEUTRAL, Avatar, avatar_of
from accounts.models import Role, User
from accounts.viewer import Viewer
from forum import markdown
from forum.mentions import linked
from forum.models import Label, Post, ReactionKind, Status
from forum.models.label import WRITERS
from forum.profiles import has_profile_for
from forum.queries.reading import muted_pattern
from forum.queries.threads import ShownPost
from forum.waits import in_words, usual_waits

# Change it when the template changes what it shows for the same post.
LAYOUT = 8
_TAG = re.compile(r"(<[^>]*>)")


def cards(viewer: Viewer, shown: list[ShownPost], *, opens_notes: bool = False) -> list[str]:
    """The cards of these posts for this viewer, in order.

    ``opens_notes``: what stands under content notes is open (accounts/display.py).
    """
    wait = _held_wait(viewer, shown)
    keys = [_key(viewer, item, wait, opens_notes) for item in shown]
    store = caches["cards"]
    found = store.get_many(keys)
    missing = {}
    for key, item in zip(keys, shown, strict=True):
        if key not in found:
            missing[key] = found[key] = _render(viewer, item, wait, opens_notes)
    if missing:
        store.set_many(missing)
    return [found[key] for key in keys]


def folded(user: User, shown: list[ShownPost], ready: list[str]) -> list[str]:
    """The cards, those with a word that the person muted folded up. Never one's own."""
    muted = muted_pattern(user)
    if muted is None:
        return ready
    fold = get_template("forum/_folded.html").render
    return [
        fold({"card": mark_safe(card)})  # noqa: S308
        if item.post.author_id != user.pk
        and muted.search(f"{item.post.content_note}\n{item.post.text}")
        else card
        for item, card in zip(shown, ready, strict=True)
    ]


def body(post: Post) -> SafeString:
    """The stored HTML of a post. It was made by ``forum.markdown.render``, which sanitises it."""
    return mark_safe(post.html)  # noqa: S308


def preview(text: str, marks: Sequence[str] = ()) -> SafeString:
    """A text as its card would show it, with the passages ``marks`` marked."""
    return mark_safe(_marked(markdown.render(text), marks))  # noqa: S308


def marked(words: str, marks: Sequence[str]) -> SafeString:
    """A line of plain text with the passages ``marks`` marked."""
    return mark_safe(_marked(escape(words, quote=False), marks))  # noqa: S308 - escaped


def _marked(html: str, marks: Sequence[str]) -> str:
    """Safe HTML with passages marked where they stand between two tags; never inside a tag."""
    lines = {
        escape(line, quote=False) for mark in marks for line in mark.split("\n") if line.strip()
    }
    if not lines:
        return html
    passage = re.compile("|".join(map(re.escape, sorted(lines, key=len, reverse=True))))
    pieces = _TAG.split(html)
    pieces[::2] = [passage.sub(r"<mark>\g<0></mark>", piece) for piece in pieces[::2]]
    return "".join(pieces)


def _profession(post: Post) -> str:
    return post.author.hcp_profile.profession if post.author.role == Role.HCP else ""


def _avatar(post: Post) -> Avatar:
    """The author's picture; under another name, the one of nobody."""
    return NEUTRAL if post.alias else avatar_of(post.author)


def _has_profile(viewer: Viewer, post: Post) -> bool:
    """Whether the name leads to a profile; another name leads nowhere."""
    return not post.alias and has_profile_for(viewer.role, post.author)


def _held_wait(viewer: Viewer, shown: list[ShownPost]) -> dict[int, str]:
    """The usual wait in words, by severity; asked only where an own post is held."""
    if not any(_waits(viewer, item.post) for item in shown):
        return {}
    return {severity: in_words(waits.median) for severity, waits in usual_waits().items()}


def _waits(viewer: Viewer, post: Post) -> bool:
    return post.status == Status.HELD and post.author_id == viewer.user_id


def _wait_of(viewer: Viewer, post: Post, wait: dict[int, str]) -> str:
    held = _waits(viewer, post) and post.review_severity is not None
    return wait.get(post.review_severity or 0, "") if held else ""


def _key(viewer: Viewer, item: ShownPost, wait: dict[int, str], opens_notes: bool) -> str:
    post = item.post
    parts = (
        LAYOUT,
        get_language(),
        post.pk,
        post.version,
        post.html,
        post.status,
        post.audience,
        post.byline,
        post.alias,
        post.author.role,
        _avatar(post),
        _has_profile(viewer, post),
        _profession(post),
        post.removed_under_id,
        viewer.user_id == post.author_id,
        viewer.may_write,
        viewer.role,
        tuple(
            (q.excerpt, q.source.public_id, q.source.byline, q.source.content_note)
            for q in item.quotes
        ),
        post.content_note,
        _has_notes(item) and opens_notes,
        item.reactions,
        sorted(item.own_reactions),
        item.hidden,
        _wait_of(viewer, post, wait),
        item.is_saved,
        item.mentions,
        tuple(_label_key(viewer, label) for label in item.labels),
        tuple((picture.public_id, picture.alt) for picture in item.pictures),
    )
    return blake2b(repr(parts).encode(), digest_size=20).hexdigest()


def _has_notes(item: ShownPost) -> bool:
    return bool(item.post.content_note) or any(q.source.content_note for q in item.quotes)


def _label_key(viewer: Viewer, label: Label) -> tuple[object, ...]:
    return (
        label.public_id,
        label.note,
        label.source,
        label.link,
        label.profession,
        label.author.pseudonym,
        label.author_id == viewer.user_id,
    )


def _render(viewer: Viewer, item: ShownPost, wait: dict[int, str], opens_notes: bool) -> str:
    post = item.post
    sums = dict(item.reactions)
    return get_template("forum/_card.html").render(
        {
            "post": post,
            "body": mark_safe(linked(post.html, dict(item.mentions))),  # noqa: S308 - see body
            "author": post.author,
            "avatar": _avatar(post),
            "has_profile": _has_profile(viewer, post),
            "profession": _profession(post),
            "is_own": viewer.user_id == post.author_id,
            "may_write": viewer.may_write,
            "wait": _wait_of(viewer, post, wait),
            "reader": viewer.role,
            "quotes": item.quotes,
            "opens_notes": opens_notes,
            "is_saved": item.is_saved,
            "hidden": item.hidden,
            "labels": item.labels,
            "pictures": item.pictures,
            "reader_id": viewer.user_id,
            "may_label": viewer.role in WRITERS and viewer.may_write,
            "quote_address": reverse("forum:reply", args=[post.thread.public_id])
            + f"?quote={post.public_id}",
            "reactions": [
                {
                    "kind": kind.value,
                    "label": kind.label,
                    "sum": sums.get(kind.value, 0),
                    "own": kind.value in item.own_reactions,
                }
                for kind in ReactionKind
            ],
        }
    )
