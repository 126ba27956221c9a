"""Sanctions: what is done about a person. The rows are the facts, and are only added to."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.ids import new_public_id
from moderation.models.proposal import TOLD_AS, WITHOUT_END, Approval, SanctionKind

_WITHOUT_END = [kind.value for kind in WITHOUT_END]


class SanctionQuerySet(models.QuerySet):
    """Reads of sanctions."""

    def in_force(self, at: datetime) -> "SanctionQuerySet":
        """Those that keep somebody from something at a moment. Others have no end."""
        return self.exclude(kind__in=WITHOUT_END).filter(starts_at__lte=at, ends_at__gt=at)


class Sanction(models.Model):
    """One sanction. What was decided never changes; a lifting is written beside it, once.

    In force from ``starts_at`` until ``ends_at``, worked out from the moment: no job ends it.
    ``until``: the end as decided. ``ends_at``: the same, or earlier where it was lifted.
    """

    public_id = models.CharField(max_length=14, unique=True, default=new_public_id, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="sanctions"
    )
    kind = models.CharField(max_length=10, choices=SanctionKind)
    clause = models.ForeignKey("accounts.Clause", on_delete=models.PROTECT, related_name="+")
    message = models.TextField(max_length=2000)
    note = models.TextField(blank=True, max_length=2000)
    starts_at = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="sanctions_decided"
    )
    # Empty: one person was enough. Else the proposal says who agreed.
    approval = models.CharField(max_length=8, choices=Approval, blank=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="sanctions_approved",
    )
    proposal = models.OneToOneField(
        "moderation.Proposal",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="sanction",
    )
    # What it is for, where it is for a post; the case it belongs to.
    post = models.ForeignKey(
        "forum.Post", on_delete=models.PROTECT, null=True, blank=True, related_name="sanctions"
    )
    case = models.ForeignKey(
        "moderation.Case", on_delete=models.PROTECT, null=True, blank=True, related_name="sanctions"
    )
    submission_key = models.CharField(max_length=14, unique=True)
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    lifted_why = models.TextField(blank=True, max_length=2000)
    # The sweep wrote down that it is over. For the log; nothing asks it.
    over_at = models.DateTimeField(null=True, blank=True)

    objects = SanctionQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_at", "-pk"]
        indexes = [
            models.Index(fields=["user", "-starts_at"], name="sanction_of_person"),
            models.Index(
                fields=["ends_at"],
                condition=Q(over_at__isnull=True, ends_at__isnull=False),
                name="sanction_to_end",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=SanctionKind.values), name="sanction_kind_known"
            ),
            models.CheckConstraint(condition=~Q(message=""), name="sanction_has_message"),
            models.CheckConstraint(
                condition=Q(kind__in=_WITHOUT_END, until__isnull=True, ends_at__isnull=True)
                | (
                    ~Q(kind__in=_WITHOUT_END)
                    & Q(until__isnull=False, ends_at__isnull=False)
                    & Q(until__gt=F("starts_at"), ends_at__lte=F("until"))
                ),
                name="sanction_has_an_end",
            ),
            models.CheckConstraint(
                condition=~Q(user=F("decided_by"))
                & (Q(approved_by__isnull=True) | ~Q(user=F("approved_by"))),
                name="sanction_not_on_oneself",
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("decided_by")),
                name="sanction_two_people",
                violation_error_message=_("Somebody else must say yes."),
            ),
            models.CheckConstraint(
                condition=Q(approval="", approved_by__isnull=True, proposal__isnull=True)
                | Q(approval=Approval.SECOND, approved_by__isnull=False, proposal__isnull=False)
                | Q(
                    approval__in=[Approval.OUTSIDE, Approval.SOLO],
                    approved_by__isnull=True,
                    proposal__isnull=False,
                ),
                name="sanction_approval_known",
            ),
            models.CheckConstraint(
                condition=~Q(kind=SanctionKind.WORDS) | Q(case__isnull=False),
                name="sanction_words_in_a_case",
            ),
            models.CheckConstraint(
                condition=~Q(kind=SanctionKind.SUSPENSION) | ~Q(approval=""),
                name="sanction_suspension_needs_two",
            ),
            models.CheckConstraint(
                condition=Q(lifted_at__isnull=True, lifted_by__isnull=True, lifted_why="")
                | (Q(lifted_at__isnull=False, lifted_by__isnull=False) & ~Q(lifted_why="")),
                name="sanction_lifted_whole",
            ),
            models.CheckConstraint(
                condition=Q(lifted_at__isnull=False)
                | Q(ends_at__isnull=True)
                | Q(ends_at=F("until")),
                name="sanction_ends_as_decided",
            ),
            models.CheckConstraint(
                condition=Q(lifted_by__isnull=True) | ~Q(lifted_by=F("user")),
                name="sanction_not_lifted_by_oneself",
            ),
        ]

    def __str__(self) -> str:
        return self.public_id

    @property
    def told_as(self) -> Promise:
        """What it is called where the person it is about reads of it."""
        return TOLD_AS[SanctionKind(self.kind)]

    @property
    def about_name(self) -> str:
        """The name of whom it is about, as the post that it is for has it."""
        return (self.post.alias if self.post else "") or self.user.pseudonym

    @property
    def taken_words(self) -> str:
        """The words about oneself that it took down; empty for other kinds."""
        taken = getattr(self, "words_taken", None)
        return taken.words if taken else ""

    def is_in_force(self, at: datetime) -> bool:
        """Whether it keeps the person from something at a moment. The same as ``in_force``."""
        return self.ends_at is not None and self.starts_at <= at < self.ends_at
