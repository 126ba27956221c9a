"""Versioned texts that people agree to or are judged by: rules, code, notices."""

import hashlib
from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _


class DocumentKind(models.TextChoices):
    """What a document is for."""

    MEMBER_RULES = "member_rules", _("Rules for everyone")
    HCP_CODE = "hcp_code", _("Code of conduct for health professionals")
    # What people are told before they join, in two wordings (P1.1). Its parts are `Module` rows.
    NOTICE_TEEN = "notice_teen", _("Before you join, for 13 to 15")
    NOTICE_OLDER = "notice_older", _("Before you join, for 16 and over")


class DocumentQuerySet(models.QuerySet["Document"]):
    """Reads of documents."""

    def current(self, kind: str) -> "Document | None":
        """The version in force, or None before any was published."""
        published = self.filter(kind=kind, published_at__isnull=False)
        return published.order_by("-published_at", "-pk").first()

    def material_since(self, kind: str, at: datetime | None) -> bool:
        """Whether a version with a material change came out after ``at`` (None: since ever)."""
        newer = self.filter(kind=kind, published_at__isnull=False, is_material=True)
        return newer.filter(published_at__gt=at).exists() if at else newer.exists()


class Document(models.Model):
    """One version: a draft until ``published_at`` is set, and never changed afterwards.

    ``is_material``: people are asked again before they next post (P1.5).
    """

    kind = models.CharField(max_length=20, choices=DocumentKind)
    version = models.CharField(max_length=12)
    language = models.CharField(max_length=8, default="en")
    title = models.CharField(max_length=120)
    intro = models.TextField(blank=True)
    content_hash = models.CharField(max_length=64, blank=True)
    is_material = models.BooleanField(default=True)
    published_at = models.DateTimeField(null=True, blank=True)

    objects = DocumentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "version", "language"], name="document_version_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.version} ({self.language})"


class Clause(models.Model):
    """One numbered rule with its reason and source; what a decision cites."""

    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="clauses")
    position = models.PositiveSmallIntegerField()
    anchor = models.SlugField(max_length=60)
    line = models.CharField(max_length=300)
    why = models.TextField()
    source = models.CharField(max_length=300)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["document", "anchor"], name="clause_anchor_once"),
            models.UniqueConstraint(fields=["document", "position"], name="clause_position_once"),
        ]

    def __str__(self) -> str:
        return self.line


class Module(models.Model):
    """One short part of the notice before joining, with its teach-back question (P1.1, P1.2)."""

    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="modules")
    position = models.PositiveSmallIntegerField()
    slug = models.SlugField(max_length=40)
    title = models.CharField(max_length=120)
    text = models.TextField()  # Markdown
    question = models.CharField(max_length=200)
    # [{"text": ..., "right": true, "reply": what is said after choosing it}, ...]
    answers = models.JSONField(default=list)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["document", "position"], name="module_position_once"),
            models.UniqueConstraint(fields=["document", "slug"], name="module_slug_once"),
        ]

    def __str__(self) -> str:
        return self.title


def content_hash(*, title: str, intro: str, clauses: list[tuple[str, str, str, str]]) -> str:
    """SHA-256 (hex) over title, intro and clauses (anchor, line, why, source) in order."""
    parts = [title, intro, *("\x1f".join(clause) for clause in clauses)]
    return hashlib.sha256("\x1e".join(parts).encode()).hexdigest()
