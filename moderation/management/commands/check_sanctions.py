"""Prove that accounts say what the sanctions in force say."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from moderation.sanctions import wrong_accounts


class Command(BaseCommand):
    """Ends with an error and one line for each account that says something else."""

    help = "Compare silenced_until and suspended_until of all accounts with the sanctions in force."

    def handle(self, *args: Any, **options: Any) -> None:
        """Check."""
        if wrong := list(wrong_accounts(timezone.now())):
            raise CommandError("\n".join(wrong))
        self.stdout.write("Accounts and sanctions agree.")
