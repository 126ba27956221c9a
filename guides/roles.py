"""Who may do what with guides: two questions about a viewer, asked by views and actions alike."""

from accounts.models import HcpProfile, Role, User
from accounts.viewer import Viewer, viewer_of
from guides.errors import NotAllowed
from guides.models import ArticleEvent, ArticleVersion
from guides.models.event import WRITING


def may_edit(viewer: Viewer) -> bool:
    """Whether this person may write guides: current health professionals, and admins."""
    return viewer.may_review and viewer.role in (Role.HCP, Role.ADMIN)


def may_check(viewer: Viewer) -> bool:
    """Whether this person may check what others wrote.

    Current health professionals alone, whose first decisions in the queue were confirmed.
    """
    return viewer.may_review and viewer.role == Role.HCP and not is_learning(viewer)


def is_learning(viewer: Viewer) -> bool:
    """Whether somebody is a professional whose decisions are only proposed yet.

    The queue keeps that fact. Guides know it by the name of the relation alone.
    """
    done = User.objects.filter(pk=viewer.user_id or 0, shadow_done__isnull=False)
    return viewer.role == Role.HCP and not done.exists()


def need_editor(user: User) -> None:
    """Raise ``NotAllowed`` for everybody who may not write guides right now."""
    if not may_edit(viewer_of(user)):
        raise NotAllowed


def need_checker(user: User) -> None:
    """Raise ``NotAllowed`` for everybody who may not check guides right now."""
    if not may_check(viewer_of(user)):
        raise NotAllowed


def need_admin(user: User) -> None:
    """Raise ``NotAllowed`` for everybody but admins."""
    if not viewer_of(user).may_administer:
        raise NotAllowed


def has_written(version: ArticleVersion, user: User) -> bool:
    """Whether somebody wrote any of a version: they began it, or saved a change."""
    if version.written_by_id == user.pk:
        return True
    own = ArticleEvent.objects.filter(version=version, actor=user, kind__in=WRITING)
    return own.exists()


def profession_of(user: User) -> str:
    """The profession of a health professional as it was checked; empty for others."""
    if user.role != Role.HCP:
        return ""
    profile = HcpProfile.objects.filter(user=user).first()
    return profile.profession if profile else ""
