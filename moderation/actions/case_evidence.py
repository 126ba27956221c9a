"""Evidence of a case, questions to people in it, and the checklist about professionals."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from accounts.viewer import viewer_of
from forum.actions.notices import notify
from forum.errors import NotVisible, Refused
from forum.models import NoticeKind, Post
from moderation import audit
from moderation.actions.cases import SAY_WHY, log, open_working_case, tell_desk
from moderation.conflicts import cases_for, parts_of
from moderation.models import (
    AccountRequest,
    Case,
    CaseEvidence,
    CaseParty,
    Referral,
    ReferralAnswer,
    ReferralKind,
)

NOT_ASKED_HERE = gettext_lazy("Only somebody whom the case is about, or who saw it, can be asked.")
SAY_SOMETHING = gettext_lazy("Write something first.")


@transaction.atomic
def add_evidence(
    *,
    case: Case,
    admin: User,
    posts: Iterable[Post],
    reason: str = "",
    at: datetime | None = None,
) -> list[CaseEvidence]:
    """Keep the present wording of posts for a case. Returns what is new.

    Only posts that the admin may handle. Raises ``NotVisible`` and what ``open_working_case`` does.
    """
    at = at or timezone.now()
    case = open_working_case(case, admin, at)
    handleable = Post.objects.handleable_by(viewer_of(admin, at=at))
    added = []
    for post in posts:
        if not handleable.filter(pk=post.pk).exists():
            raise NotVisible
        revision = post.revisions.order_by("-number").first()
        if revision is None:
            continue
        row, new = CaseEvidence.objects.get_or_create(
            case=case,
            revision=revision,
            defaults={
                "post": post,
                "reason": reason.strip(),
                "added_by": admin,
                "added_at": at,
            },
        )
        if new:
            added.append(row)
            log(
                case,
                admin,
                "evidence_added",
                at,
                evidence=row.public_id,
                post=post.public_id,
                revision=revision.number,
            )
    return added


@transaction.atomic
def ask_account(
    *, case: Case, admin: User, person: User, question: str, at: datetime | None = None
) -> AccountRequest:
    """Ask somebody in the case for their account. They see the question and nothing else.

    The same open question again is not asked twice. Raises ``Refused`` and what
    ``open_working_case`` raises.
    """
    at = at or timezone.now()
    case = open_working_case(case, admin, at)
    if not question.strip():
        raise Refused(SAY_SOMETHING)
    if person.pk not in people_to_ask(case):
        raise Refused(NOT_ASKED_HERE)
    asked, new = AccountRequest.objects.get_or_create(
        case=case,
        asked=person,
        question=question.strip(),
        answered_at=None,
        defaults={"asked_by": admin, "asked_at": at},
    )
    if new:
        notify(
            recipient=person,
            kind=NoticeKind.QUESTION,
            message=_("Please read it and answer in your own words."),
            link=reverse("moderation:question", args=[asked.public_id]),
            same_as=f"question:{asked.public_id}",
            at=at,
        )
        log(
            case,
            admin,
            "account_asked",
            at,
            question=asked.public_id,
            person=person.public_id,
        )
    return asked


def people_to_ask(case: Case) -> set[int]:
    """Row ids of people who can be asked: not reporters, who have a talk of their own."""
    parts = parts_of(case)
    about = set(parts.filter(about__isnull=False).values_list("about_id", flat=True))
    return about | set(CaseParty.objects.filter(case__in=parts).values_list("user_id", flat=True))


@transaction.atomic
def answer_account(
    *, request: AccountRequest, person: User, answer: str, at: datetime | None = None
) -> bool:
    """Store the person's account, once. False where they had answered.

    Raises ``NotVisible`` (not asked of them) and ``Refused`` (empty).
    """
    at = at or timezone.now()
    asked = AccountRequest.objects.select_for_update(of=("self",), no_key=True).get(pk=request.pk)
    if asked.asked_id != person.pk:
        raise NotVisible
    if asked.answered_at is not None:
        return False
    if not answer.strip():
        raise Refused(SAY_SOMETHING)
    asked.answer = answer.strip()
    asked.answered_at = at
    asked.save(update_fields=["answer", "answered_at"])
    audit.record(
        actor=person,
        verb="account_given",
        subject_kind="case",
        subject_public_id=asked.case.public_id,
        data={"question": asked.public_id},
        at=at,
    )
    whole = asked.case.merged_into or asked.case
    handler = whole.handler
    if handler and cases_for(viewer_of(handler, at=at)).filter(pk=whole.pk).exists():
        words = _("Somebody answered your question.")
        tell_desk(whole, handler, f"answer:{asked.public_id}", words, at)
    return True


@transaction.atomic
def answer_referral(
    *,
    case: Case,
    admin: User,
    kind: ReferralKind,
    answer: ReferralAnswer,
    words: str,
    at: datetime | None = None,
) -> Referral:
    """Answer one line of the checklist. ``words``: to whom and under which number, or why not.

    Raises ``Refused`` (no words) and what ``open_working_case`` raises.
    """
    at = at or timezone.now()
    case = open_working_case(case, admin, at)
    if not words.strip():
        raise Refused(SAY_WHY)
    row = Referral.objects.create(
        case=case,
        kind=kind,
        answer=answer,
        words=words.strip(),
        answered_by=admin,
        answered_at=at,
    )
    log(case, admin, "referral_answered", at, kind=kind, answer=answer)
    return row


def open_referrals(case: Case) -> list[ReferralKind]:
    """Lines of the checklist that nobody has answered. Empty where it is not about an HCP."""
    if not case.is_about_hcp:
        return []
    answered = set(Referral.objects.filter(case__in=parts_of(case)).values_list("kind", flat=True))
    return [kind for kind in ReferralKind if kind.value not in answered]
