"""Labels as somebody may see them."""

from collections import defaultdict

from django.db.models import Q

from accounts.viewer import Viewer
from forum.models import Label, Post, Status


def labels_under(viewer: Viewer, posts: list[Post]) -> dict[int, tuple[Label, ...]]:
    """The labels that stand under posts which the viewer may see, the oldest first; one query."""
    out = {post.pk: post for post in posts if post.status == Status.PUBLISHED}
    found: defaultdict[int, list[Label]] = defaultdict(list)
    if out:
        rows = Label.objects.shown_to(viewer).filter(post_id__in=out).select_related("author")
        for label in rows.order_by("answered_at", "pk"):
            label.post = out[label.post_id]
            if label.fits:
                found[label.post_id].append(label)
    return {pk: tuple(labels) for pk, labels in found.items()}


def find_label(viewer: Viewer, public_id: str) -> Label | None:
    """A label for who wrote it, and for the author of the post while they see it; else None."""
    own_posts = Post.objects.visible_to(viewer).filter(author_id=viewer.user_id)
    asked = Label.objects.met_by(viewer).filter(post__in=own_posts)
    labels = Label.objects.filter(Q(author_id=viewer.user_id) | Q(pk__in=asked.values("pk")))
    rows = labels.filter(public_id=public_id).select_related("author", "post__author")
    return rows.first() if viewer.may_read else None
