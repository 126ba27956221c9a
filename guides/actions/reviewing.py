"""The clinical check of a guide: by a health professional who wrote none of it."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.viewer import viewer_of
from guides.actions.writing import locked, note, to_draft
from guides.checklist import CHECKLIST
from guides.errors import Conflict, NotAllowed, Refused
from guides.models import ArticleVersion, EventKind, VersionStatus
from guides.roles import has_written, may_check, need_checker, profession_of

MONTHS = 12  # after so many it should be checked again, unless the reviewer says sooner

OWN_WORK = _("You wrote some of this. Somebody else must check it.")
NOT_WAITING = _("It does not wait for a check any more.")
NOT_ALL = _("Tick every line, or send it back.")
BAD_DAY = _("Pick a day after today.")
NO_WORDS = _("Say what should change.")


@transaction.atomic
def approve(
    *,
    version: ArticleVersion,
    reviewer: User,
    seen: int,
    checklist: Iterable[str],
    review_by: date | None = None,
    words: str = "",
    at: datetime | None = None,
) -> ArticleVersion:
    """Say that a version is right. ``seen``: the revision that was read.

    ``review_by``: when it should be checked again, at most and by default twelve months from now.
    Raises ``NotAllowed``, ``Refused``; ``Conflict`` where the words are not those that were read.
    """
    need_checker(reviewer)
    at = at or timezone.now()
    version = _waiting(version, reviewer)
    if version.revision != seen:
        raise Conflict(version)
    ticked = [key for key in CHECKLIST if key in set(checklist)]
    if len(ticked) != len(CHECKLIST):
        raise Refused(NOT_ALL)
    today = timezone.localdate(at)
    latest = in_months(today, MONTHS)
    again = min(review_by or latest, latest)
    if again <= today:
        raise Refused(BAD_DAY)
    version.status = VersionStatus.CHECKED
    version.reviewed_by, version.reviewed_on, version.review_by = reviewer, today, again
    version.reviewer_profession = profession_of(reviewer)
    version.save(
        update_fields=["status", "reviewed_by", "reviewed_on", "review_by", "reviewer_profession"]
    )
    note(version, EventKind.APPROVED, reviewer, at, words=words.strip(), checklist=ticked)
    return version


@transaction.atomic
def send_back(
    *, version: ArticleVersion, reviewer: User, words: str, at: datetime | None = None
) -> ArticleVersion:
    """Say what should change; it is a draft again. An admin may do so, too, until it is published.

    Raises ``NotAllowed``, ``Refused``.
    """
    viewer = viewer_of(reviewer)
    if viewer.may_administer:
        version = locked(version)
    elif may_check(viewer):
        version = _waiting(version, reviewer)
    else:
        raise NotAllowed
    if not words.strip():
        raise Refused(NO_WORDS)
    to_draft(version)
    note(version, EventKind.SENT_BACK, reviewer, at or timezone.now(), words=words.strip())
    return version


def _waiting(version: ArticleVersion, reviewer: User) -> ArticleVersion:
    version = locked(version)
    if version.status != VersionStatus.IN_REVIEW:
        raise Refused(NOT_WAITING)
    if has_written(version, reviewer):
        raise Refused(OWN_WORK)
    return version


def in_months(day: date, months: int) -> date:
    """The same day so many months later; the first of the next where a month is too short."""
    year, month = divmod(day.month - 1 + months, 12)
    try:
        return day.replace(year=day.year + year, month=month + 1)
    except ValueError:
        return in_months(day.replace(day=1), months + 1)
