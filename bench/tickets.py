"""Server time of the queue, an item and a decision with 10,000 open tickets, and the query plans.

Both are told: the time on the clock, which grows when the machine has other work, and the time of
the processor in this process, which does not (with SQLite the database is in it).

Makes a database of its own (SQLite in var/, or a new one on the server that DATABASE_URL names) and
fills it. Time is that of the whole request in this process, without the network.

    .venv/bin/python bench/tickets.py [--tickets 10000] [--rounds 60]
    scripts/with-postgres .venv/bin/python bench/tickets.py
"""

import argparse
import os
import random
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
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
from django.test.utils import (  # noqa: E402
    CaptureQueriesContext,
    setup_databases,
    setup_test_environment,
    teardown_databases,
)
from django.urls import reverse  # noqa: E402
from django.utils import timezone  # noqa: E402

from accounts.documents import publish_texts  # noqa: E402
from accounts.models import HcpChoice, Role, User  # noqa: E402
from forum.models import Audience, Board, Post, Status, Thread  # noqa: E402
from forum.policy import DUE  # noqa: E402
from forum.states import Severity, Track  # noqa: E402
from moderation.models import DecisionKind  # noqa: E402
from tests.factories import make_board, make_hcp, make_member, make_staff  # noqa: E402

PAGES = 40
TARGETS_MS = {"queue": 100, "item": 100, "decision": 150}
AUTHORS, BOARDS, PER_THREAD, HELD = 100, 8, 21, 7  # of 21 posts of a thread 7 wait
KINDS = [
    (Severity.S0, Track.WELFARE, "crisis"),
    (Severity.S1, Track.WELFARE, "eating"),
    (Severity.S2, Track.CONDUCT, "abuse"),
    (Severity.S2, Track.CONDUCT, "premoderation"),
    (Severity.S3, Track.CONDUCT, "promo"),
    (Severity.S3, Track.CONDUCT, "sampled"),
]
WEIGHTS = [1, 2, 7, 70, 10, 10]


def fill(tickets: int, chance: random.Random) -> None:
    """Boards, members, threads with published posts, and open tickets among them."""
    now = timezone.now()
    choices = [HcpChoice.OPEN, HcpChoice.OPEN, HcpChoice.NONE]
    authors = [make_member(f"author{n}", choice=choices[n % 3]) for n in range(AUTHORS)]
    boards = [make_board(f"board-{n}") for n in range(BOARDS)]
    posts: list[Post] = []
    text = "It was a long day and the sensor came off in the bus. " * 6
    for start in range(0, tickets, HELD):
        thread = _thread(chance.choice(authors), chance.choice(boards), PER_THREAD - HELD)
        for place in range(PER_THREAD):
            opened = now - timedelta(minutes=start / 20, seconds=place)
            author = thread.author if place == 0 else chance.choice(authors)
            open_to = thread.audience == Audience.COMMUNITY and author.lets_hcps_read
            post = Post(
                thread=thread,
                author=author,
                is_opening=place == 0,
                text=text,
                html=f"<p>{text}</p>",
                audience=Audience.COMMUNITY if open_to else Audience.PEERS,
                created_at=opened,
            )
            if place < PER_THREAD - HELD:
                post.status, post.position, post.published_at = Status.PUBLISHED, place + 1, opened
            else:
                severity, track, kind = chance.choices(KINDS, WEIGHTS)[0]
                post.review_severity, post.review_track = severity, track
                post.review_due_at = opened + DUE[severity]
                post.review_reasons = [{"kind": kind, "rule": "x", "start": 3, "end": 9}]
                post.review_hard = kind in ("crisis", "eating", "abuse")
            posts.append(post)
    Post.objects.bulk_create(posts, batch_size=500)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _thread(author: User, board: Board, published: int) -> Thread:
    now = timezone.now()
    return Thread.objects.create(
        board=board,
        author=author,
        title="A day like any other",
        audience=Audience.COMMUNITY if author.lets_hcps_read else Audience.PEERS,
        status=Status.PUBLISHED,
        last_position=published,
        created_at=now,
        published_at=now,
    )


Times = list[tuple[float, float]]  # milliseconds on the clock, and of the processor


def once(action: Callable[[], int]) -> tuple[float, float]:
    """How long one round takes; the answer must be what it should."""
    clock, processor = time.perf_counter(), time.process_time()
    status = action()
    took = (time.perf_counter() - clock) * 1000, (time.process_time() - processor) * 1000
    assert status in (200, 302), status
    return took


def timed(action: Callable[[], int], rounds: int) -> Times:
    """Some rounds of the same."""
    return [once(action) for _ in range(rounds)]


