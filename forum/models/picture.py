"""Pictures in posts: what they show in words, how large they are, and which files are theirs."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q

from accounts.ids import new_public_id
from accounts.viewer import Viewer
from forum.models.hidden_part import HiddenPart
from forum.models.post import Post
from forum.pictures.convert import LARGE, SMALL, fitted
from forum.states import Status

MOST_PICTURES = 4
ALT_MAX = 500


class PictureQuerySet(models.QuerySet):
    """Reads of pictures."""

    def shown_to(self, viewer: Viewer) -> Self:
        """Pictures that a viewer may see: of posts behind the one door, and of their own drafts.

        While words of a post are hidden, its pictures are as well: they may show the same.
        """
        with_parts = Exists(HiddenPart.objects.filter(post=OuterRef("post")))
        posts = Post.objects.visible_to(viewer)
        of_posts = Q(post__in=posts) & (Q(author_id=viewer.user_id) | ~with_parts)
        of_drafts = Q(draft__isnull=False, author_id=viewer.user_id)
        return self.filter(of_posts | of_drafts, removed_at=None)

    def handleable_by(self, viewer: Viewer) -> Self:
        """Pictures of posts that a viewer may review. For ``moderation`` alone, which logs it.

        What an author took out is not judged any more, but what went with a deleted post is: a
        person still looks where somebody may need help.
        """
        there = Q(removed_at=None) | Q(post__status=Status.WITHDRAWN)
        return self.filter(there, post__in=Post.objects.handleable_by(viewer))


class Picture(models.Model):
    """A picture of a draft, later of the post that was made of it.

    ``public_id`` stands in addresses; ``file`` is what the files are called, and stands nowhere.
    """

    public_id = models.CharField(max_length=14, unique=True, default=new_public_id, editable=False)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="pictures"
    )
    draft = models.ForeignKey(
        "forum.Draft", on_delete=models.CASCADE, null=True, blank=True, related_name="pictures"
    )
    post = models.ForeignKey(
        "forum.Post", on_delete=models.CASCADE, null=True, blank=True, related_name="pictures"
    )
    place = models.PositiveSmallIntegerField()  # from 1, in the order in which they were added
    alt = models.CharField(max_length=ALT_MAX)
    file = models.CharField(max_length=40, unique=True, editable=False)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    created_at = models.DateTimeField()
    # Taken away by its author: shown to nobody. Deleted unless an open case needs it.
    removed_at = models.DateTimeField(null=True, blank=True)

    objects = PictureQuerySet.as_manager()

    class Meta:
        ordering = ["place", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(draft__isnull=False, post__isnull=True)
                | Q(draft__isnull=True, post__isnull=False),
                name="picture_of_draft_or_post",
            ),
            models.CheckConstraint(condition=~Q(alt=""), name="picture_is_described"),
            models.CheckConstraint(
                condition=Q(width__range=(1, LARGE), height__range=(1, LARGE)),
                name="picture_size_fits",
            ),
        ]
        indexes = [
            models.Index(
                fields=["removed_at"],
                condition=Q(removed_at__isnull=False),
                name="picture_to_delete",
            ),
        ]

    def __str__(self) -> str:
        return self.public_id

    @property
    def small_width(self) -> int:
        """Width of the small file in pixels."""
        return fitted(self.width, self.height, SMALL)[0]
