"""Whom somebody is too close to, to decide anything about them. For posts: ``handleable_by``.

A block, *hide me from* a professional or a workplace, a recusal, a report of a professional: the
reasons of ``forum.visibility.AUTHOR_CLAUSES``. The database holds to the same (migration
``conflicts``).
"""

from accounts.models import Block, CutOff, HcpProfile, HiddenHcp, HiddenWorkplace, Recusal
from moderation.models import Report


def people_apart(user_id: int | None) -> set[int]:
    """Row ids of people whom somebody is kept from, either way. Nobody for nobody."""
    if user_id is None:
        return set()
    at_work = HcpProfile.workplaces.through.objects.filter(hcpprofile__user_id=user_id)
    mine = HiddenWorkplace.objects.filter(member_id=user_id)
    rows = (
        Block.objects.filter(blocker_id=user_id).values_list("blocked_id"),
        Block.objects.filter(blocked_id=user_id).values_list("blocker_id"),
        HiddenHcp.objects.filter(hcp_id=user_id).values_list("member_id"),
        HiddenHcp.objects.filter(member_id=user_id).values_list("hcp_id"),
        HiddenWorkplace.objects.filter(workplace__in=at_work.values("workplace_id")).values_list(
            "member_id"
        ),
        HcpProfile.objects.filter(workplaces__in=mine.values("workplace_id")).values_list(
            "user_id"
        ),
        Recusal.objects.filter(hcp_id=user_id).values_list("member_id"),
        CutOff.objects.filter(hcp_id=user_id).values_list("member_id"),
        CutOff.objects.filter(member_id=user_id).values_list("hcp_id"),
    )
    first, *others = rows
    return {pk for (pk,) in first.union(*others)}


def people_reported(user_id: int | None) -> set[int]:
    """Row ids of people whom somebody reported."""
    rows = Report.objects.filter(reporter_id=user_id, about__isnull=False)
    return set(rows.values_list("about_id", flat=True))
