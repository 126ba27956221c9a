"""Adding to the audit log, and proving that nobody changed it.

Each entry's hash covers its own fields and the hash of the entry before. An entry is added in the
transaction of what it tells of: both happen or neither does.
"""

import hashlib
import json
from collections.abc import Iterator
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from moderation.models import AuditEvent, AuditHead


def record(
    *,
    actor: User | None,
    verb: str,
    subject_kind: str,
    subject_public_id: str,
    data: dict | None = None,
    at: datetime | None = None,
) -> AuditEvent:
    """Add one entry. ``data``: ids and codes, JSON, never words of members."""
    with transaction.atomic():
        AuditHead.objects.get_or_create(pk=1)
        head = AuditHead.objects.select_for_update(no_key=True).get(pk=1)
        event = AuditEvent(
            number=head.number + 1,
            at=at or timezone.now(),
            actor=actor,
            actor_public_id=actor.public_id if actor else "",
            verb=verb,
            subject_kind=subject_kind,
            subject_public_id=subject_public_id,
            data=data or {},
            previous_hash=head.hash,
        )
        event.hash = hash_of(event)
        event.save(force_insert=True)
        head.number, head.hash = event.number, event.hash
        head.save(update_fields=["number", "hash"])
    return event


def hash_of(event: AuditEvent) -> str:
    """SHA-256 (hex) over the entry's fields and the hash before it."""
    fields = {
        "number": event.number,
        "at": event.at.astimezone(timezone.get_fixed_timezone(0)).isoformat(),
        "actor": event.actor_public_id,
        "actor_id": event.actor_id,
        "verb": event.verb,
        "subject_kind": event.subject_kind,
        "subject": event.subject_public_id,
        "data": event.data,
        "previous": event.previous_hash,
    }
    return hashlib.sha256(json.dumps(fields, sort_keys=True).encode()).hexdigest()


def faults(*, first: int = 1) -> Iterator[str]:
    """What is wrong with the chain, one line each; nothing where all is well.

    ``first``: only entries from this number on; the one before it is taken as it stands.
    """
    number, previous = 0, ""
    if first > 1 and (before := AuditEvent.objects.filter(number=first - 1).first()):
        number, previous = before.number, before.hash
    rows = AuditEvent.objects.filter(number__gte=first).order_by("number")
    for event in rows.iterator(chunk_size=2000):
        if event.number != number + 1:
            yield f"entry {number + 1} is missing: after {number} comes {event.number}"
        elif event.previous_hash != previous:
            yield f"entry {event.number} does not follow the entry before it"
        if hash_of(event) != event.hash:
            yield f"entry {event.number} was changed"
        number, previous = event.number, event.hash
    head = AuditHead.objects.filter(pk=1).first()
    if (head.number, head.hash) != (number, previous) if head else number:
        yield f"the log ends at {number}, its head says {head.number if head else 'nothing'}"
