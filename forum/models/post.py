"""Posts: the text, who it is for, what state it is in, whether a human must look at it."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from accounts.ids import new_public_id
from accounts.models.user import PSEUDONYM_MAX
from forum.querysets import PostQuerySet
from forum.states import Audience, Severity, Status, Track

TEXT_MAX = 10_000
EXCERPT_MAX = 600
CONTENT_NOTE_MAX = 120


class Post(models.Model):
    """One text by one author, with its own review ticket (``review_due_at`` is not null)."""

    public_id = models.CharField(max_length=14, unique=True, default=new_public_id, editable=False)
    thread = models.ForeignKey("forum.Thread", on_delete=models.PROTECT, related_name="posts")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="posts"
    )
    # The author's other name in this thread; empty for their own.
    alias = models.CharField(max_length=PSEUDONYM_MAX, blank=True, default="", db_default="")
    is_opening = models.BooleanField(default=False, db_default=False)
    # Given at first publication and kept for good; None before.
    position = models.PositiveIntegerField(null=True, blank=True)
    # What the words of a reply are about, for those who rather not read them unawares: they are
    # folded up under it. The note of a whole thread stands on the thread.
    content_note = models.CharField(
        max_length=CONTENT_NOTE_MAX, blank=True, default="", db_default=""
    )
    text = models.TextField(max_length=TEXT_MAX)
    html = models.TextField(editable=False)
    audience = models.CharField(
        max_length=10, choices=Audience, default=Audience.PEERS, db_default=Audience.PEERS
    )
    status = models.CharField(
        max_length=10, choices=Status, default=Status.HELD, db_default=Status.HELD
    )
    # Changes whenever anything that a reader or a moderator sees of the post changes.
    version = models.PositiveIntegerField(default=1, db_default=1)
    removed_under = models.ForeignKey(
        "accounts.Clause", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    # Sums of reactions for each audience: {"peers": {"care": 2}, "community": {"care": 1}}.
    reactions = models.JSONField(default=dict, blank=True)
    submission_key = models.CharField(max_length=14, null=True, blank=True)  # noqa: DJ001
    created_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True, blank=True)
    edited_at = models.DateTimeField(null=True, blank=True)

    # The review ticket. No ticket: nobody must look.
    review_due_at = models.DateTimeField(null=True, blank=True)
    review_severity = models.PositiveSmallIntegerField(choices=Severity, null=True, blank=True)
    review_track = models.CharField(max_length=12, choices=Track, blank=True)
    # Hard to read: reviewers may leave such tickets out for a while (forum/policy.py, ``is_hard``).
    review_hard = models.BooleanField(default=False, db_default=False)
    # Why a look is needed: findings with rule and span, or a kind alone (forum/policy.py).
    review_reasons = models.JSONField(default=list, blank=True)

    objects = PostQuerySet.as_manager()
    opening_pk: int | None  # of its thread; there through ``access_log.with_openings``

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["thread", "position"], name="post_position_once"),
            models.UniqueConstraint(
                fields=["author", "submission_key"], name="post_submission_once"
            ),
            models.UniqueConstraint(
                fields=["thread"], condition=Q(is_opening=True), name="post_one_opening"
            ),
            models.CheckConstraint(
                condition=Q(is_opening=False) | Q(content_note=""), name="post_note_on_replies"
            ),
            models.CheckConstraint(
                condition=Q(audience__in=Audience.values), name="post_audience_known"
            ),
            models.CheckConstraint(condition=Q(status__in=Status.values), name="post_status_known"),
            models.CheckConstraint(
                condition=~Q(status=Status.PUBLISHED)
                | Q(position__isnull=False, published_at__isnull=False),
                name="post_published_has_position",
            ),
            models.CheckConstraint(
                condition=Q(
                    review_due_at__isnull=True, review_severity__isnull=True, review_track=""
                )
                | (
                    Q(review_due_at__isnull=False, review_severity__isnull=False)
                    & Q(review_track__in=Track.values)
                ),
                name="post_ticket_whole",
            ),
            models.CheckConstraint(
                condition=~Q(status=Status.HELD) | Q(review_due_at__isnull=False),
                name="post_held_has_ticket",
            ),
        ]
        indexes = [
            models.Index(fields=["author", "-created_at"], name="post_by_author"),
            models.Index(fields=["thread", "author"], name="post_thread_author"),
            # For the search: from a day to ids, and threads without a reply.
            models.Index(fields=["published_at", "id"], name="post_by_publication"),
            models.Index(fields=["id"], condition=Q(is_opening=True), name="post_openings"),
            models.Index(Lower("alias"), name="post_by_other_name"),  # for by: in the search
            models.Index(
                fields=["review_severity", "review_due_at", "public_id"],
                condition=Q(review_due_at__isnull=False),
                name="post_ticket_queue",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.public_id} by {self.author_id}"

    @property
    def byline(self) -> str:
        """The name that stands over the post: the one way to name its author to anybody."""
        return self.alias or self.author.pseudonym

    @property
    def note(self) -> str:
        """Its content note, of an opening the thread's; the thread must be loaded."""
        return self.thread.content_note if self.is_opening else self.content_note

    @property
    def folded_under(self) -> str:
        """The note under which its words stand outside of their thread: its own or the thread's."""
        return self.content_note or self.thread.content_note

    @property
    def has_ticket(self) -> bool:
        """Whether a human must look at this post."""
        return self.review_due_at is not None


class Revision(models.Model):
    """Each wording a post has had; number 1 is the first. Only added to."""

    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField()
    text = models.TextField()
    content_note = models.CharField(
        max_length=CONTENT_NOTE_MAX, blank=True, default="", db_default=""
    )
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["post", "number"], name="revision_number_once")
        ]

    def __str__(self) -> str:
        return f"{self.post_id} revision {self.number}"


class Quote(models.Model):
    """A post quotes a passage of another. Shown only to those who may see the source.

    The passage is kept here and not in the quoting text, so that hiding the source hides it in
    every quote at once. A quoting post's audience is never wider than its source's.
    """

    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="quotes")
    source = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="quoted_in")
    excerpt = models.CharField(max_length=EXCERPT_MAX)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(post=models.F("source")), name="quote_not_oneself")
        ]

    def __str__(self) -> str:
        return f"{self.post_id} quotes {self.source_id}"

    @property
    def still_stands(self) -> bool:
        """Whether the source, which must be loaded, still has the words: a part may be hidden."""
        return self.excerpt in self.source.text
