"""Breaking the glass: one admin asks, another approves, one professional reads, the author is told.

Every action is one transaction with its entry in the audit log, and doing it again changes nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from accounts.viewer import viewer_of
from forum.access_log import record_shown_before
from forum.actions.notices import notify
from forum.actions.state import lock_post
from forum.errors import NotVisible, Refused, StaleVersion
from forum.models import NoticeKind, Post, Revision, Surface
from moderation import audit
from moderation.breakglass import (
    OPENED,
    SUBJECT,
    exceptions_for,
    may_meet,
    needs_breaking,
    openings_of,
    other_admins,
    place_of,
    post_for_asking,
)
from moderation.models import BreakGlass, GlassState, Report, Risk
from moderation.models.breakglass import APPROVE_WITHIN, DELAY_MAX, OPEN_FOR, REASON_MIN

ASK_SOMEBODY_ELSE = gettext_lazy("You asked for this, so another admin must approve it.")
OWN_REPORT = gettext_lazy("You reported this post, so another admin must approve it.")
NOT_THIS_PERSON = gettext_lazy("This professional cannot be shown this post.")
NOT_IN_POST = gettext_lazy("These words are not in the post. Please copy them as they are.")
SAY_MORE = gettext_lazy("Please say a little more: at least 20 characters.")
TOO_LATE_TO_TELL = gettext_lazy("Telling the author can wait for 72 hours at most.")

# What the author is told of the reason.
WHY = {
    Risk.LIFE: gettext_lazy("because a life may be in danger"),
    Risk.SERIOUS_HARM: gettext_lazy("because someone may be badly hurt"),
}


@dataclass(frozen=True, slots=True)
class Delay:
    """Telling the author later. ``reason``: why telling at once could make things worse."""

    reason: str
    lasts: timedelta


@transaction.atomic
def ask(
    *,
    post: Post,
    hcp: User,
    admin: User,
    risk: Risk,
    reason: str,
    passage: str = "",
    question: str = "",
    at: datetime | None = None,
) -> BreakGlass:
    """Ask to show a passage of a post (none: the whole post) to one professional.

    Another admin has 24 hours to approve it. Where one is under way for this post and person, that
    one is returned. Raises ``NotVisible`` (no such post for this admin) and ``Refused``.
    """
    at = at or timezone.now()
    post = lock_post(post.pk)
    if post_for_asking(viewer_of(admin, at=at), post.public_id) is None:
        raise NotVisible
    if len(reason.strip()) < REASON_MIN:
        raise Refused(SAY_MORE)
    if not needs_breaking(post, viewer_of(hcp, at=at)):
        raise Refused(NOT_THIS_PERSON)
    expire_all(BreakGlass.objects.filter(post=post, hcp=hcp), at=at)
    running = BreakGlass.objects.filter(post=post, hcp=hcp, refused_at=None, expired_at=None)
    if exception := running.first():
        return exception
    wording = _wording(post)
    place = place_of(passage, wording.text)
    if place is None:
        raise Refused(NOT_IN_POST)
    exception = BreakGlass.objects.create(
        post=post,
        author=post.author,
        hcp=hcp,
        revision=wording,
        excerpt_start=place[0],
        excerpt_end=place[1],
        risk=risk,
        reason=reason.strip(),
        question=question.strip(),
        asked_by=admin,
        asked_at=at,
        expires_at=at + APPROVE_WITHIN,
    )
    _record(
        exception,
        admin,
        "break_glass_asked",
        at,
        post=post.public_id,
        version=post.version,
        hcp=hcp.public_id,
        risk=risk,
        place=list(place),
    )
    others = [one for one in other_admins(admin, at=at) if one.pk != post.author_id]
    _tell_admins(
        exception, others, at, what="asked", words=_("Another admin asks you to look at this now.")
    )
    return exception


@transaction.atomic
def approve(
    *, exception: BreakGlass, admin: User, delay: Delay | None = None, at: datetime | None = None
) -> bool:
    """Approve as the second admin; the professional can read from now on, for an hour.

    The author is told at once, or after ``delay``. Returns whether this did it: False where it was
    approved before. Raises ``NotVisible``, ``Refused``, and ``StaleVersion`` where it was refused
    or is over.
    """
    at = at or timezone.now()
    exception = _locked(exception, admin, at)
    if exception.approved_at is not None:
        return False
    if exception.state(at) != GlassState.ASKED:
        raise StaleVersion
    if exception.asked_by_id == admin.pk:
        raise Refused(ASK_SOMEBODY_ELSE)
    if Report.objects.filter(post=exception.post, reporter=admin).exists():
        raise Refused(OWN_REPORT)
    if not needs_breaking(exception.post, viewer_of(exception.hcp, at=at)):
        raise Refused(NOT_THIS_PERSON)
    if delay is not None:
        _check(delay)
        exception.delay_reason = delay.reason.strip()
        exception.delayed_by = admin
        exception.delayed_until = at + delay.lasts
    exception.approved_by = admin
    exception.approved_at = at
    exception.expires_at = at + OPEN_FOR
    exception.save()
    later = exception.delayed_until.isoformat() if exception.delayed_until else ""
    _record(exception, admin, "break_glass_approved", at, told_from=later)
    notify(
        recipient=exception.hcp,
        kind=NoticeKind.EMERGENCY,
        message=_("Two admins ask for your help. Somebody may be in danger. You have one hour."),
        link=reverse("moderation:broken_glass", args=[exception.public_id]),
        same_as=f"break_glass:{exception.public_id}:open",
        at=at,
    )
    if delay is None:
        _tell(exception, at)
    return True


@transaction.atomic
def refuse(*, exception: BreakGlass, admin: User, at: datetime | None = None) -> bool:
    """Say no before anybody was shown anything. Who asked may take it back like this.

    Returns whether this did it: False where it was refused before. Raises ``NotVisible``, and
    ``StaleVersion`` where it was approved or is over.
    """
    at = at or timezone.now()
    exception = _locked(exception, admin, at)
    if exception.refused_at is not None:
        return False
    if exception.state(at) != GlassState.ASKED:
        raise StaleVersion
    exception.refused_by = admin
    exception.refused_at = at
    exception.save(update_fields=["refused_by", "refused_at"])
    _record(exception, admin, "break_glass_refused", at)
    if exception.asked_by_id != admin.pk:
        words = _("Another admin said no. Nobody was shown anything.")
        _tell_admins(exception, [exception.asked_by], at, what="refused", words=words)
    return True


@transaction.atomic
def open_it(*, public_id: str, hcp: User, at: datetime | None = None) -> BreakGlass:
    """The exception, for its professional while it is open. Every opening is in the audit log.

    Raises ``NotVisible`` for everybody else, before and after, and where the author has hidden from
    this professional in the meantime.
    """
    at = at or timezone.now()
    exception = _for_reading(public_id, hcp, at)
    _record(exception, hcp, OPENED, at, post=exception.post.public_id)
    return exception


@transaction.atomic
def answer(*, public_id: str, hcp: User, words: str, at: datetime | None = None) -> bool:
    """The professional's one answer to the admins, while it is open.

    Returns whether this did it: False where there is an answer. Raises ``NotVisible``.
    """
    at = at or timezone.now()
    exception = _for_reading(public_id, hcp, at)
    if exception.answered_at is not None:
        return False
    exception.answer = words.strip()
    exception.answered_at = at
    exception.save(update_fields=["answer", "answered_at"])
    _record(exception, hcp, "break_glass_answered", at)
    admins = [one for one in (exception.asked_by, exception.approved_by) if one is not None]
    _tell_admins(exception, admins, at, what="answered", words=_("The professional has answered."))
    return True


@transaction.atomic
def tell_author(
    *, exception: BreakGlass, admin: User | None = None, at: datetime | None = None
) -> bool:
    """Tell the author who was shown what, when and why.

    Without ``admin`` it is the sweep, which waits until a delay is over. An admin may end it.
    Returns whether this did it. Raises ``NotVisible`` for an admin with a conflict.
    """
    at = at or timezone.now()
    exception = _lock(exception.pk) if admin is None else _locked(exception, admin, at)
    waits = exception.delayed_until is not None and at < exception.delayed_until
    if exception.approved_at is None or exception.told_at is not None or (waits and not admin):
        return False
    _tell(exception, at, admin)
    return True


@transaction.atomic
def expire(*, exception: BreakGlass, at: datetime | None = None) -> bool:
    """Close one whose time is over; returns whether this did it.

    For the log only: nobody can read it from the moment in ``expires_at`` on.
    """
    at = at or timezone.now()
    exception = _lock(exception.pk)
    state = exception.state(at)
    if exception.expired_at is not None or state not in (GlassState.LAPSED, GlassState.OVER):
        return False
    exception.expired_at = at
    exception.save(update_fields=["expired_at"])
    _record(exception, None, f"break_glass_{state}", at)
    return True


def expire_all(exceptions: Iterable[BreakGlass], *, at: datetime) -> int:
    """Close those of ``exceptions`` whose time is over; returns how many."""
    return sum(expire(exception=exception, at=at) for exception in exceptions)


def sweep(*, at: datetime | None = None) -> tuple[int, int]:
    """Close what is over and tell authors whose delay is over; returns how many of each."""
    at = at or timezone.now()
    running = BreakGlass.objects.filter(refused_at=None, expired_at=None, expires_at__lte=at)
    to_tell = BreakGlass.objects.filter(
        Q(delayed_until=None) | Q(delayed_until__lte=at), approved_at__isnull=False, told_at=None
    )
    told = sum(tell_author(exception=exception, at=at) for exception in to_tell)
    return expire_all(running, at=at), told


def _lock(pk: int) -> BreakGlass:
    locked = BreakGlass.objects.select_for_update(of=("self",), no_key=True)
    related = ("post", "author", "hcp__hcp_profile", "revision", "asked_by", "approved_by")
    return locked.select_related(*related).get(pk=pk)


def _locked(exception: BreakGlass, admin: User, at: datetime) -> BreakGlass:
    """The exception as it stands, locked, for an admin without a conflict."""
    locked = _lock(exception.pk)
    if not exceptions_for(viewer_of(admin, at=at)).filter(pk=locked.pk).exists():
        raise NotVisible
    return locked


def _for_reading(public_id: str, hcp: User, at: datetime) -> BreakGlass:
    found = BreakGlass.objects.filter(public_id=public_id, hcp=hcp).values_list("pk", flat=True)
    if not (pk := found.first()):
        raise NotVisible
    exception = _lock(pk)
    if exception.state(at) != GlassState.OPEN:
        raise NotVisible
    if not may_meet(exception.post, viewer_of(hcp, at=at)):
        raise NotVisible
    return exception


def _wording(post: Post) -> Revision:
    """The wording that the post has now."""
    newest = post.revisions.order_by("-number").first()
    return newest or Revision.objects.create(
        post=post, number=1, text=post.text, created_at=post.created_at
    )


def _check(delay: Delay) -> None:
    if len(delay.reason.strip()) < REASON_MIN:
        raise Refused(SAY_MORE)
    if not timedelta(0) < delay.lasts <= DELAY_MAX:
        raise Refused(TOO_LATE_TO_TELL)


def _tell(exception: BreakGlass, at: datetime, admin: User | None = None) -> None:
    """The author's notice: who by role, when, why. Their post is linked, none of its words shown.

    What the professional has opened before goes to the author's list of who saw their posts.
    """
    exception.told_at = at
    exception.save(update_fields=["told_at"])
    record_shown_before(
        hcp_id=exception.hcp_id,
        post=exception.post,
        surface=Surface.BREAK_GLASS,
        moments=openings_of(exception).values_list("at", flat=True),
        reason=exception.get_risk_display(),
    )
    _record(exception, admin, "break_glass_author_told", at)
    notify(
        recipient=exception.author,
        kind=NoticeKind.EMERGENCY,
        post=exception.post,
        message="\n\n".join(_words_for_author(exception, at)),
        link=reverse("forum:my_posts") + f"#p-{exception.post.public_id}",
        same_as=f"break_glass:{exception.public_id}:told",
        at=at,
    )


def _words_for_author(exception: BreakGlass, at: datetime) -> list[str]:
    facts = {
        "profession": exception.hcp.hcp_profile.profession,
        "why": WHY[Risk(exception.risk)],
        "start": _moment(exception.approved_at),
        "end": _moment(exception.expires_at),
    }
    parts = [
        _("Two admins showed your post to a health professional, %(why)s.") % facts,
        _("Who: %(profession)s. When: from %(start)s to %(end)s.") % facts,
        _("They could read words of the post, and not your name. They cannot open the thread."),
    ]
    if exception.delayed_until is not None:
        parts.append(_("We waited to tell you. Telling you at once could have made things worse."))
    if at >= exception.expires_at and not openings_of(exception).exists():
        parts.append(_("In the end, they did not open it."))
    parts.append(_("You have done nothing wrong. If you want to talk about it, use Report."))
    return parts


def _moment(at: datetime | None) -> str:
    return date_format(localtime(at), "j M Y, H:i") if at else ""


def _tell_admins(
    exception: BreakGlass, admins: Iterable[User], at: datetime, *, what: str, words: str
) -> None:
    for admin in admins:
        notify(
            recipient=admin,
            kind=NoticeKind.EMERGENCY,
            message=words,
            link=reverse("moderation:break_glass", args=[exception.public_id]),
            same_as=f"break_glass:{exception.public_id}:{what}",
            at=at,
        )


def _record(
    exception: BreakGlass, actor: User | None, verb: str, at: datetime, **data: object
) -> None:
    audit.record(
        actor=actor,
        verb=verb,
        subject_kind=SUBJECT,
        subject_public_id=exception.public_id,
        data=data,
        at=at,
    )
