"""Health professionals as members may choose among them."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.models import Document, DocumentKind, HcpProfile, Role, Workplace

PLACES_SHOWN = 60


def current_hcps(*, at: datetime | None = None) -> QuerySet[HcpProfile]:
    """Profiles of HCPs whose accounts work now, by name. The same rule as ``is_current``."""
    at = at or timezone.now()
    versions = Document.objects.versions_in_force(DocumentKind.HCP_CODE)
    return (
        HcpProfile.objects.filter(
            user__role=Role.HCP,
            user__is_active=True,
            verified_at__isnull=False,
            revoked_at__isnull=True,
            suspended_at__isnull=True,
            expires_at__gt=at,
            code_version__in=versions,
        )
        .select_related("user")
        .order_by("user__pseudonym")
    )


def hcps_named(words: str, *, at: datetime | None = None) -> QuerySet[HcpProfile]:
    """Current HCPs whose name or profession holds these words; all for none."""
    hcps = current_hcps(at=at)
    if not words:
        return hcps
    return hcps.filter(Q(user__pseudonym__icontains=words) | Q(profession__icontains=words))


def workplaces_named(words: str) -> QuerySet[Workplace]:
    """Workplaces whose name holds these words; all for none."""
    found = Workplace.objects.order_by("name")
    return found.filter(name__icontains=words) if words else found


def places_to_pick(chosen: Collection[str]) -> list[Workplace]:
    """Workplaces to tick, by name: so many as fit a page, and always the chosen (public ids).

    Others are found by typing their name.
    """
    shown = Workplace.objects.order_by("name")[:PLACES_SHOWN]
    missing = set(chosen) - {place.public_id for place in shown}
    others = Workplace.objects.filter(public_id__in=missing) if missing else []
    return [*shown, *others]
