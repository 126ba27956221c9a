"""moderation: what is done about what is said."""

from django.apps import AppConfig


class ModerationConfig(AppConfig):
    """Queue, decisions, reports, cases, audit."""

    name = "moderation"
