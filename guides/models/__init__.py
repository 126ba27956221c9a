"""What the guides keep. Import models from here."""

from guides.models.article import Article, Topic
from guides.models.event import ArticleEvent, EventKind
from guides.models.feedback import ArticleFeedback
from guides.models.version import ArticleSource, ArticleVersion, VersionStatus

__all__ = [
    "Article",
    "ArticleEvent",
    "ArticleFeedback",
    "ArticleSource",
    "ArticleVersion",
    "EventKind",
    "Topic",
    "VersionStatus",
]
