"""The versions of an article: a draft, what is being checked, what the public reads, what it read.

What the rules here say, constraints and triggers say again (migration ``0002_article_rules``).
"""

from datetime import date
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from guides.models.article import Article

TITLE_MAX = 90
SUMMARY_MAX = 240
BODY_MAX = 20_000
KEYWORDS_MAX = 240
NOTE_MAX = 300
SOURCE_TITLE_MAX = 160
SOURCE_URL_MAX = 300


class VersionStatus(models.TextChoices):
    """Where a version stands.

    ``SAMPLE``: came with the software, and can be read; no health professional has checked it.
    """

    DRAFT = "draft", _("Draft")
    IN_REVIEW = "in_review", _("Waits for a check")
    CHECKED = "checked", _("Checked, not published yet")
    PUBLISHED = "published", _("Published")
    SAMPLE = "sample", _("Sample, not checked yet")
    RETIRED = "retired", _("Not shown any more")


OPEN = (VersionStatus.DRAFT, VersionStatus.IN_REVIEW, VersionStatus.CHECKED)
SHOWN = (VersionStatus.PUBLISHED, VersionStatus.SAMPLE)


class VersionQuerySet(models.QuerySet["ArticleVersion"]):
    """Reads of versions."""

    def shown(self) -> Self:
        """What everybody may read."""
        return self.filter(status__in=SHOWN)

    def open(self) -> Self:
        """What is being worked on."""
        return self.filter(status__in=OPEN)

    def overdue(self, today: date) -> Self:
        """What is published and should have been checked again before ``today``."""
        return self.filter(status=VersionStatus.PUBLISHED, review_by__lt=today)


class ArticleVersion(models.Model):
    """One version. ``revision`` counts saves, so that two editors see each other's changes.

    ``written_by`` is empty for samples alone. Professions are kept as they were at that time.
    ``digest``: SHA-256 (hex) over all that people read; a check is a check of these words.
    """

    article = models.ForeignKey(Article, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    status = models.CharField(
        max_length=10, choices=VersionStatus, default=VersionStatus.DRAFT, db_default="draft"
    )
    is_sample = models.BooleanField(default=False, db_default=False)
    title = models.CharField(max_length=TITLE_MAX)
    summary = models.CharField(max_length=SUMMARY_MAX)
    body = models.TextField(max_length=BODY_MAX)  # Markdown
    html = models.TextField()
    # Other words that people look for: "hypo, shaky, sugar". Shown to nobody but editors.
    keywords = models.CharField(max_length=KEYWORDS_MAX, blank=True)
    change_note = models.CharField(max_length=NOTE_MAX, blank=True)
    digest = models.CharField(max_length=64)
    revision = models.PositiveIntegerField(default=1)
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    writer_profession = models.CharField(max_length=80, blank=True)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    reviewer_profession = models.CharField(max_length=80, blank=True)
    reviewed_on = models.DateField(null=True, blank=True)
    review_by = models.DateField(null=True, blank=True)
    created_at = models.DateTimeField()
    saved_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True, blank=True)
    retired_at = models.DateTimeField(null=True, blank=True)

    objects = VersionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["article", "number"], name="version_number_once"),
            models.UniqueConstraint(
                fields=["article"],
                condition=Q(status__in=["draft", "in_review", "checked"]),
                name="version_one_open",
            ),
            models.UniqueConstraint(
                fields=["article"],
                condition=Q(status__in=["published", "sample"]),
                name="version_one_shown",
            ),
            models.CheckConstraint(
                condition=Q(status__in=VersionStatus.values), name="version_status_known"
            ),
            # Coalesce: a comparison with nothing is not true, and would let everything pass.
            models.CheckConstraint(
                condition=~Q(reviewed_by=Coalesce(F("written_by"), 0)),
                name="version_reviewer_is_not_writer",
            ),
            models.CheckConstraint(
                condition=Q(
                    reviewed_by__isnull=True, reviewed_on__isnull=True, review_by__isnull=True
                )
                | Q(reviewed_by__isnull=False, reviewed_on__isnull=False, review_by__isnull=False),
                name="version_review_is_whole",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["checked", "published"]) | Q(reviewed_by__isnull=False),
                name="version_published_was_reviewed",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["draft", "in_review", "sample"])
                | Q(reviewed_by__isnull=True),
                name="version_unchecked_claims_no_review",
            ),
            models.CheckConstraint(
                condition=Q(is_sample=True, written_by__isnull=True, reviewed_by__isnull=True)
                | Q(is_sample=False, written_by__isnull=False),
                name="version_sample_is_nobodys",
            ),
            models.CheckConstraint(
                condition=~Q(status="sample") | Q(is_sample=True), name="version_sample_is_marked"
            ),
            models.CheckConstraint(
                condition=Q(review_by__isnull=True) | Q(review_by__gt=F("reviewed_on")),
                name="version_check_again_later",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["published", "sample"]) | Q(published_at__isnull=False),
                name="version_shown_has_a_date",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.number})"

    @property
    def is_overdue(self) -> bool:
        """Whether it should have been checked again by now."""
        return self.review_by is not None and self.review_by < timezone.localdate()


class ArticleSource(models.Model):
    """Where what a version says comes from."""

    version = models.ForeignKey(ArticleVersion, on_delete=models.PROTECT, related_name="sources")
    position = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=SOURCE_TITLE_MAX)
    url = models.CharField(max_length=SOURCE_URL_MAX)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "position"], name="article_source_position_once"
            ),
            models.CheckConstraint(
                condition=Q(url__startswith="https://"), name="article_source_is_https"
            ),
        ]

    def __str__(self) -> str:
        return self.title
