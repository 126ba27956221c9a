"""Sending what was written: a draft becomes a post, once."""

from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from accounts.ids import new_public_id
from accounts.models import Clause, Document, DocumentKind, HcpChoice, Role, User
from accounts.viewer import Viewer, viewer_of
from forum import markdown, summaries
from forum.actions.aliases import give_alias, name_in
from forum.actions.breaker import count_hits, rules_counted_for
from forum.actions.clocks import keep_clock
from forum.actions.notices import tell_of_new_post
from forum.actions.polls import check_may_poll, findings_in_poll, make_poll
from forum.actions.state import next_position, set_ticket
from forum.actions.tags import put_tags
from forum.due import due_at
from forum.errors import (
    HCP_DOSE,
    NO_ADVICE_ASKED,
    NOT_ASKED,
    THREAD_LOCKED,
    NotVisible,
    Refused,
    cannot_write,
)
from forum.models import Audience, Board, Draft, Picture, Post, Quote, Revision, Status, Thread
from forum.policy import CLEAN_POSTS_UNDER_18, Verdict, judge
from forum.queries.boards import boards_for
from forum.queries.pictures import pictures_of, with_words
from forum.rules import findings_in
from forum.screening import Finding, Kind
from forum.search import index
from forum.states import narrowest


def submit_post(*, draft: Draft, author: User, at: datetime | None = None) -> Post:
    """Make a post of a draft and delete the draft. The same draft again gives the same post.

    Raises ``NotVisible`` where board, thread or quoted post may not be seen (any more), and
    ``Refused`` where this author may not post this there.
    """
    try:
        return _submit(draft=draft, author=author, at=at or timezone.now())
    except IntegrityError:
        # The same submission came twice at once; the other one won.
        if post := sent_post(author=author, key=draft.key):
            return post
        raise


def sent_post(*, author: User, key: str) -> Post | None:
    """The author's post that was made from the draft with this key, if it was sent."""
    return Post.objects.filter(author=author, submission_key=key).select_related("thread").first()


def clean_posts_of(author: User) -> int:
    """How many posts of an author were fine; counts to 10, no rule asks for more."""
    clean = Post.objects.filter(author=author, status=Status.PUBLISHED, review_due_at=None)
    return len(clean.values_list("pk")[:CLEAN_POSTS_UNDER_18])


def is_sampled(key: str, percent: int) -> bool:
    """Whether the submission with this key is among the share that gets a look in any case.

    By a keyed hash: the same at each try, and nobody who picks a key can tell beforehand.
    """
    digest = salted_hmac("forum.sample", key, algorithm="sha256").digest()
    return int.from_bytes(digest[:4], "big") % 10_000 < percent * 100


def verdict_on(
    *,
    author: User,
    hold_policy: str,
    findings: Sequence[Finding],
    at: datetime,
    sampled: bool = False,
    pictures: int = 0,
) -> Verdict:
    """The policy's verdict on a text of this author on a board with this hold policy."""
    return judge(
        findings=findings,
        hold_policy=hold_policy,
        role=author.role,
        age_group=author.age_group(at),
        clean_posts=clean_posts_of(author),
        at=at,
        due_at=due_at,
        sampled=sampled,
        pictures=pictures,
    )


@transaction.atomic
def _submit(*, draft: Draft, author: User, at: datetime) -> Post:
    # The lock on the author makes this wait for a change of the author's HCP choice, or the
    # other way round: a post never slips out under the choice of a moment ago.
    author = User.objects.select_for_update(no_key=True).get(pk=author.pk)
    if post := sent_post(author=author, key=draft.key):
        return post
    viewer = viewer_of(author, at=at)
    if not viewer.may_read:
        raise NotVisible
    if not viewer.may_write:
        raise Refused(cannot_write(viewer))
    board, thread = _place_of(draft, viewer)
    if thread is not None:
        refusal = reply_refusal(author, thread)
        if refusal is not None:
            raise refusal
    source = _source_of(draft, viewer, thread)
    check_may_poll(author, draft.poll)
    pictures = pictures_of(draft)
    findings = findings_in(
        title=draft.title, text=with_words(draft.text, pictures, draft.content_note)
    )
    findings += findings_in_poll(draft.poll)
    check_hcp_dose(author, findings)
    counted = rules_counted_for(author, findings, at=at)
    verdict = verdict_on(
        author=author,
        hold_policy=board.hold_policy,
        findings=findings,
        at=at,
        sampled=is_sampled(draft.key, board.sample_percent),
        pictures=len(pictures),
    )
    audience = allowed_audience(draft.audience, author=author, thread=thread, source=source)
    published_at = at if verdict.status == Status.PUBLISHED else None
    if thread is None:
        thread = Thread.objects.create(
            board=board,
            author=author,
            title=draft.title,
            content_note=draft.content_note,
            audience=audience,
            alias=_alias_for(draft, author),
            status=verdict.status,
            asks_professional=draft.asks_professional and audience == Audience.COMMUNITY,
            no_advice=draft.no_advice,
            has_poll=bool(draft.poll),
            created_at=at,
            published_at=published_at,
        )
        put_tags(thread, draft.tags)
    post = Post(
        thread=thread,
        author=author,
        alias=name_in(thread, author),
        is_opening=draft.thread_id is None,
        position=next_position(thread) if published_at else None,
        content_note="" if draft.thread_id is None else draft.content_note,
        text=draft.text,
        html=markdown.render(draft.text),
        audience=audience,
        status=verdict.status,
        submission_key=draft.key,
        created_at=at,
        published_at=published_at,
    )
    set_ticket(post, verdict.ticket)
    post.save(force_insert=True)
    make_poll(post, draft.poll)
    if post.has_ticket:
        keep_clock(post, at=at)
    Revision.objects.create(
        post=post, number=1, text=draft.text, content_note=draft.content_note, created_at=at
    )
    if source is not None and draft.quoted_excerpt and draft.quoted_excerpt in source.text:
        Quote.objects.create(post=post, source=source, excerpt=draft.quoted_excerpt)
    index.store([post])
    if published_at:
        summaries.count_new_post(post)
        tell_of_new_post(post, at=at)
    Picture.objects.filter(draft=draft).update(draft=None, post=post)
    _forget(draft, author)
    count_hits(findings, counted=counted, at=at)
    return post


