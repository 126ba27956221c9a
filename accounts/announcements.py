"""Which announcements somebody sees now. The live ones are kept in the process for seconds."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from accounts.kept import Kept
from accounts.models import Announcement, AnnouncementAudience, Role, Tone, User
from accounts.viewer import GUEST, Viewer

SECONDS = 5.0  # ours, as for a pause
MOST_SHOWN = 2
MOST_LIVE = 20
COOKIE, COOKIE_DAYS = "islet_hidden", 90
MOST_HIDDEN = 10  # the newest: older ones are over by then


@dataclass(frozen=True, slots=True)
class Shown:
    """One announcement as pages show it."""

    public_id: str
    text: str
    link: str
    link_words: str
    audience: str
    tone: str
    starts_at: datetime
    ends_at: datetime

    @property
    def is_important(self) -> bool:
        """Whether it comes first and stands out a little."""
        return self.tone == Tone.IMPORTANT


def _read() -> tuple[Shown, ...]:
    """All that are not over, the newest first; those of later as well."""
    rows = Announcement.objects.filter(ended_at=None, ends_at__gt=timezone.now())
    names = tuple(Shown.__dataclass_fields__)
    return tuple(Shown(*row) for row in rows.values_list(*names)[:MOST_LIVE])


live: Kept[tuple[Shown, ...]] = Kept(_read, empty=(), in_doubt=(), seconds=SECONDS)


def announcements_for(request: HttpRequest) -> list[Shown]:
    """At most two for this request, the important first. Costs no query where none are live."""
    found = live.get()
    if not found:
        return []
    viewer: Viewer = getattr(request, "viewer", GUEST)
    shown = _for(found, viewer, hidden_by(request), timezone.now())
    return sorted(shown, key=lambda each: not each.is_important)[:MOST_SHOWN]


def _for(
    found: tuple[Shown, ...], viewer: Viewer, hidden: Collection[str], at: datetime
) -> list[Shown]:
    return [
        each
        for each in found
        if each.starts_at <= at < each.ends_at
        and each.public_id not in hidden
        and is_for(each.audience, viewer)
    ]


def is_for(audience: str, viewer: Viewer) -> bool:
    """Whether somebody is among those whom an announcement is for. Unknown ones: nobody."""
    if audience == AnnouncementAudience.EVERYBODY:
        return True
    if audience == AnnouncementAudience.MEMBERS:
        return viewer.may_read and viewer.role == Role.MEMBER
    return audience == AnnouncementAudience.STAFF and viewer.may_review


def hidden_by(request: HttpRequest) -> list[str]:
    """What this person has hidden: kept with the account, or in a cookie without one."""
    user = request.user
    if isinstance(user, User):
        return list(user.hidden_announcements)
    return request.COOKIES.get(COOKIE, "").split(".")[:MOST_HIDDEN]


@transaction.atomic
def hide(*, user: User, public_id: str) -> bool:
    """Show one no more to this person; returns whether it was shown before."""
    locked = User.objects.select_for_update(of=("self",), no_key=True).get(pk=user.pk)
    if public_id in locked.hidden_announcements:
        return False
    locked.hidden_announcements = [public_id, *locked.hidden_announcements][:MOST_HIDDEN]
    locked.save(update_fields=["hidden_announcements"])
    return True
