"""The app of guides and help."""

from django.apps import AppConfig
from django.core import checks
from django.core.exceptions import ImproperlyConfigured

from guides.checks import check_default_country
from guides.helplines import HelplineError, shipped


class GuidesConfig(AppConfig):
    """Reads the helplines at start, so that a broken file is found before anybody needs it."""

    name = "guides"

    def ready(self) -> None:
        """Stop the start if the helplines are broken.

        Raises:
            ImproperlyConfigured: guides.E001. A web server runs no system checks, so this one is
                not a check but an error.
        """
        try:
            shipped()
        except HelplineError as error:
            raise ImproperlyConfigured(f"guides.E001: {error}") from error
        checks.register(check_default_country)
