"""Models of the forum, one file a noun."""

from forum.models.access import HcpAccess, Surface
from forum.models.board import Board
from forum.models.breaker import RuleDay, RuleTrip
from forum.models.clock import TicketClock, UsualWait
from forum.models.draft import Draft
from forum.models.first_steps import FirstSteps
from forum.models.hidden_part import HiddenPart
from forum.models.hours import StaffedHours
from forum.models.label import Label, LabelStatus
from forum.models.mailing import MailSettings, NoticeChoice, Rhythm, Way
from forum.models.mention import Mention, NameSearch
from forum.models.notice import Notice, NoticeKind
from forum.models.picture import Picture
from forum.models.poll import Poll, PollOption, PollVote
from forum.models.post import Post, Quote, Revision
from forum.models.profile import Profile, ShownTo
from forum.models.push import PushDevice
from forum.models.reaction import Reaction, ReactionKind
from forum.models.reading import (
    BoardVisit,
    Follow,
    FollowKind,
    Saved,
    ThreadVisit,
)
from forum.models.ruleset import Origin, Ruleset
from forum.models.search import SearchEntry, SearchProgress, SearchWord
from forum.models.tag import Tag, ThreadTag
from forum.models.thread import Thread, ThreadSummary
from forum.models.welcoming import Welcomer
from forum.states import Audience, Severity, Status, Track

__all__ = [
    "Audience",
    "Board",
    "BoardVisit",
    "Draft",
    "FirstSteps",
    "Follow",
    "FollowKind",
    "HcpAccess",
    "HiddenPart",
    "Label",
    "LabelStatus",
    "MailSettings",
    "Mention",
    "NameSearch",
    "Notice",
    "NoticeChoice",
    "NoticeKind",
    "Origin",
    "Picture",
    "Poll",
    "PollOption",
    "PollVote",
    "Post",
    "Profile",
    "PushDevice",
    "Quote",
    "Reaction",
    "ReactionKind",
    "Revision",
    "Rhythm",
    "RuleDay",
    "RuleTrip",
    "Ruleset",
    "Saved",
    "SearchEntry",
    "SearchProgress",
    "SearchWord",
    "Severity",
    "ShownTo",
    "StaffedHours",
    "Status",
    "Surface",
    "Tag",
    "Thread",
    "ThreadSummary",
    "ThreadTag",
    "ThreadVisit",
    "TicketClock",
    "Track",
    "UsualWait",
    "Way",
    "Welcomer",
]
