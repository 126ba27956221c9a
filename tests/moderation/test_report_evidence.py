"""Evidence of reports: which wordings are kept, and that nobody can make them go away."""

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.models import Role, User
from forum.actions.edit import edit_post
from forum.models import Post, Revision, Thread
from moderation.actions.reporting import add_evidence, file_report, pin, pinned, withdraw
from moderation.models import (
    AuditEvent,
    Case,
    CaseStatus,
    Category,
    EvidenceBy,
    Report,
    ReportEvidence,
)
from moderation.models.case import UNDECIDED
from tests.factories import (
    fresh,
    make_board,
    make_member,
    make_staff,
    publish_reply,
    publish_thread,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def author(texts: None) -> User:
    return make_member("author")


@pytest.fixture
def reporter(texts: None) -> User:
    return make_member("reporter")


@pytest.fixture
def thread(author: User) -> Thread:
    return publish_thread(author, make_board("school"), title="School", text="You are dumb.")


@pytest.fixture
def post(thread: Thread) -> Post:
    return thread.posts.get()


def filed(reporter: User, post: Post, **values) -> Report:
    return file_report(
        category=Category.BULLYING, submission_key="k", reporter=reporter, post=post, **values
    )


def wordings(report: Report) -> list[str]:
    return [row.revision.text for row in report.evidence.select_related("revision")]


def test_all_posts_that_the_reporter_picked_are_kept_as_they_are_now(
    reporter, author, thread, post
):
    reply = publish_reply(author, thread, text="And slow.")
    report = filed(reporter, post, evidence=pinned(pin([reply, post])))
    edit_post(post=reply, author=author, version=reply.version, text="All is well.")
    assert wordings(report) == ["You are dumb.", "And slow."]
    assert set(report.evidence.values_list("post_public_id", flat=True)) == {
        post.public_id,
        reply.public_id,
    }


def test_a_wording_that_the_author_changed_while_it_was_reported_is_kept_too(
    reporter, author, post
):
    read = post.revisions.get()
    edit_post(post=post, author=author, version=post.version, text="You are nice.")
    report = filed(reporter, fresh(post), revision=read)
    assert report.revision == read
    assert wordings(report) == ["You are dumb.", "You are nice."]


def test_more_can_be_added_later_and_nothing_twice(reporter, author, thread, post):
    report = filed(reporter, post)
    reply = publish_reply(author, thread, text="And slow.")
    added = [
        add_evidence(report=report, posts=[post, reply], added_by=EvidenceBy.REPORTER)
        for _ in range(2)
    ]
    assert added == [1, 0]
    assert wordings(report) == ["You are dumb.", "And slow."]
    event = AuditEvent.objects.get(verb="report_evidence_added")
    assert event.data == {"by": "reporter", "posts": [reply.public_id]}


def refused(*, match: str):
    """The database itself says no."""
    return pytest.raises(DatabaseError, match=match)


def test_evidence_is_never_changed(reporter, post):
    filed(reporter, post)
    with refused(match="only added to"), transaction.atomic():
        ReportEvidence.objects.update(post_public_id="x" * 14)


def test_evidence_of_an_open_report_cannot_be_deleted(reporter, post):
    filed(reporter, post)
    with refused(match="held"), transaction.atomic():
        ReportEvidence.objects.all()._raw_delete("default")
    with refused(match="."), transaction.atomic():
        Revision.objects.all()._raw_delete("default")
        connection.check_constraints()


def test_evidence_of_a_closed_report_stays_while_its_case_is_open(reporter, post):
    report = filed(reporter, post)
    withdraw(report=report)
    report.refresh_from_db()
    report.case = Case.objects.create(
        severity=2,
        handler=make_staff("ada", Role.ADMIN),
        opened_at=report.created_at,
        due_at=report.due_at,
    )
    report.save()
    for status in UNDECIDED:
        Case.objects.update(status=status)
        with refused(match="held"), transaction.atomic():
            ReportEvidence.objects.all()._raw_delete("default")
    Case.objects.update(status=CaseStatus.DECIDED, decided_at=report.due_at)
    ReportEvidence.objects.all()._raw_delete("default")
    assert not ReportEvidence.objects.exists()


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has no TRUNCATE")
def test_evidence_cannot_be_truncated(reporter, post):
    filed(reporter, post)
    connection.check_constraints()  # else what is still to be checked stands in the way
    with refused(match="only added to"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("TRUNCATE moderation_reportevidence CASCADE")
