"""Appeals: somebody says that a decision about them was wrong, and somebody else looks again."""

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.ids import new_appeal_number

# Six months (procedure 4, EU DSA article 20), counted so that no six months are longer.
APPEAL_WITHIN = timedelta(days=184)
# A complaint about a decision is answered within seven days (procedure 4).
ANSWER_WITHIN = timedelta(days=7)


class AppealStatus(models.TextChoices):
    """Where an appeal stands."""

    OPEN = "open", _("Waits for a second look")
    UPHELD = "upheld", _("The decision stays")
    PARTLY = "partly", _("Changed in part")
    OVERTURNED = "overturned", _("The decision was wrong")


class Restored(models.TextChoices):
    """What became of what had been limited, after a decision was overturned."""

    POST_BACK = "post_back", _("Your post is back.")
    POST_TO_CHANGE = "post_to_change", _("You can change your post and send it again.")
    POST_AS_BEFORE = "post_as_before", _("Your post is as it was before that decision.")
    POST_GONE = "post_gone", _("Your post is not there any more, so it could not come back.")
    POST_MOVED_ON = "post_moved_on", _("Your post has changed since, so we left it as it is.")
    SANCTION_LIFTED = "sanction_lifted", _("What was on your account is off.")
    SANCTION_SHORTER = "sanction_shorter", _("What is on your account ends sooner.")
    SANCTION_OVER = "sanction_over", _("What was on your account was over already.")
    WORDS_BACK = "words_back", _("Your words about you are back.")
    WORDS_NEWER = "words_newer", _("Your profile has changed since, so we left it as it is.")


class Appeal(models.Model):
    """One appeal against one decision or one sanction; one each, ever.

    Decided by nobody who made, proposed or approved it, nor by who appeals: in code, and by
    triggers in the database.
    """

    number = models.CharField(max_length=12, unique=True, default=new_appeal_number, editable=False)
    appellant = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="appeals"
    )
    decision = models.OneToOneField(
        "moderation.Decision", on_delete=models.PROTECT, null=True, blank=True
    )
    sanction = models.OneToOneField(
        "moderation.Sanction", on_delete=models.PROTECT, null=True, blank=True
    )
    words = models.TextField(max_length=4000)
    created_at = models.DateTimeField()
    due_at = models.DateTimeField()
    status = models.CharField(max_length=10, choices=AppealStatus, default=AppealStatus.OPEN)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="appeals_decided",
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    answer = models.TextField(blank=True, max_length=4000)
    restored = models.CharField(max_length=16, choices=Restored, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["due_at"], condition=Q(status="open"), name="appeal_open_order"),
            models.Index(fields=["appellant", "-created_at"], name="appeal_own_list"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(decision__isnull=False, sanction__isnull=True)
                | Q(decision__isnull=True, sanction__isnull=False),
                name="appeal_against_one_thing",
            ),
            models.CheckConstraint(condition=~Q(words=""), name="appeal_has_words"),
            models.CheckConstraint(
                condition=Q(status__in=AppealStatus.values), name="appeal_status_known"
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("appellant")),
                name="appeal_not_ones_own",
            ),
            models.CheckConstraint(
                condition=Q(
                    status=AppealStatus.OPEN,
                    decided_by__isnull=True,
                    decided_at__isnull=True,
                    answer="",
                )
                | (
                    ~Q(status=AppealStatus.OPEN)
                    & Q(decided_by__isnull=False, decided_at__isnull=False)
                    & ~Q(answer="")
                ),
                name="appeal_decided_whole",
            ),
        ]

    def __str__(self) -> str:
        return self.number
