"""Server time of a search among 100,000 posts, as a member and as a professional.

A mix of what people ask: rare and common words, phrases, filters, words that nobody wrote. Words
are as common as in real texts (Zipf). Each time is that of a whole request in this process,
without the network.

    .venv/bin/python bench/search.py [--posts 100000] [--rounds 8]
    scripts/with-postgres .venv/bin/python bench/search.py
"""

import argparse
import itertools
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
from django.utils import timezone  # noqa: E402

from accounts.documents import publish_texts  # noqa: E402
from accounts.models import Block, HcpChoice, User  # noqa: E402
from bench.tickets import database_of_its_own  # noqa: E402
from forum import summaries  # noqa: E402
from forum.models import Audience, Post, Status, Thread  # noqa: E402
from forum.search import index  # noqa: E402
from forum.table_counts import count_anew  # noqa: E402
from tests.factories import make_board, make_hcp, make_member  # noqa: E402

TARGET_MS = 100
AUTHORS, BOARDS, PER_THREAD, WORDS = 400, 8, 20, 20_000
SYLLABLES = [a + b for a in "bdfgklmnprstvw" for b in ("a", "e", "i", "o", "u", "ar", "en", "ol")]


def vocabulary(chance: random.Random) -> list[str]:
    """Made-up words, the commonest first."""
    words: dict[str, None] = {}
    while len(words) < WORDS:
        words["".join(chance.choices(SYLLABLES, k=chance.randint(2, 4)))] = None
    return list(words)


def fill(number: int, words: list[str], chance: random.Random) -> None:
    """Boards, members, threads and published posts, with the index of the search."""
    now = timezone.now()
    choices = [HcpChoice.OPEN, HcpChoice.NONE, HcpChoice.NONE]
    authors = [make_member(f"author{n}", choice=choices[n % 3]) for n in range(AUTHORS)]
    boards = [make_board(f"board-{n}") for n in range(BOARDS)]
    weights = list(itertools.accumulate(1 / (rank + 3) for rank in range(len(words))))
    for start in range(0, number, 5000):
        posts = []
        for place in range(start, min(start + 5000, number)):
            written = now - timedelta(seconds=60 * (number - place))
            if place % PER_THREAD == 0:
                author = chance.choice(authors)
                thread = Thread.objects.create(
                    board=chance.choice(boards),
                    author=author,
                    title=" ".join(chance.choices(words, cum_weights=weights, k=7)).capitalize(),
                    audience=_audience(author),
                    status=Status.PUBLISHED,
                    last_position=PER_THREAD,
                    created_at=written,
                    published_at=written,
                )
            else:
                author = chance.choice(authors)
            text = " ".join(chance.choices(words, cum_weights=weights, k=chance.randint(20, 120)))
            audience = min(thread.audience, _audience(author), key=[*Audience].index)
            posts.append(
                Post(
                    thread=thread,
                    author=author,
                    is_opening=place % PER_THREAD == 0,
                    position=place % PER_THREAD + 1,
                    text=text,
                    html=f"<p>{text}</p>",
                    audience=audience,
                    status=Status.PUBLISHED,
                    created_at=written,
                    published_at=written,
                )
            )
        index.store(Post.objects.bulk_create(posts, batch_size=500))
    ids = list(Thread.objects.values_list("pk", flat=True))
    for start in range(0, len(ids), 500):
        summaries.recount(ids[start : start + 500])
    while index.gather_words():
        pass
    count_anew()


def _audience(author: User) -> Audience:
    return Audience.COMMUNITY if author.lets_hcps_read else Audience.PEERS


def questions(words: list[str]) -> dict[str, str]:
    """What is asked, by a name for it."""
    common, usual, rare = words[2], words[300], words[-50]
    return {
        "the commonest word": words[0],
        "a common word": common,
        "a usual word": usual,
        "a rare word": rare,
        "two common words": f"{words[5]} {words[9]}",
        "five words": " ".join(words[20:25]),
        "a phrase": f'"{words[0]} {words[1]}"',
        "a word and not another": f"{common} -{words[3]}",
        "in the title": f"{words[400]} in:title",
        "on a board": f"{usual} board:board-3",
        "by somebody": f"{common} by:author7",
        "by somebody, no words": "by:author7",
        "in a week long ago": f"{common} after:2026-01-01 before:2026-10-10",
        "unanswered": f"{common} is:unanswered",
        "answered": f"{common} has:answer",
        "misspelt": rare + "q",
        "nothing like it": "xyzzyxqzzy",
    }


def measure(user: User, asked: dict[str, str], rounds: int) -> bool:
    """Each question some times, as one person; whether the 95th percentile of all is in time."""
    client = Client()
    client.force_login(user)
    everything: list[float] = []
    print(f"{user.role}:")
    for name, query in asked.items():
        for sort in ("newest", "best"):
            times = []
            for _ in range(rounds):
                started = time.perf_counter()
                answer = client.get("/search/", {"q": query, "sort": sort})
                times.append((time.perf_counter() - started) * 1000)
                assert answer.status_code == 200, answer.status_code
            found = len(answer.context["hits"])
            everything += times
            middle, most = statistics.median(times), max(times)
            print(f"  {name:<24} {sort:<7} median {middle:6.1f}  most {most:6.1f} ms  {found} hits")
    p95 = statistics.quantiles(everything, n=20)[18]
    verdict = "ok" if p95 <= TARGET_MS else "MISSED"
    middle = statistics.median(everything)
    print(f"  all: median {middle:.1f}  p95 {p95:.1f} ms  target {TARGET_MS}: {verdict}")
    return p95 <= TARGET_MS


def main() -> None:
    """Fill, measure, tell."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--posts", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=8)
    options = parser.parse_args()
    plain = {"SECURE_SSL_REDIRECT": False, "ALLOWED_HOSTS": ["testserver"]}
    static = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
    storages = {"default": {"BACKEND": "django.core.files.storage.FileSystemStorage"}, **static}
    chance = random.Random(1)
    with database_of_its_own("search"), override_settings(**plain, STORAGES=storages):
        publish_texts()
        started = time.perf_counter()
        words = vocabulary(chance)
        fill(options.posts, words, chance)
        took = time.perf_counter() - started
        print(f"{connection.vendor}: {Post.objects.count()} posts, filled in {took:.0f} s")
        reader = make_member("bench-reader")
        for blocked in User.objects.filter(pseudonym__startswith="author1")[:20]:
            Block.objects.create(blocker=reader, blocked=blocked)
        asked = questions(words)
        in_time = [measure(user, asked, options.rounds) for user in (reader, make_hcp("nurse"))]
    sys.exit(0 if all(in_time) else 1)


if __name__ == "__main__":
    main()
