"""Thread pages: windows of positions, without gaps that would tell of posts kept back."""

from bisect import bisect_left
from collections import Counter, defaultdict
from dataclasses import dataclass, field

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery, Value

from accounts.prepared import Prepared, room_for, stand_in, stand_in_words, stand_ins
from accounts.viewer import Viewer
from forum import visibility
from forum.access_log import with_openings
from forum.models import (
    Draft,
    Follow,
    HiddenPart,
    Label,
    Picture,
    Post,
    Quote,
    Reaction,
    ReactionKind,
    Saved,
    Status,
    Thread,
    ThreadSummary,
    ThreadVisit,
)
from forum.queries.labels import labels_under
from forum.queries.mentions import mentions_in
from forum.queries.pictures import pictures_under
from forum.queries.tags import with_tags
from forum.summaries import SEEN_BY

WINDOW = 20
# Among what one query tells of posts, beside the person's own reactions; no kinds of reactions.
SAVED, LABELLED, PART_HIDDEN, PICTURED = "saved", "labelled", "part_hidden", "pictured"
QUOTES = "quotes"
MARKS = frozenset({SAVED, LABELLED, PART_HIDDEN, PICTURED, QUOTES})

# What the queries below are given, beside the person.
THREAD, FIRST, LAST = stand_in("thread"), stand_in("first"), stand_in("last")
PUBLIC_ID = stand_in_words("public_id")


@dataclass(frozen=True, slots=True)
class ShownPost:
    """A post or tombstone on a page, with what this viewer may see around it."""

    post: Post
    quotes: tuple[Quote, ...] = ()
    reactions: tuple[tuple[str, int], ...] = ()  # (kind, sum), kinds in their order
    own_reactions: frozenset[str] = frozenset()
    is_saved: bool = False
    hidden: tuple[str, ...] = ()  # words of the viewer's own post that a moderator hid
    mentions: tuple[tuple[str, str], ...] = ()  # (name in small letters, address of their page)
    labels: tuple[Label, ...] = ()  # notes by professionals and moderators, its author said yes
    pictures: tuple[Picture, ...] = ()


def posts_on(shown: list[ShownPost]) -> list[Post]:
    """The posts of which a list shows words, with those that are quoted. No tombstones."""
    with_words = [item for item in shown if item.post.status != Status.REMOVED]
    return [post for item in with_words for post in (item.post, *(q.source for q in item.quotes))]


@dataclass(frozen=True, slots=True)
class ThreadPage:
    """One window of a thread. ``number`` and ``pages`` count from 1."""

    thread: Thread
    posts: list[ShownPost]
    waiting: list[ShownPost] = field(default_factory=list)
    number: int = 1
    pages: int = 1
    last_position: int = 0  # the highest position of the thread that the viewer is shown


@dataclass(frozen=True, slots=True)
class Places:
    """The places of a thread for one viewer: positions less those that do not exist for them."""

    last_position: int
    gaps: list[int]  # sorted positions that are kept from the viewer

    @property
    def total(self) -> int:
        """How many posts and tombstones the viewer is shown."""
        return self.last_position - len(self.gaps)

    def rank(self, position: int) -> int:
        """The place (from 1) of a shown position."""
        return position - bisect_left(self.gaps, position)

    def position(self, rank: int) -> int:
        """The position at a place (from 1): the inverse of ``rank``."""
        low, high = rank, rank + len(self.gaps)
        while low < high:
            middle = (low + high) // 2
            if middle - self._gaps_to(middle) >= rank:
                high = middle
            else:
                low = middle + 1
        return low

    def _gaps_to(self, position: int) -> int:
        return bisect_left(self.gaps, position + 1)


