"""Reads of break-glass: who may be shown a post, who may work on an exception, which words show."""

import re
from datetime import datetime

from django.db.models import Prefetch, Q, QuerySet
from django.utils.translation import gettext as _

from accounts.models import HcpProfile, Role, User
from accounts.viewer import Viewer, viewer_of
from forum import visibility
from forum.models import Post
from forum.rules import findings_in
from forum.screening import mask
from moderation.models import AuditEvent, BreakGlass

SUBJECT = "break_glass"
OPENED = "break_glass_opened"
SPACES = re.compile(r"\s+")


def post_for_asking(viewer: Viewer, public_id: str) -> Post | None:
    """A post that an admin has no conflict with and may ask to show; None: no such post."""
    if not viewer.may_administer:
        return None
    posts = Post.objects.handleable_by(viewer).filter(public_id=public_id)
    return posts.select_related("thread__board", "author").first()


def exceptions_for(viewer: Viewer) -> QuerySet[BreakGlass]:
    """Exceptions that an admin may see: none about posts that they have a conflict with."""
    if not viewer.may_administer:
        return BreakGlass.objects.none()
    return (
        BreakGlass.objects.filter(post__in=Post.objects.handleable_by(viewer))
        .exclude(Q(author_id=viewer.user_id) | Q(hcp_id=viewer.user_id))
        .select_related("asked_by", "approved_by", "refused_by", "delayed_by", "hcp__hcp_profile")
        .select_related("post__thread__board", "revision", "author")
    )


def may_meet(post: Post, viewer: Viewer) -> bool:
    """Whether a professional may be shown a post at all, in an emergency.

    Never somebody from whom the author hides, who was blocked, or who said that they may know the
    author: even without a name they might see who it is (P2.6).
    """
    if viewer.role != Role.HCP or not viewer.may_read or viewer.user_id == post.author_id:
        return False
    met = visibility.all_of(viewer, "", visibility.AUTHOR_CLAUSES)
    return Post.objects.filter(met, pk=post.pk).exists()


def needs_breaking(post: Post, viewer: Viewer) -> bool:
    """Whether a professional may be shown a post, and has no other way to it."""
    this = Post.objects.filter(pk=post.pk)
    return (
        may_meet(post, viewer)
        and not this.visible_to(viewer).exists()
        and not this.handleable_by(viewer).exists()
    )


def professionals_for(post: Post, *, at: datetime) -> list[User]:
    """Professionals who could be shown the post, by name."""
    people = User.objects.filter(role=Role.HCP, is_active=True).prefetch_related(
        Prefetch("hcp_profile", HcpProfile.objects.all())
    )
    return [
        user
        for user in people.order_by("pseudonym")
        if needs_breaking(post, viewer_of(user, at=at))
    ]


def other_admins(admin: User, *, at: datetime) -> list[User]:
    """Admins besides this one whose accounts work now."""
    others = User.objects.filter(role=Role.ADMIN, is_active=True).exclude(pk=admin.pk)
    return [user for user in others if viewer_of(user, at=at).may_administer]


def place_of(passage: str, text: str) -> tuple[int, int] | None:
    """Where a passage stands in a text, word for word; how spaces and lines run does not matter.

    An empty passage is the whole text. None where it is not there.
    """
    words = SPACES.split(passage.strip())
    if words == [""]:
        return (0, len(text)) if text.strip() else None
    found = re.search(r"\s+".join(map(re.escape, words)), text)
    return found.span() if found else None


def words_without_name(exception: BreakGlass) -> str:
    """The passage as the professional reads it: no name of the author, no contact details."""
    words = exception.passage
    words = mask(words, findings_in(title="", text=words))
    names = [exception.author.pseudonym, exception.post.alias]
    name = re.compile("|".join(re.escape(each) for each in names if each), re.IGNORECASE)
    return name.sub(_("[name]"), words).strip()


def openings_of(exception: BreakGlass) -> QuerySet[AuditEvent]:
    """Each time that the professional opened it, from the log."""
    return AuditEvent.objects.filter(
        subject_kind=SUBJECT, subject_public_id=exception.public_id, verb=OPENED
    ).order_by("number")
