"""Mentions as a reader may see them, and names for somebody who writes.

Names are shown only of people who have posted where the writer can read it, and who could read the
answer. So nobody learns a name here that they have not read before.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from django.db.models import Exists, F, Max, OuterRef
from django.urls import reverse

from accounts.models import Role, User
from accounts.viewer import Viewer, viewer_of
from forum import visibility
from forum.models import Board, Mention, Post, Status, Thread
from forum.profiles import has_profile_for
from forum.queries.boards import boards_for

LEAST_LETTERS = 2
MOST_NAMES = 8
MOST_ASKED = 24  # people of whom one search asks whether they could read it
KNOWN_FROM = 3  # published posts from which on somebody is shown names of a whole board


def mentions_in(viewer: Viewer, ids: Iterable[int]) -> dict[int, dict[str, str]]:
    """For each post, the address of each person named, by the name in small letters.

    Only of people whom the viewer meets, and who have a page for them. At most one query.
    """
    ids = list(ids)
    if not ids:
        return {}
    rows = Mention.objects.filter(post_id__in=ids, person__closed_at=None)
    rows = rows.annotate(author_id=F("person_id"))
    unmet = visibility.author_kept_from(viewer)
    if unmet is not None:
        rows = rows.exclude(pk__in=rows.filter(unmet).values("pk"))
    found: defaultdict[int, dict[str, str]] = defaultdict(dict)
    written = Post.objects.visible_to(viewer).filter(
        author=OuterRef("person"), alias="", status=Status.PUBLISHED
    )
    for row in rows.annotate(has_page=Exists(written)).select_related("person"):
        address = address_of(viewer, row.person, has_page=row.has_page)
        if address:
            found[row.post_id][row.person.pseudonym.lower()] = address
    return found


def address_of(viewer: Viewer, person: User, *, has_page: bool) -> str:
    """Where the name of a person leads; empty where nothing is to be seen.

    ``has_page``: the viewer can read something that they wrote under this name.
    """
    if person.role == Role.HCP:
        return reverse("forum:professional", args=[person.public_id])
    if has_page and has_profile_for(viewer.role, person):
        return reverse("forum:profile", args=[person.public_id])
    return ""


def names_for(
    viewer: Viewer, begin: str, *, at: datetime, thread: Thread | None = None, board: Board | None
) -> list[str]:
    """Names that begin so, in their order, of people who posted in a visible thread or board.

    Newcomers are shown only who posted in this very thread.
    """
    if len(begin) < LEAST_LETTERS:
        return []
    posts = Post.objects.visible_to(viewer).filter(status=Status.PUBLISHED)
    if board is not None and _is_known(viewer):
        posts = posts.filter(thread__board=board)
    elif thread is not None:
        posts = posts.filter(thread=thread)
    else:
        return []
    ids = (
        posts.filter(alias="", author__pseudonym__istartswith=begin, author__closed_at=None)
        .exclude(author_id=viewer.user_id)
        .values("author_id")
        .annotate(newest=Max("pk"))
        .order_by("-newest")
        .values_list("author_id", flat=True)[:MOST_ASKED]
    )
    people = User.objects.filter(pk__in=list(ids), is_active=True).order_by("pseudonym")
    names: list[str] = []
    for person in people:
        if len(names) < MOST_NAMES and _could_read(person, thread, board, at):
            names.append(person.pseudonym)
    return names


def _is_known(viewer: Viewer) -> bool:
    own = Post.objects.filter(author_id=viewer.user_id, status=Status.PUBLISHED)
    return viewer.role != Role.MEMBER or len(own.values_list("pk")[:KNOWN_FROM]) >= KNOWN_FROM


def _could_read(person: User, thread: Thread | None, board: Board | None, at: datetime) -> bool:
    """Whether this person could read what is written there, for the audience of the place."""
    theirs = viewer_of(person, at=at)
    if thread is not None:
        return Thread.objects.visible_to(theirs).filter(pk=thread.pk).exists()
    return board is not None and boards_for(theirs).filter(pk=board.pk).exists()
