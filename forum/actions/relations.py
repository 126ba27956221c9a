"""Who does not want to meet whom (P2.6). Each counts from the next request; nobody is told.

All are idempotent and say whether they changed something.
"""

from django.db import transaction

from accounts.models import (
    Block,
    CutOff,
    HiddenHcp,
    HiddenWorkplace,
    Recusal,
    Role,
    User,
    Workplace,
)
from forum.errors import NotVisible


@transaction.atomic
def hide_from_hcp(*, member: User, hcp: User) -> bool:
    """The member and this HCP no longer see each other's texts. Raises ``NotVisible``."""
    _check_roles(member, Role.MEMBER, hcp, Role.HCP)
    return HiddenHcp.objects.get_or_create(member=member, hcp=hcp)[1]


@transaction.atomic
def unhide_from_hcp(*, member: User, hcp: User) -> bool:
    """Take ``hide_from_hcp`` back."""
    return bool(HiddenHcp.objects.filter(member=member, hcp=hcp).delete()[0])


@transaction.atomic
def hide_from_workplace(*, member: User, workplace: Workplace) -> bool:
    """The member and all who work there no longer see each other's texts.

    It holds for those who start there later as well. Raises ``NotVisible``.
    """
    if member.role != Role.MEMBER:
        raise NotVisible
    return HiddenWorkplace.objects.get_or_create(member=member, workplace=workplace)[1]


@transaction.atomic
def unhide_from_workplace(*, member: User, workplace: Workplace) -> bool:
    """Take ``hide_from_workplace`` back."""
    return bool(HiddenWorkplace.objects.filter(member=member, workplace=workplace).delete()[0])


@transaction.atomic
def block(*, blocker: User, blocked: User, known_as: str = "") -> bool:
    """Two members no longer read each other. Raises ``NotVisible`` where one is no member.

    Staff cannot be blocked: members need to see what moderators say, and *hide me from* is for
    health professionals.
    """
    _check_roles(blocker, Role.MEMBER, blocked, Role.MEMBER)
    if blocker.pk == blocked.pk:
        raise NotVisible
    named = {"known_as": known_as}
    return Block.objects.get_or_create(blocker=blocker, blocked=blocked, defaults=named)[1]


@transaction.atomic
def unblock(*, blocker: User, blocked: User) -> bool:
    """Take one's own block back; that of the other one, if there is one, stays."""
    return bool(Block.objects.filter(blocker=blocker, blocked=blocked).delete()[0])


@transaction.atomic
def recuse(*, hcp: User, member: User) -> bool:
    """An HCP may know this member: they see nothing more of them, for good.

    Raises ``NotVisible`` where the two are no HCP and member.
    """
    _check_roles(hcp, Role.HCP, member, Role.MEMBER)
    return Recusal.objects.get_or_create(hcp=hcp, member=member)[1]


@transaction.atomic
def cut_off(*, member: User, hcp: User) -> bool:
    """The member reported this HCP: they no longer see each other's texts (P4.3).

    Raises ``NotVisible`` where the two are no member and HCP.
    """
    _check_roles(member, Role.MEMBER, hcp, Role.HCP)
    return CutOff.objects.get_or_create(member=member, hcp=hcp)[1]


@transaction.atomic
def lift_cut_off(*, member: User, hcp: User) -> bool:
    """Take ``cut_off`` back. Whether the case allows it, ``moderation`` has asked."""
    return bool(CutOff.objects.filter(member=member, hcp=hcp).delete()[0])


def _check_roles(one: User, its_role: Role, other: User, its_other_role: Role) -> None:
    if one.role != its_role or other.role != its_other_role:
        raise NotVisible
