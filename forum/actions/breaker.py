"""The circuit breaker: counting what rules find, and throttling a rule that goes wild.

Counted in the transaction in which a text is sent or changed, after all other locks and in the
order of the rules, so that two authors never wait for each other in a circle.
"""

from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import F, Sum
from django.utils import timezone

from accounts.models import User
from forum.models import Post, RuleDay, RuleTrip
from forum.screening import Finding

DAYS_BEFORE = 14
AT_LEAST = 20  # people in a day, ours; below that no rule trips
TIMES_USUAL = 5
# Enough of an author's posts of today to see whether a rule was counted for them already.
_OWN_POSTS = 50


def rules_counted_for(author: User, findings: Collection[Finding], *, at: datetime) -> set[str]:
    """Rules that were counted today for an author's posts that still wait for a look.

    One person counts once: nobody can trip a rule alone, and so get round its hold. Asks nothing
    where there are no findings to count. Call it before the author's post is stored.
    """
    if not findings:
        return set()
    since = timezone.localtime(at).replace(hour=0, minute=0, second=0, microsecond=0)
    waiting = Post.objects.filter(author=author, created_at__gte=since)
    reasons = waiting.order_by("-created_at").values_list("review_reasons", flat=True)
    return {
        reason["rule"] for rows in reasons[:_OWN_POSTS] for reason in rows if reason.get("rule")
    }


def count_hits(
    findings: Iterable[Finding], *, counted: Collection[str], at: datetime
) -> list[RuleTrip]:
    """Count each rule that found something, once; returns those that tripped just now.

    ``counted``: rules that are not counted again. Call it last in a transaction.
    """
    day = timezone.localdate(at)
    rules = sorted({finding.rule for finding in findings} - set(counted))
    return [trip for rule in rules if (trip := _count(rule, day=day, at=at)) is not None]


def _count(rule: str, *, day: date, at: datetime) -> RuleTrip | None:
    RuleDay.objects.get_or_create(rule=rule, day=day)
    today = RuleDay.objects.filter(rule=rule, day=day)
    today.update(hits=F("hits") + 1)
    row = today.get()
    hits = row.hits - row.forgiven
    if hits < AT_LEAST:
        return None
    before = RuleDay.objects.filter(
        rule=rule, day__lt=row.day, day__gte=row.day - timedelta(days=DAYS_BEFORE)
    )
    usual = (before.aggregate(sum=Sum("hits"))["sum"] or 0) / DAYS_BEFORE
    if hits <= TIMES_USUAL * usual:
        return None
    trip, new = RuleTrip.objects.get_or_create(
        rule=rule,
        reset_at=None,
        defaults={"tripped_at": at, "hits": hits, "usual": usual},
    )
    return trip if new else None


@transaction.atomic
def reset_rule(*, rule: str, admin: User, at: datetime) -> bool:
    """Let a rule hold again, and forget what it found today. False where it is not tripped.

    Part of ``moderation.actions.screening.reset``, which writes it down.
    """
    reset = RuleTrip.objects.filter(rule=rule, reset_at=None).update(reset_at=at, reset_by=admin)
    if not reset:
        return False
    RuleDay.objects.filter(rule=rule, day=timezone.localdate(at)).update(forgiven=F("hits"))
    return True
