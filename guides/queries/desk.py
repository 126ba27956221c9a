"""What editors see of guides: what waits for whom, what is old, how two versions differ."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from accounts.viewer import Viewer
from accounts.worddiff import Piece, word_diff
from guides.actions.writing import Words, words_of
from guides.models import ArticleEvent, ArticleVersion, VersionStatus
from guides.models.event import WRITING
from guides.models.version import VersionQuerySet
from guides.roles import may_check

MOST = 200  # rows of a list; there are hundreds of guides at most
MOST_EVENTS = 100


@dataclass(frozen=True, slots=True)
class Work:
    """The lists of the page *Write and check guides*; those that are not for somebody are empty."""

    overdue: Sequence[ArticleVersion]
    to_check: Sequence[ArticleVersion]
    to_publish: Sequence[ArticleVersion]
    mine: Sequence[ArticleVersion]
    others: Sequence[ArticleVersion]
    shown: Sequence[ArticleVersion]
    samples: Sequence[ArticleVersion]


def work_for(viewer: Viewer) -> Work:
    """What there is to do, and what there is. Two queries."""
    today = timezone.localdate()
    own = ArticleEvent.objects.filter(
        version=OuterRef("pk"), actor=viewer.user_id, kind__in=WRITING
    )
    opened = list(
        _rows().open().annotate(is_mine=Q(written_by=viewer.user_id) | Exists(own))[:MOST]
    )
    shown = list(_rows().shown()[:MOST])
    waiting = [each for each in opened if each.status == VersionStatus.IN_REVIEW]
    to_check = [each for each in waiting if not each.is_mine] if may_check(viewer) else []
    return Work(
        overdue=sorted(
            (each for each in shown if each.review_by is not None and each.review_by < today),
            key=lambda each: each.review_by or today,
        ),
        to_check=to_check,
        to_publish=[each for each in opened if each.status == VersionStatus.CHECKED],
        mine=[each for each in opened if each.is_mine],
        others=[each for each in opened if not each.is_mine and each not in to_check],
        shown=[each for each in shown if not each.is_sample],
        samples=[each for each in shown if each.is_sample],
    )


def _rows() -> VersionQuerySet:
    rows = ArticleVersion.objects.select_related("article", "written_by", "feedback")
    return rows.defer("body", "html", "keywords").order_by("title")


def find_version(slug: str, number: int) -> ArticleVersion | None:
    """One version, whatever its state, with the people whom it names."""
    rows = ArticleVersion.objects.select_related(
        "article", "written_by__hcp_profile", "reviewed_by__hcp_profile"
    )
    return rows.filter(article__slug=slug, number=number).first()


def versions_of(version: ArticleVersion) -> list[ArticleVersion]:
    """All versions of the same guide, newest first."""
    rows = ArticleVersion.objects.filter(article=version.article_id).defer("body", "html")
    return list(rows.order_by("-number")[:MOST])


def events_of(version: ArticleVersion) -> list[ArticleEvent]:
    """What was done with a version, newest first."""
    rows = ArticleEvent.objects.filter(version=version).select_related("actor")
    return list(rows.order_by("-at", "-pk")[:MOST_EVENTS])


def changes_in(version: ArticleVersion) -> list[Piece]:
    """What a version changes, against the one before it; empty for the first and for no change."""
    before = (
        ArticleVersion.objects.filter(article=version.article_id, number__lt=version.number)
        .order_by("-number")
        .first()
    )
    if before is None:
        return []
    return difference(words_of(before), words_of(version))


def difference(old: Words, new: Words) -> list[Piece]:
    """Two wordings compared; empty where they are the same."""
    before, after = as_text(old), as_text(new)
    return [] if before == after else word_diff(before, after)


def as_text(words: Words) -> str:
    """All words of a version, as editors write them."""
    parts = [words.title, words.summary, words.body, words.sources_text()]
    return "\n\n".join(part.strip() for part in parts)
