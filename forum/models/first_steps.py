"""What a new member did of their first steps where nothing else would tell. Nobody else sees it."""

from django.conf import settings
from django.db import models


class FirstSteps(models.Model):
    """One row a member, made when they first tick something off or put the list away."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="first_steps"
    )
    # They opened the lesson, or the page with the helplines, from the list.
    judged_at = models.DateTimeField(null=True, blank=True)
    helpline_at = models.DateTimeField(null=True, blank=True)
    # They put the list away: for good.
    hidden_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"first steps of {self.user_id}"
