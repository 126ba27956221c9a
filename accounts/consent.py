"""Recording choices, and reading the ones in force."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import get_language

from accounts.models import Consent, Document, DocumentKind, Method, Purpose, User
from accounts.models.user import AgeGroup

YES, NO = "yes", "no"


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
