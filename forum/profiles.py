"""The rules of profiles: who sees which piece, and what words about oneself may be shown.

Pure: all that it needs is handed in.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from django.template.defaultfilters import date as date_words
from django.utils.functional import Promise
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from accounts.models import Role, User
from accounts.viewer import Viewer
from forum.models.profile import Profile, Pronouns, ShownTo, Since, Uses
from forum.screening import Finding, Kind

# Refused beside the field, in this order; a link is never there for a good reason.
REFUSED: dict[Kind, Promise] = {
    Kind.CONTACT: _(
        "This may tell people how to reach you or where you are. Please take it out. "
        "It keeps you safe."
    ),
    Kind.DOSE: _("This reads like a dose. They differ from person to person. Please leave it out."),
    Kind.ABUSE: _("Some words in this may hurt somebody. Can you say it in another way?"),
    Kind.PROMO: _("Please leave out links and things to buy."),
}
# Somebody may need help: kept, for their own eyes, with the ways to help beside it.
NEEDS_CARE = (Kind.CRISIS, Kind.EMERGENCY, Kind.EATING)
_LINK = re.compile(r"https?:|www\.", re.IGNORECASE)


class As(StrEnum):
    """As whom somebody looks at a profile."""

    PEER = "peer"
    PROFESSIONAL = "professional"


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of a profile: what it is, and what it says. ``lines``: kept as typed."""

    name: str
    title: Promise
    words: str


def looks_as(viewer: Viewer) -> As | None:
    """As whom a viewer looks at profiles of others; None: not at all."""
    if not viewer.may_read:
        return None
    if viewer.role == Role.HCP:
        return As.PROFESSIONAL
    if viewer.role in (Role.MEMBER, Role.MODERATOR, Role.ADMIN):
        return As.PEER
    return None


def is_shown(for_whom: str, looks: As) -> bool:
    """Whether a piece is shown. What is unknown is shown to nobody."""
    if for_whom == ShownTo.EVERYBODY:
        return True
    return for_whom == ShownTo.PEERS and looks == As.PEER


def facts_shown(user: User, profile: Profile | None, looks: As) -> list[Fact]:
    """The pieces that somebody who looks like this sees, in their order; empty ones left out."""
    if profile is None:
        return []
    pieces = (
        Fact("pronouns", _("Pronouns"), _label(Pronouns, profile.pronouns)),
        Fact("since", _("With diabetes for"), _label(Since, profile.since)),
        Fact("uses", _("Uses"), ", ".join(_label(Uses, one) for one in profile.uses)),
        Fact("joined", _("Here since"), date_words(localtime(user.joined_at), "F Y")),
        Fact("about", _("About me"), profile.about),
    )
    return [
        piece
        for piece in pieces
        if piece.words and is_shown(getattr(profile, f"{piece.name}_for"), looks)
    ]


def _label(choices: type[Pronouns] | type[Since] | type[Uses], value: str) -> str:
    return str(dict(choices.choices).get(value, ""))


def has_profile_for(role: Role | str | None, user: User) -> bool:
    """Whether somebody in this role who reads a post of this person finds a profile.

    Only members have one, and for professionals only those who let them read.
    """
    if user.role != Role.MEMBER or not user.is_active or user.closed_at is not None:
        return False
    return role != Role.HCP or user.lets_hcps_read


def refusal(text: str, findings: Iterable[Finding]) -> Promise | None:
    """Why words about oneself are not taken, for the person; None where they are."""
    kinds = {finding.kind for finding in findings}
    if _LINK.search(text):
        kinds.add(Kind.PROMO)
    return next((words for kind, words in REFUSED.items() if kind in kinds), None)


def needs_care(findings: Sequence[Finding]) -> Kind | None:
    """The kind of worry that words about oneself give, the most urgent first."""
    kinds = {finding.kind for finding in findings}
    return next((kind for kind in NEEDS_CARE if kind in kinds), None)
