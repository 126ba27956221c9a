"""Who does not want to meet whom."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q


class Block(models.Model):
    """A member blocked somebody: neither reads the other's posts. The other is not told."""

    blocker = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="blocks_made"
    )
    blocked = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="blocks_met"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["blocker", "blocked"], name="block_once"),
            models.CheckConstraint(condition=~Q(blocker=F("blocked")), name="block_not_oneself"),
        ]

    def __str__(self) -> str:
        return f"{self.blocker_id} blocks {self.blocked_id}"


class HiddenHcp(models.Model):
    """*Hide me from* one HCP: works both ways, the HCP is not told (P2.6)."""

    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="hidden_hcps"
    )
    hcp = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="hidden_from_members"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["member", "hcp"], name="hide_hcp_once")]

    def __str__(self) -> str:
        return f"{self.member_id} hidden from HCP {self.hcp_id}"


class HiddenWorkplace(models.Model):
    """*Hide me from* everybody who works at one place: works both ways (P2.6)."""

    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="hidden_workplaces"
    )
    workplace = models.ForeignKey(
        "accounts.Workplace", on_delete=models.CASCADE, related_name="hidden_from_members"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["member", "workplace"], name="hide_workplace_once")
        ]

    def __str__(self) -> str:
        return f"{self.member_id} hidden from workplace {self.workplace_id}"


class Recusal(models.Model):
    """An HCP said "I may know this person". For good: there is no way back (P2.6)."""

    hcp = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="recusals"
    )
    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="recused_hcps"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["hcp", "member"], name="recuse_once")]

    def __str__(self) -> str:
        return f"HCP {self.hcp_id} recused from {self.member_id}"


class CutOff(models.Model):
    """A member reported this HCP: neither reads the other's posts, from that moment (P4.3).

    For the HCP it looks like *hide me from*; nobody tells them. It stays after the case too, until
    the member takes it back. Which report it was stands in ``moderation`` alone.
    """

    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="cut_off_hcps"
    )
    hcp = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="cut_off_from"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["member", "hcp"], name="cut_off_once"),
            models.CheckConstraint(condition=~Q(member=F("hcp")), name="cut_off_not_oneself"),
        ]

    def __str__(self) -> str:
        return f"{self.member_id} cut off from HCP {self.hcp_id}"
