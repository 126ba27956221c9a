"""``manage.py setup_site``: what a site needs before the first visitor. Safe to run again."""

from typing import Any

from django.core.management.base import BaseCommand
from django.db import connection

from accounts.documents import publish_texts
from forum.actions.rules import publish_shipped
from forum.setup import make_boards, make_tags


class Command(BaseCommand):
    """Publish rules and code, make boards and topics, put the rules of screening in force."""

    help = "Publish rules and code, make boards and topics (leaves alone what is there)."

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it and say what was new."""
        self.stdout.write(f"Texts published: {publish_texts()}. Boards made: {make_boards()}.")
        self.stdout.write(f"Topics made: {make_tags()}.")
        if publish_shipped():
            self.stdout.write("The rules of screening that come with the software are in force.")
        with connection.cursor() as cursor:
            # A migration that makes a table anew forgets what was counted of it. Without, SQLite
            # picks ways that make a search among 100,000 posts ten times as slow.
            cursor.execute("ANALYZE")
