"""Learning who wrote under another name: an admin's act, in the log, and told to the author."""

from datetime import datetime

from django.db import models, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from accounts.viewer import viewer_of
from forum.actions.notices import notify
from forum.errors import NotVisible, Refused
from forum.models import NoticeKind, Post
from moderation import audit

REASON_NEEDED = gettext_lazy("Say why, in words for the author.")
VERB = "alias_revealed"


class Why(models.TextChoices):
    """Why an admin must know. The log keeps the code alone."""

    DANGER = "danger", gettext_lazy("Somebody may be in danger")
    RULES = "rules", gettext_lazy("A rule was broken, and we must act on the account")
    LAW = "law", gettext_lazy("The law asks us to")


@transaction.atomic
def reveal_author(
    *, post: Post, admin: User, why: Why, words: str, at: datetime | None = None
) -> User:
    """Who wrote a post under another name. Logged each time; the author is told each time.

    ``words``: for the author. Raises ``NotVisible`` where the admin has no business with it, or the
    post stands under its author's own name; ``Refused`` without words.
    """
    at = at or timezone.now()
    viewer = viewer_of(admin, at=at)
    if not viewer.may_administer:
        raise NotVisible
    seen = Post.objects.handleable_by(viewer).exclude(alias="").select_related("author", "thread")
    found = seen.filter(pk=post.pk).first()
    if found is None:
        raise NotVisible
    if not words.strip():
        raise Refused(REASON_NEEDED)
    event = audit.record(
        actor=admin,
        verb=VERB,
        subject_kind="post",
        subject_public_id=found.public_id,
        data={"why": Why(why).value},
        at=at,
    )
    told = _("An admin looked up who writes as %(name)s. Why: %(why)s") % {
        "name": found.alias,
        "why": Why(why).label,
    }
    notify(
        recipient=found.author,
        kind=NoticeKind.SANCTION,
        same_as=f"alias:{found.public_id}:{event.number}",
        at=at,
        message=f"{told}\n\n{words.strip()}",
        link=reverse("forum:thread", args=[found.thread.public_id]),
    )
    return found.author
