"""Reactions: one tap of four. Sums only, never names."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from forum.states import Audience


class ReactionKind(models.TextChoices):
    """The four kinds."""

    SAME = "same", _("Same here")
    CARE = "care", _("Sending care")
    HELPED = "helped", _("This helped")
    THANKS = "thanks", _("Thank you")


class Reaction(models.Model):
    """One member's reaction. Counted for HCPs only where the member lets HCPs read."""

    post = models.ForeignKey("forum.Post", on_delete=models.CASCADE, related_name="reaction_rows")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="reactions"
    )
    kind = models.CharField(max_length=8, choices=ReactionKind)
    audience = models.CharField(
        max_length=10, choices=Audience, default=Audience.PEERS, db_default=Audience.PEERS
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["post", "author", "kind"], name="reaction_once"),
            models.CheckConstraint(
                condition=Q(kind__in=ReactionKind.values), name="reaction_kind_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} on {self.post_id}"
