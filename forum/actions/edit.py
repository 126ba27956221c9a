"""Changing one's own post."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.viewer import viewer_of
from forum import markdown
from forum.actions.audience import narrow
from forum.actions.breaker import count_hits, rules_counted_for
from forum.actions.hide_part import mark
from forum.actions.labels import outdate_labels
from forum.actions.notices import tell_of_mentions
from forum.actions.state import change_state, lock_post
from forum.actions.submit import check_hcp_dose, verdict_on
from forum.due import due_at
from forum.errors import NotVisible, Refused, StaleVersion, cannot_write
from forum.models import Audience, HiddenPart, Post, Quote, Revision, Status
from forum.policy import EDITED, Ticket
from forum.queries.pictures import pictures_of, with_words
from forum.rules import findings_in
from forum.screening import Finding
from forum.search import index
from forum.states import Severity, Track

EDITABLE = (Status.HELD, Status.CHANGES, Status.PUBLISHED)


@transaction.atomic
def edit_post(
    *,
    post: Post,
    author: User,
    version: int,
    text: str,
    content_note: str | None = None,
    at: datetime | None = None,
) -> bool:
    """Replace the words of one's own post; the old ones stay as a revision.

    ``content_note``: another one, of an opening the thread's; None leaves it. The new text is
    judged like a new one and may be held. Returns False where all is the same. Raises
    ``StaleVersion`` where the post changed since the author opened it, ``NotVisible``, ``Refused``.
    """
    at = at or timezone.now()
    author, post = lock_own(post=post, author=author, at=at)
    if post.version != version:
        raise StaleVersion(post)
    note = post.note if content_note is None else content_note
    if (post.text, post.note) == (text, note):
        return False
    post = under_the_choice_of_now(post, author)
    pictures = pictures_of(post)
    # Those of a published post were looked at, and do not change with its words.
    unseen = len(pictures) if post.status != Status.PUBLISHED else 0
    words = with_words(text, pictures, note)
    again = judge_again(post=post, author=author, words=words, unseen=unseen, at=at)
    status, ticket = again.status, again.ticket
    if _had_hidden_parts(post, text) and status != Status.HELD:
        status = Status.HELD
        ticket = ticket if post.has_ticket else stricter(ticket, post, at)
    post.text = text
    post.html = markdown.render(text)
    post.edited_at = at
    number = post.revisions.count() + 1
    Revision.objects.create(post=post, number=number, text=text, content_note=note, created_at=at)
    _put_note(post, note)
    _drop_quotes_of_what_is_gone(post, text)
    change_state(post=post, to=status, ticket=ticket, at=at)
    if status == Status.PUBLISHED:
        tell_of_mentions(post, at=at)
    outdate_labels(post, at=at)
    index.store([post])
    count_hits(again.findings, counted=again.counted, at=at)
    return True


def lock_own(*, post: Post, author: User, at: datetime) -> tuple[User, Post]:
    """The author and their own post, locked, to change it. Raises ``NotVisible``, ``Refused``."""
    author = User.objects.select_for_update(no_key=True).get(pk=author.pk)
    viewer = viewer_of(author, at=at)
    if not Post.objects.visible_to(viewer).filter(pk=post.pk, author=author).exists():
        raise NotVisible
    if not viewer.may_write:
        raise Refused(cannot_write(viewer))
    post = lock_post(post.pk)
    if post.status not in EDITABLE:
        raise NotVisible
    return author, post


@dataclass(frozen=True, slots=True)
class Again:
    """How a post shall stand once it was changed. The rest is for ``count_hits``, at the end."""

    status: Status
    ticket: Ticket | None
    findings: list[Finding]
    counted: set[str]


def judge_again(*, post: Post, author: User, words: str, unseen: int, at: datetime) -> Again:
    """Judge a locked post as it is about to be: all its words, pictures that nobody looked at.

    What a person was to look at stays held until one did. Raises ``Refused``.
    """
    title = post.thread.title if post.is_opening else ""
    findings = findings_in(title=title, text=words)
    check_hcp_dose(author, findings)
    counted = rules_counted_for(author, findings, at=at)
    verdict = verdict_on(
        author=author,
        hold_policy=post.thread.board.hold_policy,
        findings=findings,
        at=at,
        pictures=unseen,
    )
    status = verdict.status if post.status == Status.PUBLISHED else Status.HELD
    ticket = verdict.ticket
    if post.has_ticket or status == Status.HELD:
        ticket = stricter(ticket, post, at)
    return Again(status, ticket, findings, counted)


def _put_note(post: Post, note: str) -> None:
    """The note of a locked post, which the caller saves; of an opening it is its thread's."""
    if not post.is_opening:
        post.content_note = note
    elif post.thread.content_note != note:
        post.thread.content_note = note
        post.thread.save(update_fields=["content_note"])


def _drop_quotes_of_what_is_gone(post: Post, text: str) -> None:
    """Nobody goes on quoting words that their author took back."""
    for quote in Quote.objects.filter(source=post):
        if quote.excerpt not in text:
            quote.delete()


def under_the_choice_of_now(post: Post, author: User) -> Post:
    """The locked post; narrowed where its author has opted out since it was written."""
    if author.lets_hcps_read or post.audience == Audience.PEERS:
        return post
    narrow([post.pk])
    return lock_post(post.pk)


def _had_hidden_parts(post: Post, text: str) -> bool:
    """Whether words of it were hidden: they must not come back without a look."""
    hidden = HiddenPart.objects.filter(post=post)
    had = hidden.exists()
    if mark() not in text:
        hidden.delete()
    return had


def stricter(ticket: Ticket | None, post: Post, at: datetime) -> Ticket:
    """The new ticket, no later and no milder than one the post already has."""
    severities = [ticket.severity] if ticket else []
    due = [ticket.due_at] if ticket else []
    if post.review_severity is not None and post.review_due_at is not None:
        severities.append(Severity(post.review_severity))
        due.append(post.review_due_at)
    tracks = {ticket.track if ticket else "", post.review_track}
    track = next((t for t in (Track.SAFEGUARDING, Track.WELFARE) if t in tracks), Track.CONDUCT)
    reasons = ticket.reasons if ticket else []
    return Ticket(
        severity=min(severities, default=Severity.S2),
        track=track,
        due_at=min(due, default=due_at(Severity.S2, at)),
        reasons=[*reasons, {"kind": EDITED}],
    )
