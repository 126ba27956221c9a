"""forum: what is said."""

from django.apps import AppConfig


class ForumConfig(AppConfig):
    """Boards, threads, posts, audience, screening, notices."""

    name = "forum"
