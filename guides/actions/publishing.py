"""What admins do with guides: publish, take off, put on top. They never check what one says."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from guides.actions.writing import locked, note
from guides.errors import NotAllowed, Refused
from guides.models import Article, ArticleVersion, EventKind, VersionStatus
from guides.models.version import SHOWN
from guides.roles import need_admin

NOT_CHECKED = _("A health professional has to check it first.")
NOT_SHOWN = _("It is not on the site.")
NO_REASON = _("Say why, in a few words.")


@transaction.atomic
def publish(*, version: ArticleVersion, admin: User, at: datetime | None = None) -> bool:
    """Show a checked version to everybody, in place of the one before; returns if that is new.

    Raises ``NotAllowed``, ``Refused``.
    """
    need_admin(admin)
    at = at or timezone.now()
    version = locked(version)
    if version.status == VersionStatus.PUBLISHED:
        return False
    if version.status != VersionStatus.CHECKED:
        raise Refused(NOT_CHECKED)
    for before in ArticleVersion.objects.filter(article=version.article_id).shown():
        _retire(before, at)
    version.status, version.published_at = VersionStatus.PUBLISHED, at
    version.save(update_fields=["status", "published_at"])
    note(version, EventKind.PUBLISHED, admin, at)
    return True


@transaction.atomic
def retire(*, version: ArticleVersion, admin: User, words: str, at: datetime | None = None) -> bool:
    """Take a guide off the site; ``words``: why. Returns whether that is new.

    Raises ``NotAllowed``, ``Refused``.
    """
    need_admin(admin)
    at = at or timezone.now()
    version = locked(version)
    if version.status == VersionStatus.RETIRED:
        return False
    if version.status not in SHOWN:
        raise Refused(NOT_SHOWN)
    if not words.strip():
        raise Refused(NO_REASON)
    _retire(version, at)
    note(version, EventKind.RETIRED, admin, at, words=words.strip())
    return True


@transaction.atomic
def feature(*, article: Article, admin: User, at: datetime | None = None) -> bool:
    """Put a guide on top of the list; returns whether that is new. Raises ``NotAllowed``."""
    return _place(article, admin, EventKind.FEATURED, at)


@transaction.atomic
def unfeature(*, article: Article, admin: User, at: datetime | None = None) -> bool:
    """Take a guide from the top; returns whether that is new. Raises ``NotAllowed``."""
    return _place(article, admin, EventKind.UNFEATURED, at)


def _place(article: Article, admin: User, kind: EventKind, at: datetime | None) -> bool:
    need_admin(admin)
    article = Article.objects.select_for_update(no_key=True).get(pk=article.pk)
    wanted = kind == EventKind.FEATURED
    if article.is_featured == wanted:
        return False
    version = ArticleVersion.objects.filter(article=article).shown().first()
    if version is None:
        raise NotAllowed
    article.is_featured = wanted
    article.save(update_fields=["is_featured"])
    note(version, kind, admin, at or timezone.now())
    return True


def _retire(version: ArticleVersion, at: datetime) -> None:
    version.status, version.retired_at = VersionStatus.RETIRED, at
    version.save(update_fields=["status", "retired_at"])
