"""Appealing, and looking again: by somebody who had no part in the decision.

Overturning gives back what was limited as far as it is still there, and says what could not come
back. One transaction; doing it again changes nothing.
"""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from accounts.viewer import viewer_of
from forum.actions.notices import notify
from forum.actions.state import ALLOWED, change_state, lock_post
from forum.errors import NotVisible, Refused, StaleVersion
from forum.models import NoticeKind, Status
from moderation import audit, outside
from moderation.actions.profile_words import give_back_words
from moderation.actions.proposals import ticket_of
from moderation.actions.sanctions import end_early, withdraw
from moderation.appeals import appeals_for, deciders_of, decisions_about, is_too_late
from moderation.models import (
    Appeal,
    AppealStatus,
    Decision,
    DecisionKind,
    Proposal,
    Restored,
    Sanction,
    SanctionKind,
)
from moderation.models.appeal import ANSWER_WITHIN
from moderation.models.proposal import WITHOUT_END
from moderation.sanctions import own_sanctions

SUBJECT = "appeal"
TOO_LATE = gettext_lazy("The time to ask for a second look is over. It is six months.")
ASKED_BEFORE = gettext_lazy("You have asked for a second look at this before.")
SAY_WHY = gettext_lazy("Please tell us in your own words why it was wrong.")
ANSWER_MISSING = gettext_lazy("Tell them why, in kind and plain words.")
NOT_IN_PART = gettext_lazy("This cannot be changed in part.")

# The state that a post goes back to, by its state before the decision. Who looked again has read
# what waited for a look, so it does not wait once more.
BACK_TO = {
    Status.HELD: Status.PUBLISHED,
    Status.PUBLISHED: Status.PUBLISHED,
    Status.CHANGES: Status.CHANGES,
    Status.HIDDEN: Status.HIDDEN,
    Status.REMOVED: Status.PUBLISHED,
}
# Decisions that can be softened to asking for a change.
IN_PART = (DecisionKind.HIDE, DecisionKind.REMOVE)


def appeal(
    *,
    user: User,
    words: str,
    decision: Decision | None = None,
    sanction: Sanction | None = None,
    at: datetime | None = None,
) -> Appeal:
    """Ask for a second look at one decision or one sanction about oneself, once.

    Works for people who are silenced or suspended. Raises ``NotVisible`` (it is not about them, or
    took nothing from them) and ``Refused`` (too late, asked before, no words).
    """
    at = at or timezone.now()
    thing = decision or sanction
    viewer = viewer_of(user, at=at)
    mine = decisions_about(viewer, at) if decision is not None else own_sanctions(viewer)
    if thing is None or not mine.filter(pk=thing.pk).exists():
        raise NotVisible
    if Appeal.objects.filter(decision=decision, sanction=sanction).exists():
        raise Refused(ASKED_BEFORE)
    if is_too_late(thing, at):
        raise Refused(TOO_LATE)
    if not words.strip():
        raise Refused(SAY_WHY)
    try:
        return _file(user, decision, sanction, words.strip(), at)
    except IntegrityError:
        raise Refused(ASKED_BEFORE) from None


@transaction.atomic
def _file(
    user: User, decision: Decision | None, sanction: Sanction | None, words: str, at: datetime
) -> Appeal:
    made = Appeal.objects.create(
        appellant=user,
        decision=decision,
        sanction=sanction,
        words=words,
        created_at=at,
        due_at=at + ANSWER_WITHIN,
    )
    _record(
        made,
        user,
        "appealed",
        at,
        decision=decision.public_id if decision else "",
        sanction=sanction.public_id if sanction else "",
    )
    deciders = deciders_of(made, at=at)
    for person in deciders:
        notify(
            recipient=person,
            kind=NoticeKind.SECOND,
            message=_("Somebody asks for a second look at a decision."),
            link=reverse("moderation:appeal_desk", args=[made.number]),
            same_as=f"appeal:{made.number}:asked",
            at=at,
        )
    if not deciders:
        outside.ask(appeal=made, at=at)
    return made


@transaction.atomic
def decide_appeal(
    *,
    appeal: Appeal,
    person: User,
    outcome: AppealStatus,
    answer: str,
    days_left: int | None = None,
    at: datetime | None = None,
) -> bool:
    """Uphold, change in part, or overturn; tell the person, and whoever decided, without blame.

    ``days_left``: for a change in part of a sanction, how many days it still lasts. Returns whether
    this did it: False where the same person decided the same before. Raises ``NotVisible`` (they
    had a part in it), ``Refused``, and ``StaleVersion`` where somebody else was faster.
    """
    at = at or timezone.now()
    appeal = _lock(appeal)
    if not appeals_for(viewer_of(person, at=at)).filter(pk=appeal.pk).exists():
        raise NotVisible
    if appeal.status != AppealStatus.OPEN:
        if (appeal.decided_by_id, appeal.status) == (person.pk, outcome):
            return False
        raise StaleVersion
    if outcome == AppealStatus.OPEN or not answer.strip():
        raise Refused(ANSWER_MISSING)
    appeal.status, appeal.answer = outcome, answer.strip()
    appeal.decided_by, appeal.decided_at = person, at
    if outcome != AppealStatus.UPHELD:
        appeal.restored = _give_back(appeal, person, days_left, at)
    appeal.save(update_fields=["status", "answer", "decided_by", "decided_at", "restored"])
    _record(appeal, person, f"appeal_{outcome}", at, restored=appeal.restored)
    _tell_appellant(appeal, at)
    _tell_deciders(appeal, at)
    return True


