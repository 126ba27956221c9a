"""Who does not want to meet whom."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.crypto import salted_hmac


class Block(models.Model):
    """A member blocked somebody: neither reads the other's posts. The other is not told."""

    blocker = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="blocks_made"
    )
    blocked = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="blocks_met"
    )
    # By which name the blocker knows them, where it is another one in a thread.
    known_as = models.CharField(max_length=24, blank=True, default="", db_default="")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["blocker", "blocked"], name="block_once"),
            models.CheckConstraint(condition=~Q(blocker=F("blocked")), name="block_not_oneself"),
        ]

    def __str__(self) -> str:
        return f"{self.blocker_id} blocks {self.blocked_id}"

    @property
    def name(self) -> str:
        """The name for the blocker, who may not know the other one."""
        return self.known_as or self.blocked.pseudonym

    @property
    def key(self) -> str:
        """What stands for this block in a form: nothing of the person, nor of the row."""
        return salted_hmac("accounts.block", f"{self.pk}", algorithm="sha256").hexdigest()[:20]


class HeldName(models.Model):
    """A name that no account can have: it is somebody's other name in a thread."""

    lower_name = models.CharField(max_length=24, unique=True)

    def __str__(self) -> str:
        return self.lower_name


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
