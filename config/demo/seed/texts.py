"""Reading config/demo/data: who says what, when and where. The files' headers give their rules."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

DATA = Path(__file__).resolve().parent.parent / "data"


@dataclass(frozen=True, slots=True)
class MemberEntry:
    """A member of the demo who is not a persona."""

    pseudonym: str
    group: str
    choice: str
    joined_days_ago: float


@dataclass(frozen=True, slots=True)
class QuoteEntry:
    """A passage of an earlier post; ``post`` counts from 0 in the thread."""

    post: int
    excerpt: str


@dataclass(frozen=True, slots=True)
class PostEntry:
    """One post; ``hours_later`` than the thread. ``audience`` "" means the thread's."""

    author: str
    body: str
    hours_later: float
    audience: str
    quote: QuoteEntry | None
    content_note: str = ""


@dataclass(frozen=True, slots=True)
class ThreadEntry:
    """One thread with its posts, the opening first."""

    board: str
    title: str
    days_ago: float
    audience: str
    content_note: str
    no_advice: bool
    asks_professional: bool
    tags: tuple[str, ...]
    posts: tuple[PostEntry, ...]


@dataclass(frozen=True, slots=True)
class SentEntry:
    """A post that somebody sends through the real submission: a new thread or a reply.

    ``picture``: a drawing of pictures.py that comes with it, and ``alt`` its description.
    """

    author: str
    board: str
    thread_title: str
    opens_thread: bool
    body: str
    days_ago: float
    audience: str
    picture: str = ""
    alt: str = ""


@dataclass(frozen=True, slots=True)
class ReportEntry:
    """A report on a post of a thread; ``post_index`` counts from 0.

    ``question``: what the desk asks the reporter, and waits for.
    """

    reporter: str
    board: str
    thread_title: str
    post_index: int
    category: str
    words: str
    question: str = ""


@dataclass(frozen=True, slots=True)
class DecisionEntry:
    """A post that was sent and then decided on; ``hours_later`` than it was sent.

    ``reporter``: who reported it, where the decision came from a report.
    """

    sent: SentEntry
    kind: str
    hours_later: float
    clause: str
    message: str
    reporter: str
    category: str
    words: str
    reporter_message: str


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((DATA / name).read_text(encoding="utf-8"))


def members() -> list[MemberEntry]:
    """The members in members.toml."""
    return [
        MemberEntry(row["pseudonym"], row["group"], row["choice"], row["joined_days_ago"])
        for row in _read("members.toml")["member"]
    ]


def threads() -> list[ThreadEntry]:
    """The threads of all boards, board by board."""
    return [
        ThreadEntry(
            board=path.stem,
            title=row["title"],
            days_ago=row["days_ago"],
            audience=row["audience"],
            content_note=row.get("content_note", ""),
            no_advice=row.get("no_advice", False),
            asks_professional=row.get("asks_professional", False),
            tags=tuple(row.get("tags", ())),
            posts=tuple(_post(post) for post in row["posts"]),
        )
        for path in sorted((DATA / "threads").glob("*.toml"))
        for row in _read(f"threads/{path.name}")["thread"]
    ]


def _post(row: dict[str, Any]) -> PostEntry:
    quote = row.get("quote")
    return PostEntry(
        author=row["author"],
        body=row["body"].strip(),
        hours_later=row["hours_later"],
        audience=row.get("audience", ""),
        quote=QuoteEntry(quote["post"], quote["excerpt"]) if quote else None,
        content_note=row.get("content_note", ""),
    )


def _sent(row: dict[str, Any]) -> SentEntry:
    return SentEntry(
        author=row["author"],
        board=row["board"],
        thread_title=row["thread_title"],
        opens_thread=row.get("new", False),
        body=row["body"].strip(),
        days_ago=row["days_ago"],
        audience=row["audience"],
        picture=row.get("picture", ""),
        alt=row.get("alt", ""),
    )


def queue() -> list[SentEntry]:
    """The posts that wait for a look."""
    return [_sent(row) for row in _read("queue.toml")["post"]]


def reports() -> list[ReportEntry]:
    """The reports that wait."""
    return [ReportEntry(**row) for row in _read("reports.toml")["report"]]


def decisions() -> list[DecisionEntry]:
    """Posts on which a decision was made."""
    return [
        DecisionEntry(
            sent=_sent(row),
            kind=row["kind"],
            hours_later=row["hours_later"],
            clause=row.get("clause", ""),
            message=row.get("message", ""),
            reporter=row.get("reporter", ""),
            category=row.get("category", ""),
            words=row.get("words", ""),
            reporter_message=row.get("reporter_message", ""),
        )
        for row in _read("decisions.toml")["decision"]
    ]


@cache
def grammar() -> dict[str, Any]:
    """The parts of generated posts: ``slots`` and ``topic``."""
    return _read("grammar.toml")
