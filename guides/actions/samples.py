"""Putting the sample articles on a site."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from guides.actions.writing import note, put_sources
from guides.models import Article, ArticleVersion, EventKind, VersionStatus
from guides.rendering import render
from guides.samples import Sample, read_samples


@transaction.atomic
def add_samples(*, at: datetime | None = None) -> int:
    """Add the samples whose address no article has yet; returns how many.

    They are shown at once, marked as samples that nobody has checked.
    """
    at = at or timezone.now()
    there = set(Article.objects.values_list("slug", flat=True))
    missing = [sample for sample in read_samples() if sample.slug not in there]
    for sample in missing:
        _add(sample, at)
    return len(missing)


def _add(sample: Sample, at: datetime) -> None:
    words = sample.words
    article = Article.objects.create(slug=sample.slug, topic=sample.topic, created_at=at)
    version = ArticleVersion.objects.create(
        article=article,
        number=1,
        is_sample=True,
        title=words.title,
        summary=words.summary,
        body=words.body,
        html=render(words.body),
        keywords=words.keywords,
        digest=words.digest(),
        created_at=at,
        saved_at=at,
    )
    put_sources(version, words)
    note(version, EventKind.STARTED, None, at)
    version.status, version.published_at = VersionStatus.SAMPLE, at
    version.save(update_fields=["status", "published_at"])