def _alias_for(draft: Draft, author: User) -> str:
    return give_alias(author) if draft.alias else ""


def _forget(draft: Draft, author: User) -> None:
    """Delete the draft that was sent. Newer words, saved meanwhile in another window, stay."""
    rows = Draft.objects.filter(author=author, key=draft.key)
    rows.filter(version=draft.version).delete()
    rows.update(key=new_public_id(), beside=draft.key)


def _place_of(draft: Draft, viewer: Viewer) -> tuple[Board, Thread | None]:
    """Where a draft goes: a board, and for a reply the thread, locked."""
    if draft.board_id is not None:
        board = boards_for(viewer).filter(pk=draft.board_id).first()
        if board is None:
            raise NotVisible
        return board, None
    thread = (
        Thread.objects.visible_to(viewer)
        .filter(status=Status.PUBLISHED, pk=draft.thread_id or 0)
        .select_for_update(of=("self",), no_key=True)
        .select_related("board", "author")
        .first()
    )
    if thread is None:
        raise NotVisible
    return thread.board, thread


def _source_of(draft: Draft, viewer: Viewer, thread: Thread | None) -> Post | None:
    """The post that a draft quotes, locked.

    Quotes stay within their thread: narrowing a thread then never waits for another one.
    """
    if draft.quoted_post_id is None:
        return None
    source = (
        Post.objects.visible_to(viewer)
        .filter(pk=draft.quoted_post_id, status=Status.PUBLISHED, thread=thread)
        .select_for_update(of=("self",), no_key=True)
        .first()
    )
    if source is None:
        raise NotVisible
    return source


def allowed_audience(
    wanted: str, *, author: User, thread: Thread | None, source: Post | None
) -> Audience:
    """The widest audience not wider than the wish, the author's choice, the thread, the quote."""
    limits = [wanted, Audience.COMMUNITY if author.lets_hcps_read else Audience.PEERS]
    limits += [thread.audience] if thread else []
    limits += [source.audience] if source else []
    return narrowest(*limits)


def reply_refusal(author: User, thread: Thread) -> Refused | None:
    """Why this author may not reply in a thread that they may read; None where they may.

    Asked before they write, and again when they send. Sources: procedure 2 (``on_request``)
    and *humour and hope* ("no advice please").
    """
    if thread.is_locked:
        return Refused(THREAD_LOCKED)
    if author.role != Role.HCP:
        return None
    if thread.no_advice:
        return Refused(NO_ADVICE_ASKED, _code_clause("respect-the-choice"))
    on_request = thread.author.role == Role.MEMBER and thread.author.hcp_choice != HcpChoice.OPEN
    if on_request and not thread.asks_professional:
        return Refused(NOT_ASKED, _code_clause("respect-the-choice"))
    return None


def check_hcp_dose(author: User, findings: Sequence[Finding]) -> None:
    """Raise ``Refused`` where a professional's text tells of a dose (P3.3)."""
    if author.role == Role.HCP and any(finding.kind == Kind.DOSE for finding in findings):
        raise Refused(HCP_DOSE, _code_clause("no-doses"))


def _code_clause(anchor: str) -> Clause | None:
    code = Document.objects.current(DocumentKind.HCP_CODE)
    return code.clauses.filter(anchor=anchor).first() if code else None
