"""What waits for staff, and what they decided: all of it through the real actions.

Screening and policy judge these posts as they would anybody's. Public ids of posts and threads
come from the seed; numbers and keys of reports, ids of cases and decisions stay random.
"""

from datetime import datetime, timedelta

from accounts.models import Clause, Document, DocumentKind, User
from config.demo.seed import texts
from config.demo.seed.chance import public_id
from config.demo.seed.clock import moment
from config.demo.seed.pictures import draw
from config.demo.seed.texts import DecisionEntry, SentEntry
from forum.actions.drafts import save_draft
from forum.actions.pictures import add_picture
from forum.actions.submit import submit_post
from forum.models import Board, Notice, NoticeKind, Post, Thread
from moderation.actions.case_decisions import PostChoice, decide_case
from moderation.actions.case_evidence import ask_account
from moderation.actions.cases import add_note, open_case
from moderation.actions.decide import decide
from moderation.actions.reporting import ask_reporter, file_report
from moderation.models import Category, DecisionKind, Outcome, Report, ReportMail

MODERATOR, ADMIN = "moderator", "admin_one"
FIRST_REPORT = timedelta(minutes=25)
BETWEEN_REPORTS = timedelta(hours=2, minutes=20)
UNTIL_QUESTION = timedelta(minutes=20)


def add_decided(*, seed: int, now: datetime, people: dict[str, User]) -> int:
    """Send and decide the posts of decisions.toml that are missing; returns how many."""
    added = 0
    for entry in texts.decisions():
        post = send(entry.sent, seed=seed, now=now, people=people)
        if post is None:
            continue
        at = moment(now, days_ago=entry.sent.days_ago, hours_later=entry.hours_later)
        if entry.reporter:
            _decide_after_report(entry, post, people, at)
        else:
            _decide(entry, post, people, at)
        Notice.objects.filter(post=post).update(mail_due_at=None)
        added += 1
    return added


def add_queue(*, seed: int, now: datetime, people: dict[str, User]) -> int:
    """Send the posts of queue.toml that are missing; returns how many."""
    return sum(
        send(entry, seed=seed, now=now, people=people) is not None for entry in texts.queue()
    )


def add_reports(*, now: datetime, people: dict[str, User]) -> int:
    """File the reports of reports.toml that are missing; returns how many."""
    added = 0
    for number, entry in enumerate(texts.reports()):
        key = key_of("report", entry.reporter, entry.board, entry.thread_title, entry.words)
        if Report.objects.filter(submission_key=key).exists():
            continue
        at = now - FIRST_REPORT - number * BETWEEN_REPORTS
        report = file_report(
            category=Category(entry.category),
            submission_key=key,
            reporter=people[entry.reporter],
            post=Post.objects.get(
                thread__board__slug=entry.board,
                thread__title=entry.thread_title,
                position=entry.post_index + 1,
            ),
            words=entry.words,
            at=at,
        )
        if entry.question:
            ask_reporter(
                report=report, admin=people[ADMIN], text=entry.question, at=at + UNTIL_QUESTION
            )
        if report.category == Category.HCP_BOUNDARY and report.about is not None:
            _work_on(report, people[ADMIN], at)
        _mail_nothing(report)
        added += 1
    return added


def _work_on(report: Report, admin: User, at: datetime) -> None:
    """An admin without a tie opens the case, writes a note and asks the professional."""
    case = open_case(report=report, admin=admin, at=at + UNTIL_QUESTION)
    add_note(
        case=case,
        admin=admin,
        text="Nothing in the post itself. I ask for the other side before I decide.",
        at=at + UNTIL_QUESTION,
    )
    if report.about is not None:
        ask_account(
            case=case,
            admin=admin,
            person=report.about,
            question="Could you have met somebody here in your clinic? How would you tell?",
            at=at + UNTIL_QUESTION,
        )
        Notice.objects.filter(recipient=report.about, kind=NoticeKind.QUESTION).update(
            mail_due_at=None
        )


def _mail_nothing(report: Report) -> None:
    """The people of the demo have no mailboxes."""
    Notice.objects.filter(recipient=report.reporter).update(mail_due_at=None)
    ReportMail.objects.filter(report=report).update(mail_due_at=None)


def key_of(*names: str) -> str:
    """The submission key of an entry: from its words alone, so that no seed sends it twice."""
    return public_id(0, "submission", *names)


def send(entry: SentEntry, *, seed: int, now: datetime, people: dict[str, User]) -> Post | None:
    """Send one post through the real submission; None where it was sent before."""
    author = people[entry.author]
    key = key_of("post", entry.author, entry.board, entry.thread_title, entry.body)
    if Post.objects.filter(author=author, submission_key=key).exists():
        return None
    board = Board.objects.get(slug=entry.board)
    thread = None
    if not entry.opens_thread:
        thread = Thread.objects.get(board=board, title=entry.thread_title)
    draft = save_draft(
        author=author,
        key=key,
        text=entry.body,
        audience=entry.audience,
        board=None if thread else board,
        thread=thread,
        title="" if thread else entry.thread_title,
    )
    if entry.picture:
        add_picture(draft=draft, author=author, raw=draw(entry.picture), alt=entry.alt)
    post = submit_post(draft=draft, author=author, at=moment(now, days_ago=entry.days_ago))
    _give_ids(post, seed, key)
    return post


def _give_ids(post: Post, seed: int, key: str) -> None:
    """Replace the random ids of a new post, and of the thread it opened, by the seed's."""
    post.public_id = public_id(seed, "post", key)
    Post.objects.filter(pk=post.pk).update(public_id=post.public_id)
    if post.is_opening:
        post.thread.public_id = public_id(seed, "thread", key)
        Thread.objects.filter(pk=post.thread_id).update(public_id=post.thread.public_id)
    Notice.objects.filter(post=post).update(same_as=f"post:{post.public_id}", mail_due_at=None)


def _clause(anchor: str) -> Clause | None:
    rules = Document.objects.current(DocumentKind.MEMBER_RULES)
    return rules.clauses.get(anchor=anchor) if anchor and rules else None


def _decide(entry: DecisionEntry, post: Post, people: dict[str, User], at: datetime) -> None:
    decide(
        post=post,
        moderator=people[MODERATOR],
        kind=DecisionKind(entry.kind),
        version=post.version,
        clause=_clause(entry.clause),
        message=entry.message,
        at=at,
    )


def _decide_after_report(
    entry: DecisionEntry, post: Post, people: dict[str, User], at: datetime
) -> None:
    """Half-way between sending and decision a member reports; an admin opens and decides a case."""
    reported_at = post.created_at + (at - post.created_at) / 2
    report = file_report(
        category=Category(entry.category),
        submission_key=key_of("report", entry.reporter, entry.sent.board, entry.words),
        reporter=people[entry.reporter],
        post=post,
        words=entry.words,
        at=reported_at,
    )
    case = open_case(report=report, admin=people[ADMIN], at=at)
    decide_case(
        case=case,
        admin=people[ADMIN],
        version=case.version,
        outcome=Outcome.ACTION_TAKEN,
        answers={report.number: entry.reporter_message},
        clause=_clause(entry.clause),
        posts=[PostChoice(post, post.version, DecisionKind(entry.kind), entry.message)],
        at=at,
    )
    _mail_nothing(report)
