"""Deleting pictures that their authors took away, as soon as nobody needs them any more."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from forum.actions.pictures import delete_pictures, sweep_files
from forum.models import Picture
from moderation.holds import held_posts


@transaction.atomic
def delete_removed(*, at: datetime | None = None) -> int:
    """Delete rows and files of pictures that were taken away; returns how many.

    Not those of posts under an open case or report, nor of deleted posts that a person has yet to
    look at, as somebody may need help: they go when that is over.
    """
    at = at or timezone.now()
    waits = Q(post__status="withdrawn", post__review_due_at__isnull=False)
    gone = Picture.objects.filter(removed_at__lte=at).exclude(waits)
    return delete_pictures(gone.exclude(post__in=held_posts()))


def sweep(*, at: datetime | None = None) -> int:
    """Delete what was taken away, and files that no row names. Safe to run again."""
    return delete_removed(at=at) + sweep_files(at=at)
