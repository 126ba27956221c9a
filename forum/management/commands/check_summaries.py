"""Compares the counts and order of board pages with a recount of the posts."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from forum.models import Thread
from forum.summaries import recount, wrong_rows

SHOWN = 20


class Command(BaseCommand):
    """``manage.py check_summaries [--repair]``; fails where rows are wrong and stay so."""

    help = "Check that board rows equal a recount of their posts; --repair makes wrong ones anew."

    def add_arguments(self, parser: CommandParser) -> None:
        """One switch."""
        parser.add_argument("--repair", action="store_true", help="make wrong rows anew")

    def handle(self, *args: Any, **options: Any) -> None:
        """Say which threads have wrong rows; with ``--repair`` recount these, one at a time."""
        wrong = wrong_rows()
        if not wrong:
            self.stdout.write("All board rows are right.")
            return
        for public_id in self._public_ids(wrong[:SHOWN]):
            self.stdout.write(f"wrong: thread {public_id}")
        if len(wrong) > SHOWN:
            self.stdout.write(f"and {len(wrong) - SHOWN} more")
        if not options["repair"]:
            raise CommandError(f"{len(wrong)} threads have wrong rows. --repair makes them anew.")
        for thread_id in wrong:
            self._repair(thread_id)
        self.stdout.write(f"Made the rows of {len(wrong)} threads anew.")

    @staticmethod
    def _public_ids(thread_ids: list[int]) -> list[str]:
        rows = Thread.objects.filter(pk__in=thread_ids).order_by("pk")
        return list(rows.values_list("public_id", flat=True))

    @staticmethod
    @transaction.atomic
    def _repair(thread_id: int) -> None:
        # The lock on the thread keeps new posts out while its rows are counted.
        Thread.objects.select_for_update(no_key=True).get(pk=thread_id)
        recount([thread_id])
