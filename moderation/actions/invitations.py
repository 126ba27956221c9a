"""Making invitation codes and taking them back. Using one is joining: ``accounts/joining``."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts.invitations import digest_of, new_code
from accounts.models import InvitationCode, User
from accounts.viewer import viewer_of
from forum.errors import NotVisible
from moderation import audit


class MadeBefore(Exception):
    """The form was sent twice. The code was shown the first time, and cannot be again."""


@transaction.atomic
def make_code(
    *,
    public_id: str,
    admin: User,
    label: str,
    uses_allowed: int,
    expires_at: datetime,
    at: datetime | None = None,
) -> str:
    """A new code, returned this once: only its hash is stored.

    ``public_id``: given by the form, so that sending it twice makes one. Raises ``NotVisible``,
    ``MadeBefore``.
    """
    at = at or timezone.now()
    if not viewer_of(admin, at=at).may_administer:
        raise NotVisible
    if InvitationCode.objects.filter(public_id=public_id).exists():
        raise MadeBefore
    code = new_code()
    made = InvitationCode.objects.create(
        public_id=public_id,
        label=label.strip(),
        digest=digest_of(code),
        uses_allowed=uses_allowed,
        created_by=admin,
        created_at=at,
        expires_at=expires_at,
    )
    _log("invitation_made", made, admin, at, uses_allowed=uses_allowed)
    return code


@transaction.atomic
def revoke_code(*, code: InvitationCode, admin: User, at: datetime | None = None) -> bool:
    """Let nobody join with it any more; returns whether this did it. Raises ``NotVisible``."""
    at = at or timezone.now()
    if not viewer_of(admin, at=at).may_administer:
        raise NotVisible
    rows = InvitationCode.objects.filter(pk=code.pk, revoked_at=None)
    if not rows.update(revoked_at=at, revoked_by=admin):
        return False
    _log("invitation_revoked", code, admin, at)
    return True


def _log(verb: str, code: InvitationCode, admin: User, at: datetime, **data: object) -> None:
    audit.record(
        actor=admin,
        verb=verb,
        subject_kind="invitation",
        subject_public_id=code.public_id,
        data=data,
        at=at,
    )
