"""Filing a report, and the talk about it between the person who sent it and the desk."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.ids import new_public_id
from accounts.models import Clause, Role, User
from accounts.viewer import viewer_of
from forum.actions import relations
from forum.actions.notices import notify
from forum.due import due_at
from forum.errors import NotVisible
from forum.models import NoticeKind, Post
from forum.models.post import Revision
from forum.states import Severity
from moderation import audit
from moderation.models import (
    Category,
    Claim,
    EvidenceBy,
    HandledWell,
    ProfileEvidence,
    Report,
    ReportEvidence,
    ReportMail,
    ReportMailKind,
    ReportMessage,
    ReportStatus,
)
from moderation.models.report import LOOK_WITHIN, SEVERITY
from moderation.queries import open_reports_for

NUMBER_TRIES = 5
COMPLAIN_WITHIN = timedelta(days=183)  # six months (P4.2)
# Withdrawing these does not end them: somebody may be in danger.
GOES_ON = (Severity.S0, Severity.S1)


class TooLate(Exception):
    """What was asked for cannot be done any more, or not yet."""


def file_report(
    *,
    category: Category,
    submission_key: str,
    reporter: User | None = None,
    post: Post | None = None,
    about: User | None = None,
    revision: Revision | None = None,
    evidence: Iterable[Revision] = (),
    profile: Iterable[str] = (),
    clause: Clause | None = None,
    words: str = "",
    contact: str = "",
    unnamed_member: User | None = None,
    is_suspect: bool = False,
    at: datetime | None = None,
) -> Report:
    """Take a report. The same submission again gives the same report.

    ``post`` and the posts of ``evidence`` must have been found through the one door for this
    reporter. What they read is kept, and what it says now. ``revision``: the wording of ``post``
    that they read, where that was an earlier one. ``about``: the person, where it is about no post.
    ``profile``: what that person said about themselves, as this reporter could read it.
    ``unnamed_member``: a member who does not want the desk to know them; no row ties them to it.
    """
    at = at or timezone.now()
    severity = SEVERITY[category]
    about = post.author if post else about
    for _ in range(NUMBER_TRIES):
        try:
            with transaction.atomic():
                newest = _newest_revision(post) if post else None
                report = Report.objects.create(
                    reporter=reporter,
                    category=category,
                    severity=severity,
                    words=words.strip(),
                    contact=contact,
                    post=post,
                    revision=revision or newest,
                    about=None if about == reporter else about,
                    clause=clause,
                    submission_key=submission_key,
                    is_suspect=is_suspect,
                    created_at=at,
                    due_at=due_at(severity, at, LOOK_WITHIN.get(category)),
                )
                _keep(report, [revision, newest, *_now_too(evidence)], EvidenceBy.REPORTER, at)
                _keep_words(report, profile, at)
                _keep_apart(reporter or unnamed_member, report, at)
                _mail(report, ReportMailKind.RECEIVED, "received", at)
                audit.record(
                    actor=None,
                    verb="report_received",
                    subject_kind="report",
                    subject_public_id=report.number,
                    data={"category": category, "post": post.public_id if post else ""},
                    at=at,
                )
            return report
        except IntegrityError:
            existing = Report.objects.filter(submission_key=submission_key).first()
            if existing is None:
                continue  # the number is taken: draw another
            if existing.reporter_id != (reporter.pk if reporter else None):
                raise
            return existing
    raise IntegrityError("no free number found")


def _newest_revision(post: Post) -> Revision | None:
    return post.revisions.order_by("-number").first()


def _now_too(revisions: Iterable[Revision]) -> list[Revision | None]:
    """Wordings that somebody read, each with what the post says now."""
    return [row for read in revisions for row in (read, _newest_revision(read.post))]


def pin(posts: Iterable[Post]) -> list[tuple[str, int]]:
    """Remember which wordings of these posts somebody is shown: (public id, revision number)."""
    rows = [(post.public_id, _newest_revision(post)) for post in posts]
    return [(public_id, row.number) for public_id, row in rows if row is not None]


def pinned(pins: Iterable[tuple[str, int]]) -> list[Revision]:
    """The wordings that ``pin`` remembered, even where the posts have gone since."""
    found = [
        Revision.objects.filter(post__public_id=public_id, number=number)
        .select_related("post__author")
        .first()
        for public_id, number in pins
    ]
    return [row for row in found if row is not None]


def _keep(
    report: Report, revisions: Iterable[Revision | None], by: EvidenceBy, at: datetime
) -> list[ReportEvidence]:
    """Add wordings to a report that it does not have yet; returns the new rows."""
    had = set(report.evidence.values_list("revision_id", flat=True))
    wanted = {row.pk: row for row in revisions if row is not None and row.pk not in had}
    rows = [
        ReportEvidence(
            report=report,
            revision=revision,
            post_public_id=revision.post.public_id,
            added_by=by,
            added_at=at,
        )
        for revision in wanted.values()
    ]
    ReportEvidence.objects.bulk_create(rows, ignore_conflicts=True)
    return rows


def _keep_words(report: Report, profile: Iterable[str], at: datetime) -> None:
    """Keep words of a profile, each wording once."""
    if report.about is None:
        return
    wanted = dict.fromkeys(words for words in profile if words)
    ProfileEvidence.objects.bulk_create(
        ProfileEvidence(report=report, person=report.about, words=words, added_at=at)
        for words in wanted
    )


def _keep_apart(member: User | None, report: Report, at: datetime) -> None:
    """Cut an HCP off from the member who reported them, at once (P4.3).

    Somebody who stays unnamed is hidden as by *hide me from*, which tells of no report.
    """
    hcp = report.about
    if hcp is None or hcp.role != Role.HCP or member is None or member.role != Role.MEMBER:
        return
    if report.reporter_id == member.pk:
        relations.cut_off(member=member, hcp=hcp)
    else:
        relations.hide_from_hcp(member=member, hcp=hcp)
    still_theirs = Post.objects.handleable_by(viewer_of(hcp, at=at)).values("pk")
    Claim.objects.filter(moderator=hcp).exclude(post__in=still_theirs).delete()


# Telling the reporter ----------------------------------------------------------------------------


def tell_reporter(*, report: Report, message: str, same_as: str, at: datetime) -> None:
    """Tell whoever sent a report that there is news: a notice, or a mail without content.

    Somebody unnamed without an address finds it on the status page. Same ``same_as``, told once.
    """
    if report.reporter is not None:
        notify(
            recipient=report.reporter,
            kind=NoticeKind.REPORT,
            message=message,
            link=reverse("moderation:own_report", args=[report.number]),
            same_as=same_as,
            at=at,
        )
    else:
        _mail(report, ReportMailKind.NEWS, same_as, at)


def _mail(report: Report, kind: ReportMailKind, same_as: str, at: datetime) -> None:
    """Write down that a mail is due, where there is an address to send it to."""
    if not report.contact and report.reporter is None:
        return
    ReportMail.objects.bulk_create(
        [ReportMail(report=report, kind=kind, same_as=same_as, mail_due_at=at)],
        ignore_conflicts=True,
    )


# The talk ----------------------------------------------------------------------------------------


@transaction.atomic
def write_to_reporter(
    *,
    report: Report,
    admin: User,
    text: str,
    submission_key: str = "",
    at: datetime | None = None,
) -> ReportMessage:
    """The desk tells the reporter something. The same submission again is the same message.

    Raises ``NotVisible`` where this admin may not handle the report.
    """
    return _from_desk(report, admin, text, submission_key, at, asks=False)


@transaction.atomic
def ask_reporter(
    *,
    report: Report,
    admin: User,
    text: str,
    submission_key: str = "",
    at: datetime | None = None,
) -> ReportMessage:
    """The desk asks the reporter something; the report waits for the answer. Raises as above."""
    return _from_desk(report, admin, text, submission_key, at, asks=True)


def _from_desk(
    report: Report, admin: User, text: str, key: str, at: datetime | None, *, asks: bool
) -> ReportMessage:
    at = at or timezone.now()
    report = _locked(report)
    if not open_reports_for(viewer_of(admin, at=at)).filter(pk=report.pk).exists():
        raise NotVisible
    if key and (same := report.messages.filter(submission_key=key).first()):
        return same
    message = ReportMessage.objects.create(
        report=report,
        from_desk=True,
        admin=admin,
        asks=asks,
        text=text.strip(),
        submission_key=key or new_public_id(),
        at=at,
    )
    if asks and not report.is_finished:
        _set_status(report, ReportStatus.QUESTION)
    tell_reporter(
        report=report, message=message.text, same_as=f"message:{message.public_id}", at=at
    )
    _log(report, "report_question" if asks else "report_message", message, admin, at)
    return message


@transaction.atomic
def answer_desk(
    *, report: Report, text: str, submission_key: str = "", at: datetime | None = None
) -> ReportMessage:
    """The reporter writes to the desk. A question that waited counts as answered."""
    at = at or timezone.now()
    report = _locked(report)
    if submission_key and (same := report.messages.filter(submission_key=submission_key).first()):
        return same
    message = ReportMessage.objects.create(
        report=report,
        from_desk=False,
        text=text.strip(),
        submission_key=submission_key or new_public_id(),
        at=at,
    )
    if report.status == ReportStatus.QUESTION:
        _set_status(report, ReportStatus.READ)
    _log(report, "report_answer", message, None, at)
    return message


def reporter_has_read(*, report: Report, at: datetime | None = None) -> int:
    """Mark the desk's messages as read; returns how many were new."""
    return _mark_read(report, at, from_desk=True)


