"""Which way a notice takes to a person, and when mails may come. No writes, no mails.

What is about the account itself always comes, and always by mail too. All else follows the
person's choice, or a calm default; mails only where they said yes to mails (P1.3).
"""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.signing import BadSignature, Signer
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role, User
from accounts.site_settings import site
from forum.models import MailSettings, NoticeChoice, NoticeKind, Rhythm, Way
from forum.models.notice import ALWAYS_MAILED

DIGEST_AT = 16  # o'clock, in the person's time: after school, before the evening
SUNDAY = 6
REFUSALS_MAX = 3
DIGEST = "digest"  # stands for the kinds in links that end the mail with all news

# Kinds that can be chosen, in the order of the page, with their defaults.
DEFAULTS: dict[NoticeKind, Way] = {
    NoticeKind.REPLY: Way.EMAIL,
    NoticeKind.QUOTE: Way.EMAIL,
    NoticeKind.MENTION: Way.EMAIL,
    NoticeKind.REACTION: Way.SITE,
    NoticeKind.THREAD: Way.SITE,
    NoticeKind.BOARD: Way.SITE,
    NoticeKind.TAG: Way.SITE,
    NoticeKind.DECISION: Way.EMAIL,
    NoticeKind.LABEL: Way.EMAIL,
    NoticeKind.REPORT: Way.EMAIL,
    NoticeKind.REMINDER: Way.EMAIL,
}
STAFF_DEFAULTS: dict[NoticeKind, Way] = {
    NoticeKind.SECOND: Way.EMAIL,
    NoticeKind.SCREENING: Way.EMAIL,
}
PROFESSIONAL_DEFAULTS: dict[NoticeKind, Way] = {NoticeKind.GUIDE: Way.EMAIL}
# What people have a right to be told: never off.
NEVER_OFF = (
    NoticeKind.DECISION,
    NoticeKind.LABEL,
    NoticeKind.REPORT,
    NoticeKind.REMINDER,
    NoticeKind.SECOND,
    NoticeKind.SCREENING,
)
_signer = Signer(salt="forum.stop-mail")


def kinds_for(user: User) -> dict[NoticeKind, Way]:
    """The kinds that somebody can choose a way for, with the defaults."""
    if user.role == Role.MEMBER:
        return DEFAULTS
    own = {kind: way for kind, way in DEFAULTS.items() if kind != NoticeKind.REMINDER}
    return own | STAFF_DEFAULTS | (PROFESSIONAL_DEFAULTS if user.role == Role.HCP else {})


def ways_for(kind: NoticeKind) -> tuple[Way, ...]:
    """The ways that a kind can take."""
    off = () if kind in NEVER_OFF else (Way.OFF,)
    push = (Way.PUSH,) if push_is_on() else ()
    return (*off, Way.SITE, Way.EMAIL, Way.DIGEST, *push)


def push_is_on() -> bool:
    """Whether this site sends messages to devices."""
    return bool(settings.VAPID_PRIVATE_KEY)


def _in_force(way: str) -> Way:
    """The way that was chosen; the site, where it was devices and the site sends them nothing."""
    return Way.SITE if way == Way.PUSH and not push_is_on() else Way(way)


def ways_of(user: User) -> dict[NoticeKind, Way]:
    """The way of each kind that can be chosen: the person's own, else the default."""
    chosen = dict(NoticeChoice.objects.filter(user=user).values_list("kind", "way"))
    return {kind: _in_force(chosen.get(kind, way)) for kind, way in kinds_for(user).items()}


def way_of(user: User, kind: NoticeKind) -> Way:
    """The way of one kind. Kinds that nobody can choose come by mail."""
    default = (DEFAULTS | STAFF_DEFAULTS | PROFESSIONAL_DEFAULTS).get(kind, Way.EMAIL)
    if kind in ALWAYS_MAILED:
        return Way.EMAIL
    chosen = NoticeChoice.objects.filter(user=user, kind=kind).values_list("way", flat=True)
    return _in_force(chosen.first() or default)


# Quiet hours -----------------------------------------------------------------------------------


def zone_of(own: MailSettings | None) -> ZoneInfo:
    """The person's time zone; that of the site where they set none, or one that is gone."""
    if own and own.time_zone in available_timezones():
        return ZoneInfo(own.time_zone)
    return ZoneInfo(settings.TIME_ZONE)


def quiet_hours(own: MailSettings | None) -> tuple[int, int]:
    """From and until, in hours of the person's day. The same hour twice: none."""
    if own is None or own.quiet_from is None or own.quiet_until is None:
        return site().quiet_from, site().quiet_until
    return own.quiet_from, own.quiet_until


def mail_from(own: MailSettings | None, at: datetime) -> datetime:
    """The first moment from ``at`` on at which a mail may come: ``at`` itself, or the morning."""
    first, last = quiet_hours(own)
    local = at.astimezone(zone_of(own))
    hours = (local.hour - first) % 24
    if hours >= (last - first) % 24:
        return at
    end = local.replace(hour=last, minute=0, second=0, microsecond=0, fold=0)
    if end <= local:
        end += timedelta(days=1)
    return end.astimezone(at.tzinfo)


def next_digest(own: MailSettings, at: datetime) -> datetime:
    """When the next mail with all news comes: in the afternoon, or on Sunday afternoon."""
    local = at.astimezone(zone_of(own))
    day = local.replace(hour=DIGEST_AT, minute=0, second=0, microsecond=0, fold=0)
    if day <= local:
        day += timedelta(days=1)
    if own.rhythm == Rhythm.WEEKLY:
        day += timedelta(days=(SUNDAY - day.weekday()) % 7)
    return mail_from(own, day.astimezone(at.tzinfo))


# Addresses that do not work ----------------------------------------------------------------------


def is_bouncing(user: User, own: MailSettings | None) -> bool:
    """Whether the person's address was refused for good, often enough to stop."""
    return own is not None and own.refused_address == user.email and own.refusals >= REFUSALS_MAX


def mail_trouble(user: User | AnonymousUser | None) -> bool:
    """Whether mails do not reach this person any more; for *Me*."""
    if not isinstance(user, User):
        return False
    return is_bouncing(user, MailSettings.objects.filter(user=user).first())


# Links that end mails --------------------------------------------------------------------------


def stop_address(own: MailSettings, kind: str) -> str:
    """The address that ends mails of a kind (or ``DIGEST``) for one person, without signing in."""
    token = _signer.sign(f"{own.key}-{kind}").replace(":", "-")
    return settings.SITE_URL + reverse("forum:stop_mail", args=[token])


def read_stop_token(token: str) -> tuple[MailSettings, str] | None:
    """Whose mails of which kind a link ends; None where the link is not one of ours."""
    key, _, rest = token.partition("-")
    kind, _, signature = rest.partition("-")
    try:
        _signer.unsign(f"{key}-{kind}:{signature}")
    except BadSignature:
        return None
    own = MailSettings.objects.select_related("user").filter(key=key).first()
    return (own, kind) if own and own.user.is_active else None


def local_now(own: MailSettings | None) -> datetime:
    """The person's clock, so that they see whether the zone is right."""
    return timezone.now().astimezone(zone_of(own))
