"""Labels: what a professional or a moderator adds under somebody's post, with its source."""

from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from accounts.ids import new_public_id
from accounts.models import Block, CutOff, HiddenHcp, HiddenWorkplace, Recusal, Role
from accounts.viewer import Viewer
from forum.states import Audience, Status
from forum.visibility import author_kept_from

NOTE_MAX = 600
SOURCE_MAX = 120
LINK_MAX = 300
# So long the author of the post can answer. Nobody asks again.
ANSWER_WITHIN = timedelta(days=14)
WRITERS = (Role.HCP, Role.MODERATOR)


class LabelStatus(models.TextChoices):
    """What became of it. All but the first two are final."""

    ASKED = "asked", _("Waits for the author's answer")
    SHOWN = "shown", _("Stands under the post")
    REFUSED = "refused", _("The author does not want it")
    LAPSED = "lapsed", _("No answer came")
    TAKEN_OFF = "taken_off", _("The author took it away")
    WITHDRAWN = "withdrawn", _("Taken back by who wrote it")
    OUTDATED = "outdated", _("The post has changed since")


OPEN = (LabelStatus.ASKED, LabelStatus.SHOWN)


def wording_of(text: str) -> str:
    """A digest of the words that a label speaks about."""
    return blake2b(text.encode(), digest_size=16).hexdigest()


class LabelQuerySet(models.QuerySet["Label"]):
    """Reads of labels."""

    def met_by(self, viewer: Viewer) -> Self:
        """Labels by people whom a viewer meets: the same rules as for posts."""
        kept = author_kept_from(viewer)
        return self if kept is None else self.exclude(kept)

    def shown_to(self, viewer: Viewer) -> Self:
        """Labels that stand, for posts that the viewer may see. Asked of those posts alone.

        None by a professional who was cut off for good, and none where its author and the author of
        the post do not want to meet any more.
        """
        able = Q(author__is_active=True, author__role__in=WRITERS) & (
            Q(author__role=Role.MODERATOR) | Q(author__hcp_profile__revoked_at=None)
        )
        return self.met_by(viewer).filter(able, *_still_meet(), status=LabelStatus.SHOWN)


def _still_meet() -> list[Q]:
    """The author of a label and the author of its post are not kept apart."""
    writer, member = OuterRef("author_id"), OuterRef("post__author_id")
    apart = (
        Block.objects.filter(blocker=writer, blocked=member),
        Block.objects.filter(blocker=member, blocked=writer),
        HiddenHcp.objects.filter(hcp=writer, member=member),
        HiddenWorkplace.objects.filter(workplace__professionals__user=writer, member=member),
        Recusal.objects.filter(hcp=writer, member=member),
        CutOff.objects.filter(hcp=writer, member=member),
    )
    return [~Q(Exists(rows)) for rows in apart]


class Label(models.Model):
    """A note under a post. Shown only after the post's author said yes, to one wording of it."""

    public_id = models.CharField(max_length=14, unique=True, default=new_public_id, editable=False)
    post = models.ForeignKey("forum.Post", on_delete=models.CASCADE, related_name="labels")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="labels_written"
    )
    profession = models.CharField(max_length=80, blank=True)  # at that time; empty for moderators
    note = models.TextField(max_length=NOTE_MAX)
    source = models.CharField(max_length=SOURCE_MAX)
    link = models.CharField(max_length=LINK_MAX, blank=True)
    wording = models.CharField(max_length=32, editable=False)
    status = models.CharField(max_length=10, choices=LabelStatus, default=LabelStatus.ASKED)
    created_at = models.DateTimeField()
    answer_by = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = LabelQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["post", "author"],
                condition=Q(status__in=["asked", "shown"]),
                name="label_one_a_post_and_person",
            ),
            models.CheckConstraint(
                condition=Q(link="")
                | Q(link__startswith="https://")
                | Q(link__startswith="http://"),
                name="label_link_is_web",
            ),
            models.CheckConstraint(
                condition=~Q(note="") & ~Q(source=""), name="label_has_note_and_source"
            ),
            models.CheckConstraint(
                condition=Q(status__in=LabelStatus.values), name="label_status_known"
            ),
            # Without a yes it never stands.
            models.CheckConstraint(
                condition=~Q(status="shown") | Q(answered_at__isnull=False, closed_at__isnull=True),
                name="label_shown_was_agreed",
            ),
        ]
        indexes = [
            models.Index(fields=["answer_by"], condition=Q(status="asked"), name="label_to_lapse"),
            models.Index(fields=["post"], condition=Q(status="shown"), name="label_shown"),
        ]

    def __str__(self) -> str:
        return f"{self.public_id} under {self.post_id}"

    def state(self, at: datetime) -> LabelStatus:
        """Where it stands at a moment: over by itself, whether or not a sweep wrote it down."""
        status = LabelStatus(self.status)
        if status == LabelStatus.ASKED and at >= self.answer_by:
            return LabelStatus.LAPSED
        return status

    @property
    def fits(self) -> bool:
        """Whether the post is still what it speaks about, and open to whoever wrote it."""
        post = self.post
        by_hcp = self.author.role == Role.HCP
        return (
            post.status == Status.PUBLISHED
            and self.wording == wording_of(post.text)
            and not (by_hcp and post.audience != Audience.COMMUNITY)
        )
