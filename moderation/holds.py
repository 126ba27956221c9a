"""What must be kept while somebody works on it. Erasure asks here, waits, and then happens.

The database refuses to delete what is held here (migration 0015), so a forgotten question deletes
nothing either.
"""

from django.db.models import Q, QuerySet

from accounts.models import User
from forum.models import Post
from moderation.models import (
    AccountRequest,
    Case,
    CaseEvidence,
    CaseParty,
    InterimMeasure,
    Report,
    ReportEvidence,
)
from moderation.models.case import UNDECIDED
from moderation.models.report import FINISHED


def held_posts() -> QuerySet[Post]:
    """Posts under an open case or an undecided report."""
    cases = _open_cases()
    reports = _open_reports()
    evidence = CaseEvidence.objects.filter(case__in=cases)
    measures = InterimMeasure.objects.filter(case__in=cases, post__isnull=False)
    kept = ReportEvidence.objects.filter(report__in=reports)
    return Post.objects.filter(
        Q(pk__in=reports.filter(post__isnull=False).values("post_id"))
        | Q(pk__in=kept.values("revision__post_id"))
        | Q(pk__in=evidence.values("post_id"))
        | Q(pk__in=measures.values("post_id"))
    )


def held_people() -> QuerySet[User]:
    """People who have to do with an open case or an undecided report, and authors of held posts."""
    cases = _open_cases()
    return User.objects.filter(
        Q(pk__in=cases.filter(about__isnull=False).values("about_id"))
        | Q(pk__in=CaseParty.objects.filter(case__in=cases).values("user_id"))
        | Q(pk__in=AccountRequest.objects.filter(case__in=cases).values("asked_id"))
        | Q(pk__in=_open_reports().filter(reporter__isnull=False).values("reporter_id"))
        | Q(pk__in=_open_reports().filter(about__isnull=False).values("about_id"))
        | Q(pk__in=held_posts().values("author_id"))
    )


def is_held(subject: User | Post) -> bool:
    """Whether a person or a post must be kept for now."""
    rows = held_people() if isinstance(subject, User) else held_posts()
    return rows.filter(pk=subject.pk).exists()


def _open_cases() -> QuerySet[Case]:
    """Cases that are not decided; merged ones as the one they are in."""
    return Case.objects.filter(
        Q(merged_into__isnull=True, status__in=UNDECIDED) | Q(merged_into__status__in=UNDECIDED)
    )


def _open_reports() -> QuerySet[Report]:
    return Report.objects.filter(
        Q(case__isnull=True) & ~Q(status__in=FINISHED) | Q(case__in=_open_cases())
    )
