"""A copy of one's own data, and closing the account. Rows know what is due; sweeps do it."""

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.ids import new_public_id

EXPORT_LASTS = timedelta(days=7)
UNDO_WITHIN = timedelta(days=14)
# From the request on (GDPR article 12(3) gives one month); not while an open case needs it.
ERASE_WITHIN = timedelta(days=30)
# What stands where words were, in columns that may not be empty.
ERASED = "[erased]"


class ExportState(models.TextChoices):
    """Where a copy stands."""

    REQUESTED = "requested", _("We are making it")
    READY = "ready", _("Ready")
    EXPIRED = "expired", _("Deleted again")
    FAILED = "failed", _("It did not work")


class DataExport(models.Model):
    """One copy of somebody's data. ``file``: a random name in the folder of exports.

    The name is written down before the file is, so a file that no row names does not come about.
    """

    public_id = models.CharField(max_length=14, unique=True, default=new_public_id, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="data_exports"
    )
    state = models.CharField(max_length=10, choices=ExportState, default=ExportState.REQUESTED)
    requested_at = models.DateTimeField()
    leased_until = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    file = models.CharField(max_length=64, blank=True)
    size = models.PositiveBigIntegerField(default=0)  # bytes
    ready_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    downloads = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-requested_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(state__in=["requested", "ready"]),
                name="data_export_one_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(state__in=ExportState.values), name="data_export_state_known"
            ),
            models.CheckConstraint(
                condition=~Q(state=ExportState.READY)
                | (Q(ready_at__isnull=False, expires_at__isnull=False) & ~Q(file="")),
                name="data_export_ready_whole",
            ),
        ]
        indexes = [
            models.Index(
                fields=["requested_at"],
                condition=Q(state="requested"),
                name="data_export_due",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.public_id}: {self.state}"


class KeepPosts(models.TextChoices):
    """What becomes of the posts of somebody who leaves. Two choices of equal weight."""

    DELETE = "delete", _("Delete my posts")
    KEEP = "keep", _("Keep my posts, without my name")


class AccountClosure(models.Model):
    """Somebody closes their account. It can be undone until ``undo_until``, then it is erased.

    ``pseudonym``: the name to give back; nobody else can take it until then. ``before``: how each
    hidden post stood (post id -> state it was left in, and ``forum.actions.state.Standing``).
    ``waits_since``: an open case or report holds it.
    """

    public_id = models.CharField(max_length=14, unique=True, default=new_public_id, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="closures"
    )
    posts = models.CharField(max_length=6, choices=KeepPosts)
    asked_at = models.DateTimeField()
    undo_until = models.DateTimeField()
    pseudonym = models.CharField(max_length=24, blank=True)
    before = models.JSONField(default=dict, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)
    waits_since = models.DateTimeField(null=True, blank=True)
    erased_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=Q(undone_at__isnull=True), name="closure_one_open"
            ),
            models.CheckConstraint(
                condition=Q(posts__in=KeepPosts.values), name="closure_choice_known"
            ),
            models.CheckConstraint(
                condition=Q(undone_at__isnull=True) | Q(erased_at__isnull=True),
                name="closure_one_end",
            ),
            models.CheckConstraint(
                condition=Q(erased_at__isnull=True)
                | Q(erased_at__gte=F("undo_until"), pseudonym="", before={}),
                name="closure_erased_after_undo",
            ),
        ]
        indexes = [
            models.Index(
                fields=["undo_until"],
                condition=Q(undone_at__isnull=True, erased_at__isnull=True),
                name="closure_due",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.public_id} of {self.user_id}"
