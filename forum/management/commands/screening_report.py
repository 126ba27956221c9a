"""``manage.py screening_report``: how well the rules in force do on the labelled posts."""

from typing import Any

from django.core.management.base import BaseCommand
from django.db import DatabaseError

from forum.rules import rules_in_force
from forum.screening import RULEBOOK, Kind
from forum.screening.measure import (
    FALSE_ALARMS,
    RECALL,
    Figures,
    Share,
    labelled_posts,
    measure,
    unseen_posts,
)

ROW = "{:<10} {:>22} {:>24}"


class Command(BaseCommand):
    """Print recall and false alarms of each kind, for all posts and for each batch."""

    help = "Print recall and false alarms of the rules in force, with 95 % intervals."

    def handle(self, *args: Any, **options: Any) -> None:
        """Measure and print; needs no network."""
        try:
            book = rules_in_force()
        except DatabaseError:
            self.stdout.write("There is no database yet: these are the rules of the software.")
            book = RULEBOOK
        posts = labelled_posts()
        self.stdout.write(f"Rules {book.version}: {len(book.rules)} rules, {len(posts)} posts.")
        self.stdout.write("Shares in percent with their Wilson 95 % interval.")
        self._table("Posts that no rule was written for", measure(book, unseen_posts()))
        self._table("All batches", measure(book, posts))
        for batch in dict.fromkeys(post.batch for post in posts):
            figures = measure(book, [post for post in posts if post.batch == batch])
            self._table(f"Batch {batch}", figures)
        self.stdout.write(
            "\nThe rules were widened after each batch was measured; the posts that no rule was\n"
            "written for are the honest estimate for posts to come."
        )

    def _table(self, name: str, figures: Figures) -> None:
        self.stdout.write(f"\n{name} ({figures.posts} posts)")
        self.stdout.write(ROW.format("", "recall", "false alarms"))
        for kind in Kind:
            recall, alarms = figures.recall[kind], figures.alarms[kind]
            low = " below target" if recall.value < RECALL[kind] else ""
            high = " above target" if alarms.value > FALSE_ALARMS else ""
            self.stdout.write(ROW.format(kind.value, words(recall), words(alarms)) + low + high)
        self.stdout.write(ROW.format("everyday", "", words(figures.everyday)))


def words(share: Share) -> str:
    """12 of 13: 92.3 (66.7-98.6); a dash where there is nothing to count."""
    if not share.whole:
        return "-"
    low, high = share.interval
    return f"{share.part}/{share.whole} {share.value:.1%} ({low:.0%}-{high:.0%})"