def desk_has_read(*, report: Report, at: datetime | None = None) -> int:
    """Mark the reporter's messages as read; returns how many were new."""
    return _mark_read(report, at, from_desk=False)


def _mark_read(report: Report, at: datetime | None, *, from_desk: bool) -> int:
    unread = report.messages.filter(from_desk=from_desk, read_at=None)
    return unread.update(read_at=at or timezone.now())


@transaction.atomic
def add_evidence(
    *,
    report: Report,
    posts: Iterable[Post],
    added_by: EvidenceBy,
    admin: User | None = None,
    at: datetime | None = None,
) -> int:
    """Keep the wordings of more posts with a report; returns how many were not there yet.

    The posts must have been found through the one door for whoever adds them. ``admin``: who of
    the desk, for the log.
    """
    at = at or timezone.now()
    report = _locked(report)
    rows = _keep(report, [_newest_revision(post) for post in posts], added_by, at)
    if rows:
        audit.record(
            actor=admin,
            verb="report_evidence_added",
            subject_kind="report",
            subject_public_id=report.number,
            data={"by": added_by, "posts": sorted(row.post_public_id for row in rows)},
            at=at,
        )
    return len(rows)


# Its end -----------------------------------------------------------------------------------------


@transaction.atomic
def withdraw(*, report: Report, at: datetime | None = None) -> bool:
    """The reporter takes a report back. Returns False where it is finished or taken back.

    It is closed, unless somebody may be in danger (S0, S1): then the desk may go on.
    """
    at = at or timezone.now()
    report = _locked(report)
    if report.withdrawn_at is not None or report.is_finished:
        return False
    report.withdrawn_at = at
    if report.severity not in GOES_ON:
        report.status = ReportStatus.CLOSED
    report.save(update_fields=["withdrawn_at", "status"])
    audit.record(
        actor=None,
        verb="report_withdrawn",
        subject_kind="report",
        subject_public_id=report.number,
        at=at,
    )
    return True


