"""Processor time of the pages that people open most, among 100,000 posts.

Boards, threads, the last page of a long thread, notices, search: as a member and as a professional
whom some members hide from. Each time is that of a whole request in this process, without the
network: by the processor's clock, so that other work on the machine counts little.

    .venv/bin/python bench/pages.py [--posts 100000] [--rounds 30]
    scripts/with-postgres .venv/bin/python bench/pages.py
"""

import argparse
import os
import random
import statistics
import sys
import time
from datetime import timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ.setdefault("HTTPS", "0")
os.environ.setdefault("LOG_LEVEL", "ERROR")

import django  # noqa: E402

django.setup()

from django.db import connection  # noqa: E402
from django.test import Client, override_settings  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.utils import timezone  # noqa: E402

from accounts.documents import publish_texts  # noqa: E402
from accounts.models import Block, HiddenHcp, User  # noqa: E402
from bench.search import fill, vocabulary  # noqa: E402
from bench.tickets import database_of_its_own  # noqa: E402
from forum import summaries  # noqa: E402
from forum.models import Audience, Board, Post, Status, Thread  # noqa: E402
from forum.table_counts import count_anew  # noqa: E402
from tests.factories import make_hcp, make_member  # noqa: E402

LONG = 10_000


def long_thread(board: Board, authors: list[User]) -> Thread:
    """A published thread of 10,000 posts of many authors, for everybody."""
    start = timezone.now() - timedelta(days=30)
    thread = Thread.objects.create(
        board=board,
        author=authors[0],
        title="What was good today",
        audience=Audience.COMMUNITY,
        status=Status.PUBLISHED,
        last_position=LONG,
        created_at=start,
        published_at=start,
    )
    posts = (
        Post(
            thread=thread,
            author=authors[number % len(authors)],
            is_opening=number == 0,
            position=number + 1,
            text=f"Small thing {number}",
            html=f"<p>Small thing {number}</p>",
            audience=Audience.COMMUNITY,
            status=Status.PUBLISHED,
            created_at=start + timedelta(minutes=number),
            published_at=start + timedelta(minutes=number),
        )
        for number in range(LONG)
    )
    Post.objects.bulk_create(posts, batch_size=500)
    summaries.recount([thread.pk])
    return thread


def measure(user: User, addresses: dict[str, str], rounds: int) -> None:
    """Each page some times, as one person."""
    client = Client()
    client.force_login(user)
    print(f"{user.role}:")
    for name, address in addresses.items():
        client.get(address)
        with CaptureQueriesContext(connection) as captured:
            client.get(address)
        asked = len(captured)
        times = []
        for _ in range(rounds):
            started = time.process_time()
            answer = client.get(address)
            times.append((time.process_time() - started) * 1000)
            assert answer.status_code == 200, (address, answer.status_code)
        middle, most = statistics.median(times), max(times)
        print(f"  {name:<28} median {middle:6.1f}  most {most:6.1f} ms  {asked} queries")


def main() -> None:
    """Fill, measure, tell."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--posts", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=30)
    options = parser.parse_args()
    plain = {"SECURE_SSL_REDIRECT": False, "ALLOWED_HOSTS": ["testserver"]}
    static = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
    storages = {"default": {"BACKEND": "django.core.files.storage.FileSystemStorage"}, **static}
    chance = random.Random(1)
    with database_of_its_own("pages"), override_settings(**plain, STORAGES=storages):
        publish_texts()
        fill(options.posts, vocabulary(chance), chance)
        authors = list(User.objects.filter(hcp_choice="open")[:40])
        short = Thread.objects.filter(audience=Audience.COMMUNITY).order_by("-pk")[0]
        board = short.board
        long = long_thread(board, authors)
        count_anew()
        nurse, reader = make_hcp("nurse"), make_member("bench-reader")
        for other in authors[5:10]:
            HiddenHcp.objects.create(hcp=nurse, member=other)
            Block.objects.create(blocker=reader, blocked=other)
        print(f"{connection.vendor}: {Post.objects.count()} posts")
        # Somebody who does not meet 5 of the 40 authors has fewer pages.
        last = LONG * 35 // 40 // 20
        addresses = {
            "list of boards": "/boards/",
            "board": f"/boards/{board.slug}/",
            "thread of 20": f"/t/{short.public_id}/",
            "first of a long thread": f"/t/{long.public_id}/",
            "last of a long thread": f"/t/{long.public_id}/?page={last}",
            "notices": "/notices/",
        }
        for user in (reader, nurse):
            measure(user, addresses, options.rounds)


if __name__ == "__main__":
    main()
