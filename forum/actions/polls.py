"""Polls: made with a question, voted in, forgotten with their voters."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Role, User
from accounts.viewer import viewer_of
from forum.errors import NO_POLLS, NotVisible, Refused, cannot_write
from forum.models import Poll, PollOption, PollVote, Post, Status
from forum.rules import findings_in
from forum.screening import Finding, mask

IS_OVER = _("This poll is over. Nothing was changed.")
PICK_ONE = _("Pick one of the answers.")


def words_of(poll: Mapping[str, Any]) -> str:
    """All words of a draft's poll, for screening; empty for none."""
    return "\n".join([poll["question"], *poll["options"]]) if poll else ""


def check_may_poll(author: User, poll: Mapping[str, Any]) -> None:
    """Raise ``Refused`` where a professional asks a poll: members are not there for surveys."""
    if poll and author.role == Role.HCP:
        raise Refused(NO_POLLS)


def findings_in_poll(poll: Mapping[str, Any]) -> list[Finding]:
    """What screening finds in the words of a draft's poll."""
    words = words_of(poll)
    return findings_in(title="", text=words) if words else []


def masked(poll: Mapping[str, Any]) -> dict[str, Any]:
    """A draft's poll without contact details."""

    def without(words: str) -> str:
        return mask(words, findings_in(title="", text=words))

    if not poll:
        return {}
    options = [without(option) for option in poll["options"]]
    return {**poll, "question": without(poll["question"]), "options": options}


def make_poll(post: Post, poll: Mapping[str, Any]) -> None:
    """Put a draft's poll under its opening post, which was just made; nothing for none."""
    if not (poll and post.is_opening):
        return
    made = Poll.objects.create(
        post=post,
        question=poll["question"],
        is_multiple=poll["is_multiple"],
        results_later=poll["results_later"],
        days=poll["days"],
    )
    PollOption.objects.bulk_create(
        PollOption(poll=made, place=place, words=words)
        for place, words in enumerate(poll["options"], start=1)
    )


@transaction.atomic
def vote(*, poll: Poll, voter: User, places: Iterable[int], at: datetime | None = None) -> bool:
    """Vote for the answers at these places instead of what one voted for before.

    No places take the vote back. The same again changes nothing. Returns whether anything is
    different. Raises ``NotVisible`` for who may not see it and for all but members, ``Refused``
    when it is over, or where they may not write.
    """
    at = at or timezone.now()
    # One vote of a person at a time; the constraint says the same.
    voter = User.objects.select_for_update(no_key=True).get(pk=voter.pk)
    viewer = viewer_of(voter, at=at)
    visible = Post.objects.visible_to(viewer).filter(status=Status.PUBLISHED, is_opening=True)
    post = visible.filter(pk=poll.post_id).select_related("thread").first()
    if post is None or voter.role != Role.MEMBER:
        raise NotVisible
    if not viewer.may_write:
        raise Refused(cannot_write(viewer))
    poll = Poll.objects.select_related("post").get(pk=poll.pk)
    if poll.closes_at is None or poll.closes_at <= at or post.thread.is_locked:
        raise Refused(IS_OVER)
    wanted = set(places)
    options = {option.place: option for option in PollOption.objects.filter(poll=poll)}
    if not wanted <= set(options) or (len(wanted) > 1 and not poll.is_multiple):
        raise Refused(PICK_ONE)
    own = PollVote.objects.filter(poll=poll, voter=voter)
    if set(own.values_list("option__place", flat=True)) == wanted:
        return False
    own.delete()
    PollVote.objects.bulk_create(
        PollVote(
            poll=poll,
            option=options[place],
            voter=voter,
            slot=place if poll.is_multiple else 0,
        )
        for place in sorted(wanted)
    )
    return True


@transaction.atomic
def forget_votes(*, user: User) -> None:
    """Take a person off their votes; the numbers stay."""
    own = PollVote.objects.filter(voter=user)
    for poll_id in sorted(set(own.values_list("poll", flat=True))):
        Poll.objects.filter(pk=poll_id).update(kept_voters=F("kept_voters") + 1)
    PollOption.objects.filter(pk__in=list(own.values_list("option", flat=True))).update(
        kept_votes=F("kept_votes") + 1
    )
    own.delete()
