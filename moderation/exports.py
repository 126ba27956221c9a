"""Copies of people's own data: made in the background, deleted after seven days.

A row says what is due. A sweep takes a lease and a random name for the file in one step, writes the
file and marks the row. Where it dies in between, the next one deletes what that name left and
begins again: no copy is lost, and no file stays that no row names.
"""

import json
import logging
import os
import secrets
import zipfile
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

import accounts.own_data
import forum.queries.own_data
import moderation.own_data
from accounts.models import DataExport, ExportState, Role, User
from accounts.models.leaving import EXPORT_LASTS
from accounts.own_data import Section
from accounts.viewer import viewer_of
from forum.actions.notices import notify
from forum.models import NoticeKind
from forum.pictures import store
from forum.queries.own_data import own_pictures
from moderation.audit import record

LEASE = timedelta(minutes=30)
MOST_TRIES = 5
# How many copies somebody may ask for; making one is much work.
MOST_COPIES = 3
COPIES_PER = timedelta(days=7)
LIVE = (ExportState.REQUESTED, ExportState.READY)

log = logging.getLogger(__name__)


class TooMany(Exception):
    """So many copies were asked for that this one must wait."""


@transaction.atomic
def ask_for_copy(*, user: User, at: datetime | None = None) -> DataExport:
    """Ask for a copy; the one that is being made stays, one that is ready is replaced.

    Raises ``TooMany`` (three in seven days).
    """
    at = at or timezone.now()
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    rows = DataExport.objects.filter(user=user)
    if waiting := rows.filter(state=ExportState.REQUESTED).first():
        return waiting
    if rows.filter(requested_at__gt=at - COPIES_PER).count() >= MOST_COPIES:
        raise TooMany
    # Its file goes with the next sweep.
    rows.filter(state=ExportState.READY).update(state=ExportState.EXPIRED)
    copy = DataExport.objects.create(user=user, requested_at=at)
    _note(copy, "data_copy_asked", at)
    return copy


def sweep(*, at: datetime | None = None) -> int:
    """Make the copies that are due and delete what is over; returns how many were made."""
    at = at or timezone.now()
    ready = DataExport.objects.filter(state=ExportState.READY)
    ready.filter(expires_at__lte=at).update(state=ExportState.EXPIRED)
    _delete_files(DataExport.objects.exclude(state__in=LIVE).exclude(file=""))
    _delete_strays(at)
    made = 0
    for pk in list(_due(at).values_list("pk", flat=True)):
        made += _make(pk, at)
    return made


def path_of(copy: DataExport, *, at: datetime | None = None) -> Path | None:
    """Where the file of a copy is; None unless it may be fetched now."""
    at = at or timezone.now()
    is_there = copy.state == ExportState.READY and copy.expires_at and at < copy.expires_at
    path = settings.EXPORT_DIR / copy.file
    return path if is_there and path.is_file() else None


def fetched(*, copy: DataExport, at: datetime | None = None) -> None:
    """Count that somebody fetched their copy."""
    with transaction.atomic():
        DataExport.objects.filter(pk=copy.pk).update(downloads=F("downloads") + 1)
        _note(copy, "data_copy_fetched", at or timezone.now())


def forget_copies(user: User) -> None:
    """Delete a person's copies, files and rows. Where it dies in between: safe to run again."""
    rows = DataExport.objects.filter(user=user)
    _delete_files(rows.exclude(file=""))
    rows.delete()


def sections(user: User, *, at: datetime) -> list[Section]:
    """All that a copy of this person's data holds."""
    viewer = viewer_of(user, at=at)
    return [
        *accounts.own_data.gather(user),
        *forum.queries.own_data.gather(user, viewer),
        *moderation.own_data.gather(user, at),
    ]


# Making one --------------------------------------------------------------------------------------


def _due(at: datetime) -> QuerySet[DataExport]:
    free = Q(leased_until=None) | Q(leased_until__lt=at)
    rows = DataExport.objects.filter(free, state=ExportState.REQUESTED)
    return rows.order_by("requested_at", "pk")


