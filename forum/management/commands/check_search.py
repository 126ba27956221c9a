"""manage.py check_search: does the search look in the words that posts have?"""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from forum.search.index import BATCH, missing_or_wrong, store


class Command(BaseCommand):
    """Compares each entry of the search with its post; ``--repair`` makes wrong ones anew."""

    help = "Compare the words that the search looks in with the posts."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """``--repair``."""
        parser.add_argument("--repair", action="store_true", help="make wrong entries anew")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print how many entries were wrong; an error where some are and stay so."""
        wrong = list(missing_or_wrong())
        if wrong and options["repair"]:
            for start in range(0, len(wrong), BATCH):
                store(wrong[start : start + BATCH])
            self.stdout.write(f"{len(wrong)} entries made anew.")
        elif wrong:
            raise CommandError(f"{len(wrong)} entries are wrong. --repair makes them anew.")
        else:
            self.stdout.write("All entries are right.")
