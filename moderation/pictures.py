"""Pictures as reviewers and admins see them. Each look at a file is in the audit log."""

from datetime import datetime

from accounts.models import User
from accounts.viewer import Viewer
from forum.models import Picture, Post
from forum.pictures.store import Size
from moderation import audit
from moderation.conflicts import parts_of
from moderation.models import Case, CaseEvidence, Report, ReportEvidence


def pictures_for_review(viewer: Viewer, post: Post) -> list[Picture]:
    """The pictures of a post that a reviewer has before them."""
    return list(Picture.objects.handleable_by(viewer).filter(post=post))


def read_for_review(
    viewer: Viewer, reviewer: User, public_id: str, size: Size, *, at: datetime | None = None
) -> Picture | None:
    """A picture of a post that the reviewer may handle, with its post; None where it is not."""
    pictures = Picture.objects.handleable_by(viewer).select_related("post__author")
    picture = pictures.filter(public_id=public_id).first()
    if picture is not None:
        _record(reviewer, "read_picture", picture, {"size": size.value}, at)
    return picture


def pictures_in_case(case: Case) -> list[Picture]:
    """All pictures of posts that a case is about, those that were taken away as well."""
    parts = parts_of(case)
    reports = Report.objects.filter(case__in=parts)
    kept = ReportEvidence.objects.filter(report__in=reports)
    posts = set(reports.filter(post__isnull=False).values_list("post_id", flat=True))
    posts |= set(kept.values_list("revision__post_id", flat=True))
    posts |= set(CaseEvidence.objects.filter(case__in=parts).values_list("post_id", flat=True))
    pictures = Picture.objects.filter(post__in=posts).select_related("post__author")
    return list(pictures.order_by("post__created_at", "post", "place"))


def read_in_case(
    case: Case, admin: User, public_id: str, size: Size, *, at: datetime | None = None
) -> Picture | None:
    """A picture of a post that a case is about; the caller knows that the admin may work on it."""
    picture = next((one for one in pictures_in_case(case) if one.public_id == public_id), None)
    if picture is not None:
        _record(admin, "read_picture", picture, {"size": size.value, "case": case.public_id}, at)
    return picture


def _record(actor: User, verb: str, picture: Picture, data: dict, at: datetime | None) -> None:
    audit.record(
        actor=actor,
        verb=verb,
        subject_kind="post",
        subject_public_id=picture.post.public_id if picture.post else "",
        data={"picture": picture.public_id, **data},
        at=at,
    )
