"""Versions of the rules of screening: draft, publish, go back; and rules that were throttled.

Compiling and measuring take a second; they are done before the transaction begins, so that nobody
who writes a post waits for an admin.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Role, User
from forum.actions.breaker import reset_rule
from forum.actions.notices import notify
from forum.actions.rules import next_number
from forum.errors import NotVisible, Refused, StaleVersion
from forum.models import NoticeKind, Origin, Ruleset, RuleTrip
from forum.screening import (
    SHIPPED,
    RuleError,
    Tables,
    compile_complete,
    compile_tables,
    example_problems,
    hash_of,
)
from forum.screening.measure import Figures, measure
from moderation import audit

DOES_NOT_COMPILE = _("These rules cannot be used: %(problem)s.")
EXAMPLES_WRONG = _("Some rules do not treat their own examples as they say. Please look at those.")
NOTHING_NEW = _("These rules say the same as the version in force.")
FINDS_TOO_LITTLE = _(
    "These rules find too few posts of people in danger. Say why you publish them all the same."
)


def in_force() -> Ruleset | None:
    """The newest published version; None where the rules of the software are in force."""
    return Ruleset.objects.published().first()


def hash_in_force() -> str:
    """What the rules in force say, as a mark: an admin acts on what they saw."""
    newest = in_force()
    return newest.content_hash if newest else hash_of(SHIPPED)


@transaction.atomic
def start_draft(*, origin: Origin, admin: User, at: datetime | None = None) -> Ruleset:
    """A draft that begins as a copy of the rules in force, or of those of the software.

    There is one draft at most: where there is one, it is that.
    """
    if draft := Ruleset.objects.filter(number=None).first():
        return draft
    newest = in_force()
    tables = newest.tables if newest and origin != Origin.SHIPPED else SHIPPED
    draft = Ruleset.objects.create(
        tables=tables,
        content_hash=hash_of(tables),
        figures=_figures(tables),
        saved_at=at or timezone.now(),
    )
    _record("screening_draft_started", draft, admin, at)
    return draft


def save_draft(
    *,
    draft: Ruleset,
    admin: User,
    seen_hash: str,
    tables: Tables,
    changes: str,
    at: datetime | None = None,
) -> Ruleset:
    """Replace what a draft says, and measure it.

    Raises ``NotVisible`` for what is published, ``StaleVersion`` where somebody else changed it
    since ``seen_hash``, ``Refused`` for what is not rules.
    """
    try:
        compile_tables(tables)
    except RuleError as error:
        raise Refused(DOES_NOT_COMPILE % {"problem": error}) from error
    figures = _figures(tables)
    with transaction.atomic():
        draft = _locked_draft(draft)
        if draft.content_hash != seen_hash:
            raise StaleVersion
        draft.tables = dict(tables)
        draft.content_hash = hash_of(tables)
        draft.changes = changes
        draft.figures = figures
        draft.saved_at = at or timezone.now()
        draft.save(update_fields=["tables", "content_hash", "changes", "figures", "saved_at"])
        _record("screening_draft_saved", draft, admin, at)
    return draft


def publish_draft(
    *,
    draft: Ruleset,
    admin: User,
    seen_hash: str,
    seen_in_force: str,
    reason: str = "",
    at: datetime | None = None,
) -> Ruleset:
    """Put a draft in force, for good. ``reason``: why, where it finds too few people in danger.

    Raises ``NotVisible`` for what is published or gone, ``StaleVersion`` where the draft or the
    rules in force changed since the admin saw them, ``Refused`` where it may not be published.
    """
    figures = _check(draft.tables, reason)
    try:
        with transaction.atomic():
            draft = _locked_draft(draft)
            if (draft.content_hash, hash_in_force()) != (seen_hash, seen_in_force):
                raise StaleVersion
            _put_in_force(draft, admin=admin, figures=figures, reason=reason, at=at)
            draft.save()
            _record("screening_published", draft, admin, at)
    except IntegrityError:
        # Another admin published at the same moment.
        raise StaleVersion from None
    return draft


def go_back(
    *,
    to: Ruleset,
    admin: User,
    seen_in_force: str,
    reason: str = "",
    at: datetime | None = None,
) -> Ruleset:
    """Put the rules of an earlier version in force again, as a new version. Drafts stay.

    Raises ``NotVisible`` for a draft; ``StaleVersion`` and ``Refused`` as ``publish_draft``.
    """
    if to.is_draft:
        raise NotVisible
    figures = _check(to.tables, reason)
    back = Ruleset(
        origin=Origin.BACK,
        back_to=to,
        tables=to.tables,
        content_hash=to.content_hash,
        saved_at=at or timezone.now(),
    )
    try:
        with transaction.atomic():
            if hash_in_force() != seen_in_force:
                raise StaleVersion
            _put_in_force(back, admin=admin, figures=figures, reason=reason, at=at)
            back.save(force_insert=True)
            _record("screening_went_back", back, admin, at)
    except IntegrityError:
        raise StaleVersion from None
    return back


def _put_in_force(
    rules: Ruleset, *, admin: User, figures: dict, reason: str, at: datetime | None
) -> None:
    if rules.content_hash == hash_in_force():
        raise Refused(NOTHING_NEW)
    rules.number = next_number()
    rules.figures = figures
    rules.reason = reason
    rules.published_at = at or timezone.now()
    rules.published_by = admin


@transaction.atomic
def discard_draft(*, draft: Ruleset, admin: User, at: datetime | None = None) -> None:
    """Throw a draft away. Raises ``NotVisible`` for what is published or gone."""
    draft = _locked_draft(draft)
    _record("screening_draft_discarded", draft, admin, at)
    draft.delete()


@transaction.atomic
def reset(*, rule: str, admin: User, at: datetime | None = None) -> bool:
    """Let a throttled rule hold again. False where it is not throttled (any more)."""
    at = at or timezone.now()
    if not reset_rule(rule=rule, admin=admin, at=at):
        return False
    audit.record(
        actor=admin,
        verb="screening_rule_reset",
        subject_kind="screening",
        subject_public_id="",
        data={"rule": rule},
        at=at,
    )
    return True


def tell_of_trips(*, at: datetime | None = None) -> int:
    """Write down and tell admins of rules that tripped since the last sweep; returns how many.

    Each is told once: the row says so in the same transaction.
    """
    at = at or timezone.now()
    told = 0
    for trip in RuleTrip.objects.filter(told_at=None).order_by("tripped_at", "pk")[:100]:
        with transaction.atomic():
            if not RuleTrip.objects.filter(pk=trip.pk, told_at=None).update(told_at=at):
                continue
            audit.record(
                actor=None,
                verb="screening_rule_tripped",
                subject_kind="screening",
                subject_public_id="",
                data={"rule": trip.rule, "hits": trip.hits, "usual": round(trip.usual, 1)},
                at=at,
            )
            for admin in User.objects.filter(role=Role.ADMIN, is_active=True):
                notify(
                    recipient=admin,
                    kind=NoticeKind.SCREENING,
                    same_as=f"trip:{trip.rule}:{trip.tripped_at.isoformat()}"[:80],
                    at=at,
                    link=reverse("moderation:screening"),
                )
            told += 1
    return told


@dataclass(frozen=True, slots=True)
class Judgement:
    """What can be said of rules. ``problem``: why they cannot be used at all, empty if they can.

    ``wrong``: examples that rules do not treat as they say. ``figures``: None with a problem.
    """

    problem: str
    wrong: tuple[str, ...] = ()
    figures: Figures | None = None


def judge(tables: Tables) -> Judgement:
    """Compile and measure rules; the last few are remembered by what they say."""
    return _judged(json.dumps(tables, sort_keys=True))


@lru_cache(maxsize=8)
def _judged(said: str) -> Judgement:
    try:
        book = compile_complete(json.loads(said))
    except RuleError as error:
        return Judgement(str(error))
    return Judgement("", tuple(example_problems(book)), measure(book))


def _figures(tables: Tables) -> dict | None:
    figures = judge(tables).figures
    return figures.as_json() if figures else None


def problems_of(tables: Tables) -> list[str]:
    """Why rules may not be published, one line each; nothing where they may."""
    found = judge(tables)
    return [found.problem] if found.problem else list(found.wrong)


def _check(tables: Tables, reason: str) -> dict:
    """The figures of rules that may be published. Raises ``Refused`` for those that may not."""
    found = judge(tables)
    if found.figures is None:
        raise Refused(DOES_NOT_COMPILE % {"problem": found.problem})
    if found.wrong:
        raise Refused(EXAMPLES_WRONG)
    if found.figures.short_of_vital and not reason.strip():
        raise Refused(FINDS_TOO_LITTLE)
    return found.figures.as_json()


def _locked_draft(draft: Ruleset) -> Ruleset:
    locked = (
        Ruleset.objects.select_for_update(of=("self",), no_key=True)
        .filter(pk=draft.pk, number=None)
        .first()
    )
    if locked is None:
        raise NotVisible
    return locked


def _record(verb: str, rules: Ruleset, admin: User, at: datetime | None) -> None:
    audit.record(
        actor=admin,
        verb=verb,
        subject_kind="screening",
        subject_public_id=rules.public_id,
        data={
            "number": rules.number,
            "hash": rules.content_hash,
            "back_to": rules.back_to.number if rules.back_to else None,
            "below_target": bool(rules.reason),
        },
        at=at,
    )
