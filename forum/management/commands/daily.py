"""``manage.py daily``: for sites that run cron in place of the background worker."""

from typing import Any

from django.core.management.base import BaseCommand

from forum.daily import run_daily


class Command(BaseCommand):
    """Ages, reminders, links that nobody used. Safe to run again."""

    help = "Do what is due once a day. Safe to run again."

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it and say how much it was."""
        for what, number in run_daily().items():
            self.stdout.write(f"{number} {what}")
