"""Reactions: one tap, again to undo. Sums are kept for each audience on the post."""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import Count
from django.utils import timezone

from accounts.models import User
from accounts.viewer import viewer_of
from forum.actions.notices import tell_of_reaction
from forum.errors import NotVisible
from forum.models import Audience, Post, Reaction, ReactionKind, Status
from forum.summaries import SEEN_BY


@transaction.atomic
def toggle_reaction(*, post: Post, author: User, kind: ReactionKind) -> bool:
    """React, or take the reaction back. Returns whether it stands now.

    Raises ``NotVisible`` where the post may not be seen or is one's own.
    """
    author = User.objects.select_for_update(no_key=True).get(pk=author.pk)
    viewer = viewer_of(author)
    seen = Post.objects.visible_to(viewer).filter(pk=post.pk, status=Status.PUBLISHED)
    if not viewer.may_write or not seen.exclude(author=author).exists():
        raise NotVisible
    Post.objects.select_for_update(no_key=True).get(pk=post.pk)
    taken_back, _ = Reaction.objects.filter(post=post, author=author, kind=kind).delete()
    if not taken_back:
        audience = Audience.COMMUNITY if author.lets_hcps_read else Audience.PEERS
        reaction = Reaction.objects.create(post=post, author=author, kind=kind, audience=audience)
        tell_of_reaction(reaction, at=timezone.now())
    recount_reactions([post.pk])
    return not taken_back


@transaction.atomic
def recount_reactions(post_ids: Iterable[int]) -> None:
    """Make the stored sums of these posts anew."""
    posts = Post.objects.select_for_update(no_key=True).filter(pk__in=post_ids).order_by("pk")
    for post in posts:
        post.reactions = reaction_sums(post.pk)
        Post.objects.filter(pk=post.pk).update(reactions=post.reactions)


def reaction_sums(post_id: int) -> dict[str, dict[str, int]]:
    """Sums of one post by audience and kind, kinds without a reaction left out."""
    sums: dict[str, dict[str, int]] = {}
    for audience, seen in SEEN_BY.items():
        rows = (
            Reaction.objects.filter(post_id=post_id, audience__in=seen)
            .values_list("kind")
            .annotate(number=Count("pk"))
            .order_by("kind")
        )
        if counted := dict(rows):
            sums[audience.value] = counted
    return sums
