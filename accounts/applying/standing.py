"""Where a health professional stands, in one word; the pages say what to do about it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.utils import timezone

from accounts.applying.actions import newest
from accounts.applying.tasks import TaskState, tasks_of
from accounts.models import (
    ApplicationKind,
    ApplicationState,
    Document,
    DocumentKind,
    HcpApplication,
    HcpProfile,
    User,
)
from accounts.models.application import OPEN

# From so long before the end of the year on, the page offers the renewal by itself.
RENEW_FROM = timedelta(days=60)


class Standing(StrEnum):
    """What holds now."""

    APPLYING = "applying"
    CURRENT = "current"
    CODE_CHANGED = "code_changed"
    EXPIRED = "expired"
    SUSPENDED = "suspended"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class Place:
    """All that the page of an applicant or professional shows.

    ``application``: the round that counts; unsaved where the first has not begun; None where
    there is nothing to do. ``offers``: the round that can be started now.
    """

    standing: Standing
    profile: HcpProfile | None
    application: HcpApplication | None
    tasks: list[TaskState]
    offers: ApplicationKind | None


def standing_of(profile: HcpProfile | None, *, at: datetime) -> Standing:
    """The standing of a profile; ``APPLYING`` until it was checked for the first time."""
    if profile is not None and profile.revoked_at is not None:
        return Standing.REVOKED
    if profile is None or profile.verified_at is None or profile.expires_at is None:
        return Standing.APPLYING
    if profile.suspended_at is not None:
        return Standing.SUSPENDED
    if at >= profile.expires_at:
        return Standing.EXPIRED
    if profile.code_version not in Document.objects.versions_in_force(DocumentKind.HCP_CODE):
        return Standing.CODE_CHANGED
    return Standing.CURRENT


def place_of(user: User, *, at: datetime | None = None) -> Place:
    """Where this person stands."""
    at = at or timezone.now()
    profile = HcpProfile.objects.filter(user=user).first()
    standing = standing_of(profile, at=at)
    application = newest(user)
    if application is None and standing == Standing.APPLYING:
        application = HcpApplication(user=user, kind=ApplicationKind.FIRST, started_at=at)
    if application is not None and application.state == ApplicationState.APPROVED:
        application = None
    stopped = standing in (Standing.SUSPENDED, Standing.REVOKED)
    tasks = tasks_of(application) if application and not stopped else []
    is_open = application is not None and application.state in OPEN
    offers = None if is_open or stopped else _offer(standing)
    return Place(standing, profile, application, tasks, offers)


def _offer(standing: Standing) -> ApplicationKind | None:
    return {
        Standing.CODE_CHANGED: ApplicationKind.SIGNATURE,
        Standing.EXPIRED: ApplicationKind.RENEWAL,
        Standing.CURRENT: ApplicationKind.RENEWAL,
    }.get(standing)
