"""What the pages of guides read."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import User
from guides.models import ArticleSource, ArticleVersion, Topic, VersionStatus

MOST_LISTED = 300
MOST_IN_SITEMAP = 10_000


@dataclass(frozen=True, slots=True)
class Group:
    """The guides of one topic, by title."""

    topic: Topic
    versions: list[ArticleVersion]


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody named in a guide, with the profession of that time.

    ``is_current``: whether they work here as a professional now. A check stands for the day on
    which it was made; what became of its maker afterwards is said, and not hidden.
    """

    name: str
    profession: str
    is_current: bool


def shown_versions() -> QuerySet[ArticleVersion]:
    """What everybody may read, without its long texts, by title."""
    return (
        ArticleVersion.objects.shown()
        .select_related("article")
        .defer("body", "html", "keywords")
        .order_by("title")
    )


def by_topic(topic: str = "") -> list[Group]:
    """All guides, or those of one topic, in groups without empty ones. One query."""
    rows = shown_versions().filter(article__topic=topic) if topic else shown_versions()
    groups: dict[str, list[ArticleVersion]] = {each: [] for each in Topic}
    for version in rows[:MOST_LISTED]:
        groups[version.article.topic].append(version)
    return [Group(Topic(each), versions) for each, versions in groups.items() if versions]


def checked_guides() -> list[tuple[str, datetime | None]]:
    """Address and day of publishing of all guides that somebody has checked, for the sitemap."""
    rows = ArticleVersion.objects.filter(status=VersionStatus.PUBLISHED).order_by("article__slug")
    return list(rows.values_list("article__slug", "published_at")[:MOST_IN_SITEMAP])


def find_shown(slug: str) -> ArticleVersion | None:
    """What everybody may read at this address, with the people whom it names."""
    rows = ArticleVersion.objects.shown().select_related(
        "article", "written_by__hcp_profile", "reviewed_by__hcp_profile"
    )
    return rows.filter(article__slug=slug).first()


def sources_of(version: ArticleVersion) -> list[ArticleSource]:
    """Where it comes from, in order."""
    return list(ArticleSource.objects.filter(version=version))


def writer_of(version: ArticleVersion, *, at: datetime | None = None) -> Person | None:
    """Who wrote it; None for a sample."""
    return _person(version.written_by, version.writer_profession, at)


def reviewer_of(version: ArticleVersion, *, at: datetime | None = None) -> Person | None:
    """Who checked it; None where nobody has."""
    return _person(version.reviewed_by, version.reviewer_profession, at)


def _person(user: User | None, profession: str, at: datetime | None) -> Person | None:
    if user is None:
        return None
    at = at or timezone.now()
    profile = getattr(user, "hcp_profile", None)
    is_current = (
        profile is not None
        and user.is_active
        and user.closed_at is None
        and profile.revoked_at is None
        and profile.suspended_at is None
        and profile.expires_at is not None
        and at < profile.expires_at
    )
    return Person(user.pseudonym, profession, is_current)
