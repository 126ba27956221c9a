"""A small community for browser tests: the people a test asks for, and something to read."""

from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from accounts.documents import publish_texts
from accounts.models import HcpChoice, Role, User
from forum.models import Audience, Board, Thread
from tests.databases import Snapshot
from tests.factories import (
    make_board,
    make_hcp,
    make_member,
    make_staff,
    publish_reply,
    publish_thread,
)


@dataclass(slots=True)
class Community:
    """Everybody, one board, a thread for all with 30 replies, and a peers-only thread."""

    member: User
    friend: User
    private: User
    moderator: User
    nurse: User
    admin: User
    board: Board
    thread: Thread
    secret: Thread


# How long a community that was built once serves: its posts are to be of just now.
FRESH = timedelta(minutes=4)
_kept: list[tuple[datetime, Snapshot, Community]] = []


def community_again() -> Community:
    """Put the community into an empty database: built by the first test, put back for others.

    Building takes a second, and a process of tests needs it some eighty times.
    """
    now = timezone.now()
    if not _kept or now - _kept[0][0] > FRESH:
        publish_texts()
        community = make_community()
        _kept[:] = [(now, Snapshot(), community)]
    else:
        _kept[0][1].put_back()
    return deepcopy(_kept[0][2])


def make_community() -> Community:
    """Build it through the project's own actions. The texts must be published."""
    member = make_member("DozyOtter", age=19)
    friend = make_member("MarmaladeMoth", age=20)
    private = make_member("QuietHeron", age=21, choice=HcpChoice.NONE)
    nurse = make_hcp("NurseTeal")
    board = make_board("everyday")
    thread = publish_thread(
        friend, board, title="Night lows again", text="I woke at **three**. Who else?"
    )
    for number in range(30):
        author = (member, friend)[number % 2]
        publish_reply(author, thread, text=f"Reply number {number}. I keep juice by the bed.")
    publish_reply(private, thread, text="Only peers read this one.", audience=Audience.PEERS)
    secret = publish_thread(
        private,
        board,
        title="Just between us",
        text="Nobody with a lanyard, please.",
        audience=Audience.PEERS,
    )
    return Community(
        member=member,
        friend=friend,
        private=private,
        moderator=make_staff("CalmHarbour", Role.MODERATOR),
        nurse=nurse,
        admin=make_staff("DeskLamp", Role.ADMIN),
        board=board,
        thread=thread,
        secret=secret,
    )