@transaction.atomic
def give_feedback(
    *, report: Report, handled_well: HandledWell, words: str = "", at: datetime | None = None
) -> None:
    """Whether it was handled well, in the reporter's eyes. Giving it again replaces it.

    Raises ``TooLate`` before there is a decision.
    """
    report = _locked(report)
    if report.decided_at is None:
        raise TooLate
    report.handled_well = handled_well
    report.feedback = words.strip()
    report.feedback_at = at or timezone.now()
    report.save(update_fields=["handled_well", "feedback", "feedback_at"])


@transaction.atomic
def complain(
    *, report: Report, words: str, submission_key: str, at: datetime | None = None
) -> Report:
    """Ask somebody uninvolved to look at how a report was handled: a report of its own, once.

    Returns the complaint, the one before where there is one. Raises ``TooLate`` where nothing was
    decided, or longer than six months ago.
    """
    at = at or timezone.now()
    report = _locked(report)
    if earlier := Report.objects.filter(complaint_about=report).first():
        return earlier
    if report.decided_at is None or at > report.decided_at + COMPLAIN_WITHIN:
        raise TooLate
    complaint = file_report(
        category=Category.DECISION_COMPLAINT,
        submission_key=submission_key,
        reporter=report.reporter,
        words=words,
        contact=report.contact,
        at=at,
    )
    complaint.complaint_about = report
    complaint.save(update_fields=["complaint_about"])
    _set_status(report, ReportStatus.APPEALED)
    return complaint


@transaction.atomic
def see_each_other_again(*, report: Report) -> bool:
    """The member takes the cut-off back. Raises ``TooLate`` while any report of theirs is open."""
    member, hcp = report.reporter, report.about
    if member is None or hcp is None:
        return False
    theirs = Report.objects.filter(reporter=member, about=hcp).select_related("case")
    if any(not each.is_finished for each in theirs):
        raise TooLate
    return relations.lift_cut_off(member=member, hcp=hcp)


def _locked(report: Report) -> Report:
    rows = Report.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("reporter").get(pk=report.pk)


def _set_status(report: Report, status: ReportStatus) -> None:
    report.status = status
    report.save(update_fields=["status"])


def _log(
    report: Report, verb: str, message: ReportMessage, admin: User | None, at: datetime
) -> None:
    audit.record(
        actor=admin,
        verb=verb,
        subject_kind="report",
        subject_public_id=report.number,
        data={"message": message.public_id},
        at=at,
    )
