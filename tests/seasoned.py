"""Members whose posts nobody must look at first, made quickly: many tests need one or two."""

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from forum import summaries
from forum.models import Audience, Board, Post, Status, Thread
from forum.policy import CLEAN_POSTS_NEW
from tests.factories import make_member


@transaction.atomic
def make_seasoned(name: str, board: Board, **fields: object) -> User:
    """An adult member with as many clean posts on ``board`` as pre-moderation asks for.

    The rows are written as they would be after a moderator's look; all are peers-only.
    """
    author = make_member(name, **fields)
    now = timezone.now()
    thread = Thread.objects.create(
        board=board,
        author=author,
        title=f"How {name} came here",
        audience=Audience.PEERS,
        status=Status.PUBLISHED,
        last_position=CLEAN_POSTS_NEW,
        created_at=now,
        published_at=now,
    )
    Post.objects.bulk_create(
        Post(
            thread=thread,
            author=author,
            is_opening=position == 1,
            position=position,
            text="It was a quiet day.",
            html="<p>It was a quiet day.</p>",
            status=Status.PUBLISHED,
            created_at=now,
            published_at=now,
        )
        for position in range(1, CLEAN_POSTS_NEW + 1)
    )
    summaries.recount([thread.pk])
    return author
