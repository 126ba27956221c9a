"""The people of the demo with fixed names, and links that sign in as one of them."""

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.core.signing import BadSignature, TimestampSigner
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import HcpChoice, Role

LINK_LASTS = timedelta(days=1)
signer = TimestampSigner(salt="islet.demo")


@dataclass(frozen=True, slots=True)
class Persona:
    """One of them. ``age`` in years (None for staff); ``joined``: days ago."""

    name: str
    about: Promise
    role: Role = Role.MEMBER
    age: int | None = None
    choice: HcpChoice | str = ""
    joined: int = 400


PERSONAS = (
    Persona(
        "peer_open",
        _("Member, 19. Lets health professionals read and reply."),
        age=19,
        choice=HcpChoice.OPEN,
    ),
    Persona(
        "peer_on_request",
        _("Member, 22. Professionals reply only where asked."),
        age=22,
        choice=HcpChoice.ON_REQUEST,
    ),
    Persona(
        "peer_only",
        _("Member, 20. No health professionals at all."),
        age=20,
        choice=HcpChoice.NONE,
    ),
    Persona("peer_teen", _("Member, 15."), age=15, choice=HcpChoice.NONE, joined=120),
    Persona("newcomer", _("Member, 18, joined yesterday. Has not chosen yet."), age=18, joined=1),
    Persona("moderator", _("Community moderator."), role=Role.MODERATOR),
    Persona("hcp_nurse", _("Diabetes nurse, checked by two admins."), role=Role.HCP),
    Persona(
        "hcp_doctor", _("Doctor, checked by two admins. Still learns to review."), role=Role.HCP
    ),
    Persona("hcp_unverified", _("Dietitian, in the middle of an application."), role=Role.HCP),
    Persona("hcp_applicant", _("Psychologist, waits for the second check."), role=Role.HCP),
    Persona("admin_one", _("Admin."), role=Role.ADMIN),
    Persona("admin_two", _("Admin."), role=Role.ADMIN),
)
NAMES = {persona.name for persona in PERSONAS}


def link_for(name: str) -> str:
    """An address that signs in as a persona, for a day. Raises ``KeyError`` for other names."""
    if name not in NAMES:
        raise KeyError(name)
    return settings.SITE_URL + reverse("demo:link", args=[signer.sign(name)])


def name_from(token: str) -> str | None:
    """The persona a link is for; None where the link is wrong or too old."""
    try:
        name = signer.unsign(token, max_age=LINK_LASTS)
    except BadSignature:
        return None
    return name if name in NAMES else None
