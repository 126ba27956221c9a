"""Devices on which somebody wants to be told that there is something new."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.ids import new_public_id
from forum.push.post import LONGEST

MOST_DEVICES = 10
NAME_MAX = 60
KEY_MAX = 120


class PushDevice(models.Model):
    """A browser that a person switched messages on in. It goes when its session ends.

    ``endpoint``, ``p256dh`` and ``auth`` are what the browser gave us (Push API). The row itself
    knows when it is due; ``told_until``: what is older than this it was told of.
    """

    public_id = models.CharField(max_length=14, unique=True, default=new_public_id, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="push_devices"
    )
    session = models.ForeignKey("usersessions.UserSession", on_delete=models.CASCADE)
    name = models.CharField(max_length=NAME_MAX)
    endpoint = models.CharField(max_length=LONGEST, unique=True)
    p256dh = models.CharField(max_length=KEY_MAX)
    auth = models.CharField(max_length=KEY_MAX)
    added_at = models.DateTimeField()
    told_until = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField(null=True, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["added_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(endpoint__startswith="https://"), name="push_device_https"
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"], condition=Q(due_at__isnull=False), name="push_device_due"
            ),
        ]

    def __str__(self) -> str:
        return self.public_id
