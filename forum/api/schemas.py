"""What goes in and out, as the published schema has it."""

from datetime import datetime
from typing import Literal

from ninja import Field, Schema

from forum.models.post import CONTENT_NOTE_MAX, EXCERPT_MAX, TEXT_MAX
from forum.models.thread import TITLE_MAX

AudienceName = Literal["peers", "community"]
RoleName = Literal["member", "moderator", "hcp", "admin"]
ScopeName = Literal["read", "write", "notices"]


class FieldError(Schema):
    """What is wrong with one field."""

    field: str
    message: str


class ProblemOut(Schema):
    """An error (RFC 9457). ``code`` stays the same; ``title`` and ``detail`` are for people."""

    type: str
    title: str
    status: int
    code: str
    detail: str | None = None
    errors: list[FieldError] | None = None


class HelpOut(Schema):
    """Where to get help now. Comes with every answer about something that was written."""

    text: str
    url: str


class AuthorOut(Schema):
    """Who wrote something. ``id`` is random and stays the same."""

    id: str
    name: str
    role: RoleName


class MeOut(Schema):
    """The member of the key, and the key."""

    id: str
    name: str
    age_group: Literal["13-15", "16-17", "18-25"]
    hcp_choice: Literal["open", "on_request", "none", ""] = Field(
        description="How far health professionals may come in; empty: not chosen, counts as none."
    )
    may_write: bool
    must_agree: bool = Field(description="A text changed: agree on the site before you write.")
    scopes: list[ScopeName]
    key_expires_at: datetime


class BoardOut(Schema):
    """A board that the member may open."""

    slug: str
    title: str
    description: str
    url: str


class BoardsOut(Schema):
    """All boards of the member, in their order."""

    items: list[BoardOut]


class ThreadRow(Schema):
    """A thread in a list, as this member may know it."""

    id: str
    title: str
    content_note: str
    board: str
    author: AuthorOut
    audience: AudienceName
    asks_professional: bool
    no_advice: bool
    is_locked: bool
    replies: int
    last_at: datetime
    last_author: str
    is_new: bool
    is_followed: bool
    is_muted: bool
    url: str


class ThreadsOut(Schema):
    """A page of threads, the newest word first. ``next`` is the cursor of the page after it."""

    items: list[ThreadRow]
    next: str | None


class QuoteOut(Schema):
    """A passage of another post, while that may be seen."""

    post: str
    author: str
    content_note: str = Field(description="Of that post: fold the passage up under it.")
    text: str


class PostOut(Schema):
    """A post. Of one that was removed only ``id``, ``state`` and ``rule`` are left for others."""

    id: str
    state: Literal["published", "held", "changes", "hidden", "removed"]
    author: AuthorOut | None
    content_note: str | None = Field(
        description="Of a reply: fold its text and its pictures up under this. The note of a whole "
        "thread stands on the thread."
    )
    text: str | None
    html: str | None
    audience: AudienceName | None
    published_at: datetime | None
    edited_at: datetime | None
    reactions: dict[str, int]
    own_reactions: list[str]
    quotes: list[QuoteOut]
    is_saved: bool
    has_muted_word: bool = Field(description="Holds a word that the member muted: fold it up.")
    rule: str | None = Field(description="The rule under which it was removed.")
    url: str


class ThreadMeta(Schema):
    """A thread itself."""

    id: str
    title: str
    content_note: str
    board: str
    author: AuthorOut
    audience: AudienceName
    asks_professional: bool
    no_advice: bool
    is_locked: bool
    may_reply: bool
    url: str


class ThreadOut(Schema):
    """One window of a thread: 20 posts. ``waiting``: own posts that nobody else sees yet."""

    thread: ThreadMeta
    page: int
    pages: int
    posts: list[PostOut]
    waiting: list[PostOut]


class _Writing(Schema):
    model_config = {"extra": "forbid"}

    text: str = Field(min_length=1, max_length=TEXT_MAX, description="Markdown.")
    audience: AudienceName = Field(
        description="peers: members, community moderators, admins. community: health professionals "
        "too, as far as the member's own choice and the thread let them."
    )
    confirm: bool = Field(
        default=False, description="Send it as it is, after the answer 409 was shown to the member."
    )


class NewThread(_Writing):
    """A new thread."""

    title: str = Field(min_length=1, max_length=TITLE_MAX)
    content_note: str = Field(default="", max_length=CONTENT_NOTE_MAX)
    asks_professional: bool = False
    no_advice: bool = False


class NewReply(_Writing):
    """A reply, perhaps with a passage of a post of the same thread."""

    content_note: str = Field(default="", max_length=CONTENT_NOTE_MAX)
    quote: str = Field(default="", max_length=20, description="Id of the post that is quoted.")
    excerpt: str = Field(
        default="", max_length=EXCERPT_MAX, description="Words of it; empty: its beginning."
    )


class SentOut(Schema):
    """What became of a text. ``post.state`` is ``held`` while a person looks at it first."""

    post: PostOut
    thread: str
    help: HelpOut


class CardOut(Schema):
    """Something that screening found, in the words of the site."""

    kind: str
    words: str
    passages: list[str]
    holds: bool = Field(description="Sent like this, a person reads it before others do.")


class CheckOut(ProblemOut):
    """Show this to the member; send again with the same key and ``confirm`` to send it anyway."""

    cards: list[CardOut]
    help: HelpOut


class NoticeOut(Schema):
    """A row of the notices: one or several things of one kind about one thread, post or board."""

    id: str
    kind: str
    words: str
    count: int
    at: datetime
    is_new: bool
    by: str = Field(description="Who did it; empty where it is nobody, or several.")
    thread: str = Field(description="Title of the thread that it is about, or empty.")
    message: str = Field(description="Words of the team to the member.")
    url: str


class NoticesOut(Schema):
    """The newest notices, at most 50 rows."""

    items: list[NoticeOut]


class MarkedOut(Schema):
    """How many notices were new until now."""

    marked: int


class UnreadOut(Schema):
    """For apps that look now and then. Once in five minutes is plenty."""

    notices: int
