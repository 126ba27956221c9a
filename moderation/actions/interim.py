"""Measures at once, until a case is decided: cutting off access, hiding a post.

One admin is enough, since waiting could harm somebody. What lasts is for the decision, which may
need a second one. Cut-off access comes back by itself after 14 days at the latest.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy

from accounts.models import Clause, User
from accounts.tokens import stop_all_tokens
from forum.errors import NotVisible, Refused, StaleVersion
from forum.models import Post
from moderation.actions.case_evidence import add_evidence, people_to_ask
from moderation.actions.cases import SAY_WHY, log, open_working_case, working_case
from moderation.actions.hcp_access import end_sessions
from moderation.actions.proposals import decide_or_propose, hide_meanwhile
from moderation.actions.sanctions import follow
from moderation.conflicts import parts_of
from moderation.models import (
    Case,
    CaseEvidence,
    Claim,
    DecisionKind,
    InterimKind,
    InterimMeasure,
    Proposal,
    Report,
)
from moderation.second import is_staff

CUT_FOR = timedelta(days=14)

NOT_ABOUT_THEM = gettext_lazy("The case is not about this person.")


@transaction.atomic
def cut_access(
    *, case: Case, admin: User, person: User, reason: str, at: datetime | None = None
) -> InterimMeasure:
    """Keep somebody whom the case is about from reading and writing, from the next request on.

    What they had claimed is given back; somebody of the team is signed out everywhere. Where that
    was done before and stands, returns it. Raises ``Refused`` and what ``open_working_case``
    raises.
    """
    at = at or timezone.now()
    case = open_working_case(case, admin, at)
    if not reason.strip():
        raise Refused(SAY_WHY)
    if person.pk == admin.pk or person.pk not in people_to_ask(case):
        raise Refused(NOT_ABOUT_THEM)
    standing = InterimMeasure.objects.filter(
        case=case, kind=InterimKind.CUT_ACCESS, user=person, lifted_at=None
    ).first()
    if standing:
        return standing
    person = User.objects.select_for_update(of=("self",), no_key=True).get(pk=person.pk)
    measure = InterimMeasure.objects.create(
        case=case,
        kind=InterimKind.CUT_ACCESS,
        user=person,
        reason=reason.strip(),
        taken_by=admin,
        taken_at=at,
        until=at + CUT_FOR,
    )
    follow(person, at)
    Claim.objects.filter(moderator=person).delete()
    stop_all_tokens(user=person, at=at)
    if is_staff(person):
        end_sessions(person)
    log(case, admin, "access_cut", at, measure=measure.public_id, person=person.public_id)
    return measure


@transaction.atomic
def restore_access(
    *, measure: InterimMeasure, case: Case, admin: User, at: datetime | None = None
) -> bool:
    """Give access back, as it was before. False where it was given back already.

    ``case``: the one it belongs to, or is merged into. A longer suspension that came since stays.
    Raises ``NotVisible`` and what ``working_case`` raises.
    """
    at = at or timezone.now()
    case = working_case(case, admin, at)
    if not parts_of(case).filter(pk=measure.case_id).exists():
        raise NotVisible
    measure = InterimMeasure.objects.select_for_update(of=("self",), no_key=True).get(pk=measure.pk)
    if measure.lifted_at is not None or measure.user_id is None:
        return False
    give_back(measure, admin, at)
    log(case, admin, "access_restored", at, measure=measure.public_id)
    return True


def give_back(measure: InterimMeasure, admin: User, at: datetime) -> None:
    """End a measure and what it did. The caller has locked the case."""
    people = User.objects.select_for_update(of=("self",), no_key=True)
    person = people.get(interim_measures=measure)
    measure.lifted_at, measure.lifted_by = at, admin
    measure.save(update_fields=["lifted_at", "lifted_by"])
    follow(person, at)


@transaction.atomic
def hide_post(
    *,
    case: Case,
    admin: User,
    post: Post,
    version: int,
    clause: Clause,
    message: str,
    reason: str,
    at: datetime | None = None,
) -> InterimMeasure:
    """Hide a post of the case at once, and keep its wording as evidence.

    Raises ``StaleVersion``, ``NotVisible``, ``Refused`` and what ``decide`` raises.
    """
    at = at or timezone.now()
    case = open_working_case(case, admin, at)
    if not reason.strip():
        raise Refused(SAY_WHY)
    if post.public_id not in {found.public_id for found in posts_of(case)}:
        raise NotVisible
    if post.version != version:
        raise StaleVersion(post)
    add_evidence(case=case, admin=admin, posts=[post], at=at)
    done = decide_or_propose(
        post=post,
        moderator=admin,
        kind=DecisionKind.HIDE,
        version=version,
        clause=clause,
        message=message,
        case=case,
        at=at,
    )
    if isinstance(done, Proposal):
        hide_meanwhile(proposal=done, person=admin, at=at)
    measure = InterimMeasure.objects.create(
        case=case,
        kind=InterimKind.HIDE_POST,
        post=post,
        reason=reason.strip(),
        taken_by=admin,
        taken_at=at,
    )
    log(case, admin, "post_hidden_at_once", at, measure=measure.public_id, post=post.public_id)
    return measure


def posts_of(case: Case) -> list[Post]:
    """Posts that the case is about: reported ones and those kept as evidence, oldest first."""
    group = parts_of(case)
    reported = Report.objects.filter(case__in=group, post__isnull=False).values("post_id")
    kept = CaseEvidence.objects.filter(case__in=group).values("post_id")
    posts = Post.objects.filter(Q(pk__in=reported) | Q(pk__in=kept))
    return list(posts.select_related("thread__board", "author").order_by("pk"))
