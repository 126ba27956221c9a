"""Sweeps of mail are killed with kill -9 at random moments: each mail comes once, or twice at most.

``FAULT_RUNS`` says how often; `make faults` takes 200.
"""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.conf import settings as site
from django.db import connection
from django.utils import timezone

from forum.actions.notices import notify
from forum.models import Notice, NoticeKind
from tests.factories import make_member
from tests.mailserver import mail_sink

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

RUNS = int(os.environ.get("FAULT_RUNS", "10"))
MAILS = 6


def database_url() -> str:
    """The address of the database of this test."""
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}"))


class Sweeper:
    """The process of ``sweeper.py``."""

    def __init__(self, port: int) -> None:
        changed = {
            "DATABASE_URL": database_url(),
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "EMAIL_URL": f"smtp://127.0.0.1:{port}",
            "LOG_LEVEL": "ERROR",
            "QUIET_FROM": "0",
            "QUIET_UNTIL": "0",
        }
        self.process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("sweeper.py"))],
            cwd=site.BASE_DIR,
            env={**os.environ, **changed, "PYTHONPATH": str(site.BASE_DIR)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.answer() == "ready"

    def answer(self) -> str:
        """The next line that it writes."""
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def ask(self, command: str) -> str:
        """Give a command and wait for the answer."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{command}\n")
        self.process.stdin.flush()
        return self.answer()

    def end(self) -> None:
        """Let it end."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        self.process.wait(timeout=30)
        self.process.stdout.close()


@pytest.fixture
def sink(settings: Any) -> Iterator[Any]:
    """A real mail server."""
    with mail_sink(settings) as sink:
        yield sink


def test_a_mail_comes_once_or_twice_however_often_the_sweep_is_killed(
    texts: None, sink: Any, settings: Any
) -> None:
    members = [make_member(f"member-{number}") for number in range(MAILS)]
    for member in members:
        notify(recipient=member, kind=NoticeKind.REPORT, same_as="x", at=timezone.now())
    sweeper = Sweeper(settings.EMAIL_PORT)
    try:
        whole = _whole_sweep(sweeper, sink)
        dice = random.Random(RUNS)
        killed = 0
        for run in range(RUNS):
            Notice.objects.update(mail_due_at=timezone.now(), mail_leased_until=None, mail_tries=0)
            Notice.objects.update(mailed_at=None)
            sink.mails.clear()
            child = int(sweeper.ask("sweep"))
            time.sleep(dice.uniform(0, whole))
            os.kill(child, signal.SIGKILL)
            killed += sweeper.ask("wait") == str(int(signal.SIGKILL))
            assert sweeper.ask("finish") == "finished"
            came = Counter(message["To"] for message in sink.mails)
            assert set(came) == {member.email for member in members}, run
            # One kill interrupts one mail at most: that one may come twice, no other.
            assert sum(came.values()) <= MAILS + 1, (run, came)
            assert not Notice.objects.filter(mail_due_at__isnull=False).exists()
    finally:
        sweeper.end()
    assert killed > RUNS // 4, "hardly any sweep was caught at work"


def _whole_sweep(sweeper: Sweeper, sink: Any) -> float:
    """Seconds that a sweep takes when nobody kills it."""
    started = time.monotonic()
    sweeper.ask("sweep")
    assert sweeper.ask("wait") == "0"
    assert len(sink.mails) == MAILS
    return time.monotonic() - started
