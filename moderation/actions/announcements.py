"""Telling everybody, members or the team something, in other words or no more."""

from datetime import datetime

from django.db import transaction
from django.urls import Resolver404, resolve
from django.utils import timezone
from django.utils.translation import gettext_lazy

from accounts.announcements import live
from accounts.models import Announcement, AnnouncementAudience, Tone, User
from accounts.viewer import viewer_of
from forum.errors import NotVisible, Refused, StaleVersion
from moderation import audit

NOT_OURS = gettext_lazy("Use an address of this site that starts with a slash, such as /rules/.")
LINK_NEEDS_WORDS = gettext_lazy("Say in a few words where the link leads.")
NO_TIME = gettext_lazy("The end must come after the start, and must not be over.")


@transaction.atomic
def announce(
    *,
    admin: User,
    text: str,
    audience: AnnouncementAudience,
    tone: Tone,
    starts_at: datetime,
    ends_at: datetime,
    link: str = "",
    link_words: str = "",
    replaces: Announcement | None = None,
    at: datetime | None = None,
) -> Announcement:
    """Put words up from ``starts_at`` to ``ends_at``; in the place of others, end those.

    Raises ``NotVisible``, ``Refused``, and ``StaleVersion`` where the others are over already.
    """
    at = at or timezone.now()
    _admin(admin, at)
    link, link_words = link.strip(), link_words.strip()
    if link and not is_our_page(link):
        raise Refused(NOT_OURS)
    if bool(link) != bool(link_words):
        raise Refused(LINK_NEEDS_WORDS)
    if ends_at <= max(at, starts_at):
        raise Refused(NO_TIME)
    if replaces is not None and not _end(replaces, admin, at):
        raise StaleVersion
    made = Announcement.objects.create(
        text=text.strip(),
        link=link,
        link_words=link_words,
        audience=audience,
        tone=tone,
        starts_at=starts_at,
        ends_at=ends_at,
        made_by=admin,
        made_at=at,
        replaces=replaces,
    )
    _log("announced", made, admin, at, replaces=replaces.public_id if replaces else "")
    live.forget()
    return made


@transaction.atomic
def take_down(*, announcement: Announcement, admin: User, at: datetime | None = None) -> bool:
    """Show it no more; returns whether this did it. Raises ``NotVisible``."""
    at = at or timezone.now()
    _admin(admin, at)
    if not _end(announcement, admin, at):
        return False
    _log("announcement_ended", announcement, admin, at)
    live.forget()
    return True


def is_our_page(link: str) -> bool:
    """Whether an address is a page of this site, and no file or other host."""
    if not link.startswith("/") or link.startswith("//") or "\\" in link:
        return False
    try:
        resolve(link.split("#")[0].split("?")[0])
    except Resolver404:
        return False
    return True


def _end(announcement: Announcement, admin: User, at: datetime) -> bool:
    rows = Announcement.objects.filter(pk=announcement.pk, ended_at=None, ends_at__gt=at)
    return rows.update(ended_at=at, ended_by=admin) == 1


def _admin(admin: User, at: datetime) -> None:
    if not viewer_of(admin, at=at).may_administer:
        raise NotVisible


def _log(verb: str, announcement: Announcement, admin: User, at: datetime, **data: object) -> None:
    audit.record(
        actor=admin,
        verb=verb,
        subject_kind="announcement",
        subject_public_id=announcement.public_id,
        data={"audience": announcement.audience, "tone": announcement.tone, **data},
        at=at,
    )
