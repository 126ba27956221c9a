"""What is set for the whole site while it runs."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

REASON_MAX = 200


class Level(models.TextChoices):
    """How far the site is open."""

    OFF = "off", _("Open as always")
    READ_ONLY = "read_only", _("Reading works, writing waits")
    CLOSED = "closed", _("Closed, but for help, reports and sign-in")


class Maintenance(models.Model):
    """Whether the site is paused: one row. No row: it is open.

    ``reason`` is what people read, ``until`` what they may expect; neither ends it by itself.
    ``version`` counts changes, so that two admins do not undo each other. ``changed_by`` is empty
    after a change by the command line.
    """

    level = models.CharField(max_length=9, choices=Level, default=Level.OFF)
    reason = models.CharField(max_length=REASON_MAX, blank=True)
    until = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=0)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(pk=1), name="maintenance_single"),
            models.CheckConstraint(
                condition=Q(level__in=Level.values), name="maintenance_level_known"
            ),
        ]

    def __str__(self) -> str:
        return self.level


class Joining(models.TextChoices):
    """Who may make a member's account."""

    OPEN = "open", _("Everybody of the right age")
    INVITED = "invited", _("Only with an invitation code")
    CLOSED = "closed", _("Nobody for now")


class SiteSettings(models.Model):
    """One version of what admins set while the site runs; the newest counts. Only added to.

    What the environment sets wins over it; see ``accounts/site_settings.py``.
    """

    number = models.PositiveIntegerField(unique=True)
    joining = models.CharField(max_length=7, choices=Joining)
    operator_name = models.CharField(max_length=120)
    operator_contact = models.CharField(max_length=120, blank=True)
    operator_address = models.CharField(max_length=300, blank=True)
    operator_email = models.EmailField(blank=True)
    operator_phone = models.CharField(max_length=30, blank=True)
    # Hours of the day without mails about notices. The same hour twice: none.
    quiet_from = models.PositiveSmallIntegerField()
    quiet_until = models.PositiveSmallIntegerField()
    alert_second_after = models.PositiveSmallIntegerField()  # minutes
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField()

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.CheckConstraint(
                condition=Q(joining__in=Joining.values), name="site_joining_known"
            ),
            models.CheckConstraint(
                condition=Q(quiet_from__lte=23, quiet_until__lte=23), name="site_hours_of_a_day"
            ),
            models.CheckConstraint(
                condition=Q(alert_second_after__gte=5, alert_second_after__lte=240),
                name="site_second_alert_in_time",
            ),
        ]

    def __str__(self) -> str:
        return f"version {self.number}"
