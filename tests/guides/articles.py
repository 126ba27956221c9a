"""Makes guides for tests, the way guides come about: written, sent, checked, published."""

from datetime import datetime

from accounts.models import Role, User
from guides.actions.publishing import publish
from guides.actions.reviewing import approve
from guides.actions.writing import Words, send_version, start_article
from guides.checklist import CHECKLIST
from guides.models import ArticleVersion, Topic
from tests.factories import make_hcp, make_staff

SOURCE = ("NHS, Type 1 diabetes", "https://www.nhs.uk/conditions/type-1-diabetes/")


def words(title: str = "Odd socks at night", **changed: object) -> Words:
    """Words of a guide; ``changed``: those that differ."""
    values: dict = {
        "title": title,
        "summary": "Why socks get lost.",
        "body": "Socks wander.\n\n## What helps\n\n- a drawer\n- patience\n",
        "sources": (SOURCE,),
    }
    return Words(**{**values, **changed})


def person(name: str, role: Role) -> User:
    """Somebody of this name; made when first needed."""
    found = User.objects.filter(pseudonym=name).first()
    return found or (make_hcp(name) if role == Role.HCP else make_staff(name, role))


def draft(writer: User | None = None, *, at: datetime | None = None, **changed) -> ArticleVersion:
    """A draft. Texts must be published (fixture ``texts``)."""
    topic = changed.pop("topic", Topic.EVERYDAY)
    writer = writer or person("writing-nurse", Role.HCP)
    return start_article(editor=writer, topic=topic, words=words(**changed), at=at)


def sent(writer: User | None = None, *, at: datetime | None = None, **changed) -> ArticleVersion:
    """A version that waits to be checked."""
    version = draft(writer, at=at, **changed)
    editor = version.written_by
    assert editor is not None
    send_version(version=version, editor=editor, seen=version.revision, at=at)
    version.refresh_from_db()
    return version


def checked(writer: User | None = None, *, at: datetime | None = None, **changed) -> ArticleVersion:
    """A version that somebody else has checked."""
    version = sent(writer, at=at, **changed)
    reviewer = person("checking-doctor", Role.HCP)
    return approve(
        version=version, reviewer=reviewer, seen=version.revision, checklist=CHECKLIST, at=at
    )


def published_guide(
    writer: User | None = None, *, at: datetime | None = None, **changed
) -> ArticleVersion:
    """A guide that everybody can read."""
    version = checked(writer, at=at, **changed)
    publish(version=version, admin=person("guides-admin", Role.ADMIN), at=at)
    version.refresh_from_db()
    return version
