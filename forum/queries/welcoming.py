"""First posts of new members that nobody has replied to yet, for those who welcome them."""

from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q

from accounts.models import Role
from accounts.viewer import Viewer
from forum.models import Post, Status, Welcomer

# So long a first post stands on the list, and so long somebody counts as new.
LOOKS_BACK = timedelta(days=14)
NEW_FOR = timedelta(days=60)
MOST = 25


def own_offer(viewer: Viewer) -> Welcomer | None:
    """What became of somebody's offer to welcome others; None where they made none."""
    return Welcomer.objects.filter(user_id=viewer.user_id or 0).first()


def newcomers_waiting(viewer: Viewer, *, at: datetime) -> list[Post]:
    """First posts of new members without a reply after them, longest waiting first.

    All of it as the one door shows it to this viewer: a first post that they may not see is not
    there, and a reply that they may not see is none.
    """
    seen = Post.objects.visible_to(viewer).filter(status=Status.PUBLISHED)
    # What somebody wrote under another name says nothing of them, here neither.
    earlier = seen.filter(author=OuterRef("author"), alias="").filter(
        Q(published_at__lt=OuterRef("published_at"))
        | Q(published_at=OuterRef("published_at"), pk__lt=OuterRef("pk"))
    )
    answers = seen.filter(thread=OuterRef("thread"), position__gt=OuterRef("position")).exclude(
        author=OuterRef("author")
    )
    firsts = seen.filter(
        ~Exists(earlier),
        ~Exists(answers),
        alias="",
        author__role=Role.MEMBER,
        author__joined_at__gt=at - NEW_FOR,
        published_at__gt=at - LOOKS_BACK,
        thread__is_locked=False,
    ).exclude(author_id=viewer.user_id)
    rows = firsts.select_related("author", "thread__board").order_by("published_at", "public_id")
    return list(rows[:MOST])
