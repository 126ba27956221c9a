"""The first steps of a new member: a short list, each line from facts. No points, no nagging."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from accounts.models import Role, User
from accounts.viewer import Viewer
from forum.models import Board, FirstSteps, Post, ThreadVisit

# Whoever has written so many posts knows the place.
FEW_POSTS = 5
# Where new members say hello (forum/boards.toml); the step is left out where there is none.
HELLO_BOARD = "welcome"


class Step(StrEnum):
    """The steps, in their order. Each can be left out; none leads to another."""

    LOOK = "look"
    READERS = "readers"
    JUDGE = "judge"
    HELLO = "hello"
    HELPLINE = "helpline"


@dataclass(frozen=True, slots=True)
class StepRow:
    """One line of the list."""

    step: Step
    is_done: bool


def first_steps(viewer: Viewer, user: User, boards: Iterable[Board]) -> list[StepRow]:
    """The list for this member; empty where it is done, was put away, or they are not new.

    ``boards``: those that they may open. At most three short queries, one for members who know
    the place.
    """
    if viewer.role != Role.MEMBER or not viewer.may_read:
        return []
    own = Post.objects.visible_to(viewer).filter(author=user)
    written = list(own.values_list("thread__board__slug", flat=True)[:FEW_POSTS])
    if len(written) >= FEW_POSTS:
        return []
    row = FirstSteps.objects.filter(user=user).first() or FirstSteps(user=user)
    if row.hidden_at is not None:
        return []
    done = {
        Step.LOOK: ThreadVisit.objects.filter(user=user).exists(),
        Step.READERS: user.hcp_choice != "",
        Step.JUDGE: row.judged_at is not None,
        Step.HELLO: HELLO_BOARD in written,
        Step.HELPLINE: row.helpline_at is not None,
    }
    if HELLO_BOARD not in {board.slug for board in boards}:
        del done[Step.HELLO]
    if all(done.values()):
        return []
    return [StepRow(step, is_done) for step, is_done in done.items()]
