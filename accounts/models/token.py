"""Keys that open a little of an account without signing in: a feed address, keys for apps."""

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.ids import new_public_id

NAME_MAX = 40
LONGEST = timedelta(days=365)  # how long a key for an app can last
MOST_APPS = 10  # keys for apps that one person can have at once


class TokenKind(models.TextChoices):
    """What a key opens."""

    FEED = "feed", _("My feed")
    API = "api", _("An app")


class Scope(models.TextChoices):
    """What an app may do with its key."""

    READ = "read", _("Read the boards and threads that I can read")
    WRITE = "write", _("Post as me")
    NOTICES = "notices", _("See my notices and mark them as read")


class MemberToken(models.Model):
    """One key. The secret itself is shown once and not stored: ``secret_hash`` is its SHA-256.

    ``stamp`` ties it to the password and the sessions of the account as they were: a new password,
    or the end of all sessions, ends every key with no row touched (``accounts/tokens.py``).
    """

    public_id = models.CharField(max_length=14, unique=True, default=new_public_id, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="tokens"
    )
    kind = models.CharField(max_length=4, choices=TokenKind)
    name = models.CharField(max_length=NAME_MAX, blank=True)
    scopes = models.JSONField(default=list, blank=True)
    secret_hash = models.CharField(max_length=64, unique=True)
    stamp = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    stopped_at = models.DateTimeField(null=True, blank=True)
    # By the day: enough to notice what is not one's own, and no diary of somebody's reading.
    last_used_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=TokenKind.values), name="token_kind_known"),
            models.CheckConstraint(
                condition=~Q(kind=TokenKind.API)
                | (
                    Q(expires_at__isnull=False, expires_at__gt=models.F("created_at")) & ~Q(name="")
                ),
                name="token_of_app_ends_and_has_a_name",
            ),
            models.CheckConstraint(condition=~Q(secret_hash=""), name="token_has_a_hash"),
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(kind=TokenKind.FEED, stopped_at__isnull=True),
                name="token_one_feed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.public_id}"