def _lock(appeal: Appeal) -> Appeal:
    """The appeal as it stands, locked after its person and the post it is about."""
    User.objects.select_for_update(no_key=True).get(pk=appeal.appellant_id)
    if appeal.decision is not None:
        lock_post(appeal.decision.post_id)
    rows = Appeal.objects.select_for_update(of=("self",), no_key=True)
    related = ("appellant", "decision__moderator", "sanction__decided_by", "sanction__approved_by")
    return rows.select_related(*related).get(pk=appeal.pk)


def _give_back(appeal: Appeal, person: User, days_left: int | None, at: datetime) -> Restored:
    in_part = appeal.status == AppealStatus.PARTLY
    if appeal.decision is not None:
        if in_part and appeal.decision.kind not in IN_PART:
            raise Refused(NOT_IN_PART)
        return _post_back(appeal.decision, in_part, at)
    if appeal.sanction is None:
        raise NotVisible
    why = _("Appeal %(number)s") % {"number": appeal.number}
    if appeal.sanction.kind in WITHOUT_END:
        if in_part:
            raise Refused(NOT_IN_PART)
        withdraw(sanction=appeal.sanction, by=person, why=why, at=at)
        if appeal.sanction.kind == SanctionKind.WORDS:
            return give_back_words(appeal.sanction, at)
        return Restored.SANCTION_LIFTED
    if in_part:
        return _shorter(appeal.sanction, person, why, days_left, at)
    lifted = end_early(sanction=appeal.sanction, by=person, why=why, ends_at=at, at=at)
    return Restored.SANCTION_LIFTED if lifted else Restored.SANCTION_OVER


def _shorter(
    sanction: Sanction, person: User, why: str, days_left: int | None, at: datetime
) -> Restored:
    if not sanction.is_in_force(at):
        return Restored.SANCTION_OVER
    if not days_left or days_left < 1:
        raise Refused(NOT_IN_PART)
    ends_at = at + timedelta(days=days_left)
    if not end_early(sanction=sanction, by=person, why=why, ends_at=ends_at, at=at):
        raise Refused(NOT_IN_PART)
    return Restored.SANCTION_SHORTER


def _post_back(decision: Decision, in_part: bool, at: datetime) -> Restored:
    """Bring the post back to where it was, if it is still where the decision left it."""
    post = lock_post(decision.post_id)
    if post.status == Status.WITHDRAWN:
        return Restored.POST_GONE
    later = Decision.objects.standing().filter(post=post, decided_at__gt=decision.decided_at)
    to = Status.CHANGES if in_part else BACK_TO[Status(decision.status_before)]
    here = Status(post.status)
    if here != decision.status_after or later.exists() or to not in ALLOWED[here]:
        return Restored.POST_MOVED_ON
    change_state(post=post, to=to, ticket=ticket_of(post), at=at)
    if to == Status.PUBLISHED:
        return Restored.POST_BACK
    return Restored.POST_TO_CHANGE if to == Status.CHANGES else Restored.POST_AS_BEFORE


def _tell_appellant(appeal: Appeal, at: datetime) -> None:
    told = {
        AppealStatus.UPHELD: _("Somebody else looked again. The decision stays."),
        AppealStatus.PARTLY: _("Somebody else looked again, and changed a part of it."),
        AppealStatus.OVERTURNED: _("Somebody else looked again. The decision was wrong. Sorry."),
    }[AppealStatus(appeal.status)]
    restored = appeal.get_restored_display() if appeal.restored else ""
    notify(
        recipient=appeal.appellant,
        kind=NoticeKind.APPEAL,
        message="\n\n".join(part for part in (told, restored, appeal.answer) if part),
        link=reverse("moderation:own_appeal", args=[appeal.number]),
        same_as=f"appeal:{appeal.number}:decided",
        at=at,
    )


def _tell_deciders(appeal: Appeal, at: datetime) -> None:
    """Word to those who decided: what came of it, and no blame."""
    if appeal.status == AppealStatus.UPHELD:
        words = _("Somebody else looked again at a decision of yours. It stays.")
    else:
        words = _(
            "Somebody else looked again at a decision of yours, and saw it differently. "
            "That happens to everybody who decides. Thank you for doing this work."
        )
    for person in _people_behind(appeal):
        notify(
            recipient=person,
            kind=NoticeKind.APPEAL,
            message=words,
            same_as=f"appeal:{appeal.number}:outcome",
            at=at,
        )


def _people_behind(appeal: Appeal) -> set[User]:
    """Who decided, proposed and agreed."""
    if appeal.sanction is not None:
        people = {appeal.sanction.decided_by, appeal.sanction.approved_by}
        return {person for person in people if person is not None}
    if appeal.decision is None:
        return set()
    proposals = Proposal.objects.filter(decision=appeal.decision).select_related("proposed_by")
    return {appeal.decision.moderator, *(proposal.proposed_by for proposal in proposals)}


def _record(appeal: Appeal, actor: User, verb: str, at: datetime, **data: object) -> None:
    audit.record(
        actor=actor,
        verb=verb,
        subject_kind=SUBJECT,
        subject_public_id=appeal.number,
        data=data,
        at=at,
    )
