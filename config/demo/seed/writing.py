"""Words on their way, a thread under another name, and somebody who is named in it."""

from datetime import datetime, timedelta

from accounts.models import HeldName, User
from config.demo.seed.queue import key_of, send
from config.demo.seed.texts import SentEntry
from forum.actions.drafts import save_draft
from forum.models import Board, Draft, Notice, Post, Thread

WRITER, NAMED = "peer_open", "peer_on_request"
BOARD, TITLE, OTHER_NAME = "everyday", "I stopped looking at my numbers", "TwilightTeapot"
OPENING = (
    "For two weeks I just did not look. I took my insulin, but I left the graph alone. "
    "Saying it here is a start, I suppose."
)
REPLY = "That is a start, and a brave one. @peer_on_request wrote something like it last spring."
DRAFTS = (
    ("sport", "Five-a-side and the last ten minutes", "I always drop right at the end, so I", ""),
    ("everyday", "Pens at the bottom of the bag", "Has anybody found a case that", ""),
    ("everyday", "Pens at the bottom of the bag", "Has anybody found a small case that", "1"),
)


def add_writing(*, seed: int, now: datetime, people: dict[str, User]) -> int:
    """Add what is missing; returns how many rows."""
    return _drafts(now, people[WRITER]) + _thread(seed, now, people)


def _drafts(now: datetime, writer: User) -> int:
    added = 0
    for number, (board, title, text, beside) in enumerate(DRAFTS):
        key = key_of("draft", str(number))
        if Draft.objects.filter(author=writer, key=key).exists():
            continue
        place = Board.objects.get(slug=board)
        save_draft(author=writer, key=key, board=place, title=title, text=text)
        Draft.objects.filter(author=writer, key=key).update(
            updated_at=now - timedelta(days=number, hours=2),
            beside=key_of("draft", beside) if beside else "",
        )
        added += 1
    return added


def _thread(seed: int, now: datetime, people: dict[str, User]) -> int:
    """A thread whose opening is sent under the writer's own name first, then put under another."""
    opening = _entry(WRITER, OPENING, days_ago=3.4, opens_thread=True)
    post = send(opening, seed=seed, now=now, people=people)
    if post is None:
        return 0
    HeldName.objects.get_or_create(lower_name=OTHER_NAME.lower())
    Thread.objects.filter(pk=post.thread_id).update(alias=OTHER_NAME)
    Post.objects.filter(pk=post.pk).update(alias=OTHER_NAME)
    reply = _entry("GingerSatellite", REPLY, days_ago=3.1, opens_thread=False)
    told = send(reply, seed=seed, now=now, people=people)
    Notice.objects.filter(post=told).update(mail_due_at=None)
    return 2


def _entry(author: str, body: str, *, days_ago: float, opens_thread: bool) -> SentEntry:
    return SentEntry(
        author=author,
        board=BOARD,
        thread_title=TITLE,
        opens_thread=opens_thread,
        body=body,
        days_ago=days_ago,
        audience="peers",
    )
