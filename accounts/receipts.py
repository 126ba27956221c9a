"""Receipts for choices, readable and as JSON (P1.4).

The names of the fields follow the Kantara Initiative's *Consent Receipt Specification* 1.1. What
it has no name for (the choice itself, the exact wording that was shown) stands under ``islet``.
"""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.consent import NO, YES
from accounts.models import Consent, HcpChoice, Purpose
from accounts.site_settings import site

VERSION = "KI-CR-v1.1.0"
HEALTH = "Health"


@dataclass(frozen=True, slots=True)
class Facts:
    """What a receipt says about a purpose. ``category``: a word of the specification's list."""

    does: Promise
    ends: Promise
    category: str
    data: tuple[str, ...]


FACTS = {
    Purpose.JOIN: Facts(
        _("You have an account, and what you post is stored and shown to the people you choose."),
        _("When you close your account."),
        "Core Function",
        ("E-mail address", "Month and year of birth", "Posts", HEALTH),
    ),
    Purpose.HCP_INVOLVEMENT: Facts(
        _("Health professionals here read your posts, as far as you let them."),
        _("When you choose otherwise. It counts at once."),
        "Core Function",
        ("Posts", HEALTH),
    ),
    Purpose.EMAIL: Facts(
        _("We send you an e-mail when there is something new for you."),
        _("When you switch it off."),
        "Contact Requested",
        ("E-mail address",),
    ),
    Purpose.RESEARCH: Facts(
        _("We may ask you if you want to take part in research. You can say no each time."),
        _("When you switch it off."),
        "Contact Requested",
        ("E-mail address",),
    ),
    Purpose.GUARDIAN: Facts(
        _("A parent or guardian says that you may take part."),
        _("When you are old enough to decide alone, or close your account."),
        "Core Function",
        ("Their answer",),
    ),
    Purpose.HCP_CODE: Facts(
        _("You work here under the code of conduct."),
        _("After a year, or when the code changes in substance."),
        "Core Function",
        ("Name", "Register entry"),
    ),
}
# A choice that reveals something about a person's health (GDPR, article 9).
SENSITIVE = (Purpose.JOIN, Purpose.HCP_INVOLVEMENT)


def value_in_words(consent: Consent) -> str:
    """The choice as people say it."""
    words = {YES: _("Yes"), NO: _("No"), **dict(HcpChoice.choices)}
    return str(words.get(consent.value, consent.value))


def receipt(consent: Consent) -> dict[str, Any]:
    """The receipt of one choice, ready for JSON. Times are seconds since 1970 (UTC)."""
    purpose = Purpose(consent.purpose)
    facts = FACTS[purpose]
    document = consent.document
    return {
        "version": VERSION,
        "jurisdiction": settings.DEFAULT_COUNTRY,
        "consentTimestamp": int(consent.at.timestamp()),
        "collectionMethod": consent.get_method_display(),
        "consentReceiptID": consent.public_id,
        "language": consent.language,
        "piiPrincipalId": consent.user.public_id,
        "piiControllers": [controller()],
        "policyUrl": settings.SITE_URL + reverse("guides:privacy"),
        "services": [
            {
                "service": settings.SITE_NAME,
                "purposes": [
                    {
                        "purpose": str(facts.does),
                        "purposeCategory": [facts.category],
                        "consentType": "EXPLICIT",
                        "piiCategory": list(facts.data),
                        "primaryPurpose": purpose == Purpose.JOIN,
                        "termination": str(facts.ends),
                        "thirdPartyDisclosure": False,
                    }
                ],
            }
        ],
        "sensitive": purpose in SENSITIVE,
        "spiCat": [HEALTH] if purpose in SENSITIVE else [],
        "islet": {
            "purpose": consent.purpose,
            "choice": consent.value,
            "ageGroup": consent.age_group,
            "text": None
            if document is None
            else {
                "kind": document.kind,
                "version": document.version,
                "language": document.language,
                "title": document.title,
                "sha256": consent.document_hash,
            },
        },
    }


def controller() -> dict[str, Any]:
    """Who answers for the data: the organisation that runs the site."""
    ours = site()
    return {
        "piiController": ours.operator_name,
        "contact": ours.operator_contact,
        "address": ours.operator_address,
        "email": ours.operator_email,
        "phone": ours.operator_phone,
    }
