"""Warning, silencing and suspending people, and ending that.

The rows are the truth; ``User.silenced_until`` and ``User.suspended_until`` follow them in the same
transaction. A sanction ends by itself: the moment decides, and the sweep only tidies up.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Clause, User
from accounts.tokens import stop_all_tokens
from accounts.viewer import Viewer, viewer_of
from forum.actions.notices import notify
from forum.errors import NotVisible, Refused
from forum.models import NoticeKind, Post
from moderation import audit
from moderation.actions.second import store
from moderation.models import (
    Case,
    Claim,
    Proposal,
    ProposalStatus,
    Sanction,
    SanctionKind,
)
from moderation.models.proposal import WAITS_FOR, WITHOUT_END
from moderation.sanctions import (
    UNTIL_FIELD,
    days_for,
    end_in_force,
    has_conflict,
    kinds_for,
    sanctions_for,
)
from moderation.second import why_second_for_sanction

SUBJECT = "sanction"
REASONS_MISSING = gettext_lazy("Pick the rule, and tell the person why.")
TOO_LONG = gettext_lazy("You cannot do this for so long. Please ask an admin.")
SAY_WHY = gettext_lazy("Please say why.")


@transaction.atomic
def sanction(
    *,
    user: User,
    moderator: User,
    kind: SanctionKind,
    clause: Clause | None,
    message: str,
    key: str,
    days: int | None = None,
    note: str = "",
    post: Post | None = None,
    case: Case | None = None,
    at: datetime | None = None,
) -> Sanction | Proposal:
    """Warn, silence or suspend somebody, for so many ``days`` (not for a warning).

    Takes effect at once, or becomes a proposal where it takes two: suspending anyone, and anything
    against staff. ``key``: the same submission again gives the same row. Raises ``NotVisible`` (no
    such person for this one) and ``Refused``.
    """
    at = at or timezone.now()
    user = _lock(user.pk)
    viewer = viewer_of(moderator, at=at)
    _check_may(viewer, user, kind, post)
    if clause is None or not message.strip():
        raise Refused(REASONS_MISSING)
    if (kind == SanctionKind.WARNING) != (days is None):
        raise Refused(TOO_LONG)
    if days is not None and days not in days_for(viewer):
        raise Refused(TOO_LONG)
    if done := Sanction.objects.filter(submission_key=key).first():
        return done
    reason = why_second_for_sanction(user=user, kind=kind)
    if reason is None:
        made = Sanction(
            user=user,
            kind=kind,
            clause=clause,
            message=message.strip(),
            note=note.strip(),
            decided_by=moderator,
            post=post,
            case=case,
            submission_key=key,
        )
        return impose(made, days, at)
    running = Proposal.objects.filter(
        about=user, sanction_kind=kind, status=ProposalStatus.WAITING, expires_at__gt=at
    )
    if waiting := running.first():
        return waiting
    return store(
        Proposal(
            reason=reason,
            about=user,
            post=post,
            sanction_kind=kind,
            days=days,
            clause=clause,
            message=message.strip(),
            note=note.strip(),
            case=case,
            proposed_by=moderator,
            proposed_at=at,
            expires_at=at + WAITS_FOR,
        ),
        at=at,
    )


def carry_out(proposal: Proposal, *, at: datetime) -> Sanction:
    """The sanction of a proposal that was approved just now, in the same transaction."""
    if proposal.clause is None:
        raise Refused(REASONS_MISSING)
    made = Sanction(
        user=_lock(proposal.about_id),
        kind=proposal.sanction_kind,
        clause=proposal.clause,
        message=proposal.message,
        note=proposal.note,
        decided_by=proposal.proposed_by,
        approval=proposal.approval,
        approved_by=proposal.closed_by,
        proposal=proposal,
        post=proposal.post,
        case=proposal.case,
        submission_key=proposal.public_id,
    )
    return impose(made, proposal.days, at)


@transaction.atomic
def lift(*, sanction: Sanction, admin: User, why: str, at: datetime | None = None) -> bool:
    """End a sanction before its time. Returns whether this did it.

    False where it was lifted before, is over, or has no end. Raises ``NotVisible``, ``Refused``.
    """
    at = at or timezone.now()
    _lock(sanction.user_id)
    if not sanctions_for(viewer_of(admin, at=at)).filter(pk=sanction.pk).exists():
        raise NotVisible
    if not why.strip():
        raise Refused(SAY_WHY)
    if not end_early(sanction=sanction, by=admin, why=why, ends_at=at, at=at):
        return False
    _tell(sanction, "lifted", _("We ended this early. You can take part again as before."), at)
    return True


def end_early(*, sanction: Sanction, by: User, why: str, ends_at: datetime, at: datetime) -> bool:
    """Let a sanction in force end sooner; the person must be locked. Returns whether this did it.

    Tells nobody: the caller does.
    """
    rows = Sanction.objects.select_for_update(of=("self",), no_key=True).select_related("user")
    row = rows.get(pk=sanction.pk)
    if row.lifted_at is not None or not row.is_in_force(at):
        return False
    if row.ends_at is None or not at <= ends_at < row.ends_at:
        return False
    row.ends_at, row.lifted_at, row.lifted_by, row.lifted_why = ends_at, at, by, why.strip()
    row.save(update_fields=["ends_at", "lifted_at", "lifted_by", "lifted_why"])
    follow(row.user, at)
    _record(row, by, "sanction_lifted", at, ends_at=ends_at.isoformat())
    return True


def withdraw(*, sanction: Sanction, by: User, why: str, at: datetime) -> bool:
    """Take back what has no end; the fact that there was something stays, with the reason."""
    rows = Sanction.objects.select_for_update(of=("self",), no_key=True)
    row = rows.get(pk=sanction.pk)
    if row.kind not in WITHOUT_END or row.lifted_at is not None:
        return False
    row.lifted_at, row.lifted_by, row.lifted_why = at, by, why.strip()
    row.save(update_fields=["lifted_at", "lifted_by", "lifted_why"])
    _record(row, by, "sanction_lifted", at)
    return True


def follow(user: User, at: datetime) -> None:
    """Let a locked account say what the rows in force say."""
    for kind, field in UNTIL_FIELD.items():
        setattr(user, field, end_in_force(user.pk, kind, at))
    user.save(update_fields=list(UNTIL_FIELD.values()))


def sweep(*, at: datetime | None = None) -> int:
    """Write down what is over and tell people; returns how many. Nothing waits for it."""
    at = at or timezone.now()
    over = Sanction.objects.filter(over_at=None, ends_at__lte=at)
    return sum(_note_over(pk, at) for pk in over.values_list("pk", flat=True))


@transaction.atomic
def _note_over(pk: int, at: datetime) -> bool:
    user_id = Sanction.objects.values_list("user_id", flat=True).get(pk=pk)
    user = _lock(user_id)
    rows = Sanction.objects.select_for_update(of=("self",), no_key=True).select_related("user")
    row = rows.get(pk=pk)
    if row.over_at is not None or row.ends_at is None or row.ends_at > at:
        return False
    row.over_at = at
    row.save(update_fields=["over_at"])
    follow(user, at)
    _record(row, None, "sanction_over", at)
    if row.lifted_at is None or row.lifted_at < row.ends_at:
        _tell(row, "over", _("It is over. You can take part again as before."), at)
    return True


def _lock(user_id: int) -> User:
    return User.objects.select_for_update(no_key=True).get(pk=user_id)


def _check_may(viewer: Viewer, user: User, kind: SanctionKind, post: Post | None) -> None:
    if kind not in kinds_for(viewer) or has_conflict(viewer, user):
        raise NotVisible
    if post is not None and (
        post.author_id != user.pk
        or not Post.objects.handleable_by(viewer).filter(pk=post.pk).exists()
    ):
        raise NotVisible
    # Moderators come to a person by a post only; the desk has cases.
    if post is None and not viewer.may_administer:
        raise NotVisible


def impose(made: Sanction, days: int | None, at: datetime) -> Sanction:
    """Store a sanction with all that follows: the account, claims, the log, the notice.

    The person must be locked, and the caller asks who may.
    """
    made.starts_at = at
    made.until = made.ends_at = at + timedelta(days=days) if days is not None else None
    made.save(force_insert=True)
    follow(made.user, at)
    if made.kind == SanctionKind.SUSPENSION:
        Claim.objects.filter(moderator=made.user).delete()
        stop_all_tokens(user=made.user, at=at)
    _record(
        made,
        made.decided_by,
        "sanctioned",
        at,
        kind=made.kind,
        user=made.user.public_id,
        clause=made.clause.anchor,
        days=days,
        approval=made.approval,
        approved_by=made.approved_by.public_id if made.approved_by else "",
        post=made.post.public_id if made.post else "",
        case=made.case.public_id if made.case else "",
    )
    _tell(made, "made", _words(made), at)
    return made


def _words(row: Sanction) -> str:
    """What the person is told: what, until when, which rule, why, and what they can do."""
    end = {"end": _moment(row.ends_at)}
    what = {
        SanctionKind.WARNING: _("We ask you to keep to a rule. Nothing else changes for you."),
        SanctionKind.SILENCE: _("You can read, but not post until %(end)s.") % end,
        SanctionKind.SUSPENSION: _("Your account is paused until %(end)s.") % end,
        SanctionKind.WORDS: _(
            "We took down your words about you on your profile. You can write something new."
        ),
    }[SanctionKind(row.kind)]
    rule = _("The rule: %(line)s") % {"line": row.clause.line}
    wrong = _("You think this is wrong? You can ask somebody else to look at it again.")
    return "\n\n".join([what, rule, row.message, wrong])


def _moment(at: datetime | None) -> str:
    return date_format(localtime(at), "j M Y, H:i") if at else ""


def _tell(row: Sanction, what: str, words: str, at: datetime) -> None:
    notify(
        recipient=row.user,
        kind=NoticeKind.SANCTION,
        message=words,
        link=reverse("moderation:own_sanction", args=[row.public_id]),
        same_as=f"sanction:{row.public_id}:{what}",
        at=at,
    )


def _record(row: Sanction, actor: User | None, verb: str, at: datetime, **data: object) -> None:
    audit.record(
        actor=actor,
        verb=verb,
        subject_kind=SUBJECT,
        subject_public_id=row.public_id,
        data=data,
        at=at,
    )