def _make(pk: int, at: datetime) -> bool:
    left = DataExport.objects.values_list("file", flat=True).filter(pk=pk).first()
    name = f"{secrets.token_urlsafe(24)}.zip"
    taken = (
        _due(at)
        .filter(pk=pk, file=left or "")
        .update(leased_until=at + LEASE, tries=F("tries") + 1, file=name)
    )
    if not taken:
        return False
    if left:
        (settings.EXPORT_DIR / left).unlink(missing_ok=True)
    copy = DataExport.objects.select_related("user").get(pk=pk)
    try:
        size = write(copy, at=at)
    except Exception:
        log.exception("copy %s not made, try %s", copy.public_id, copy.tries)
        if copy.tries >= MOST_TRIES:
            _mine(copy).update(state=ExportState.FAILED, leased_until=None)
        return False
    return _finish(copy, size, at)


def _mine(copy: DataExport) -> QuerySet[DataExport]:
    """The row, unless somebody else took it over or it was withdrawn."""
    return DataExport.objects.filter(pk=copy.pk, file=copy.file, state=ExportState.REQUESTED)


@transaction.atomic
def _finish(copy: DataExport, size: int, at: datetime) -> bool:
    done = _mine(copy).update(
        state=ExportState.READY,
        size=size,
        ready_at=at,
        expires_at=at + EXPORT_LASTS,
        leased_until=None,
    )
    if not done:
        (settings.EXPORT_DIR / copy.file).unlink(missing_ok=True)
        return False
    notify(
        recipient=copy.user,
        kind=NoticeKind.DATA,
        same_as=f"copy:{copy.public_id}",
        link=reverse("moderation:own_data"),
        at=at,
    )
    return True


def write(copy: DataExport, *, at: datetime) -> int:
    """Write the file of a copy, for its owner's eyes alone; returns its size in bytes."""
    found = sections(copy.user, at=at)
    data: dict[str, Any] = {
        "site": settings.SITE_NAME,
        "made_at": at,
        **{section.key: section.rows for section in found},
    }
    page = render_to_string(
        "moderation/copy.html", {"sections": found, "made_at": at, "site_name": settings.SITE_NAME}
    )
    folder = settings.EXPORT_DIR
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / copy.file
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as raw:
        with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("index.html", page)
            words = json.dumps(data, cls=DjangoJSONEncoder, ensure_ascii=False, indent=2)
            archive.writestr("data.json", words)
            for picture in own_pictures(copy.user):
                if content := store.read(picture.file, store.Size.LARGE):
                    archive.writestr(f"pictures/{picture.public_id}.webp", content)
        raw.flush()
        os.fsync(raw.fileno())
    return path.stat().st_size


def _delete_files(rows: QuerySet[DataExport]) -> None:
    """Delete files first, then their names: dying in between leaves a name and no file."""
    for pk, name in list(rows.values_list("pk", "file")):
        (settings.EXPORT_DIR / name).unlink(missing_ok=True)
        gone = DataExport.objects.filter(pk=pk, file=name).exclude(state=ExportState.READY)
        gone.update(file="", size=0)


def _delete_strays(at: datetime) -> None:
    """Delete files that no row names and that nobody can be writing: a second safeguard."""
    if not settings.EXPORT_DIR.is_dir():
        return
    named = set(DataExport.objects.exclude(file="").values_list("file", flat=True))
    for path in settings.EXPORT_DIR.iterdir():
        old = at.timestamp() - path.stat().st_mtime > 2 * LEASE.total_seconds()
        if path.name not in named and old:
            path.unlink(missing_ok=True)


def _note(copy: DataExport, verb: str, at: datetime) -> None:
    """What staff do with their data stands in the audit log."""
    if copy.user.role != Role.MEMBER:
        record(
            actor=copy.user,
            verb=verb,
            subject_kind="data_export",
            subject_public_id=copy.public_id,
            at=at,
        )
