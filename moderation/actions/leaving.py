"""Closing an account: gone for others at once, undone within 14 days, erased within 30.

The one place that knows the order, as it spans the apps: each app erases its own
(``forum/actions/leaving.py``, ``moderation/actions/erasure.py``, ``accounts/leaving.py``). All of
it is safe to run again; what an open case or report holds waits until that is over.
"""

import logging
from collections.abc import Sequence
from datetime import datetime

from django.core.cache import caches
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.leaving import end_sessions, erase_account, former_name
from accounts.models import AccountClosure, KeepPosts, Role, User
from accounts.models.leaving import UNDO_WITHIN
from forum.actions.leaving import erase_texts, hide_posts, show_posts
from forum.search.index import gather_words_anew
from moderation.actions.erasure import erase_records
from moderation.audit import record
from moderation.exports import forget_copies
from moderation.holds import held_posts, is_held
from moderation.models import Case, Claim, Proposal, ProposalStatus, Shift
from moderation.models.case import UNDECIDED

log = logging.getLogger(__name__)


class StillAtWork(Exception):
    """Somebody of the team has work that must be handed over first. ``words``: which."""

    def __init__(self, words: Sequence[Promise]) -> None:
        super().__init__("work to hand over")
        self.words = words


def work_left(user: User, *, at: datetime | None = None) -> Sequence[Promise]:
    """What somebody of the team must hand over before they can leave; nothing for members."""
    if user.role == Role.MEMBER:
        return []
    at = at or timezone.now()
    admins = User.objects.filter(role=Role.ADMIN, is_active=True, closed_at=None)
    waiting = Proposal.objects.filter(status=ProposalStatus.WAITING, expires_at__gt=at)
    left = {
        _("A post that you are looking at."): Claim.objects.filter(moderator=user, until__gt=at),
        _("A case that you work on."): Case.objects.filter(handler=user, status__in=UNDECIDED),
        _("Something you proposed that waits for a second person."): waiting.filter(
            proposed_by=user
        ),
        _("A shift that is still to come."): Shift.objects.filter(
            person=user, removed_at=None, ends_at__gt=at
        ),
    }
    words: list[Promise] = [word for word, rows in left.items() if rows.exists()]
    if user.role == Role.ADMIN and not admins.exclude(pk=user.pk).exists():
        words.append(_("You are the only admin. Make somebody else an admin first."))
    return words


@transaction.atomic
def close_account(*, user: User, posts: KeepPosts, at: datetime | None = None) -> AccountClosure:
    """Close an account at once; the same again gives the same row. Raises ``StillAtWork``."""
    at = at or timezone.now()
    user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if standing := open_closure(user):
        return standing
    if words := work_left(user, at=at):
        raise StillAtWork(words)
    closure = AccountClosure.objects.create(
        user=user,
        posts=posts,
        asked_at=at,
        undo_until=at + UNDO_WITHIN,
        pseudonym=user.pseudonym,
        before=hide_posts(author=user, at=at) if posts == KeepPosts.DELETE else {},
    )
    user.pseudonym = former_name()
    user.closed_at = at
    user.save(update_fields=["pseudonym", "closed_at"])
    end_sessions(user)
    _note(closure, user, "account_closed", at)
    return closure


@transaction.atomic
def undo_closing(*, user: User, at: datetime | None = None) -> bool:
    """Give name and posts back, as they were. False where there is nothing to undo any more."""
    at = at or timezone.now()
    user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    closure = open_closure(user)
    if closure is None or closure.erased_at is not None or at >= closure.undo_until:
        return False
    show_posts(before=closure.before, at=at)
    user.pseudonym = closure.pseudonym
    user.closed_at = None
    user.save(update_fields=["pseudonym", "closed_at"])
    closure.undone_at = at
    closure.pseudonym, closure.before = "", {}
    closure.save(update_fields=["undone_at", "pseudonym", "before"])
    _note(closure, user, "closing_undone", at)
    return True


def open_closure(user: User) -> AccountClosure | None:
    """The closing that was not undone, or None."""
    return AccountClosure.objects.filter(user=user, undone_at=None).first()


def sweep(*, at: datetime | None = None) -> int:
    """Erase what is due; returns how many accounts are done. One that fails stops no other."""
    at = at or timezone.now()
    done = 0
    for closure in list(_due(at).select_related("user")):
        try:
            done += erase(closure, at=at)
        except Exception:
            log.exception("account of closing %s not erased", closure.public_id)
    if done:
        gather_words_anew()
        caches["cards"].clear()
    return done


def _due(at: datetime) -> QuerySet[AccountClosure]:
    rows = AccountClosure.objects.filter(undone_at=None, erased_at=None, undo_until__lte=at)
    return rows.order_by("undo_until", "pk")


def erase(closure: AccountClosure, *, at: datetime) -> bool:
    """Erase one account as far as nothing holds it; True where nothing is left to erase."""
    user = closure.user
    keep = closure.posts == KeepPosts.KEEP
    forget_copies(user)
    held = set(held_posts().filter(author=user).values_list("pk", flat=True))
    erase_texts(user=user, keep_published=keep, held=held, at=at)
    if held or is_held(user):
        # Who they are is part of what is looked into: name, address and reports wait as well.
        AccountClosure.objects.filter(pk=closure.pk, waits_since=None).update(waits_since=at)
        return False
    with transaction.atomic():
        erase_records(user=user)
        erase_account(user=user, keep_relations=keep, at=at)
        AccountClosure.objects.filter(pk=closure.pk).update(
            erased_at=at, pseudonym="", before={}, waits_since=None
        )
        _note(closure, None, "account_erased", at)
    return True


def _note(closure: AccountClosure, actor: User | None, verb: str, at: datetime) -> None:
    record(
        actor=actor,
        verb=verb,
        subject_kind="account",
        subject_public_id=closure.user.public_id,
        data={"closing": closure.public_id, "posts": closure.posts},
        at=at,
    )
