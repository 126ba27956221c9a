"""Changing what a board is: an admin's act, compared with what they saw, in the log."""

import json
from datetime import datetime
from hashlib import blake2b

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy

from accounts.models import AgeGroup, User
from accounts.viewer import viewer_of
from forum.errors import NotVisible, Refused, StaleVersion
from forum.models import Board, Thread
from forum.models.board import HoldPolicy
from forum.states import AGE_GROUP_FIELD
from moderation import audit

FIELDS = ("title", "description", "hold_policy", "sample_percent", *AGE_GROUP_FIELD.values())
# Their words stay out of the log.
WORDS = ("title", "description")
OPENS_THREADS = gettext_lazy(
    "Threads that are there already would be open to an age group that could not read them. Their"
    " authors did not know. Say yes to that below, or make a new board for this group."
)
NOBODY = gettext_lazy("Pick at least one age group.")


def version_of(board: Board) -> str:
    """What all settings of a board are right now, as a short digest to compare."""
    values = json.dumps([getattr(board, name) for name in FIELDS])
    return blake2b(values.encode(), digest_size=8).hexdigest()


@transaction.atomic
def change_board(
    *,
    board: Board,
    admin: User,
    version: str,
    title: str,
    description: str,
    hold_policy: HoldPolicy,
    sample_percent: int,
    age_groups: list[AgeGroup],
    opens_threads: bool = False,
    at: datetime | None = None,
) -> bool:
    """Change a board from the next request on. Returns whether anything is different.

    ``version``: ``version_of`` the board that the admin saw. ``opens_threads``: an explicit yes to
    threads of before becoming open to an age group that could not read them. Raises ``NotVisible``,
    ``StaleVersion``, ``Refused``.
    """
    at = at or timezone.now()
    if not viewer_of(admin, at=at).may_administer:
        raise NotVisible
    board = Board.objects.select_for_update(no_key=True).get(pk=board.pk)
    if version_of(board) != version:
        raise StaleVersion
    if not age_groups:
        raise Refused(NOBODY)
    wanted: dict[str, object] = {
        "title": title.strip(),
        "description": description.strip(),
        "hold_policy": hold_policy.value,
        "sample_percent": sample_percent,
        **{field: group in age_groups for group, field in AGE_GROUP_FIELD.items()},
    }
    before = {name: getattr(board, name) for name in FIELDS}
    changed = [name for name in FIELDS if before[name] != wanted[name]]
    if not changed:
        return False
    opens = [name for name in AGE_GROUP_FIELD.values() if name in changed and wanted[name]]
    if opens and not opens_threads and Thread.objects.filter(board=board).exists():
        raise Refused(OPENS_THREADS)
    for name in changed:
        setattr(board, name, wanted[name])
    board.save(update_fields=changed)
    codes = [name for name in changed if name not in WORDS]
    audit.record(
        actor=admin,
        verb="change_board",
        subject_kind="board",
        subject_public_id=board.slug[:20],
        data={
            "board": board.slug,
            "changed": changed,
            "from": {name: before[name] for name in codes},
            "to": {name: wanted[name] for name in codes},
            "opens_threads": bool(opens) and opens_threads,
        },
        at=at,
    )
    return True
