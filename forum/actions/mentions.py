"""Whom a post names: written down when it comes out, looked at anew when its words change."""

from datetime import datetime

from django.db.models.functions import Lower

from accounts.models import Role, User
from accounts.viewer import viewer_of
from forum.mentions import MOST_MENTIONS, names_in
from forum.models import Audience, Mention, Notice, NoticeKind, Post
from forum.visibility import can_see


def write_mentions(post: Post, *, at: datetime) -> list[User]:
    """Store whom a published post names, of those who may see it now; returns who is new.

    Who is named no longer, or may no longer see it, is no longer mentioned, and is told nothing
    more of it. The post must be locked.
    """
    named = _who_may_see(post, at)
    before = set(Mention.objects.filter(post=post).values_list("person_id", flat=True))
    gone = before - {user.pk for user in named}
    Mention.objects.filter(post=post, person_id__in=gone).delete()
    Notice.objects.filter(
        post=post, kind=NoticeKind.MENTION, recipient_id__in=gone, read_at=None
    ).delete()
    new = [user for user in named if user.pk not in before]
    Mention.objects.bulk_create([Mention(post=post, person=user, created_at=at) for user in new])
    return new


def _who_may_see(post: Post, at: datetime) -> list[User]:
    names = names_in(post.text)
    if not names:
        return []
    people = (
        User.objects.annotate(lower_name=Lower("pseudonym"))
        .filter(lower_name__in=names, is_active=True, closed_at=None)
        .exclude(pk=post.author_id)
    )
    found = {user.lower_name: user for user in people}
    in_order = [found[name] for name in names if name in found][:MOST_MENTIONS]
    return [user for user in in_order if _may_see(user, post, at)]


def _may_see(user: User, post: Post, at: datetime) -> bool:
    """Whether a name is a mention. Who may see it, asks the one door.

    For professionals the audience alone decides: else a name that stays words would tell an author
    that this professional may know them. Whether they are told, the door decides when they are.
    """
    viewer = viewer_of(user, at=at)
    if user.role == Role.HCP:
        return viewer.may_read and post.audience == Audience.COMMUNITY
    return can_see(viewer, post)
