"""``manage.py signin_link PERSONA``: an address that signs in as one of the demo's people."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.demo.personas import NAMES, link_for


class Command(BaseCommand):
    """Print a sign-in link. Only with DEMO=1."""

    help = "Print a link that signs in as a persona of the demo (only with DEMO=1)."

    def add_arguments(self, parser: CommandParser) -> None:
        """One argument: the persona."""
        parser.add_argument("persona", choices=sorted(NAMES))

    def handle(self, *args: Any, **options: Any) -> None:
        """Print it."""
        if not settings.DEMO:
            raise CommandError("Sign-in links exist only in the demo (DEMO=1).")
        self.stdout.write(link_for(options["persona"]))
