"""``manage.py seed_demo``: the demo's people, threads and queue; on request a crowd with posts."""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from accounts.documents import publish_texts
from config.demo.seed import (
    acts,
    applicants,
    bulk,
    copies,
    crowd,
    duty,
    guides,
    half_years,
    keys,
    people,
    polls,
    profile_words,
    profiles,
    queue,
    screening,
    second,
    site,
    threads,
    writing,
)
from config.demo.seed.goals import Missing, missing
from forum.search.index import gather_words
from forum.setup import make_boards, make_tags

PROGRESS_EVERY = 20_000


class Command(BaseCommand):
    """Fill a site with the demo. The same seed gives the same texts and ids."""

    help = (
        "Add the demo's people, threads, queue and reports that are missing. Totals above what "
        "is written by hand add generated ones. Safe to run again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Totals to reach, and the seed."""
        parser.add_argument("--members", type=int, help="members in all, at least")
        parser.add_argument("--threads", type=int, help="threads in all, at least")
        parser.add_argument("--posts", type=int, help="posts in all, held ones too")
        parser.add_argument("--seed", type=int, default=1, help="another seed gives other ids")

    def handle(self, *args: Any, **options: Any) -> None:
        """Add what is missing and say what that was."""
        if people.strangers():
            raise CommandError("There are real accounts here. The demo goes into an empty site.")
        self.started = time.monotonic()
        self.added = 0
        seed = options["seed"]
        self._write_by_hand(seed)
        short = missing(
            members=options["members"], threads=options["threads"], posts=options["posts"]
        )
        self._generate(short, seed)
        while gather_words():
            pass
        if not self.added:
            self.stdout.write("The demo is complete: nothing to add.")

    @transaction.atomic
    def _write_by_hand(self, seed: int) -> None:
        now = timezone.now()
        self._say("texts", publish_texts())
        self._say("boards", make_boards())
        self._say("topics", make_tags())
        self._say("personas", people.add_personas(seed=seed, now=now))
        self._say("members", people.add_members(seed=seed, now=now))
        named = people.demo_people()
        self._say("threads", threads.add_threads(seed=seed, now=now, people=named))
        self._say("polls", polls.add_polls(seed=seed, now=now, people=named))
        self._say("decided posts", queue.add_decided(seed=seed, now=now, people=named))
        self._say("waiting posts", queue.add_queue(seed=seed, now=now, people=named))
        self._say("applications", applicants.add_applications(now=now, people=named))
        self._say("reports", queue.add_reports(now=now, people=named))
        self._say("hours, shifts and alerts", duty.add_duty(now=now, people=named))
        self._say("rows about screening", screening.add_screening(now=now, people=named))
        self._say("frozen half-years", half_years.add_half_years(seed=seed, now=now))
        self._say("rows of what takes two people", second.add_second(now=now, people=named))
        self._say("notes, parts and threads", acts.add_acts(seed=seed, now=now, people=named))
        self._say("guides", guides.add_guides(now=now, people=named))
        self._say(
            "drafts and posts under another name",
            writing.add_writing(seed=seed, now=now, people=named),
        )
        self._say("profiles", profiles.add_profiles(now=now, people=named))
        self._say(
            "reports of profile words",
            profile_words.add_profile_words(now=now, people=named),
        )
        self._say("rows about the site", site.add_site(now=now, people=named))
        self._say("welcomers", profiles.add_welcomers(now=now, people=named))
        self._say("copies of own data", copies.add_copies(now=now, people=named))
        self._say("keys of members", keys.add_keys(now=now, people=named))

    @transaction.atomic
    def _generate(self, short: Missing, seed: int) -> None:
        now = timezone.now()
        if short.members:
            number = crowd.add_crowd(number=short.members, seed=seed, now=now)
            self._say("generated members", number)
        if not short.posts:
            return
        said = 0
        for done in bulk.add_bulk(threads=short.threads, posts=short.posts, seed=seed, now=now):
            if done - said >= PROGRESS_EVERY:
                self._line(f"{done} of {short.posts} generated posts")
                said = done
        self._say("generated threads", short.threads)
        self._say("generated posts", short.posts)

    def _say(self, what: str, number: int) -> None:
        """Say what was added; nothing where nothing was."""
        self.added += number
        if number:
            self._line(f"{number} {what}")

    def _line(self, words: str) -> None:
        self.stdout.write(f"{time.monotonic() - self.started:6.1f} s  {words}")
        self.stdout.flush()
