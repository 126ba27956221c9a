"""Guides: the samples that come with the software; a few were taken up, checked and published."""

from datetime import datetime, timedelta

from accounts.models import User
from forum.models import Notice, NoticeKind
from guides.actions.publishing import feature, publish
from guides.actions.reviewing import approve, send_back
from guides.actions.samples import add_samples
from guides.actions.writing import Words, save_version, send_version, start_version, words_of
from guides.checklist import CHECKLIST
from guides.models import Article, ArticleVersion

# Taken up by one professional of the demo, checked by the other: (slug, days ago).
CHECKED = (
    ("sport-without-fear", 385),  # a year and more: overdue
    ("when-you-go-low", 60),
    ("fed-up-with-diabetes", 45),
    ("school-and-exams", 30),
)
FEATURED = "when-you-go-low"
WAITING, SENT_BACK = "high-and-ketones", "travel"
SAMPLES_SINCE = timedelta(days=395)
NOTE = "Taken over from the sample, with small changes."


def add_guides(*, now: datetime, people: dict[str, User]) -> int:
    """Add what is missing; returns how many guides there are then, 0 where nothing was missing."""
    if not add_samples(at=now - SAMPLES_SINCE):
        return 0
    nurse, doctor, admin = people["hcp_nurse"], people["hcp_doctor"], people["admin_one"]
    for slug, days in CHECKED:
        at = now - timedelta(days=days)
        version = _sent(slug, doctor, at)
        version = approve(
            version=version,
            reviewer=nurse,
            seen=version.revision,
            checklist=CHECKLIST,
            at=at + timedelta(days=2),
        )
        publish(version=version, admin=admin, at=at + timedelta(days=3))
    feature(article=Article.objects.get(slug=FEATURED), admin=admin, at=now - timedelta(days=40))
    _sent(WAITING, doctor, now - timedelta(days=2))
    send_back(
        version=_sent(SENT_BACK, nurse, now - timedelta(days=9)),
        reviewer=admin,  # the doctor still learns to review
        words="Please say more about what to do when a pump breaks abroad.",
        at=now - timedelta(days=6),
    )
    # The people of the demo have no mailboxes.
    Notice.objects.filter(kind=NoticeKind.GUIDE).update(mail_due_at=None)
    return Article.objects.count()


def _sent(slug: str, writer: User, at: datetime) -> ArticleVersion:
    """A sample that somebody took up and sent to be checked."""
    article = Article.objects.get(slug=slug)
    version = start_version(article=article, editor=writer, at=at)
    words = words_of(version)
    version = save_version(
        version=version,
        editor=writer,
        seen=version.revision,
        words=Words(
            title=words.title,
            summary=words.summary,
            body=words.body,
            keywords=words.keywords,
            change_note=NOTE,
            sources=words.sources,
        ),
        at=at + timedelta(hours=1),
    )
    send_version(version=version, editor=writer, seen=version.revision, at=at + timedelta(hours=2))
    version.refresh_from_db()
    return version
