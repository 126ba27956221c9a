"""Threads, and what a board page shows of them to each of the two audiences."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.ids import new_public_id
from accounts.models.user import PSEUDONYM_MAX
from forum.models.post import CONTENT_NOTE_MAX
from forum.querysets import SummaryQuerySet, ThreadQuerySet
from forum.states import Audience, Status

TITLE_MAX = 120


class Thread(models.Model):
    """A question or story and its replies.

    Title, status, audience and author belong to the opening post and change with it: where that
    post may not be read, the thread does not exist.
    """

    public_id = models.CharField(max_length=14, unique=True, default=new_public_id, editable=False)
    board = models.ForeignKey("forum.Board", on_delete=models.PROTECT, related_name="threads")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="threads"
    )
    # The author's other name in this thread; empty for their own.
    alias = models.CharField(max_length=PSEUDONYM_MAX, blank=True, default="", db_default="")
    title = models.CharField(max_length=TITLE_MAX)
    content_note = models.CharField(max_length=CONTENT_NOTE_MAX, blank=True)
    audience = models.CharField(
        max_length=10, choices=Audience, default=Audience.PEERS, db_default=Audience.PEERS
    )
    status = models.CharField(
        max_length=10, choices=Status, default=Status.HELD, db_default=Status.HELD
    )
    asks_professional = models.BooleanField(default=False, db_default=False)
    no_advice = models.BooleanField(default=False, db_default=False)
    has_poll = models.BooleanField(default=False, db_default=False)
    is_locked = models.BooleanField(default=False, db_default=False)
    # The highest position given to a post; positions are given once and never again.
    last_position = models.PositiveIntegerField(default=0, db_default=0)
    # After a merge: the post that opened this thread, which stands in another one now.
    now_at = models.ForeignKey(
        "forum.Post", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True, blank=True)

    objects = ThreadQuerySet.as_manager()
    opening_pk: int | None  # there where rows come through ``access_log.with_openings``

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(audience__in=Audience.values), name="thread_audience_known"
            ),
            models.CheckConstraint(
                condition=Q(status__in=Status.values), name="thread_status_known"
            ),
        ]
        indexes = [
            models.Index(
                fields=["board", "status", "audience", "-published_at"], name="thread_newest"
            ),
            models.Index(fields=["author", "status"], name="thread_by_author"),
            models.Index(fields=["status", "published_at"], name="thread_by_time"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def byline(self) -> str:
        """The name of who began it: the one way to name them to anybody."""
        return self.alias or self.author.pseudonym


class ThreadSummary(models.Model):
    """What one audience sees of a published thread on a board page.

    There is a row for ``community`` only where the thread is for the community. Counted when
    something is written, so that a page never counts, and each audience has its own order: a reply
    for peers alone neither counts nor bumps for HCPs.
    """

    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="summaries")
    board = models.ForeignKey("forum.Board", on_delete=models.PROTECT, related_name="+")
    audience = models.CharField(max_length=10, choices=Audience)
    replies = models.PositiveIntegerField(default=0)
    # Positions that this audience is shown: published posts and tombstones.
    shown = models.PositiveIntegerField(default=0)
    last_post = models.ForeignKey("forum.Post", on_delete=models.PROTECT, related_name="+")
    last_author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    last_at = models.DateTimeField()

    objects = SummaryQuerySet.as_manager()
    opening_pk: int | None  # as on ``Thread``

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["thread", "audience"], name="summary_once"),
        ]
        indexes = [
            models.Index(fields=["board", "audience", "-last_at", "-thread"], name="summary_order"),
            models.Index(fields=["board", "audience", "last_author"], name="summary_last_author"),
            # For pages of topics, which go over all boards.
            models.Index(fields=["audience", "-last_at", "-thread"], name="summary_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.thread_id} for {self.audience}"
