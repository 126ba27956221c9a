"""Versioned texts that people agree to or are judged by: rules, code, notices."""

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q, Subquery
from django.db.models.functions import Coalesce
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

    def in_force_at(self, kind: str, at: datetime) -> "Document | None":
        """The version that was in force at a moment."""
        published = self.filter(kind=kind, published_at__lte=at)
        return published.order_by("-published_at", "-pk").first()

    def material_since(self, kind: str, at: datetime | None) -> bool:
        """Whether a version with a material change came out after ``at`` (None: since ever)."""
        newer = self.filter(kind=kind, published_at__isnull=False, is_material=True)
        return newer.filter(published_at__gt=at).exists() if at else newer.exists()

    def in_force(self, kind: str) -> "DocumentQuerySet":
        """Those that say the same in substance as the newest: since the last material change."""
        published = self.filter(kind=kind, published_at__isnull=False)
        material = published.filter(is_material=True).order_by("-published_at")
        since = Coalesce(Subquery(material.values("published_at")[:1]), F("published_at"))
        return published.filter(published_at__gte=since)

    def versions_in_force(self, kind: str) -> set[str]:
        """The versions of those that are in force in substance."""
        return set(self.in_force(kind).values_list("version", flat=True))


class Document(models.Model):
    """One version: a draft until ``published_at`` is set, and never changed afterwards.

    Triggers refuse changes of what is published. ``is_material``: people are asked again before
    they next post (P1.5). ``changes`` tells them what is new, in a sentence or two.
    """

    kind = models.CharField(max_length=20, choices=DocumentKind)
    version = models.CharField(max_length=12)
    language = models.CharField(max_length=8, default="en")
    title = models.CharField(max_length=120)
    intro = models.TextField(blank=True)
    changes = models.TextField(blank=True)
    content_hash = models.CharField(max_length=64, blank=True)
    is_material = models.BooleanField(default=True)
    published_at = models.DateTimeField(null=True, blank=True)

    objects = DocumentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "version", "language"], name="document_version_once"
            ),
            models.UniqueConstraint(
                fields=["kind", "language"],
                condition=Q(published_at__isnull=True),
                name="document_one_draft",
            ),
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


class SignOff(models.Model):
    """Who outside the software said that a text is right: a clinical or a legal lead.

    Kept apart from the text, because it comes before or after publishing, and more than once.
    """

    class Field(models.TextChoices):
        """What somebody answers for."""

        CLINICAL = "clinical", _("Clinical")
        LEGAL = "legal", _("Legal and data protection")

    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="sign_offs")
    field = models.CharField(max_length=10, choices=Field)
    signed_off_by = models.CharField(max_length=120)
    signed_off_on = models.DateField()
    # The words that were signed off: a draft that changes afterwards needs another signature.
    content_hash = models.CharField(max_length=64)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["-recorded_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.document}: {self.signed_off_by}"


def content_hash(
    *,
    title: str,
    intro: str,
    clauses: Sequence[tuple[str, str, str, str]] = (),
    modules: Sequence[tuple[str, str, str, str, list]] = (),
) -> str:
    """SHA-256 (hex) over all that people read, in order.

    ``clauses``: anchor, line, why, source; ``modules``: slug, title, text, question, answers.
    """
    parts = [title, intro, *("\x1f".join(clause) for clause in clauses)]
    for *words, answers in modules:
        parts.append("\x1f".join([*words, json.dumps(answers, sort_keys=True)]))
    return hashlib.sha256("\x1e".join(parts).encode()).hexdigest()


def hash_of(document: Document) -> str:
    """The content hash of a document as its rows stand now."""
    return content_hash(
        title=document.title,
        intro=document.intro,
        clauses=list(
            Clause.objects.filter(document=document).values_list("anchor", "line", "why", "source")
        ),
        modules=list(
            Module.objects.filter(document=document).values_list(
                "slug", "title", "text", "question", "answers"
            )
        ),
    )
