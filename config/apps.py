"""config: the composition root. It may import every app; no app imports it."""

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    """Settings, addresses, commands that span the apps, the demo."""

    name = "config"
