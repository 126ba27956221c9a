"""Versions of rules, code and notices: draft, publish, discard, sign off. All of it is audited."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Clause, Document, DocumentKind, Module, SignOff, User
from accounts.models.document import hash_of
from forum.errors import NotVisible, Refused, StaleVersion
from moderation import audit

NOTICES = (DocumentKind.NOTICE_TEEN, DocumentKind.NOTICE_OLDER)

VERSION_TAKEN = _("There is a version with this number already. Please pick another.")
NOTHING_NEW = _("This draft says the same as the version in force.")
NO_CLAUSES = _("A text needs at least one rule.")
NO_MODULES = _("A notice needs at least one part.")
NO_RIGHT_ANSWER = _("Each question needs an answer that is right.")
SAY_WHAT_CHANGED = _("Say in a sentence what changed: people read it before they agree again.")


class Weight(StrEnum):
    """How much a new version changes."""

    MATERIAL = "material"  # people are asked again before they next post (P1.5)
    MINOR = "minor"  # spelling, a link: nobody is asked


@dataclass(frozen=True, slots=True)
class ClauseWords:
    """One rule of a draft."""

    anchor: str
    line: str
    why: str
    source: str


@dataclass(frozen=True, slots=True)
class ModuleWords:
    """One part of a notice. ``answers``: dicts with ``text``, ``right`` and ``reply``."""

    slug: str
    title: str
    text: str
    question: str
    answers: list[dict]


@transaction.atomic
def start_draft(
    *, kind: DocumentKind, language: str, admin: User, at: datetime | None = None
) -> Document:
    """A draft that begins as a copy of the version in force; the one that is there already.

    Raises ``NotVisible`` where there is no version to copy.
    """
    own = Document.objects.filter(kind=kind, language=language)
    if draft := own.filter(published_at=None).first():
        return draft
    current = own.current(kind)
    if current is None:
        raise NotVisible
    draft = Document.objects.create(
        kind=kind,
        language=language,
        version=_free_version(current),
        title=current.title,
        intro=current.intro,
    )
    for clause in current.clauses.all():
        clause.pk, clause.document = None, draft
        clause.save(force_insert=True)
    for module in current.modules.all():
        module.pk, module.document = None, draft
        module.save(force_insert=True)
    _record("text_draft_started", draft, admin, at)
    return draft


def _free_version(current: Document) -> str:
    """1.0 -> 1.0.1 -> 1.0.2: two numbers come with the software, the third is the site's own."""
    base, number = current.version, 0
    if base.count(".") > 1:
        base, _dot, last = base.rpartition(".")
        number = int(last) if last.isdigit() else 0
    taken = set(
        Document.objects.filter(kind=current.kind, language=current.language).values_list(
            "version", flat=True
        )
    )
    while (version := f"{base}.{number + 1}") in taken:
        number += 1
    return version


@transaction.atomic
def save_draft(
    *,
    draft: Document,
    admin: User,
    version: str,
    title: str,
    intro: str,
    changes: str,
    parts: Sequence[ClauseWords | ModuleWords] = (),
    at: datetime | None = None,
) -> Document:
    """Replace the words of a draft. Raises ``NotVisible`` for what is published, ``Refused``.

    ``parts``: rules, or the parts of a notice, in their order.
    """
    draft = _locked_draft(draft)
    draft.version, draft.title = version, title
    draft.intro, draft.changes = intro.strip(), changes.strip()
    try:
        with transaction.atomic():
            draft.save(update_fields=["version", "title", "intro", "changes"])
    except IntegrityError:
        raise Refused(VERSION_TAKEN) from None
    draft.clauses.all().delete()
    draft.modules.all().delete()
    Clause.objects.bulk_create(
        Clause(
            document=draft,
            position=number,
            anchor=words.anchor,
            line=words.line,
            why=words.why,
            source=words.source,
        )
        for number, words in enumerate(parts, start=1)
        if isinstance(words, ClauseWords)
    )
    Module.objects.bulk_create(
        Module(
            document=draft,
            position=number,
            slug=words.slug,
            title=words.title,
            text=words.text,
            question=words.question,
            answers=words.answers,
        )
        for number, words in enumerate(parts, start=1)
        if isinstance(words, ModuleWords)
    )
    _record("text_draft_saved", draft, admin, at)
    return draft


@transaction.atomic
def publish_draft(
    *,
    draft: Document,
    admin: User,
    weight: Weight,
    seen_hash: str,
    at: datetime | None = None,
) -> Document:
    """Put a draft in force, with the words that the admin saw (``seen_hash``), for good.

    Raises ``NotVisible`` for what is published or gone, ``StaleVersion`` where the draft changed
    since, ``Refused`` where something is missing.
    """
    at = at or timezone.now()
    draft = _locked_draft(draft)
    digest = hash_of(draft)
    if digest != seen_hash:
        raise StaleVersion
    current = Document.objects.filter(language=draft.language).current(draft.kind)
    _check_complete(draft)
    if current is not None and digest == hash_of(current):
        raise Refused(NOTHING_NEW)
    if current is not None and weight == Weight.MATERIAL and not draft.changes:
        raise Refused(SAY_WHAT_CHANGED)
    draft.content_hash = digest
    draft.is_material = weight == Weight.MATERIAL
    draft.published_at = at
    draft.save(update_fields=["content_hash", "is_material", "published_at"])
    _record("text_published", draft, admin, at)
    return draft


@transaction.atomic
def discard_draft(*, draft: Document, admin: User, at: datetime | None = None) -> None:
    """Throw a draft away. Raises ``NotVisible`` for what is published or gone."""
    draft = _locked_draft(draft)
    _record("text_draft_discarded", draft, admin, at)
    draft.sign_offs.all().delete()
    draft.clauses.all().delete()
    draft.modules.all().delete()
    draft.delete()


@transaction.atomic
def sign_off(
    *,
    document: Document,
    admin: User,
    field: SignOff.Field,
    signed_off_by: str,
    signed_off_on: date,
    at: datetime | None = None,
) -> SignOff:
    """Write down who signed off these words, and when. The signature is for the words of now."""
    at = at or timezone.now()
    row = SignOff.objects.create(
        document=document,
        field=field,
        signed_off_by=signed_off_by,
        signed_off_on=signed_off_on,
        content_hash=document.content_hash or hash_of(document),
        recorded_by=admin,
        recorded_at=at,
    )
    _record("text_signed_off", document, admin, at)
    return row


def _locked_draft(draft: Document) -> Document:
    locked = (
        Document.objects.select_for_update(no_key=True)
        .filter(pk=draft.pk, published_at=None)
        .first()
    )
    if locked is None:
        raise NotVisible
    return locked


def _check_complete(draft: Document) -> None:
    modules = list(draft.modules.all())
    if draft.kind in NOTICES and not modules:
        raise Refused(NO_MODULES)
    if draft.kind not in NOTICES and not draft.clauses.exists():
        raise Refused(NO_CLAUSES)
    if any(not any(answer["right"] for answer in module.answers) for module in modules):
        raise Refused(NO_RIGHT_ANSWER)


def _record(verb: str, document: Document, admin: User, at: datetime | None) -> None:
    audit.record(
        actor=admin,
        verb=verb,
        subject_kind="text",
        subject_public_id=document.kind,
        data={
            "version": document.version,
            "language": document.language,
            "hash": document.content_hash or hash_of(document),
            "material": document.is_material if document.published_at else None,
        },
        at=at,
    )
