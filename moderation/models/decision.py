"""Claims and decisions on posts."""

from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.ids import new_public_id
from forum.states import Severity, Status, Track

# So long nothing of a decision is told to anybody, and whoever made it can undo it.
UNDO_FOR = timedelta(seconds=60)


class Claim(models.Model):
    """Somebody is looking at a post right now. One claim a post; it runs out by itself."""

    post = models.OneToOneField("forum.Post", on_delete=models.CASCADE, related_name="claim")
    moderator = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="claims"
    )
    until = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.post_id} claimed by {self.moderator_id}"


class DecisionKind(models.TextChoices):
    """What a reviewer can do with a post."""

    PUBLISH = "publish", _("Publish")
    PUBLISH_NOTE = "publish_note", _("Publish, with a note to the author")
    ASK_CHANGE = "ask_change", _("Ask for a change")
    HIDE_PART = "hide_part", _("Hide a part")
    HIDE = "hide", _("Hide for now")
    REMOVE = "remove", _("Remove")
    SAFEGUARD = "safeguard", _("Pass to the safeguarding lead")
    # For what its author deleted while somebody may need help.
    CLOSE = "close", _("Nothing more to do")


# Decisions that take something from somebody: a clause and a message are needed.
LIMITING = (
    DecisionKind.ASK_CHANGE,
    DecisionKind.HIDE_PART,
    DecisionKind.HIDE,
    DecisionKind.REMOVE,
)


# What a decision is called where its author reads of it.
TOLD_AS: dict[DecisionKind, Promise] = {
    DecisionKind.PUBLISH: _("We opened it to others"),
    DecisionKind.PUBLISH_NOTE: _("We opened it to others, with a note"),
    DecisionKind.ASK_CHANGE: _("We asked you to change it"),
    DecisionKind.HIDE_PART: _("We hid a few words"),
    DecisionKind.HIDE: _("We hid it for now"),
    DecisionKind.REMOVE: _("We took it away"),
    DecisionKind.SAFEGUARD: _("We looked at it with care"),
    DecisionKind.CLOSE: _("We looked at it"),
}


# Decisions that say something to the author: a message is needed.
SAYING = (*LIMITING, DecisionKind.PUBLISH_NOTE)
# Somebody may need help: what is decided then never counts against them.
NO_STRIKE = (Track.WELFARE, Track.SAFEGUARDING)


class DecisionQuerySet(models.QuerySet["Decision"]):
    """Reads of decisions."""

    def standing(self) -> Self:
        """Decisions that nobody undid."""
        return self.filter(undone_at=None)

    def strikes(self) -> Self:
        """What counts in an author's standing: under a rule, and not about their welfare."""
        return self.standing().filter(clause__isnull=False).exclude(ticket_track__in=NO_STRIKE)

    def told_by(self, at: datetime) -> Self:
        """Decisions that their authors have been told of by a moment."""
        told = Q(kind__in=SAYING) | ~Q(status_before=models.F("status_after"))
        return self.standing().filter(told, decided_at__lte=at - UNDO_FOR)


class Decision(models.Model):
    """One decision on one version of a post. Never changed afterwards, but for ``undone_at``."""

    public_id = models.CharField(max_length=14, unique=True, default=new_public_id, editable=False)
    post = models.ForeignKey("forum.Post", on_delete=models.PROTECT, related_name="decisions")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="decisions_received"
    )
    moderator = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="decisions_made"
    )
    kind = models.CharField(max_length=12, choices=DecisionKind)
    clause = models.ForeignKey(
        "accounts.Clause", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    message = models.TextField(blank=True, max_length=2000)
    private_note = models.TextField(blank=True, max_length=2000)
    post_version = models.PositiveIntegerField()
    # The ticket as it was; None where the post had none. Reasons hold spans, no words. Without
    # defaults: so SQLite adds the columns in place, and keeps the triggers of this table.
    ticket_severity = models.PositiveSmallIntegerField(choices=Severity, null=True, blank=True)
    ticket_track = models.CharField(max_length=12, choices=Track, null=True, blank=True)  # noqa: DJ001
    ticket_reasons = models.JSONField(null=True, blank=True)
    status_before = models.CharField(max_length=10, choices=Status)
    status_after = models.CharField(max_length=10, choices=Status)
    # The wording that was read: number of the revision.
    revision_number = models.PositiveIntegerField(default=0)
    # How the post stood before (``forum.actions.state.Standing``): ids and codes, no words.
    before = models.JSONField(default=dict)
    case = models.ForeignKey(
        "moderation.Case", on_delete=models.PROTECT, null=True, blank=True, related_name="decisions"
    )
    decided_at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True, blank=True)

    objects = DecisionQuerySet.as_manager()

    class Meta:
        constraints = [
            # Two moderators at once: the database itself lets only one decide on a version.
            models.UniqueConstraint(
                fields=["post", "post_version"],
                condition=Q(undone_at__isnull=True),
                name="decision_once_a_version",
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=[kind.value for kind in LIMITING])
                | (Q(clause__isnull=False) & ~Q(message="")),
                name="decision_limiting_has_reasons",
            ),
            models.CheckConstraint(
                condition=~Q(kind=DecisionKind.PUBLISH_NOTE.value) | ~Q(message=""),
                name="decision_note_has_words",
            ),
            models.CheckConstraint(
                condition=Q(undone_at__isnull=True) | Q(undone_at__gte=models.F("decided_at")),
                name="decision_undone_after",
            ),
            models.CheckConstraint(
                condition=~Q(author=models.F("moderator")), name="decision_not_on_oneself"
            ),
        ]
        indexes = [
            models.Index(fields=["moderator", "-decided_at"], name="decision_own_list"),
            models.Index(fields=["decided_at"], name="decision_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} on {self.post_id}"

    @property
    def can_be_undone_until(self) -> datetime:
        """The moment from which on it stands for good and is told."""
        return self.decided_at + UNDO_FOR

    @property
    def told_as(self) -> Promise:
        """What it is called where its author reads of it."""
        return TOLD_AS[DecisionKind(self.kind)]

    @property
    def is_limiting(self) -> bool:
        """Whether it takes something from its author."""
        return self.kind in LIMITING
