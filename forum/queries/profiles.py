"""Reads of profiles: of whom somebody finds one, and which of their posts it lists."""

from dataclasses import dataclass
from html import unescape

from django.db.models import Q, QuerySet
from django.utils.html import strip_tags
from django.utils.text import Truncator

from accounts.models import Role, User
from accounts.viewer import Viewer
from forum.access_log import with_openings
from forum.models import Post, Status
from forum.profiles import facts_shown, has_profile_for, looks_as
from forum.queries.reading import muted_pattern

PAGE_SIZE = 20
EXCERPT = 200  # characters


@dataclass(frozen=True, slots=True)
class ProfilePosts:
    """A page of somebody's posts, newest first. ``next_after``: empty at the end."""

    posts: list[Post]
    next_after: str


def find_profile(viewer: Viewer, public_id: str) -> User | None:
    """The member with this id, with their profile, if there is one for the viewer; None otherwise.

    For those who can read at least one post of theirs now: the one door decides, so blocks, *hide
    me from*, ages and audiences keep profiles away as they keep posts away. And for oneself and
    admins.
    """
    if not viewer.may_read:
        return None
    user = User.objects.filter(public_id=public_id).select_related("profile").first()
    if user is None or not has_profile_for(viewer.role, user):
        return None
    if user.pk == viewer.user_id or viewer.role == Role.ADMIN:
        return user
    return user if posts_for_profile(viewer, user).exists() else None


def words_shown_to(viewer: Viewer, public_id: str) -> str:
    """What a member says about themselves, as the viewer reads it on their profile; may be empty.

    Empty as well where there is no profile for the viewer.
    """
    looks, person = looks_as(viewer), find_profile(viewer, public_id)
    if looks is None or person is None:
        return ""
    facts = facts_shown(person, getattr(person, "profile", None), looks)
    return next((fact.words for fact in facts if fact.name == "about"), "")


def posts_for_profile(viewer: Viewer, user: User) -> QuerySet[Post]:
    """What a profile may list: published posts that the viewer may see, under this very name."""
    own = Post.objects.visible_to(viewer).filter(author=user, alias="")
    return own.filter(status=Status.PUBLISHED)


def posts_on_profile(viewer: Viewer, user: User, *, after: str = "") -> ProfilePosts:
    """The posts behind the one with public id ``after``, if that one is among them."""
    posts = posts_for_profile(viewer, user)
    if after and (last := posts.filter(public_id=after).first()):
        posts = posts.filter(
            Q(created_at__lt=last.created_at) | Q(created_at=last.created_at, pk__lt=last.pk)
        )
    rows = list(
        with_openings(viewer, posts)
        .select_related("author", "thread__author")
        .order_by("-created_at", "-pk")[: PAGE_SIZE + 1]
    )
    more = len(rows) > PAGE_SIZE
    return ProfilePosts(rows[:PAGE_SIZE], rows[PAGE_SIZE - 1].public_id if more else "")


def excerpts(reader: User, posts: list[Post]) -> list[str | None]:
    """The first words of each post as plain text; None where the reader muted a word of it."""
    muted = muted_pattern(reader)
    return [
        None
        if muted is not None and post.author_id != reader.pk and muted.search(post.text)
        else Truncator(unescape(strip_tags(post.html)).strip()).chars(EXCERPT)
        for post in posts
    ]