def tell(name: str, took: Times, queries: int) -> None:
    """One line: both times, queries, and the target if there is one."""
    target = TARGETS_MS.get(name.split(",")[0])
    times, processor = [pair[0] for pair in took], [pair[1] for pair in took]
    p95 = statistics.quantiles(times, n=20)[18]
    p95_processor = statistics.quantiles(processor, n=20)[18]
    verdict = "" if target is None else f"  target {target}: {'ok' if p95 <= target else 'MISSED'}"
    print(
        f"  {name:<28} median {statistics.median(times):6.1f}  p95 {p95:6.1f}"
        f"  processor: median {statistics.median(processor):6.1f}  p95 {p95_processor:6.1f} ms"
        f"  {queries:3d} queries{verdict}"
    )


def queries_of(action: Callable[[], int]) -> int:
    """How many queries it takes."""
    with CaptureQueriesContext(connection) as captured:
        action()
    return len(captured)


def measure(user: User, rounds: int) -> None:
    """All three measures as one person."""
    print(f"{user.role}:")
    client = Client()
    client.force_login(user)
    queue = reverse("moderation:queue")

    def see(address: str) -> Callable[[], int]:
        return lambda: client.get(address).status_code

    deep = queue
    for _ in range(PAGES):
        older = client.get(deep).context["older_address"]
        if not older:
            break
        deep = queue + older
    for name, address in (
        ("queue, first page", queue),
        (f"queue, page {PAGES}", deep),
        ("queue, filtered", f"{queue}?severity=3&board=board-1"),
    ):
        see(address)()
        tell(name, timed(see(address), rounds), queries_of(see(address)))
    next_item = reverse("moderation:next")
    here = [client.post(next_item, {"start": "1"})["Location"]]
    tell("item", timed(see(here[0]), rounds), queries_of(see(here[0])))

    def skip() -> int:
        public_id = here[0].rstrip("/").rpartition("/")[2]
        answer = client.post(next_item, {"skip": public_id})
        here[0] = answer["Location"]
        return int(answer.status_code)

    tell("next", timed(skip, rounds), queries_of(skip))
    times = []
    for _ in range(rounds):
        version = client.get(here[0]).context["post"].version
        sent = {"version": version, "kind": DecisionKind.PUBLISH.value}
        answers = []
        times.append(once(lambda sent=sent, kept=answers: _sent(client, here[0], sent, kept)))
        here[0] = answers[0]
    version = client.get(here[0]).context["post"].version
    sent = {"version": version, "kind": DecisionKind.PUBLISH.value}
    tell("decision", times, queries_of(lambda: client.post(here[0], sent).status_code))


def _sent(client: Client, address: str, sent: dict, kept: list[str]) -> int:
    answer = client.post(address, sent)
    kept.append(answer.get("Location", ""))
    return int(answer.status_code)


def explain(user: User) -> None:
    """The plans of the queries on tickets that the list asks."""
    client = Client()
    client.force_login(user)
    with CaptureQueriesContext(connection) as captured:
        client.get(reverse("moderation:queue"))
    asked = [q["sql"] for q in captured if "review_due_at" in q["sql"] and "forum_post" in q["sql"]]
    prefix = "EXPLAIN QUERY PLAN " if connection.vendor == "sqlite" else "EXPLAIN ANALYZE "
    for sql in asked:
        print(f"\n{sql[:100]}...")
        with connection.cursor() as cursor:
            cursor.execute(prefix + sql.replace("%", "%%"), None)
            for row in cursor.fetchall():
                print("   ", row[-1])


@contextmanager
def database_of_its_own(name: str = "queue") -> Iterator[None]:
    """A new database, gone afterwards."""
    if connection.vendor == "sqlite":
        path = ROOT / "var" / f"bench-{name}.sqlite3"
        path.parent.mkdir(exist_ok=True)
        connection.settings_dict["TEST"]["NAME"] = str(path)
    setup_test_environment(debug=False)
    made = setup_databases(verbosity=0, interactive=False)
    try:
        yield
    finally:
        teardown_databases(made, verbosity=0)


def main() -> None:
    """Fill, measure, tell."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tickets", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=60)
    parser.add_argument("--explain", action="store_true", help="print the query plans as well")
    options = parser.parse_args()
    plain = {"SECURE_SSL_REDIRECT": False, "ALLOWED_HOSTS": ["testserver"]}
    static = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
    storages = {"default": {"BACKEND": "django.core.files.storage.FileSystemStorage"}, **static}
    with database_of_its_own(), override_settings(**plain, STORAGES=storages):
        publish_texts()
        start = time.perf_counter()
        fill(options.tickets, random.Random(1))
        print(
            f"{connection.vendor}: {Post.objects.filter(review_due_at__isnull=False).count()} open"
            f" tickets, {Post.objects.count()} posts, filled in {time.perf_counter() - start:.0f} s"
        )
        moderator = make_staff("bench-moderator", Role.MODERATOR)
        for user in (moderator, make_hcp("bench-nurse")):
            measure(user, options.rounds)
        if options.explain:
            explain(moderator)


if __name__ == "__main__":
    main()
