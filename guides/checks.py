"""System checks of the guides."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error

from guides.helplines import DATA, FALLBACK_COUNTRY, shipped


def check_default_country(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """guides.E002: without helplines of its own country a site would show foreign numbers."""
    if settings.DEFAULT_COUNTRY.upper() in {country.code for country in shipped()}:
        return []
    return [
        Error(
            f"DEFAULT_COUNTRY {settings.DEFAULT_COUNTRY!r} has no helplines; "
            f"visitors would see those of {FALLBACK_COUNTRY}.",
            hint=f"Add the country to {DATA.name}.",
            id="guides.E002",
        )
    ]
