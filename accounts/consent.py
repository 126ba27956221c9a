"""Recording choices, and reading the ones in force."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import get_language

from accounts.models import Consent, Document, DocumentKind, Method, Purpose, Role, User
from accounts.models.user import AgeGroup

YES, NO = "yes", "no"
# Extras that members switch on and off on their own pages, one click either way (P1.3).
OPTIONAL = (Purpose.EMAIL, Purpose.RESEARCH)


def extras_for(age_group: str | None) -> tuple[Purpose, ...]:
    """The extras that somebody may say yes to. Asking about research starts at 16."""
    if age_group in (AgeGroup.OLDER_TEEN, AgeGroup.ADULT):
        return OPTIONAL
    return (Purpose.EMAIL,)


def notice_kind(age_group: str | None) -> DocumentKind:
    """Which wording of the notice somebody of this age group reads; in doubt the younger one."""
    if age_group in (AgeGroup.OLDER_TEEN, AgeGroup.ADULT):
        return DocumentKind.NOTICE_OLDER
    return DocumentKind.NOTICE_TEEN


@transaction.atomic
def record_consent(
    *,
    user: User,
    purpose: Purpose,
    value: str,
    method: Method,
    document: Document | None = None,
    at: datetime | None = None,
) -> Consent:
    """Add one choice. ``document``: the published text that the person was shown."""
    at = at or timezone.now()
    return Consent.objects.create(
        user=user,
        purpose=purpose,
        value=value,
        document=document,
        document_hash=document.content_hash if document else "",
        language=(get_language() or "en")[:8],
        age_group=user.age_group(at) or "",
        method=method,
        at=at,
    )


def in_force(user: User, purpose: Purpose) -> Consent | None:
    """The newest choice of a purpose, or None where there was none."""
    return Consent.objects.filter(user=user, purpose=purpose).order_by("-at", "-pk").first()


def all_in_force(user: User) -> dict[Purpose, Consent]:
    """The newest choice of each purpose that the person was ever asked about."""
    newest: dict[Purpose, Consent] = {}
    for consent in Consent.objects.filter(user=user).select_related("document"):
        newest.setdefault(Purpose(consent.purpose), consent)
    return newest


def wants_mail(user: User) -> bool:
    """Whether notices may come by e-mail. Members have to say yes; staff get what work needs."""
    if user.role != Role.MEMBER:
        return True
    consent = in_force(user, Purpose.EMAIL)
    return consent is not None and consent.value == YES


@dataclass(frozen=True, slots=True)
class Asking:
    """A text to agree to; ``before``: the version that the person agreed to, if they read one."""

    text: Document
    before: Document | None


def asked_again(user: User, at: datetime) -> list[Asking]:
    """What a member must agree to before the next post (P1.5, P1.7), as ``Viewer.must_agree`` says.

    The notice in their wording and the rules, as far as a material version came out since they
    last agreed; all of them where they never did; the notice where they grew into another age
    group.
    """
    agreed = in_force(user, Purpose.JOIN)
    since = None
    if agreed is not None and agreed.value == YES:
        since = agreed_until(agreed.at, agreed.document.published_at if agreed.document else None)
    grown = agreed is not None and grew_up(agreed.age_group, user.age_group(at))
    kinds = (notice_kind(user.age_group(at)), DocumentKind.MEMBER_RULES)
    asked = []
    for kind in kinds:
        text = Document.objects.current(kind)
        other_wording = grown and kind != DocumentKind.MEMBER_RULES
        if text is None or not (other_wording or Document.objects.material_since(kind, since)):
            continue
        before = None
        if since is not None and not other_wording:
            before = Document.objects.in_force_at(kind, since)
        asked.append(Asking(text, before))
    return asked


def agreed_until(at: datetime, text_published_at: datetime | None) -> datetime:
    """The moment up to which an agreement covers what was published.

    Texts of a site that was filled later than its people joined count from their publication.
    """
    return max(at, text_published_at) if text_published_at else at


def grew_up(before: str, now: str | None) -> bool:
    """Whether somebody is in an older age group than they were (P1.7). Unknown before: no."""
    groups = list(AgeGroup.values)
    return now in groups and before in groups and groups.index(now) > groups.index(before)


@transaction.atomic
def agree_again(*, user: User, texts: Sequence[Document], at: datetime | None = None) -> bool:
    """Record that a member agreed to texts that they were shown; False where they need not.

    One record a text, so that the receipts can prove each wording.
    """
    at = at or timezone.now()
    user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    agreed = in_force(user, Purpose.JOIN)
    grown = agreed is not None and grew_up(agreed.age_group, user.age_group(at))
    for text in texts:
        record_consent(
            user=user,
            purpose=Purpose.JOIN,
            value=YES,
            method=Method.AGE_CHANGE if grown else Method.ASKED_AGAIN,
            document=text,
            at=at,
        )
    return bool(texts)


@transaction.atomic
def choose_extra(
    *, user: User, purpose: Purpose, value: str, at: datetime | None = None
) -> Consent | None:
    """Say yes or no to an extra; None where that is the choice already.

    Raises ``ValueError`` for anything that is not an extra for this age, and for other words than
    yes and no. A no is always taken.
    """
    at = at or timezone.now()
    age_group = user.age_group(at)
    may_choose = OPTIONAL if value == NO else extras_for(age_group)
    if purpose not in may_choose or value not in (YES, NO):
        raise ValueError(purpose)
    user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    standing = in_force(user, purpose)
    if standing is not None and standing.value == value:
        return None
    notice = Document.objects.current(notice_kind(age_group))
    return record_consent(
        user=user, purpose=purpose, value=value, method=Method.SETTINGS, document=notice, at=at
    )
