"""When one person is not enough, and who can be the second. Reads only.

Rules: suspending anyone and anything against staff takes a
second admin; procedure 3: the first decisions of a professional are looked at.
"""

from datetime import datetime

from django.conf import settings
from django.db.models import Q, QuerySet

from accounts.models import Role, User
from accounts.viewer import Viewer, viewer_of
from forum.models import Post
from moderation.conflicts import cases_for
from moderation.models import (
    DecisionKind,
    Proposal,
    ProposalStatus,
    Report,
    SanctionKind,
    ShadowDone,
    WhySecond,
)
from moderation.models.decision import LIMITING
from moderation.ties import people_apart

# So many decisions of a professional are confirmed by somebody else before they decide alone.
SHADOW_DECISIONS = 20
# Two people of the desk; a professional who learns is confirmed by any reviewer.
FOR_ADMINS = (WhySecond.SUSPENSION, WhySecond.STAFF)


def is_staff(user: User) -> bool:
    """Whether somebody is of the team. Unknown roles count as such: they need two."""
    return user.role != Role.MEMBER


def in_shadow(user: User) -> bool:
    """Whether somebody is a professional whose decisions are only proposed yet."""
    return user.role == Role.HCP and not ShadowDone.objects.filter(hcp=user).exists()


def confirmed_so_far(hcp: User) -> int:
    """How many decisions of a professional somebody else confirmed as they were."""
    return Proposal.objects.filter(
        proposed_by=hcp, reason=WhySecond.SHADOW, status=ProposalStatus.APPROVED
    ).count()


def why_second(*, post: Post, moderator: User, kind: DecisionKind) -> WhySecond | None:
    """Why a decision needs a second person; None where one is enough.

    Passing something on to the safeguarding lead never waits: help comes first.
    """
    if kind == DecisionKind.SAFEGUARD:
        return None
    if kind in LIMITING and is_staff(post.author):
        return WhySecond.STAFF
    return WhySecond.SHADOW if in_shadow(moderator) else None


def why_second_for_sanction(*, user: User, kind: SanctionKind) -> WhySecond | None:
    """The same for a sanction."""
    if is_staff(user):
        return WhySecond.STAFF
    return WhySecond.SUSPENSION if kind == SanctionKind.SUSPENSION else None


def waiting(at: datetime) -> QuerySet[Proposal]:
    """Proposals that wait for a second person."""
    return Proposal.objects.filter(status=ProposalStatus.WAITING, expires_at__gt=at)


def proposed_by(viewer: Viewer) -> QuerySet[Proposal]:
    """Decisions that this person proposed and that wait. The same post is not theirs meanwhile."""
    return Proposal.objects.filter(
        proposed_by_id=viewer.user_id, status=ProposalStatus.WAITING, post__isnull=False
    ).exclude(decision_kind="")


def proposals_for(viewer: Viewer) -> QuerySet[Proposal]:
    """Proposals that somebody may see: their own, and those that they could be the second for.

    Nobody sees one about themselves, or about whom they reported in it. HCPs see nothing about
    HCPs (procedure 4), and only posts that they may handle.
    """
    if not viewer.may_review:
        return Proposal.objects.none()
    handled = Q(post__in=Post.objects.handleable_by(viewer))
    shadow = Q(reason=WhySecond.SHADOW) & handled
    may = Q(proposed_by_id=viewer.user_id)
    if viewer.role == Role.ADMIN:
        may |= Q(reason__in=FOR_ADMINS) & (Q(post=None) | handled) | shadow
    elif viewer.role == Role.MODERATOR:
        may |= shadow
    elif ShadowDone.objects.filter(hcp_id=viewer.user_id).exists():
        may |= shadow & ~Q(about__role=Role.HCP)
    reports = Report.objects.filter(reporter_id=viewer.user_id)
    return (
        Proposal.objects.filter(may)
        .filter(Q(case=None) | Q(case__in=cases_for(viewer)))
        .exclude(about_id=viewer.user_id)
        .exclude(about_id__in=people_apart(viewer.user_id))
        .exclude(case_id__in=reports.filter(case__isnull=False).values("case_id"))
        .exclude(post_id__in=reports.filter(post__isnull=False).values("post_id"))
        .exclude(about_id__in=reports.filter(about__isnull=False).values("about_id"))
        .select_related("about", "clause", "proposed_by", "closed_by", "post__thread__board")
        .select_related("post__author", "case")
    )


def to_confirm(viewer: Viewer, at: datetime) -> QuerySet[Proposal]:
    """Proposals that wait for this person, the oldest first."""
    waits = proposals_for(viewer).filter(status=ProposalStatus.WAITING, expires_at__gt=at)
    return waits.exclude(proposed_by_id=viewer.user_id).order_by("proposed_at", "pk")


def second_admins(proposal: Proposal, *, at: datetime) -> list[User]:
    """Admins who could agree to a proposal: their accounts work, and they have no conflict."""
    admins = User.objects.filter(role=Role.ADMIN, is_active=True)
    return [
        admin
        for admin in admins.exclude(pk__in=(proposal.proposed_by_id, proposal.about_id))
        if proposals_for(viewer_of(admin, at=at)).filter(pk=proposal.pk).exists()
    ]


def solo_is_possible(proposer: User) -> bool:
    """Whether an admin may decide alone, marked as such.

    Only where the site says so, names nobody outside, and has no other admin at all.
    """
    if not settings.SOLO_ADMIN or settings.OUTSIDE_APPROVER_EMAIL or proposer.role != Role.ADMIN:
        return False
    others = User.objects.filter(role=Role.ADMIN, is_active=True).exclude(pk=proposer.pk)
    return not others.exists()
