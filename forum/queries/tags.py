"""Topics: which there are, which a thread has, what a person made of them. No threads here."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TypeVar

from django.db.models import Model, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import JSONObject

from accounts.viewer import Viewer
from forum.models import Follow, FollowKind, Tag, ThreadTag
from forum.models.tag import MOST_TAGS

Rows = TypeVar("Rows", bound=QuerySet)

MOST_SUGGESTED = 3
PLACES = range(1, MOST_TAGS + 1)
LIKE_ENOUGH = 0.6  # how much of a name must be the same for a suggestion


def live_tags() -> QuerySet[Tag]:
    """Topics that can be picked, in their order."""
    return Tag.objects.filter(is_retired=False)


def find_tag(words: str) -> Tag | None:
    """The topic with this slug or name; where it was merged, the one that it is now."""
    if not words:
        return None
    named = Tag.objects.filter(Q(slug__iexact=words) | Q(name__iexact=words))
    # A topic that stands for itself before one that was merged.
    rows = sorted(named.select_related("merged_into"), key=lambda tag: tag.merged_into_id or 0)
    if not rows:
        return None
    return rows[0].merged_into or rows[0]


def suggested_tags(words: str) -> list[Tag]:
    """Topics that are called much like this."""
    tags = {name: tag for tag in live_tags() for name in (tag.slug, tag.name.lower())}
    near = get_close_matches(words.lower(), tags, n=2 * MOST_SUGGESTED, cutoff=LIKE_ENOUGH)
    near += [name for name in tags if words and words.lower() in name]
    return list(dict.fromkeys(tags[name] for name in near))[:MOST_SUGGESTED]


@dataclass(frozen=True, slots=True)
class TagName:
    """A topic as it stands on a thread."""

    slug: str
    name: str


def with_tags(rows: Rows, thread: str = "thread") -> Rows:
    """Rows of threads with what ``tags_on`` needs; no query of its own.

    ``thread``: the path from a row to its thread ("pk" for threads).
    """
    return rows.annotate(
        **{
            f"tag_{place}": Subquery(
                ThreadTag.objects.filter(thread=OuterRef(thread), place=place).values(
                    json=JSONObject(slug="tag__slug", name="tag__name")
                )[:1]
            )
            for place in PLACES
        }
    )


def tags_on(row: Model) -> tuple[TagName, ...]:
    """The topics of a row from ``with_tags``, in their order."""
    found = (getattr(row, f"tag_{place}") for place in PLACES)
    return tuple(TagName(**each) for each in found if each)


def tags_of(thread_ids: Iterable[int]) -> dict[int, list[Tag]]:
    """The topics of threads that the caller got through the one door. One query."""
    ids = list(thread_ids)
    found: defaultdict[int, list[Tag]] = defaultdict(list)
    if ids:
        rows = ThreadTag.objects.filter(thread_id__in=ids).select_related("tag")
        for row in rows.order_by("thread_id", "place"):
            found[row.thread_id].append(row.tag)
    return dict(found)


def follow_kind_of(viewer: Viewer, tag: Tag) -> str:
    """``follow``, ``mute`` or "": what this person made of a topic."""
    own = Follow.objects.filter(user_id=viewer.user_id or 0, tag=tag)
    return own.values_list("kind", flat=True).first() or ""


def own_tags(viewer: Viewer, kind: FollowKind) -> QuerySet[Tag]:
    """Topics that this person follows, or muted."""
    return Tag.objects.filter(follows__user_id=viewer.user_id or 0, follows__kind=kind)


def threads_with_muted_tags(viewer: Viewer) -> QuerySet[ThreadTag]:
    """Rows of threads that have a topic which this person muted."""
    muted = Follow.objects.filter(
        user_id=viewer.user_id or 0, tag__isnull=False, kind=FollowKind.MUTE
    )
    return ThreadTag.objects.filter(tag__in=muted.values("tag"))
