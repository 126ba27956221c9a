"""Writing a guide: starting, saving, sending it to be checked, taking it back."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from accounts.ids import new_public_id
from accounts.models import User
from guides.errors import Conflict, NotAllowed, Refused
from guides.models import (
    Article,
    ArticleEvent,
    ArticleSource,
    ArticleVersion,
    EventKind,
    Topic,
    VersionStatus,
)
from guides.models.article import SLUG_MAX
from guides.models.event import MOVING
from guides.rendering import render
from guides.roles import need_editor, profession_of
from guides.telling import tell

NOT_A_DRAFT = _("It is not a draft any more. Take it back first, or start a new version.")
NO_SOURCE = _("Name at least one source first.")


@dataclass(frozen=True, slots=True)
class Words:
    """All words of a version. ``sources``: title and https address of each, in order."""

    title: str
    summary: str
    body: str
    keywords: str = ""
    change_note: str = ""
    sources: tuple[tuple[str, str], ...] = ()

    def sources_text(self) -> str:
        """Its sources as they are typed, one a line."""
        return "\n".join(f"{title} {url}" for title, url in self.sources)

    def digest(self) -> str:
        """SHA-256 (hex) over all that the public reads."""
        parts = [self.title, self.summary, self.body]
        parts += ["\x1f".join(source) for source in self.sources]
        return hashlib.sha256("\x1e".join(parts).encode()).hexdigest()


@transaction.atomic
def start_article(
    *, editor: User, topic: Topic, words: Words, at: datetime | None = None
) -> ArticleVersion:
    """A new article with its first draft. Raises ``NotAllowed``."""
    need_editor(editor)
    at = at or timezone.now()
    article = Article.objects.create(slug=free_slug(words.title), topic=topic, created_at=at)
    version = _new_version(article, editor, words, at)
    return version


@transaction.atomic
def start_version(*, article: Article, editor: User, at: datetime | None = None) -> ArticleVersion:
    """The version that is being worked on; where there is none, a draft with the shown words.

    Raises ``NotAllowed``.
    """
    need_editor(editor)
    at = at or timezone.now()
    Article.objects.select_for_update(no_key=True).get(pk=article.pk)
    versions = ArticleVersion.objects.filter(article=article).order_by("-number")
    if (open_one := versions.open().first()) is not None:
        return open_one
    before = versions.shown().first() or versions.first()
    if before is None:
        raise NotAllowed
    return _new_version(article, editor, words_of(before), at)


@transaction.atomic
def save_version(
    *,
    version: ArticleVersion,
    editor: User,
    seen: int,
    words: Words,
    at: datetime | None = None,
) -> ArticleVersion:
    """Store new words of a draft. ``seen``: the revision that the editor started from.

    Raises ``NotAllowed``; ``Refused`` for what is no draft; ``Conflict`` where somebody saved in
    between: then nothing is stored.
    """
    need_editor(editor)
    at = at or timezone.now()
    version = locked(version)
    if version.status != VersionStatus.DRAFT:
        raise Refused(NOT_A_DRAFT)
    if version.revision != seen:
        raise Conflict(version)
    if words == words_of(version):
        return version
    version.revision += 1
    version.saved_at = at
    _put(version, words)
    note(version, EventKind.SAVED, editor, at)
    return version


@transaction.atomic
def send_version(
    *, version: ArticleVersion, editor: User, seen: int, at: datetime | None = None
) -> bool:
    """Ask for a check; returns whether that is new. Raises as ``save_version``."""
    need_editor(editor)
    version = locked(version)
    if version.status == VersionStatus.IN_REVIEW:
        return False
    if version.status != VersionStatus.DRAFT:
        raise Refused(NOT_A_DRAFT)
    if version.revision != seen:
        raise Conflict(version)
    if not version.sources.exists():
        raise Refused(NO_SOURCE)
    version.status = VersionStatus.IN_REVIEW
    version.save(update_fields=["status"])
    note(version, EventKind.SENT, editor, at or timezone.now())
    return True


@transaction.atomic
def take_back(*, version: ArticleVersion, editor: User, at: datetime | None = None) -> bool:
    """Make a draft again of what waits to be checked or published; returns whether that is new.

    A check that was there is gone: the words may change now. Raises ``NotAllowed``, ``Refused``.
    """
    need_editor(editor)
    version = locked(version)
    if version.status == VersionStatus.DRAFT:
        return False
    to_draft(version)
    note(version, EventKind.TAKEN_BACK, editor, at or timezone.now())
    return True


@transaction.atomic
def discard(*, version: ArticleVersion, editor: User, at: datetime | None = None) -> bool:
    """Stop working on a draft: it is kept, and never shown. Returns whether that is new.

    Raises ``NotAllowed``, ``Refused``.
    """
    need_editor(editor)
    at = at or timezone.now()
    version = locked(version)
    if version.status == VersionStatus.RETIRED:
        return False
    if version.status != VersionStatus.DRAFT:
        raise Refused(NOT_A_DRAFT)
    version.status, version.retired_at = VersionStatus.RETIRED, at
    version.save(update_fields=["status", "retired_at"])
    note(version, EventKind.RETIRED, editor, at)
    return True


# What the other actions share ------------------------------------------------------------------


def locked(version: ArticleVersion) -> ArticleVersion:
    """The version as it stands, locked after its article. Raises ``NotAllowed`` if it is gone."""
    Article.objects.select_for_update(no_key=True).filter(pk=version.article_id).first()
    rows = ArticleVersion.objects.select_for_update(of=("self",), no_key=True)
    found = rows.filter(pk=version.pk).first()
    if found is None:
        raise NotAllowed
    return found


def to_draft(version: ArticleVersion) -> None:
    """Set a version that waits back to a draft without a check. Raises ``Refused``."""
    if version.status not in (VersionStatus.IN_REVIEW, VersionStatus.CHECKED):
        raise Refused(NOT_A_DRAFT)
    version.status = VersionStatus.DRAFT
    version.reviewed_by = version.reviewed_on = version.review_by = None
    version.reviewer_profession = ""
    version.save(
        update_fields=["status", "reviewed_by", "reviewed_on", "review_by", "reviewer_profession"]
    )


def note(
    version: ArticleVersion,
    kind: EventKind,
    actor: User | None,
    at: datetime,
    *,
    words: str = "",
    checklist: list[str] | None = None,
) -> None:
    """Write down what was done, in the transaction that does it."""
    ArticleEvent.objects.create(
        version=version,
        kind=kind,
        actor=actor,
        at=at,
        revision=version.revision,
        words=words,
        checklist=checklist or [],
    )
    if kind in MOVING:
        tell(version, at)


def words_of(version: ArticleVersion) -> Words:
    """The words of a version as they stand."""
    return Words(
        title=version.title,
        summary=version.summary,
        body=version.body,
        keywords=version.keywords,
        change_note=version.change_note,
        sources=tuple(ArticleSource.objects.filter(version=version).values_list("title", "url")),
    )


def free_slug(title: str) -> str:
    """An address from a title that no article has; a random one where others have it."""
    slug = slugify(title)[:SLUG_MAX].strip("-") or new_public_id()
    if Article.objects.filter(slug=slug).exists():
        slug = f"{slug[: SLUG_MAX - 15]}-{new_public_id()}"
    return slug


def _new_version(article: Article, editor: User, words: Words, at: datetime) -> ArticleVersion:
    newest = ArticleVersion.objects.filter(article=article).order_by("-number").first()
    version = ArticleVersion(
        article=article,
        number=newest.number + 1 if newest else 1,
        written_by=editor,
        writer_profession=profession_of(editor),
        created_at=at,
        saved_at=at,
    )
    _put(version, words)
    note(version, EventKind.STARTED, editor, at)
    return version


def _put(version: ArticleVersion, words: Words) -> None:
    """Store words, rendered, with their sources."""
    version.title, version.summary, version.body = words.title, words.summary, words.body
    version.keywords, version.change_note = words.keywords, words.change_note
    version.html, version.digest = render(words.body), words.digest()
    version.save()
    put_sources(version, words)


def put_sources(version: ArticleVersion, words: Words) -> None:
    """Replace the sources of a draft."""
    ArticleSource.objects.filter(version=version).delete()
    ArticleSource.objects.bulk_create(
        ArticleSource(version=version, position=place, title=title, url=url)
        for place, (title, url) in enumerate(words.sources)
    )
