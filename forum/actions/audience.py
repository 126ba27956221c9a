"""Who a text is for, changed by its author: narrower at once, wider only by their own act."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.consent import notice_kind, record_consent
from accounts.models import Consent, Document, HcpChoice, Method, Purpose, User
from forum import summaries
from forum.actions.reactions import recount_reactions
from forum.models import Audience, Post, Quote, Reaction, Thread


@transaction.atomic
def choose_hcp_involvement(
    *,
    user: User,
    choice: HcpChoice,
    older_posts: Iterable[int] = (),
    method: Method = Method.SETTINGS,
    at: datetime | None = None,
) -> Consent:
    """Record a member's choice; returns its record. It counts from the moment this commits.

    ``older_posts``: ids of posts to take back from HCPs as well (see ``community_posts_of``).
    Where the choice is ``none``, posts that were never published become peers-only in any case,
    and reactions no longer count for HCPs.
    """
    user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    user.hcp_choice = choice
    user.hcp_choice_at = at or timezone.now()
    user.save(update_fields=["hcp_choice", "hcp_choice_at"])
    to_narrow = set(older_posts)
    if not user.lets_hcps_read:
        # Else a moderator would let a post out to HCPs after its author opted out.
        waiting = Post.objects.filter(author=user, audience=Audience.COMMUNITY, position=None)
        to_narrow.update(waiting.values_list("pk", flat=True))
    narrow(to_narrow)
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


def community_posts_of(author: User) -> list[int]:
    """Ids of an author's own posts that HCPs may read now."""
    own = Post.objects.filter(author=author, audience=Audience.COMMUNITY)
    return list(own.values_list("pk", flat=True))


def unpublished_posts_of(author: User) -> list[int]:
    """Ids of an author's own posts that wait for their first publication."""
    return list(Post.objects.filter(author=author, position=None).values_list("pk", flat=True))


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
