"""Proposals: what one person decided and a second person must agree to before it happens."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.ids import new_public_id
from forum.states import Status
from moderation.models.decision import DecisionKind

# How long a proposal waits for a second person; then it is off.
WAITS_FOR = timedelta(days=7)


class SanctionKind(models.TextChoices):
    """What can be done about a person, beyond one post."""

    WARNING = "warning", _("Warning")
    SILENCE = "silence", _("Cannot post")
    SUSPENSION = "suspension", _("Cannot read or post")
    WORDS = "words", _("Profile words taken down")


# What it is called where the person it is about reads of it.
TOLD_AS: dict[SanctionKind, Promise] = {
    SanctionKind.WARNING: _("We asked you to keep to a rule"),
    SanctionKind.SILENCE: _("You can read, but not post"),
    SanctionKind.SUSPENSION: _("Your account is paused"),
    SanctionKind.WORDS: _("We took down your words about you"),
}
# What is put on an account. Words are taken down in a case alone (actions/profile_words.py).
ON_ACCOUNTS = (SanctionKind.WARNING, SanctionKind.SILENCE, SanctionKind.SUSPENSION)
# These keep nobody from anything, so they have no end.
WITHOUT_END = (SanctionKind.WARNING, SanctionKind.WORDS)


class WhySecond(models.TextChoices):
    """Why one person is not enough (procedure 3)."""

    SUSPENSION = "suspension", _("Pausing an account takes two admins")
    STAFF = "staff", _("It is about somebody of the team")
    SHADOW = "shadow", _("A professional who still learns to review")


class ProposalStatus(models.TextChoices):
    """What became of it. All but *waiting* are final."""

    WAITING = "waiting", _("Waits for a second person")
    APPROVED = "approved", _("Confirmed")
    CHANGED = "changed", _("Decided otherwise")
    REFUSED = "refused", _("Refused")
    TAKEN_BACK = "taken_back", _("Taken back")
    OVERTAKEN = "overtaken", _("Things changed in the meantime")
    EXPIRED = "expired", _("Nobody looked in time")


class Approval(models.TextChoices):
    """Who said yes. ``solo`` is no second person, and is never shown as one."""

    SECOND = "second", _("A second person")
    OUTSIDE = "outside", _("Somebody outside of the site")
    SOLO = "solo", _("One admin alone, as there is no other")


class Proposal(models.Model):
    """A decision on a post, or a sanction, that waits for a second person.

    What is proposed never changes afterwards; how it ends is written once. Triggers in the database
    hold to that. ``closed_by`` is who confirmed, refused or decided otherwise; nobody for ``solo``
    and for somebody outside.
    """

    public_id = models.CharField(max_length=14, unique=True, default=new_public_id, editable=False)
    reason = models.CharField(max_length=10, choices=WhySecond)
    about = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="proposals_about"
    )
    # For a decision: the post, the version that was read, the kind.
    post = models.ForeignKey(
        "forum.Post", on_delete=models.PROTECT, null=True, blank=True, related_name="proposals"
    )
    post_version = models.PositiveIntegerField(null=True, blank=True)
    decision_kind = models.CharField(max_length=12, blank=True)  # a DecisionKind
    # For a sanction: the kind, for how many days. A post can be what it is for.
    sanction_kind = models.CharField(max_length=10, choices=SanctionKind, blank=True)
    days = models.PositiveSmallIntegerField(null=True, blank=True)
    # For hiding a part: places in the text of that version, [[start, end], ...]; no words.
    passages = models.JSONField(null=True, blank=True)
    clause = models.ForeignKey(
        "accounts.Clause", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    message = models.TextField(blank=True, max_length=2000)
    note = models.TextField(blank=True, max_length=2000)
    case = models.ForeignKey(
        "moderation.Case", on_delete=models.PROTECT, null=True, blank=True, related_name="proposals"
    )
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="proposals_made"
    )
    proposed_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    # While it waits the post may be hidden: its state before, to go back to.
    hidden_from = models.CharField(max_length=10, choices=Status, blank=True)

    status = models.CharField(max_length=10, choices=ProposalStatus, default=ProposalStatus.WAITING)
    approval = models.CharField(max_length=8, choices=Approval, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="proposals_closed",
    )
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_why = models.TextField(blank=True, max_length=2000)
    decision = models.ForeignKey(
        "moderation.Decision",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="proposals",
    )

    class Meta:
        ordering = ["-proposed_at", "-pk"]
        indexes = [
            models.Index(
                fields=["expires_at"], condition=Q(status="waiting"), name="proposal_to_expire"
            ),
            models.Index(fields=["proposed_by", "-proposed_at"], name="proposal_own_list"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(closed_by__isnull=True)
                | Q(status=ProposalStatus.TAKEN_BACK, closed_by=F("proposed_by"))
                | (~Q(status=ProposalStatus.TAKEN_BACK) & ~Q(closed_by=F("proposed_by"))),
                name="proposal_two_people",
                violation_error_message=_("Somebody else must say yes."),
            ),
            models.CheckConstraint(
                condition=~Q(about=F("proposed_by"))
                & (Q(closed_by__isnull=True) | ~Q(about=F("closed_by"))),
                name="proposal_not_about_oneself",
            ),
            models.CheckConstraint(
                condition=Q(status=ProposalStatus.WAITING, closed_at__isnull=True)
                | (~Q(status=ProposalStatus.WAITING) & Q(closed_at__isnull=False)),
                name="proposal_closed_whole",
            ),
            models.CheckConstraint(
                condition=(~Q(status=ProposalStatus.APPROVED) & Q(approval=""))
                | Q(
                    status=ProposalStatus.APPROVED,
                    approval=Approval.SECOND,
                    closed_by__isnull=False,
                )
                | (
                    Q(
                        status=ProposalStatus.APPROVED,
                        approval__in=[Approval.OUTSIDE, Approval.SOLO],
                        closed_by__isnull=True,
                    )
                    & ~Q(reason=WhySecond.SHADOW)
                ),
                name="proposal_approval_known",
            ),
            models.CheckConstraint(
                condition=Q(
                    post__isnull=False,
                    post_version__isnull=False,
                    sanction_kind="",
                    days__isnull=True,
                )
                & ~Q(decision_kind="")
                | (
                    Q(post_version__isnull=True, decision_kind="")
                    & Q(sanction_kind__in=[kind.value for kind in ON_ACCOUNTS])
                    & ~Q(reason=WhySecond.SHADOW)
                ),
                name="proposal_one_thing",
            ),
            models.CheckConstraint(
                condition=Q(sanction_kind="") | (Q(clause__isnull=False) & ~Q(message="")),
                name="proposal_sanction_has_reasons",
            ),
            models.CheckConstraint(
                condition=Q(reason__in=WhySecond.values, status__in=ProposalStatus.values),
                name="proposal_words_known",
            ),
            models.UniqueConstraint(
                fields=["post", "proposed_by"],
                condition=Q(status="waiting", sanction_kind=""),
                name="proposal_one_a_post_and_person",
            ),
            models.UniqueConstraint(
                fields=["about", "sanction_kind"],
                condition=Q(status="waiting") & ~Q(sanction_kind=""),
                name="proposal_one_a_sanction",
            ),
        ]

    def __str__(self) -> str:
        return self.public_id

    @property
    def about_name(self) -> str:
        """The name of whom it is about, as the post that it is for has it."""
        return (self.post.alias if self.post else "") or self.about.pseudonym

    @property
    def words(self) -> str:
        """What is proposed, in words."""
        if self.sanction_kind:
            return str(SanctionKind(self.sanction_kind).label)
        return str(DecisionKind(self.decision_kind).label)

    @property
    def spans(self) -> list[tuple[int, int]]:
        """Start and end of each place that it would hide; none for all else."""
        return [(start, end) for start, end in self.passages or ()]

    def state(self, at: datetime) -> ProposalStatus:
        """Where it stands at a moment: over by itself, whether or not a sweep wrote it down."""
        status = ProposalStatus(self.status)
        if status == ProposalStatus.WAITING and at >= self.expires_at:
            return ProposalStatus.EXPIRED
        return status


class ShadowDone(models.Model):
    """A professional whose first decisions were confirmed: from here on they decide alone."""

    hcp = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="shadow_done"
    )
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.hcp_id} decides alone"
