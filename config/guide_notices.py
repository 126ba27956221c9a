"""*A guide waits for your check*: one notice a professional, however many guides wait for them.

Between two rooms that do not know each other: guides say that one moved, the forum has the notices.
"""

from datetime import datetime

from django.urls import reverse

from accounts.models import Role, User
from accounts.viewer import viewer_of
from forum.actions.notices import notify
from forum.models import Notice, NoticeKind
from guides.models import ArticleVersion, VersionStatus
from guides.roles import has_written, may_check

SAME_AS = "guides:wait"


def guide_moved(version: ArticleVersion, at: datetime) -> None:
    """Tell those who may check a version that waits; where it does not wait, take the notice back.

    Not from those for whom another guide waits. Who read it is told anew of the next guide.
    """
    # Locked in one order: one act must not take back what another one tells just now.
    rows = User.objects.select_for_update(no_key=True).filter(role=Role.HCP, is_active=True)
    people = list(rows.order_by("pk"))
    if version.status == VersionStatus.IN_REVIEW:
        for person in people:
            if may_check(viewer_of(person, at=at)) and not has_written(version, person):
                _tell(person, at)
        return
    waiting = list(ArticleVersion.objects.filter(status=VersionStatus.IN_REVIEW))
    told = Notice.objects.filter(same_as=SAME_AS, recipient__in=people).select_related("recipient")
    for notice in told:
        if all(has_written(one, notice.recipient) for one in waiting):
            notice.delete()


def _tell(person: User, at: datetime) -> None:
    Notice.objects.filter(recipient=person, same_as=SAME_AS, read_at__isnull=False).delete()
    notify(
        recipient=person,
        kind=NoticeKind.GUIDE,
        link=reverse("guides:work"),
        same_as=SAME_AS,
        at=at,
    )
