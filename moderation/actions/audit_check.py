"""Checking that the audit log is whole, and writing down that it was checked."""

from datetime import datetime

from django.utils import timezone

from accounts.models import User
from moderation import audit
from moderation.models import AuditCheck, AuditHead

NEWEST = 5_000  # entries that "verify now" checks, so that a page never waits for long


def check_all(*, at: datetime | None = None) -> AuditCheck:
    """Check the whole log, as the daily job does."""
    return _store(1, None, at)


def check_newest(*, admin: User, at: datetime | None = None) -> AuditCheck:
    """Check the newest entries, and log that somebody did."""
    head = AuditHead.objects.filter(pk=1).first()
    first = max(1, (head.number if head else 0) - NEWEST + 1)
    done = _store(first, admin, at)
    audit.record(
        actor=admin,
        verb="audit_checked",
        subject_kind="audit",
        subject_public_id="",
        data={"whole": done.whole},
        at=at,
    )
    return done


def _store(first: int, by: User | None, at: datetime | None) -> AuditCheck:
    head = AuditHead.objects.filter(pk=1).first()
    found = next(audit.faults(first=first), None)
    return AuditCheck.objects.create(
        at=at or timezone.now(),
        by=by,
        first=first,
        last=head.number if head else 0,
        whole=found is None,
    )
