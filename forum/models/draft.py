"""Drafts: a text on its way. Kept on the server while it is written, and from *check* on."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.ids import new_public_id
from forum.models.post import CONTENT_NOTE_MAX, EXCERPT_MAX, TEXT_MAX
from forum.models.thread import TITLE_MAX
from forum.states import Audience

MOST_DRAFTS = 50  # that are kept while somebody writes
MOST_DRAFTS_IN_ALL = 100  # with those that they check before sending


class Draft(models.Model):
    """What an author has written and not sent yet: a question (board) or a reply (thread).

    ``key`` is the idempotency key of the submission: sending a draft twice makes one post.
    """

    key = models.CharField(max_length=14, default=new_public_id, editable=False)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="drafts"
    )
    board = models.ForeignKey("forum.Board", on_delete=models.CASCADE, null=True, blank=True)
    thread = models.ForeignKey("forum.Thread", on_delete=models.CASCADE, null=True, blank=True)
    title = models.CharField(max_length=TITLE_MAX, blank=True)
    text = models.TextField(max_length=TEXT_MAX, blank=True)
    audience = models.CharField(
        max_length=10, choices=Audience, default=Audience.PEERS, db_default=Audience.PEERS
    )
    alias = models.BooleanField(default=False, db_default=False)
    asks_professional = models.BooleanField(default=False)
    no_advice = models.BooleanField(default=False)
    content_note = models.CharField(max_length=CONTENT_NOTE_MAX, blank=True)
    tags = models.JSONField(default=list, blank=True)  # slugs of topics
    poll = models.JSONField(default=dict, blank=True)  # as ``PollForm.poll`` gives it
    quoted_post = models.ForeignKey("forum.Post", on_delete=models.SET_NULL, null=True, blank=True)
    quoted_excerpt = models.CharField(max_length=EXCERPT_MAX, blank=True)
    # Each saving counts up; who saves on top of another version than the newest saves beside it.
    version = models.PositiveIntegerField(default=1, db_default=1)
    # The key of the draft that this is another wording of; empty for most.
    beside = models.CharField(max_length=14, blank=True, default="", db_default="")
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["author", "key"], name="draft_key_once"),
            models.CheckConstraint(
                condition=Q(board__isnull=False, thread__isnull=True)
                | Q(board__isnull=True, thread__isnull=False),
                name="draft_question_or_reply",
            ),
        ]

    def __str__(self) -> str:
        return f"draft {self.key}"

    @property
    def is_empty(self) -> bool:
        """Whether it has no words of its author."""
        return not (self.title.strip() or self.text.strip())
