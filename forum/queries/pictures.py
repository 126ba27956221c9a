"""Reading pictures, and the words that describe them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from accounts.viewer import Viewer
from forum.models import Draft, Picture, Post


def find_picture(viewer: Viewer, public_id: str) -> Picture | None:
    """A picture that the viewer may see, with its post; None otherwise."""
    return (
        Picture.objects.shown_to(viewer)
        .filter(public_id=public_id)
        .select_related("post__author", "draft")
        .first()
    )


def pictures_under(viewer: Viewer, posts: Sequence[Post]) -> dict[int, tuple[Picture, ...]]:
    """The pictures of each of these posts that the viewer may see, by row id of the post."""
    found: defaultdict[int, list[Picture]] = defaultdict(list)
    if posts:
        for picture in Picture.objects.shown_to(viewer).filter(post__in=posts):
            found[picture.post_id or 0].append(picture)
    return {post_id: tuple(pictures) for post_id, pictures in found.items()}


def pictures_of(owner: Draft | Post) -> list[Picture]:
    """The pictures of a draft or post in order, for its author. None that was taken away."""
    name = "draft" if isinstance(owner, Draft) else "post"
    return list(Picture.objects.filter(**{name: owner}, removed_at=None))


def with_words(text: str, pictures: Iterable[Picture], note: str = "") -> str:
    """A text, its content note and the descriptions of its pictures: what screening reads.

    Pictures come last: where one is taken away, what was found before it stays in its place.
    """
    return "\n".join([text, *([note] if note else []), *(picture.alt for picture in pictures)])


def has_sent_one(user_id: int | None) -> bool:
    """Whether somebody has put a picture into a post before."""
    return Picture.objects.filter(author_id=user_id or 0, post__isnull=False).exists()
