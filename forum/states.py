"""The words for what a text is: who it is for, what state it is in, how soon it needs a look."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import AgeGroup

# The column of a board that says whether it is for an age group.
AGE_GROUP_FIELD = {
    AgeGroup.TEEN: "for_13_15",
    AgeGroup.OLDER_TEEN: "for_16_17",
    AgeGroup.ADULT: "for_18_25",
}


class Audience(models.TextChoices):
    """Who a text is for. ``peers`` is the narrower of the two."""

    PEERS = "peers", _("Peers only")
    COMMUNITY = "community", _("Community")


class Status(models.TextChoices):
    """The state of a text. ``held`` is the default in the database: a bypass shows nothing."""

    HELD = "held", _("Waiting for a look")
    CHANGES = "changes", _("Needs a change")
    PUBLISHED = "published", _("Published")
    HIDDEN = "hidden", _("Hidden")
    REMOVED = "removed", _("Removed")
    WITHDRAWN = "withdrawn", _("Deleted by its author")


# States in which authors still see their own text.
OWN_STATUSES = (Status.HELD, Status.CHANGES, Status.PUBLISHED, Status.HIDDEN, Status.REMOVED)


class Severity(models.IntegerChoices):
    """How soon a human must look; the times are in forum/policy.py."""

    S0 = 0, _("Danger now")
    S1 = 1, _("Serious")
    S2 = 2, _("Soon")
    S3 = 3, _("Routine")


class Track(models.TextChoices):
    """Welfare: somebody may need help, never a strike. Conduct: a rule may be broken."""

    CONDUCT = "conduct", _("Conduct")
    WELFARE = "welfare", _("Welfare")
    SAFEGUARDING = "safeguarding", _("Safeguarding lead")


def narrowest(*audiences: str) -> Audience:
    """The narrowest of some audiences; ``peers`` where none is given."""
    if audiences and all(audience == Audience.COMMUNITY for audience in audiences):
        return Audience.COMMUNITY
    return Audience.PEERS
