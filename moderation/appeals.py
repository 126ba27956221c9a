"""Reads of appeals: what somebody can appeal against, and who may look at it again.

Rules: procedure 4: for six months, to somebody else. Nobody looks again at what they
decided, proposed or agreed to; HCPs never at what is about HCPs.
"""

from datetime import datetime

from django.db.models import Q, QuerySet

from accounts.models import Role, User
from accounts.viewer import Viewer, viewer_of
from forum.models import Post
from moderation.models import (
    Appeal,
    AppealStatus,
    Decision,
    Proposal,
    Report,
    Sanction,
    SanctionKind,
    ShadowDone,
)
from moderation.models.appeal import APPEAL_WITHIN
from moderation.models.decision import LIMITING
from moderation.ties import people_apart

# Sanctions that a moderator may look at again. Two admins agreed to a suspension.
FOR_MODERATORS = (SanctionKind.WARNING, SanctionKind.SILENCE, SanctionKind.WORDS)


def decisions_about(viewer: Viewer, at: datetime) -> QuerySet[Decision]:
    """Decisions that took something from this person, as far as they were told, newest first.

    No words of the posts.
    """
    if viewer.user_id is None:
        return Decision.objects.none()
    told = Decision.objects.told_by(at)
    rows = told.filter(author_id=viewer.user_id, kind__in=LIMITING)
    return rows.select_related("clause", "appeal").order_by("-decided_at", "-pk")


def is_too_late(thing: Decision | Sanction, at: datetime) -> bool:
    """Whether the time for an appeal is over."""
    since = thing.decided_at if isinstance(thing, Decision) else thing.starts_at
    return at > since + APPEAL_WITHIN


def own_appeals(viewer: Viewer) -> QuerySet[Appeal]:
    """What this person asked to be looked at again, newest first."""
    if viewer.user_id is None:
        return Appeal.objects.none()
    rows = Appeal.objects.filter(appellant_id=viewer.user_id).order_by("-created_at", "-pk")
    return rows.select_related("decision__clause", "sanction__clause")


def appeals_for(viewer: Viewer) -> QuerySet[Appeal]:
    """Appeals that this person may decide, or did: they had no part in what it is about."""
    me = viewer.user_id
    if not viewer.may_review or me is None:
        return Appeal.objects.none()
    on_posts = Q(decision__post__in=Post.objects.handleable_by(viewer))
    of_members = Q(appellant__role=Role.MEMBER)
    if viewer.role == Role.ADMIN:
        may = on_posts | Q(sanction__isnull=False)
    elif viewer.role == Role.MODERATOR:
        may = of_members & (on_posts | Q(sanction__kind__in=FOR_MODERATORS))
    elif ShadowDone.objects.filter(hcp_id=me).exists():
        may = of_members & on_posts
    else:
        return Appeal.objects.none()
    part_in = Proposal.objects.filter(Q(proposed_by_id=me) | Q(closed_by_id=me))
    reports = Report.objects.filter(reporter_id=me)
    return (
        Appeal.objects.filter(may)
        .exclude(appellant_id=me)
        .exclude(decision__moderator_id=me)
        .exclude(decision__in=part_in.filter(decision__isnull=False).values("decision_id"))
        .exclude(Q(sanction__decided_by_id=me) | Q(sanction__approved_by_id=me))
        .exclude(Q(decision__case__handler_id=me) | Q(sanction__case__handler_id=me))
        .exclude(appellant_id__in=people_apart(me))
        .exclude(decision__post__in=reports.filter(post__isnull=False).values("post_id"))
        .exclude(appellant_id__in=reports.filter(about__isnull=False).values("about_id"))
        .select_related("appellant", "decision__clause", "decision__moderator", "decision__post")
        .select_related("sanction__clause", "sanction__decided_by", "decided_by")
    )


def waiting_appeals(viewer: Viewer) -> QuerySet[Appeal]:
    """Those that wait, the first due first."""
    return appeals_for(viewer).filter(status=AppealStatus.OPEN).order_by("due_at", "pk")


def deciders_of(appeal: Appeal, *, at: datetime) -> list[User]:
    """Who is told of an appeal: admins who may decide it; without one, others who may."""
    reviewers = User.objects.filter(is_active=True).exclude(role=Role.MEMBER)
    able = [
        user
        for user in reviewers.order_by("pseudonym")
        if appeals_for(viewer_of(user, at=at)).filter(pk=appeal.pk).exists()
    ]
    return [user for user in able if user.role == Role.ADMIN] or able
