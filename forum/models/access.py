"""Which member's post was shown to which health professional: what the member is told."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.ids import new_public_id

REASON_MAX = 500


class Surface(models.TextChoices):
    """Where a post was shown, in words for its author."""

    THREAD = "thread", _("Read in its thread")
    BOARD = "board", _("Title seen in a list")
    REPLY = "reply", _("Read while they wrote a reply")
    SAVED = "saved", _("Read among the posts that they saved")
    SEARCH = "search", _("Found in a search")
    OWN_POSTS = "own_posts", _("Read next to a post of their own")
    PROFILE = "profile", _("Seen on your profile page")
    NOTICE = "notice", _("Named in a notice to them")
    QUEUE = "queue", _("Read while they checked a post")
    REPORT = "report", _("Read while they reported it")
    BREAK_GLASS = "break_glass", _("Shown without your name, as a life may be in danger")


class HcpAccess(models.Model):
    """A member's post was shown to an HCP on one surface on one day. Only added to.

    The author stands here as well, so that a member's own list is one range of an index. The title
    of a thread belongs to its opening post. Rows are written by ``forum/access_log.py`` alone.
    """

    public_id = models.CharField(max_length=14, unique=True, default=new_public_id, editable=False)
    hcp = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="accesses_made"
    )
    post = models.ForeignKey("forum.Post", on_delete=models.CASCADE, related_name="accesses")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="accesses_met"
    )
    surface = models.CharField(max_length=12, choices=Surface)
    # The day in the time zone of the site, so that "by day" is the same for all who ask.
    day = models.DateField()
    first_at = models.DateTimeField()
    # Words for the author where the surface does not say why (break-glass).
    reason = models.CharField(max_length=REASON_MAX, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["hcp", "post", "surface", "day"], name="access_once_a_day"
            ),
            models.CheckConstraint(
                condition=Q(surface__in=Surface.values), name="access_surface_known"
            ),
            models.CheckConstraint(
                condition=~Q(hcp=models.F("author")), name="access_not_of_oneself"
            ),
        ]
        indexes = [
            models.Index(fields=["author", "-day", "hcp"], name="access_of_member"),
            models.Index(fields=["hcp", "-day"], name="access_by_hcp"),
        ]

    def __str__(self) -> str:
        return f"{self.post_id} shown to {self.hcp_id} ({self.surface})"
