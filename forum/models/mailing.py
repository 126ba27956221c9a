"""How a person wants to be told, and what is known of their address. Nobody else ever sees it."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.ids import new_public_id
from forum.models.notice import NoticeKind


class Way(models.TextChoices):
    """How a kind of notice comes. Each way includes the site, but off."""

    OFF = "off", _("Not at all")
    SITE = "site", _("On the site")
    EMAIL = "email", _("By e-mail")
    DIGEST = "digest", _("In one mail with all news")
    PUSH = "push", _("As a message on my devices")


# Those for which something is sent.
SENT = (Way.EMAIL, Way.DIGEST, Way.PUSH)


class Rhythm(models.TextChoices):
    """How often the mail with all news comes."""

    DAILY = "daily", _("Once a day")
    WEEKLY = "weekly", _("Once a week, on Sunday")


class NoticeChoice(models.Model):
    """The way that somebody chose for one kind. Without a row, the default counts."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notice_choices"
    )
    kind = models.CharField(max_length=10, choices=NoticeKind)
    way = models.CharField(max_length=6, choices=Way)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "kind"], name="notice_choice_once"),
            models.CheckConstraint(condition=Q(way__in=Way.values), name="notice_choice_way_known"),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.way}"


class MailSettings(models.Model):
    """Quiet hours, the digest and the state of the address of one person.

    ``key``: stands in the links of mails instead of anything about the person. ``digest_asked``
    counts what asked for the next digest, so that one which came meanwhile is not lost.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="mail_settings"
    )
    key = models.CharField(max_length=14, unique=True, default=new_public_id, editable=False)
    # Hours of the day in the person's own time; empty: those of the site. The same twice: none.
    quiet_from = models.PositiveSmallIntegerField(null=True, blank=True)
    quiet_until = models.PositiveSmallIntegerField(null=True, blank=True)
    time_zone = models.CharField(max_length=64, blank=True, default="")

    rhythm = models.CharField(max_length=6, choices=Rhythm, default=Rhythm.DAILY)
    digest_due_at = models.DateTimeField(null=True, blank=True)
    digest_leased_until = models.DateTimeField(null=True, blank=True)
    digest_tries = models.PositiveSmallIntegerField(default=0)
    digest_asked = models.PositiveIntegerField(default=0)
    digest_until = models.DateTimeField(null=True, blank=True)  # told up to here

    # An address that the mail server refused for good, and how often in a row.
    refused_address = models.EmailField(blank=True, default="")
    refusals = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(quiet_from__isnull=True, quiet_until__isnull=True)
                | Q(quiet_from__lte=23, quiet_until__lte=23),
                name="mail_quiet_hours_real",
            ),
            models.CheckConstraint(condition=Q(rhythm__in=Rhythm.values), name="mail_rhythm_known"),
        ]
        indexes = [
            models.Index(
                fields=["digest_due_at"],
                condition=Q(digest_due_at__isnull=False),
                name="digest_due",
            ),
        ]

    def __str__(self) -> str:
        return f"mail to {self.user_id}"