def places_for(viewer: Viewer, thread: Thread) -> Places:
    """Places of a visible thread for a viewer.

    In the common case, where the summary says that nothing is kept from the viewer's audience and
    no author is kept from the viewer, this costs one small read.
    """
    shown = getattr(thread, "shown", None)
    if shown is None:  # not from ``find_thread``
        shown = _shown(viewer).filter(thread=thread).values_list("shown", flat=True).first()
    if shown != thread.last_position:
        kept = _KEPT.rows(viewer.shape, person=viewer.user_id or 0, thread=thread.pk)
    elif visibility.author_kept_from(viewer) is None:
        kept = []
    else:
        kept = _UNMET.rows(viewer.shape, person=viewer.user_id or 0, thread=thread.pk)
    return Places(thread.last_position, [row["position"] for row in kept])


def _shown(viewer: Viewer) -> QuerySet[ThreadSummary]:
    return ThreadSummary.objects.filter(audience=visibility.summary_audience(viewer))


def _places(posts: QuerySet[Post]) -> QuerySet:
    placed = posts.filter(thread_id=THREAD, position__isnull=False)
    return placed.order_by("position").values("position")


_KEPT: Prepared[Viewer] = Prepared(lambda viewer: _places(Post.objects.kept_from(viewer)))
_UNMET: Prepared[Viewer] = Prepared(
    lambda viewer: _places(
        Post.objects.filter(visibility.author_kept_from(viewer) or visibility.NOTHING)
    )
)


def find_thread(viewer: Viewer, public_id: str) -> Thread | None:
    """A thread that the viewer may see, with board, author, how far they read, their draft and
    other name there, and whether they wrote something there that waits.

    None otherwise.
    """
    person = viewer.user_id or 0
    found = _THREAD.rows(viewer.shape, person=person, public_id=public_id)
    return found[0] if found else None


def _thread(viewer: Viewer) -> QuerySet[Thread]:
    visits = ThreadVisit.objects.filter(user_id=viewer.user_id or 0, thread=OuterRef("pk"))
    follows = Follow.objects.filter(user_id=viewer.user_id or 0, thread=OuterRef("pk"))
    drafts = Draft.objects.filter(author_id=viewer.user_id, thread=OuterRef("pk"))
    drafts = drafts.exclude(text="").order_by("-updated_at", "-pk")
    written = Post.objects.filter(author_id=viewer.user_id)
    own = written.filter(thread=OuterRef("pk"))
    named = own.exclude(alias="").order_by("-pk")
    visible = with_openings(viewer, Thread.objects.visible_to(viewer), "pk")
    threads = with_tags(visible, "pk").annotate(
        shown=Subquery(_shown(viewer).filter(thread=OuterRef("pk")).values("shown")[:1]),
        draft_key=Subquery(drafts.values("key")[:1]),
        own_alias=Subquery(named.values("alias")[:1]),
        has_waiting=Exists(own.filter(position__isnull=True)),
        has_written=Exists(written),
        read_position=Subquery(visits.values("position")[:1]),
        follow_kind=Subquery(follows.values("kind")[:1]),
    )
    return threads.filter(public_id=PUBLIC_ID).select_related("board", "author")


_THREAD: Prepared[Viewer] = Prepared(_thread)


def find_post(viewer: Viewer, public_id: str) -> Post | None:
    """A post that the viewer may see, with thread, board and author; None otherwise."""
    return (
        with_openings(viewer, Post.objects.visible_to(viewer))
        .filter(public_id=public_id)
        .select_related("thread__board", "thread__author", "author")
        .first()
    )


