"""Notices: what a person is told. The row itself knows whether its e-mail is still due."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.ids import new_public_id

if TYPE_CHECKING:
    from forum.models.thread import Thread


class NoticeKind(models.TextChoices):
    """What happened."""

    REPLY = "reply", _("New reply")
    QUOTE = "quote", _("You were quoted")
    MENTION = "mention", _("You were mentioned")
    REACTION = "reaction", _("Reactions to your posts")
    THREAD = "thread", _("New in a thread you follow")
    BOARD = "board", _("New thread on a board you follow")
    TAG = "tag", _("New thread on a topic you follow")
    DECISION = "decision", _("A moderator looked at your post")
    REPORT = "report", _("News on your report")
    EMERGENCY = "emergency", _("About an emergency")
    AGE = "age", _("Your age group here")
    REMINDER = "reminder", _("Who reads your posts")
    SANCTION = "sanction", _("About your account")
    APPEAL = "appeal", _("Looking at a decision again")
    SECOND = "second", _("Something waits for a second person")
    HCP = "hcp", _("Your work here as a health professional")
    DESK = "desk", _("Something for the desk")
    QUESTION = "question", _("The team has a question for you")
    LABEL = "label", _("A note under a post")
    DATA = "data", _("The copy of your data")
    SCREENING = "screening", _("A rule of screening finds far more than before")
    GUIDE = "guide", _("A guide waits for your check")
    KEY = "key", _("A new key or feed address for your account")


# Kinds about what somebody else did: shown only while the person may see it.
ABOUT_OTHERS = (
    NoticeKind.REPLY,
    NoticeKind.QUOTE,
    NoticeKind.MENTION,
    NoticeKind.REACTION,
    NoticeKind.THREAD,
    NoticeKind.BOARD,
    NoticeKind.TAG,
)
# Kinds that can be switched off, and are then not even shown.
CAN_BE_HIDDEN = (*ABOUT_OTHERS, NoticeKind.GUIDE)
# Those about others that are done with once the post was read.
ABOUT_POSTS = (
    NoticeKind.REPLY,
    NoticeKind.QUOTE,
    NoticeKind.MENTION,
    NoticeKind.THREAD,
    NoticeKind.BOARD,
    NoticeKind.TAG,
)
# Those of them about new threads, of which a muted topic tells nothing.
ABOUT_NEW_THREADS = (NoticeKind.BOARD, NoticeKind.TAG)
# Kinds about the account itself: mailed also to members who want no mails about what is new.
ALWAYS_MAILED = (
    NoticeKind.AGE,
    NoticeKind.DATA,
    NoticeKind.EMERGENCY,
    NoticeKind.SANCTION,
    NoticeKind.APPEAL,
    NoticeKind.HCP,
    NoticeKind.DESK,
    NoticeKind.QUESTION,
    NoticeKind.KEY,
)


class Notice(models.Model):
    """One thing told to one person. Never holds words of a post: those are read through the door.

    ``message`` holds words written to this person (by a moderator or admin).
    """

    public_id = models.CharField(max_length=14, unique=True, default=new_public_id, editable=False)
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notices"
    )
    kind = models.CharField(max_length=10, choices=NoticeKind)
    post = models.ForeignKey("forum.Post", on_delete=models.CASCADE, null=True, blank=True)
    # Empty again when a reaction is taken back; the row stays, so that doing it again tells nobody.
    reaction = models.ForeignKey(
        "forum.Reaction", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    message = models.TextField(blank=True)
    link = models.CharField(max_length=200, blank=True)
    # What makes it the same notice again: sending twice leaves one row.
    same_as = models.CharField(max_length=80)
    created_at = models.DateTimeField()
    # Nobody is told before: what a notice is about may be undone until then.
    shown_from = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True, blank=True)
    mail_due_at = models.DateTimeField(null=True, blank=True)
    mail_leased_until = models.DateTimeField(null=True, blank=True)
    mail_tries = models.PositiveSmallIntegerField(default=0)
    mailed_at = models.DateTimeField(null=True, blank=True)

    opening_pk: int | None  # of the post's thread; there through ``access_log.with_openings``

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["recipient", "same_as"], name="notice_once"),
        ]
        indexes = [
            models.Index(fields=["recipient", "-created_at"], name="notice_list"),
            models.Index(
                fields=["mail_due_at"],
                condition=Q(mail_due_at__isnull=False),
                name="notice_mail_due",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} for {self.recipient_id}"

    @property
    def is_about_others(self) -> bool:
        """Whether it is about what somebody else did."""
        return self.kind in ABOUT_OTHERS

    @property
    def thread(self) -> "Thread":
        """The thread of the post that it is about. Raises ``ValueError`` where there is none."""
        if self.post is None:
            raise ValueError(f"{self} is about no post")
        return self.post.thread
