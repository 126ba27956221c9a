"""What becomes of labels when their post changes."""

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from forum.actions.notices import notify
from forum.models import Label, NoticeKind, Post
from forum.models.label import OPEN, LabelStatus, wording_of


def outdate_labels(post: Post, *, at: datetime) -> None:
    """Take off the labels of a locked post that speak of other words than it has now.

    Whoever wrote one is told, without blame.
    """
    labels = Label.objects.select_for_update(of=("self",), no_key=True).select_related("author")
    for label in labels.filter(post=post, status__in=OPEN).exclude(wording=wording_of(post.text)):
        label.status, label.closed_at = LabelStatus.OUTDATED, at
        label.save(update_fields=["status", "closed_at"])
        notify(
            recipient=label.author,
            kind=NoticeKind.LABEL,
            message=_("The post changed, so your note is off. It spoke about the old words."),
            link=reverse("moderation:note", args=[label.public_id]),
            same_as=f"label:{label.public_id}:outdated",
            at=at,
        )
