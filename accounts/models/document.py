"""Versioned texts that people agree to or are judged by: rules, code, notices."""

import hashlib

from django.db import models
from django.utils.translation import gettext_lazy as _


class DocumentKind(models.TextChoices):
    """What a document is for."""

    MEMBER_RULES = "member_rules", _("Rules for everyone")
    HCP_CODE = "hcp_code", _("Code of conduct for health professionals")


class DocumentQuerySet(models.QuerySet["Document"]):
    """Reads of documents."""

    def current(self, kind: str) -> "Document | None":
        """The version in force, or None before any was published."""
        return self.filter(kind=kind).order_by("-published_at", "-pk").first()


class Document(models.Model):
    """One published version. Never changed afterwards: a new wording is a new version."""

    kind = models.CharField(max_length=20, choices=DocumentKind)
    version = models.CharField(max_length=12)
    language = models.CharField(max_length=8, default="en")
    title = models.CharField(max_length=120)
    intro = models.TextField(blank=True)
    content_hash = models.CharField(max_length=64)
    published_at = models.DateTimeField()

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


def content_hash(*, title: str, intro: str, clauses: list[tuple[str, str, str, str]]) -> str:
    """SHA-256 (hex) over title, intro and clauses (anchor, line, why, source) in order."""
    parts = [title, intro, *("\x1f".join(clause) for clause in clauses)]
    return hashlib.sha256("\x1e".join(parts).encode()).hexdigest()
