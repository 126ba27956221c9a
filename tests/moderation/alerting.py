"""People, matters and receivers for the tests of alerts."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

from aiosmtpd.controller import Controller

from accounts.models import Role, User
from forum.models import Board, Post, StaffedHours
from moderation.actions.reporting import file_report
from moderation.models import Alert, AlertDelivery, Category, Report, Shift
from tests.factories import make_board, make_member, make_staff, submit_thread

DAY_TIME = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
NIGHT = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
SECRET = "a secret of sixteen and more"


def admin(name: str) -> User:
    """An admin whose account works."""
    return make_staff(name, Role.ADMIN)


def by_day(lead: User) -> StaffedHours:
    """Nine to nine, every day."""
    return StaffedHours.objects.create(
        number=1, time_zone="UTC", week=[[[540, 1260]]] * 7, set_by=lead, set_at=NIGHT
    )


def on_call(person: User, *, start: datetime = NIGHT - timedelta(days=1), days: int = 3) -> Shift:
    """A shift of some days."""
    end = start + timedelta(days=days)
    return Shift.objects.create(
        person=person, starts_at=start, ends_at=end, added_by=person, added_at=start
    )


def crisis(at: datetime, *, name: str = "low") -> Post:
    """A post of severity S0."""
    board = Board.objects.first() or make_board("school")
    author = User.objects.filter(pseudonym=name).first() or make_member(name)
    return submit_thread(author, board, title="Tired", text="I want to kill myself.", at=at)


def serious(at: datetime, **values: Any) -> Report:
    """A report of severity S1 by somebody signed out."""
    values = {"category": Category.PRIVACY, "submission_key": f"k{at.timestamp()}", **values}
    return file_report(at=at, **values)


def stages() -> list[str]:
    """Stages of all alerts, in the order in which they were raised."""
    return list(Alert.objects.order_by("pk").values_list("stage", flat=True))


def told(stage: str) -> list[str]:
    """Who is told at a stage, by e-mail: names, and "outside"."""
    found = AlertDelivery.objects.filter(alert__stage=stage, channel="email")
    return sorted(row.recipient.pseudonym if row.recipient else row.target for row in found)


class Mailbox:
    """A real mail server that keeps what it takes. ``refuse``: what it answers instead."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, str]] = []
        self.refuse = ""

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        """Called by aiosmtpd for each mail."""
        if self.refuse:
            return self.refuse
        self.taken.append((envelope.rcpt_tos[0], envelope.content.decode()))
        return "250 OK"


@contextmanager
def mail_server(settings: Any) -> Iterator[Mailbox]:
    """A mail server on a free port of this machine, which the site sends to."""
    handler = Mailbox()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    try:
        yield handler
    finally:
        controller.stop()


class Receiver(HTTPServer):
    """A real web server that keeps what it is sent. ``status``: what it answers."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.taken: list[tuple[str, dict[str, str], bytes]] = []
        self.status = 204


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        """Keep the request; answer, with a redirect to itself where the status is one."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.taken.append((self.path, dict(self.headers), body))
        self.send_response(self.server.status)
        if 300 <= self.server.status < 400:
            self.send_header("Location", "/elsewhere")
        self.end_headers()

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@contextmanager
def webhook(settings: Any) -> Iterator[Receiver]:
    """A webhook on a free port of this machine, which the site is set to tell."""
    receiver = Receiver()
    thread = threading.Thread(target=receiver.serve_forever, daemon=True)
    thread.start()
    settings.ALERT_WEBHOOK_URLS = [f"http://127.0.0.1:{receiver.server_port}/in?team=1"]
    settings.ALERT_WEBHOOK_SECRET = SECRET
    try:
        yield receiver
    finally:
        receiver.shutdown()
        receiver.server_close()
        thread.join()
