"""Reading the audit log as an admin: filters, pages, what is kept from them, is it whole.

Entries about a case from which somebody is kept are left out. Numbers and hashes of entries stay in
the database, since a gap in them would tell (docs/decisions/): a page goes on from the hash of its
last entry, shortened, and the state of the chain is "whole" or "broken", without counts.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast

from accounts.models import User
from accounts.viewer import Viewer
from moderation.conflicts import kept_ids
from moderation.models import AuditEvent

PAGE_SIZE = 50
EXPORT_MOST = 50_000
SYSTEM = "system"
CURSOR = 20  # letters of a hash: 80 bits


@dataclass(frozen=True, slots=True)
class AuditFilters:
    """What is asked for. Empty: no limit. ``day``: in UTC."""

    verb: str = ""
    subject_kind: str = ""
    subject: str = ""
    role: str = ""
    day: date | None = None

    def as_codes(self) -> dict[str, Any]:
        """For the log of who read the log."""
        return {
            "verb": self.verb,
            "kind": self.subject_kind,
            "subject": self.subject,
            "role": self.role,
            "day": self.day.isoformat() if self.day else "",
        }


def events_for(viewer: Viewer, user: User, filters: AuditFilters) -> QuerySet[AuditEvent]:
    """Entries that an admin may read, newest first."""
    if not viewer.may_administer:
        return AuditEvent.objects.none()
    rows = AuditEvent.objects.select_related("actor").order_by("-number")
    # What others did about them is a matter of its own.
    rows = rows.exclude(
        Q(subject_public_id=user.public_id) & (Q(actor__isnull=True) | ~Q(actor=user))
    )
    kept = {*kept_ids(user)}
    if kept:
        rows = rows.exclude(subject_public_id__in=kept)
        rows = rows.annotate(data_text=Cast("data", TextField()))
        for public_id in sorted({*kept, user.public_id}):
            about = Q(data_text__contains=public_id)
            rows = rows.exclude(about & ~Q(actor=user) if public_id == user.public_id else about)
    return _narrowed(rows, filters)


def _narrowed(rows: QuerySet[AuditEvent], filters: AuditFilters) -> QuerySet[AuditEvent]:
    if filters.verb:
        rows = rows.filter(verb=filters.verb)
    if filters.subject_kind:
        rows = rows.filter(subject_kind=filters.subject_kind)
    if filters.subject:
        rows = rows.filter(subject_public_id=filters.subject)
    if filters.role == SYSTEM:
        rows = rows.filter(actor__isnull=True)
    elif filters.role:
        rows = rows.filter(actor__role=filters.role)
    if filters.day:
        start = datetime.combine(filters.day, time.min, tzinfo=UTC)
        rows = rows.filter(at__gte=start, at__lt=start + timedelta(days=1))
    return rows


def page_of(rows: QuerySet[AuditEvent], before: str) -> tuple[list[AuditEvent], str]:
    """One page, and from where the next goes on (empty at the end). ``before``: such a place."""
    if before and (last := rows.filter(hash__startswith=before).first()):
        rows = rows.filter(number__lt=last.number)
    found = list(rows[: PAGE_SIZE + 1])
    more = len(found) > PAGE_SIZE
    return found[:PAGE_SIZE], found[PAGE_SIZE - 1].hash[:CURSOR] if more else ""


def as_row(event: AuditEvent) -> dict[str, Any]:
    """An entry for an export: without number and hashes."""
    return {
        "at": event.at.isoformat(),
        "actor": event.actor.pseudonym if event.actor else "",
        "role": event.actor.role if event.actor else "",
        "verb": event.verb,
        "subject_kind": event.subject_kind,
        "subject": event.subject_public_id,
        "data": event.data,
    }


def known_verbs() -> list[str]:
    """Verbs that stand in the log."""
    return sorted(AuditEvent.objects.values_list("verb", flat=True).distinct())
