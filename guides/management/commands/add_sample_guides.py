"""``manage.py add_sample_guides``: the sample articles for a new site. Safe to run again."""

from typing import Any

from django.core.management.base import BaseCommand

from guides.actions.samples import add_samples


class Command(BaseCommand):
    """Add the samples that are missing."""

    help = (
        "Add the sample guides (leaves alone what is there). They are marked as not checked, until "
        "your own health professionals have signed them off."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it and say how many."""
        self.stdout.write(f"Sample guides added: {add_samples()}.")
