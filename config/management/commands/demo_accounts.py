"""``manage.py demo_accounts``: say where the demo is and who one can be there."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from config.demo.personas import PERSONAS


class Command(BaseCommand):
    """Print address and people of the demo."""

    help = "Print the address and the people of the demo."

    def handle(self, *args: Any, **options: Any) -> None:
        """Print them."""
        self.stdout.write(f"{settings.SITE_NAME} is at {settings.SITE_URL}/\n")
        if settings.DEMO:
            self.stdout.write(f"Sign in with one click at {settings.SITE_URL}/demo/ as one of:")
            for persona in PERSONAS:
                self.stdout.write(f"  {persona.name:<16} {persona.about}")
