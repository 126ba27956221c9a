"""What a member says about themselves, each piece for whom they pick. No health values."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

ABOUT_MAX = 300
FIELDS = ("pronouns", "since", "uses", "about", "joined")


class ShownTo(models.TextChoices):
    """Who sees one piece of a profile. ``nobody`` is the default in the database as well."""

    NOBODY = "nobody", _("Nobody")
    PEERS = "peers", _("Peers: members, community moderators and admins")
    EVERYBODY = "everybody", _("Everybody signed in: also health professionals")


class Pronouns(models.TextChoices):
    """A list and no free text: it needs no screening, and gives nobody away."""

    SHE = "she", _("she/her")
    HE = "he", _("he/him")
    THEY = "they", _("they/them")
    SHE_THEY = "she_they", _("she/they")
    HE_THEY = "he_they", _("he/they")
    ANY = "any", _("any pronouns")
    NAME = "name", _("just use my name")


class Since(models.TextChoices):
    """How long with diabetes, in bands: a date could tell who somebody is."""

    UNDER_1 = "under_1", _("Less than a year")
    UNDER_5 = "under_5", _("1 to 4 years")
    UNDER_10 = "under_10", _("5 to 9 years")
    LONGER = "longer", _("10 years or more")


class Uses(models.TextChoices):
    """What somebody uses. Kinds, no makes: nothing to advertise."""

    PENS = "pens", _("Pens")
    SMART_PEN = "smart_pen", _("Smart pen")
    PUMP = "pump", _("Pump with a tube")
    PATCH = "patch", _("Patch pump")
    LOOP = "loop", _("A loop: pump and sensor work together")
    CGM = "cgm", _("Sensor (CGM)")
    METER = "meter", _("Finger-prick meter")


def _for_whom() -> models.CharField:
    return models.CharField(
        max_length=10, choices=ShownTo, default=ShownTo.NOBODY, db_default=ShownTo.NOBODY
    )


class Profile(models.Model):
    """One member's profile. Without a row there is nothing but name and picture.

    Whether there is a profile for somebody at all, ``forum/queries/profiles.py`` decides: only for
    those who can read a post of the member. ``about`` was screened when it was written.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="profile"
    )
    pronouns = models.CharField(max_length=10, choices=Pronouns, blank=True)
    pronouns_for = _for_whom()
    since = models.CharField(max_length=10, choices=Since, blank=True)
    since_for = _for_whom()
    uses = models.JSONField(default=list, blank=True)
    uses_for = _for_whom()
    about = models.CharField(max_length=ABOUT_MAX, blank=True)
    about_for = _for_whom()
    # The month in which they joined stands on the account.
    joined_for = _for_whom()
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(pronouns_for__in=ShownTo.values)
                & Q(since_for__in=ShownTo.values)
                & Q(uses_for__in=ShownTo.values)
                & Q(about_for__in=ShownTo.values)
                & Q(joined_for__in=ShownTo.values),
                name="profile_for_whom_known",
            ),
        ]

    def __str__(self) -> str:
        return f"profile of {self.user_id}"
