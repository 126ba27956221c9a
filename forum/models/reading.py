"""What somebody has read, follows and keeps. Private: nobody else ever sees any of it."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from forum.models.thread import Thread

NOTE_MAX = 1000


class BoardVisit(models.Model):
    """All that happened on a board until ``read_until`` counts as read."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="board_visits"
    )
    board = models.ForeignKey("forum.Board", on_delete=models.CASCADE, related_name="+")
    read_until = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "board"], name="board_visit_once")]

    def __str__(self) -> str:
        return f"{self.user_id} read board {self.board_id}"


class ThreadVisit(models.Model):
    """How far somebody has read a thread: the highest position that they were shown."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="thread_visits"
    )
    thread = models.ForeignKey("forum.Thread", on_delete=models.CASCADE, related_name="+")
    position = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "thread"], name="thread_visit_once")]

    def __str__(self) -> str:
        return f"{self.user_id} read thread {self.thread_id} to {self.position}"


class FollowKind(models.TextChoices):
    """Be told of what is new, or be left in peace by a thread."""

    FOLLOW = "follow", _("Follow")
    MUTE = "mute", _("Mute")


class Follow(models.Model):
    """A thread, board or topic that somebody follows, or a thread or topic that they muted."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="follows"
    )
    thread = models.ForeignKey(
        "forum.Thread", on_delete=models.CASCADE, null=True, blank=True, related_name="follows"
    )
    board = models.ForeignKey(
        "forum.Board", on_delete=models.CASCADE, null=True, blank=True, related_name="follows"
    )
    tag = models.ForeignKey(
        "forum.Tag", on_delete=models.CASCADE, null=True, blank=True, related_name="follows"
    )
    kind = models.CharField(max_length=6, choices=FollowKind)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "thread"], name="follow_thread_once"),
            models.UniqueConstraint(fields=["user", "board"], name="follow_board_once"),
            models.UniqueConstraint(fields=["user", "tag"], name="follow_tag_once"),
            models.CheckConstraint(
                condition=Q(thread__isnull=False, board__isnull=True, tag__isnull=True)
                | Q(thread__isnull=True, board__isnull=True, tag__isnull=False)
                | Q(
                    thread__isnull=True,
                    board__isnull=False,
                    tag__isnull=True,
                    kind=FollowKind.FOLLOW,
                ),
                name="follow_one_thing",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.kind}"


class Saved(models.Model):
    """A post that somebody keeps, with a note of their own, for later or for the clinic."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved"
    )
    post = models.ForeignKey("forum.Post", on_delete=models.CASCADE, related_name="saved_by")
    note = models.TextField(blank=True, max_length=NOTE_MAX)
    saved_at = models.DateTimeField()

    opening_pk: int | None  # of the post's thread; there through ``access_log.with_openings``

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "post"], name="saved_once")]
        indexes = [models.Index(fields=["user", "-saved_at"], name="saved_list")]

    def __str__(self) -> str:
        return f"{self.user_id} saved {self.post_id}"

    @property
    def thread(self) -> "Thread":
        """The thread of the post."""
        return self.post.thread
