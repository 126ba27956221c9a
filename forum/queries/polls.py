"""A poll as one person may see it. Numbers only, never who voted for what."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Exists, F, OuterRef

from accounts.models import Role
from accounts.viewer import Viewer
from forum.models import Poll, PollOption, PollVote, Post, Status, Thread
from forum.models.poll import FEWEST_VOTERS


@dataclass(frozen=True, slots=True)
class ShownOption:
    """An answer. ``votes`` and ``percent`` of the voters: None where no numbers are shown."""

    place: int
    words: str
    is_own: bool
    votes: int | None = None
    percent: int | None = None


@dataclass(frozen=True, slots=True)
class ShownPoll:
    """A poll. ``voters``: None where no numbers are shown.

    ``waits_for_vote``: numbers come after voting. ``is_small``: too few have voted for any.
    """

    question: str
    options: list[ShownOption]
    is_multiple: bool
    is_open: bool
    closes_at: datetime | None
    may_vote: bool
    has_voted: bool
    voters: int | None
    waits_for_vote: bool
    is_small: bool


def find_poll(viewer: Viewer, thread: Thread) -> Poll | None:
    """The poll under the opening post of a visible thread, with its post; None for none."""
    if not thread.has_poll:
        return None
    openings = Post.objects.visible_to(viewer).filter(thread=thread, is_opening=True)
    return Poll.objects.filter(post__in=openings).select_related("post").first()


def poll_on(viewer: Viewer, thread: Thread, *, at: datetime) -> ShownPoll | None:
    """What a viewer sees of the poll of a visible thread. Three queries, none where there is none.

    The numbers are the same for everybody who may see them.
    """
    poll = find_poll(viewer, thread)
    if poll is None:
        return None
    own = PollVote.objects.filter(option=OuterRef("pk"), voter_id=viewer.user_id or 0)
    votes = PollVote.objects.filter(poll=poll)
    counts = dict(votes.values_list("option").annotate(Count("pk")).order_by())
    options = list(PollOption.objects.filter(poll=poll).annotate(is_own=Exists(own)))
    voters = poll.kept_voters + votes.aggregate(n=Count("voter", distinct=True))["n"]
    published = poll.post.status == Status.PUBLISHED
    runs = published and poll.closes_at is not None and poll.closes_at > at
    is_open = runs and not thread.is_locked
    picked = {option.pk for option in options if getattr(option, "is_own", False)}
    has_voted = bool(picked)
    waits = poll.results_later and is_open and not has_voted
    is_small = voters < FEWEST_VOTERS
    shown = published and not waits and not is_small

    def seen(option: PollOption) -> ShownOption:
        if not shown:
            return ShownOption(option.place, option.words, option.pk in picked)
        number = option.kept_votes + counts.get(option.pk, 0)
        percent = round(100 * number / voters)
        return ShownOption(option.place, option.words, option.pk in picked, number, percent)

    return ShownPoll(
        question=poll.question,
        options=[seen(option) for option in options],
        is_multiple=poll.is_multiple,
        is_open=is_open,
        closes_at=poll.closes_at,
        may_vote=is_open and viewer.role == Role.MEMBER and viewer.may_write,
        has_voted=has_voted,
        voters=voters if shown else None,
        waits_for_vote=waits,
        is_small=is_small and not waits,
    )


def poll_words(post: Post) -> list[str]:
    """Question and answers of the poll under a post that the caller may read; empty for none."""
    if not (post.is_opening and post.thread.has_poll):
        return []
    poll = Poll.objects.filter(post=post).first()
    if poll is None:
        return []
    words = PollOption.objects.filter(poll=poll).values_list("words", flat=True)
    return [poll.question, *words]


def own_votes(user_id: int) -> list[tuple[int, int]]:
    """One's own votes: (id of the post, place of the answer)."""
    own = PollVote.objects.filter(voter_id=user_id).order_by("pk")
    return list(own.annotate(of=F("poll__post_id")).values_list("of", "option__place"))
