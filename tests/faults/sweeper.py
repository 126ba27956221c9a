"""A process that sends due mails on command, so that a test can kill it for real.

Reads commands from standard input and answers each with a line: ``sweep`` starts a process that
sends what is due, and answers with its id; ``wait`` waits for it; ``finish`` ends all leases and
sends until nothing is due. Starting Django once and forking makes many runs affordable.
"""

import os
import sys

import django

django.setup()

from django.db import connections  # noqa: E402
from django.utils import timezone  # noqa: E402

from forum.mail import send_due  # noqa: E402
from forum.models import Notice  # noqa: E402


def in_process_of_its_own(work) -> int:
    """Fork; the child works on connections of its own and ends."""
    connections.close_all()
    child = os.fork()
    if child == 0:
        try:
            work()
        finally:
            os._exit(0)
    return child


def finish() -> None:
    """Send the rest as the next sweeps would, once the leases are over."""
    due = Notice.objects.filter(mail_due_at__isnull=False)
    for _ in range(50):
        if not due.exists():
            return
        due.update(mail_leased_until=None, mail_due_at=timezone.now())
        send_due()


def say(word: object) -> None:
    """Answer with a line."""
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


def main() -> None:
    """Obey until standard input ends."""
    say("ready")
    child = 0
    for line in sys.stdin:
        command = line.strip()
        if command == "sweep":
            child = in_process_of_its_own(send_due)
            say(child)
        elif command == "finish":
            os.waitpid(in_process_of_its_own(finish), 0)
            say("finished")
        elif command == "wait":
            say(os.waitpid(child, 0)[1])


main()
