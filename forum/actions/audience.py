"""Who a text is for, changed by its author: narrower at once, wider only by their own act."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from accounts.consent import notice_kind, record_consent
from accounts.models import Consent, Document, HcpChoice, Method, Purpose, User
from accounts.viewer import Viewer, viewer_of
from forum import summaries
from forum.actions.reactions import recount_reactions
from forum.errors import NotVisible
from forum.models import Audience, Post, Quote, Reaction, Thread


class Scope(StrEnum):
    """Which posts a choice about health professionals is for."""

    FROM_NOW_ON = "from_now_on"
    OLDER_POSTS_TOO = "older_posts_too"  # they are taken back; nothing is ever widened


@transaction.atomic
def choose_hcp_involvement(
    *,
    user: User,
    choice: HcpChoice,
    scope: Scope = Scope.FROM_NOW_ON,
    method: Method = Method.SETTINGS,
    at: datetime | None = None,
) -> Consent:
    """Record a member's choice; returns its record. It counts from the moment this commits.

    ``OLDER_POSTS_TOO`` takes back from HCPs all that the member wrote before; which posts these
    are is asked under the lock on the author, so that none sent meanwhile is forgotten. Where the
    choice is ``none``, posts that were never published become peers-only in any case, and
    reactions no longer count for HCPs.
    """
    at = at or timezone.now()
    user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    user.hcp_choice = choice
    user.hcp_choice_at = at
    user.save(update_fields=["hcp_choice", "hcp_choice_at"])
    own = Post.objects.filter(author=user, audience=Audience.COMMUNITY)
    if scope == Scope.OLDER_POSTS_TOO:
        narrow(own.values_list("pk", flat=True))
    elif not user.lets_hcps_read:
        # Else a moderator would let a post out to HCPs after its author opted out.
        narrow(own.filter(published_at=None).values_list("pk", flat=True))
    if not user.lets_hcps_read:
        reactions = Reaction.objects.filter(author=user, audience=Audience.COMMUNITY)
        posts = sorted(set(reactions.values_list("post_id", flat=True)))
        reactions.update(audience=Audience.PEERS)
        recount_reactions(posts)
    notice = Document.objects.current(notice_kind(user.age_group(at)))
    return record_consent(
        user=user,
        purpose=Purpose.HCP_INVOLVEMENT,
        value=choice,
        method=method,
        document=notice,
        at=at,
    )


@transaction.atomic
def take_back(*, post: Post, author: User) -> bool:
    """Make one's own post peers-only for good, with what quotes it and, for a thread, all replies.

    Returns False where it was peers-only already. Raises ``NotVisible`` for posts of others.
    """
    author = User.objects.select_for_update(no_key=True).get(pk=author.pk)
    own = Post.objects.visible_to(viewer_of(author)).filter(pk=post.pk, author=author)
    if not own.exists():
        raise NotVisible
    if not own.filter(audience=Audience.COMMUNITY).exists():
        return False
    return narrow([post.pk]) > 0


def what_follows(post: Post, viewer: Viewer) -> QuerySet[Post]:
    """Other posts that become peers-only with this one, as far as its author may see them."""
    follows = Post.objects.visible_to(viewer).filter(pk__in=_what_follows({post.pk}))
    return follows.filter(audience=Audience.COMMUNITY)


@transaction.atomic
def narrow(post_ids: Iterable[int]) -> int:
    """Make posts peers-only, and with them what may not be wider: quoting posts, replies.

    Returns how many posts changed. Quotes stay within a thread, so locking the threads (in one
    order) keeps new replies and quotes out until this is done.
    """
    ids = set(post_ids)
    threads = list(
        Thread.objects.select_for_update(no_key=True)
        .filter(pk__in=Post.objects.filter(pk__in=ids).values("thread_id"))
        .order_by("pk")
    )
    ids |= _what_follows(ids)
    wide = Post.objects.filter(pk__in=ids, audience=Audience.COMMUNITY)
    openings = list(wide.filter(is_opening=True).values_list("thread_id", flat=True))
    changed = wide.update(audience=Audience.PEERS, version=F("version") + 1)
    Thread.objects.filter(pk__in=openings).update(audience=Audience.PEERS, asks_professional=False)
    if changed:
        summaries.recount(thread.pk for thread in threads)
    return changed


def _what_follows(ids: set[int]) -> set[int]:
    """Posts that may not stay wider than these: replies to openings, quotes, quotes of those."""
    found: set[int] = set()
    wave = set(ids)
    while wave:
        opened = Post.objects.filter(pk__in=wave, is_opening=True).values("thread_id")
        replies = Post.objects.filter(thread_id__in=opened).values_list("pk", flat=True)
        quoting = Quote.objects.filter(source_id__in=wave).values_list("post_id", flat=True)
        wave = (set(replies) | set(quoting)) - found - ids
        found |= wave
    return found
