"""A report that is still being written. Only the session knows it, until it is sent.

So *Leave now*, which clears the session, takes all of it along. Each report has a key of its own in
its addresses: two tabs hold two reports, and Back, a reload and a pause change nothing.
"""

from dataclasses import asdict, dataclass, field
from datetime import datetime

from django.contrib.sessions.backends.base import SessionBase
from django.utils import timezone

from forum.states import Severity
from moderation.models import Category
from moderation.models.report import SEVERITY

DRAFTS, ACCESS = "report_drafts", "report_access"
MOST_DRAFTS = 5
# How long the browser of somebody signed out may open what it sent. Ours: a visit, with a pause.
ACCESS_LASTS = 24 * 60 * 60  # seconds
TOO_QUICK = 3  # seconds from the first answer to sending; people take longer

WHAT, DECISION, RULE, POSTS, WORDS, WHO, CHECK = (
    "what",
    "decision",
    "rule",
    "posts",
    "words",
    "who",
    "check",
)
# A rule helps to sort these out; in danger it only costs time.
ASKS_FOR_RULE = frozenset(
    category
    for category, severity in SEVERITY.items()
    if severity != Severity.S0 and category not in (Category.DECISION_COMPLAINT, Category.UNDER_13)
)


@dataclass(slots=True)
class ReportDraft:
    """The answers so far. ``key``: becomes the submission key, so that sending twice is once.

    ``post``, ``evidence``: wordings as ``actions.reporting.pin`` remembers them. ``person``: a
    public id; ``profile``: their words about themselves, as they were read. ``sent``: the number,
    once it was sent; then nothing else is kept.
    """

    key: str
    started_at: float
    category: str = ""
    post: tuple[str, int] | None = None
    person: str = ""
    profile: str = ""
    clause: str = ""  # "kind:anchor"
    evidence: list[tuple[str, int]] = field(default_factory=list)
    words: str = ""
    contact: str = ""
    is_unnamed: bool = False
    is_trapped: bool = False
    sent: str = ""

    @property
    def asks_for_rule(self) -> bool:
        """Whether there is a page about rules."""
        return Category(self.category) in ASKS_FOR_RULE

    @property
    def severity(self) -> Severity:
        """How urgent it is."""
        return Severity(SEVERITY[Category(self.category)])

    def is_too_quick(self, at: datetime) -> bool:
        """Whether a person could have read the pages by now."""
        return at.timestamp() - self.started_at < TOO_QUICK

    def steps(self, *, has_posts: bool) -> list[str]:
        """The pages in their order. ``has_posts``: whether there are posts to pick from."""
        wanted = {
            DECISION: self.category == Category.DECISION_COMPLAINT,
            RULE: self.asks_for_rule,
            POSTS: has_posts,
        }
        return [
            step
            for step in (WHAT, DECISION, RULE, POSTS, WORDS, WHO, CHECK)
            if wanted.get(step, True)
        ]


def load(session: SessionBase, key: str) -> ReportDraft | None:
    """The report with this key in this session; None where there is none."""
    try:
        values = dict(session[DRAFTS][key])
        values["post"] = tuple(values["post"]) if values["post"] else None
        values["evidence"] = [tuple(pin) for pin in values["evidence"]]
        return ReportDraft(**values)
    except (KeyError, TypeError):
        return None


def start(session: SessionBase, key: str, *, at: datetime | None = None) -> ReportDraft:
    """The report with this key, or a new one."""
    return load(session, key) or ReportDraft(key=key, started_at=(at or timezone.now()).timestamp())


def save(session: SessionBase, draft: ReportDraft) -> None:
    """Keep it; the oldest goes where there are too many."""
    drafts = session.get(DRAFTS, {})
    drafts.pop(draft.key, None)
    drafts[draft.key] = asdict(draft)
    session[DRAFTS] = dict(list(drafts.items())[-MOST_DRAFTS:])


def mark_sent(session: SessionBase, draft: ReportDraft, *, number: str) -> None:
    """Forget all of it but that it was sent."""
    save(session, ReportDraft(key=draft.key, started_at=draft.started_at, sent=number))


# What this browser may open ----------------------------------------------------------------------


def give_access(session: SessionBase, *, number: str, key: str, at: datetime | None = None) -> None:
    """Let this browser open a report for the visit."""
    opened = session.get(ACCESS, {})
    opened[number] = [key, (at or timezone.now()).timestamp()]
    session[ACCESS] = opened


def key_in(session: SessionBase, number: str, *, at: datetime | None = None) -> str:
    """The key of a report that this browser may still open; empty where it may not."""
    key, since = session.get(ACCESS, {}).get(number, ["", 0.0])
    is_over = (at or timezone.now()).timestamp() - since > ACCESS_LASTS
    return "" if is_over else key
