"""``manage.py setup_site``: what a site needs before the first visitor. Safe to run again."""

from typing import Any

from django.core.management.base import BaseCommand

from accounts.documents import publish_texts
from forum.actions.rules import publish_shipped
from forum.setup import make_boards, make_tags
from forum.table_counts import count_anew


class Command(BaseCommand):
    """Publish rules and code, make boards and topics, put the rules of screening in force."""

    help = "Publish rules and code, make boards and topics (leaves alone what is there)."

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it and say what was new."""
        self.stdout.write(f"Texts published: {publish_texts()}. Boards made: {make_boards()}.")
        self.stdout.write(f"Topics made: {make_tags()}.")
        if publish_shipped():
            self.stdout.write("The rules of screening that come with the software are in force.")
        count_anew()
