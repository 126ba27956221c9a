"""What an author changed since somebody decided, word by word."""

from django.db.models import Max

from accounts.worddiff import Piece, word_diff
from forum.models import Post, Revision
from moderation.models import Decision


def changes_since_decision(post: Post) -> list[Piece]:
    """What changed since the wording that was last decided on, else since the one before.

    Empty where nothing changed. Reading it is reading the post: log it.
    """
    newest = Revision.objects.filter(post=post).aggregate(number=Max("number"))["number"] or 0
    decided = (
        Decision.objects.standing()
        .filter(post=post, revision_number__lt=newest)
        .order_by("-decided_at", "-pk")
        .values_list("revision_number", flat=True)
        .first()
    )
    number = decided or newest - 1
    earlier = Revision.objects.filter(post=post, number=number).first()
    if earlier is None or (earlier.text, earlier.content_note) == (post.text, post.note):
        return []
    return word_diff(
        _with_note(earlier.text, earlier.content_note), _with_note(post.text, post.note)
    )


def _with_note(text: str, note: str) -> str:
    return f"[{note}]\n\n{text}" if note else text