def thread_page(viewer: Viewer, thread: Thread, number: int | None = None) -> ThreadPage | None:
    """Window ``number`` (from 1; None: the last) of a visible thread; None where there is none.

    The author's own posts that wait for a look stand below the last window.
    """
    places = places_for(viewer, thread)
    pages = max(1, -(-places.total // WINDOW))
    number = pages if number is None else number
    if not 1 <= number <= pages:
        return None
    posts: list[Post] = []
    if places.total:
        first = places.position((number - 1) * WINDOW + 1)
        last = places.position(min(number * WINDOW, places.total))
        person = viewer.user_id or 0
        posts = _WINDOW.rows(viewer.shape, person=person, thread=thread.pk, first=first, last=last)
    waiting: list[Post] = []
    if number == pages and getattr(thread, "has_waiting", True):
        waiting = list(
            Post.objects.visible_to(viewer)
            .filter(thread=thread, author_id=viewer.user_id, position__isnull=True)
            .select_related("author__hcp_profile")
            .order_by("created_at", "pk")
        )
    for post in (*posts, *waiting):
        post.thread = thread  # else each card would ask for it again
    shown = dressed(viewer, [*posts, *waiting])
    return ThreadPage(
        thread=thread,
        posts=shown[: len(posts)],
        waiting=shown[len(posts) :],
        number=number,
        pages=pages,
        last_position=places.position(places.total) if places.total else 0,
    )


def _window(viewer: Viewer) -> QuerySet[Post]:
    shown = Post.objects.shown_to(viewer)
    window = shown.filter(thread_id=THREAD, position__range=(FIRST, LAST))
    return window.select_related("author__hcp_profile", "removed_under").order_by("position")


_WINDOW: Prepared[Viewer] = Prepared(_window)


def find_moved(viewer: Viewer, public_id: str) -> Post | None:
    """Where a thread went that was put together with another: its former opening, if visible."""
    moved = Thread.objects.filter(public_id=public_id, now_at__isnull=False).values("now_at")
    return Post.objects.visible_to(viewer).filter(pk__in=moved).select_related("thread").first()


def page_of(viewer: Viewer, post: Post) -> int | None:
    """The number of the window that shows a visible post; None (the last) before publication."""
    if post.position is None:
        return None
    places = places_for(viewer, post.thread)
    return (places.rank(post.position) - 1) // WINDOW + 1


def dressed(viewer: Viewer, posts: list[Post]) -> list[ShownPost]:
    """Posts with quotes whose source the viewer may see, sums of reactions, own reactions."""
    ids = [post.pk for post in posts]
    own = _own_marks(viewer, ids)
    quotes = _quotes(viewer, [pk for pk in ids if QUOTES in own[pk]])
    hidden: defaultdict[int, list[str]] = defaultdict(list)
    with_parts = [post.pk for post in posts if PART_HIDDEN in own[post.pk]]
    if with_parts:
        for part in HiddenPart.objects.filter(post_id__in=with_parts).select_related("revision"):
            hidden[part.post_id].append(part.words)
    labelled = [post for post in posts if LABELLED in own[post.pk]]
    labels = labels_under(viewer, labelled)
    pictures = pictures_under(viewer, [post for post in posts if PICTURED in own[post.pk]])
    unmet = _reactions_of_unmet(viewer, [post.pk for post in posts if post.reactions])
    named = mentions_in(viewer, [post.pk for post in posts if "@" in post.text])
    audience = visibility.summary_audience(viewer)
    return [
        ShownPost(
            post=post,
            quotes=tuple(quotes[post.pk]),
            reactions=tuple(
                (kind, number)
                for kind in ReactionKind.values
                if (number := post.reactions.get(audience, {}).get(kind, 0) - unmet[post.pk, kind])
                > 0
            ),
            own_reactions=frozenset(own[post.pk] - MARKS),
            is_saved=SAVED in own[post.pk],
            hidden=tuple(hidden[post.pk]),
            labels=labels.get(post.pk, ()),
            pictures=pictures.get(post.pk, ()),
            mentions=tuple(sorted(named.get(post.pk, {}).items())),
        )
        for post in posts
    ]


def _quotes(viewer: Viewer, ids: list[int]) -> defaultdict[int, list[Quote]]:
    """The quotes in these posts whose source the viewer may see and which still stand."""
    quotes: defaultdict[int, list[Quote]] = defaultdict(list)
    if ids:
        seen_sources = Post.objects.visible_to(viewer).filter(status=Status.PUBLISHED)
        found = Quote.objects.filter(post_id__in=ids, source__in=seen_sources)
        for quote in found.select_related("source__author").order_by("position", "pk"):
            if quote.still_stands:
                quotes[quote.post_id].append(quote)
    return quotes


def _own_marks(viewer: Viewer, ids: list[int]) -> defaultdict[int, set[str]]:
    """The viewer's own reactions on posts, and which ``MARKS`` these have, by post. One query.

    ``SAVED`` by the viewer; ``LABELLED``: with a note that they see; ``PART_HIDDEN`` of an own one;
    ``PICTURED``, ``QUOTES``: with a picture or quote, asked for through the one door after that.
    """
    marks: defaultdict[int, set[str]] = defaultdict(set)
    if ids:
        shape = viewer.shape, room_for(len(ids))
        for row in _MARKS.rows(shape, person=viewer.user_id or 0, posts=ids):
            marks[row["post_id"]].add(row["kind"])
    return marks


def _marks(shape: tuple[Viewer, int]) -> QuerySet:
    viewer, number = shape
    ids = stand_ins("posts", number)
    reactions = Reaction.objects.filter(author_id=viewer.user_id, post_id__in=ids)
    kept = Saved.objects.filter(user_id=viewer.user_id or 0, post_id__in=ids)
    labels = Label.objects.shown_to(viewer).filter(post_id__in=ids)
    own = HiddenPart.objects.filter(post__author_id=viewer.user_id)
    parts = own.filter(post_id__in=ids).order_by()
    pictures = Picture.objects.filter(post_id__in=ids, removed_at=None).order_by()
    quotes = Quote.objects.filter(post_id__in=ids).order_by()
    return (
        reactions.order_by()
        .values("post_id", "kind")
        .union(
            kept.values_list("post_id", Value(SAVED)),
            labels.values_list("post_id", Value(LABELLED)),
            parts.values_list("post_id", Value(PART_HIDDEN)),
            pictures.values_list("post_id", Value(PICTURED)),
            quotes.values_list("post_id", Value(QUOTES)),
            all=True,
        )
    )


_MARKS: Prepared[tuple[Viewer, int]] = Prepared(_marks)


def _reactions_of_unmet(viewer: Viewer, ids: list[int]) -> Counter[tuple[int, str]]:
    """How many reactions on each (post, kind) are by authors who are kept from the viewer."""
    if not ids or visibility.author_kept_from(viewer) is None:
        return Counter()
    shape = viewer.shape, room_for(len(ids))
    rows = _OF_UNMET.rows(shape, person=viewer.user_id or 0, posts=ids)
    return Counter((row["post_id"], row["kind"]) for row in rows)


def _of_unmet(shape: tuple[Viewer, int]) -> QuerySet:
    viewer, number = shape
    unmet = visibility.author_kept_from(viewer) or visibility.NOTHING
    seen = SEEN_BY[visibility.summary_audience(viewer)]
    rows = Reaction.objects.filter(unmet, audience__in=seen)
    return rows.filter(post_id__in=stand_ins("posts", number)).values("post_id", "kind")


_OF_UNMET: Prepared[tuple[Viewer, int]] = Prepared(_of_unmet)


def own_posts(viewer: Viewer, *, after: str = "") -> tuple[list[Post], bool]:
    """The viewer's own posts after the post with id ``after``, newest first; and whether more."""
    own = Post.objects.visible_to(viewer).filter(author_id=viewer.user_id)
    if after and (last := own.filter(public_id=after).first()):
        own = own.filter(
            Q(created_at__lt=last.created_at) | Q(created_at=last.created_at, pk__lt=last.pk)
        )
    rows = list(
        with_openings(viewer, own)
        .select_related("author__hcp_profile", "thread__author", "removed_under")
        .order_by("-created_at", "-pk")[: WINDOW + 1]
    )
    return rows[:WINDOW], len(rows) > WINDOW
