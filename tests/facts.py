"""The people and texts of the test world as plain data: who they are, what state they are in.

tests/world.py builds them; tests/truth.py says what follows.
"""

from dataclasses import astuple, dataclass, field
from enum import StrEnum

from accounts.models import HcpChoice, User
from forum.models import Audience, Board, Post, Status

PEERS, COMMUNITY = Audience.PEERS, Audience.COMMUNITY


@dataclass(frozen=True, slots=True)
class Persona:
    """Who looks. ``age`` only for members; ``stopped``: signed in, and still may read nothing."""

    name: str
    role: str
    age: int | None = None
    choice: str = ""
    stopped: bool = False


PERSONAS = {
    persona.name: persona
    for persona in (
        Persona("guest", "guest", stopped=True),
        Persona("peer_open", "member", 19, HcpChoice.OPEN),
        Persona("peer_on_request", "member", 22, HcpChoice.ON_REQUEST),
        Persona("peer_only", "member", 20, HcpChoice.NONE),
        Persona("peer_teen", "member", 15, HcpChoice.NONE),
        Persona("peer_16", "member", 16, HcpChoice.OPEN),
        Persona("newcomer", "member", 18),
        Persona("blocked_member", "member", 21, HcpChoice.OPEN),
        Persona("blocking_member", "member", 21, HcpChoice.OPEN),
        Persona("hides_from_hcps", "member", 23, HcpChoice.OPEN),
        Persona("hides_from_clinic", "member", 23, HcpChoice.OPEN),
        Persona("reported_hcps", "member", 23, HcpChoice.OPEN),
        Persona("suspended_member", "member", 20, HcpChoice.OPEN, stopped=True),
        Persona("moderator", "moderator"),
        Persona("moderator_without_mfa", "moderator", stopped=True),
        Persona("hcp_nurse", "hcp"),
        Persona("hcp_hidden_from", "hcp"),
        Persona("hcp_of_hidden_clinic", "hcp"),
        Persona("hcp_recused", "hcp"),
        Persona("hcp_reported", "hcp"),
        Persona("hcp_unverified", "hcp", stopped=True),
        Persona("hcp_expired", "hcp", stopped=True),
        Persona("admin_one", "admin"),
    )
}
# Those who start a thread of their own, in which others reply.
HOSTS = (
    "peer_open",
    "blocked_member",
    "blocking_member",
    "suspended_member",
    "hcp_nurse",
    "hcp_hidden_from",
    "hcp_of_hidden_clinic",
    "hcp_recused",
)


class State(StrEnum):
    """What has become of a text. Hidden, removed and withdrawn ones were published once."""

    HELD = "held"
    HELD_AGAIN = "held again"
    CHANGES = "changes"
    PUBLISHED = "published"
    HIDDEN = "hidden"
    REMOVED = "removed"
    WITHDRAWN = "withdrawn"


STATUS = {
    State.HELD: Status.HELD,
    State.HELD_AGAIN: Status.HELD,
    State.CHANGES: Status.CHANGES,
    State.PUBLISHED: Status.PUBLISHED,
    State.HIDDEN: Status.HIDDEN,
    State.REMOVED: Status.REMOVED,
    State.WITHDRAWN: Status.WITHDRAWN,
}


class By(StrEnum):
    """Who wrote a text, as far as that matters to who may read it."""

    PLAIN = "plain"  # a member whom everybody meets
    KNOWN = "known"  # a member with a block, a hidden HCP, a hidden clinic, a recusal
    HCP = "hcp"  # a professional from whom some members hide
    PERSONA = "persona"  # one of PERSONAS


@dataclass(slots=True)
class Facts:
    """What decides who may read a text."""

    by: By
    state: State
    audience: Audience
    author: str = ""  # the persona, where it is one
    passed_to_lead: bool = False
    reported: bool = False


@dataclass(slots=True)
class Item:
    """One text of the world. ``words``: field -> a word that is nowhere else in the world."""

    name: str
    facts: Facts
    thread: Facts  # of the opening; for openings the same object as ``facts``
    adults_only: bool
    post: Post
    words: dict[str, str] = field(default_factory=dict)

    @property
    def is_opening(self) -> bool:
        """Whether this starts its thread."""
        return self.post.is_opening

    def __str__(self) -> str:
        return self.name


@dataclass(slots=True)
class World:
    """Everything that was built. ``people`` has None for the guest."""

    people: dict[str, User | None] = field(default_factory=dict)
    boards: dict[str, Board] = field(default_factory=dict)
    items: list[Item] = field(default_factory=list)
    pictures: dict[str, Item] = field(default_factory=dict)  # by public id
    authors: dict[str, User] = field(default_factory=dict)
    # Other posts, without words of their own: they quote.
    quoting: list[Post] = field(default_factory=list)
    # (key, persona, item that is quoted or replied to)
    drafts: list[tuple[str, str, Item]] = field(default_factory=list)
    # (slug, number) of guides that nobody has published
    guides_at_work: list[tuple[str, int]] = field(default_factory=list)
    report_numbers: list[str] = field(default_factory=list)
    case_ids: list[str] = field(default_factory=list)
    # word -> the personas that may meet it; for words outside of posts
    private_words: dict[str, set[str]] = field(default_factory=dict)

    # of ``private_words`` those that stand under the post "host", for whoever may see them
    words_of_labels: set[str] = field(default_factory=set)

    def person(self, name: str) -> User:
        """The account of a persona that has one."""
        user = self.people[name]
        assert user is not None
        return user

    def item(self, name: str) -> Item:
        """The item with this name."""
        return next(item for item in self.items if item.name == name)

    def distinct_items(self) -> list[Item]:
        """Items of which no two are alike in all that decides who may read them."""
        kinds = {
            (
                item.is_opening,
                item.adults_only,
                *astuple(item.facts),
                item.thread.by,
                item.thread.state,
                item.thread.audience,
            ): item
            for item in reversed(self.items)
        }
        return list(kinds.values())

    def thread_items(self, thread_id: int) -> list[Item]:
        """All items of a thread."""
        return [item for item in self.items if item.post.thread_id == thread_id]
