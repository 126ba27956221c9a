"""Messages to devices: to whom, when, with what in them, and to which addresses never.

The push service of these tests is a real server with a certificate of its own, in a thread.
"""

import http.server
import json
import ssl
import threading
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path

import http_ece
import pytest
from allauth.usersessions.models import UserSession
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.conf import settings as project
from django.core import mail
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from py_vapid import Vapid02

from accounts.leaving import end_sessions
from accounts.models import Block, User
from forum import mail as mails
from forum.models import MailSettings, Notice, NoticeChoice, NoticeKind, PushDevice, Way
from forum.push import post as posting
from forum.push.message import LENGTH, new_private_key, public_key_of
from forum.push.post import NoAnswer, NotAllowed, checked, open_address, post
from forum.push.sweep import LEASE, MOST_TRIES, RETRY, send_due
from tests.factories import publish_reply

pytestmark = pytest.mark.django_db
CHOICES = reverse("forum:notice_choices")
HOST = "push.example.org"
KEY = new_private_key()


@dataclass
class Service:
    """The push service: what came in, and what it answers."""

    port: int
    certificate: Path
    status: int = 201
    came: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)


@dataclass
class Browser:
    """A phone with its keys (RFC 8291)."""

    client: Client
    name: str = "one"
    private: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    secret: bytes = b"0123456789abcdef"

    @property
    def keys(self) -> dict[str, str]:
        point = self.private.public_key().public_bytes(
            serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
        )
        return {
            "endpoint": f"https://{HOST}/device/{self.name}?a=b",
            "p256dh": text(point),
            "auth": text(self.secret),
        }

    def subscribe(self, **changes: str):
        agent = "Mozilla/5.0 (Android 14; Mobile; rv:128.0) Gecko/128.0 Firefox/128.0"
        sent = {**self.keys, **changes}
        return self.client.post(reverse("forum:device_add"), sent, headers={"User-Agent": agent})

    def read(self, body: bytes) -> str:
        """What a message says, as this browser alone can tell."""
        plain = http_ece.decrypt(
            body, private_key=self.private, auth_secret=self.secret, version="aes128gcm"
        )
        assert len(plain) == LENGTH
        return plain.decode().strip()


def text(content: bytes) -> str:
    return urlsafe_b64encode(content).decode().rstrip("=")


def certificate_in(folder: Path) -> tuple[Path, Path]:
    """A certificate for the push service that signs itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=400))
        .not_valid_after(now + timedelta(days=4000))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    files = folder / "cert.pem", folder / "key.pem"
    files[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    files[1].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return files


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    certificate, key = certificate_in(tmp_path_factory.mktemp("push"))

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            service.came.append((self.path, dict(self.headers), body))
            self.send_response(service.status)
            if service.status == 302:
                self.send_header("Location", "https://127.0.0.1/secret")
            self.end_headers()

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    service = Service(server.server_address[1], certificate)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield service
    server.shutdown()
    server.server_close()
    thread.join(10)


@pytest.fixture
def service(running: Service, monkeypatch: pytest.MonkeyPatch, settings) -> Service:
    """Push is on, and the name of the service leads to this machine, where it is trusted."""
    settings.VAPID_PRIVATE_KEY = KEY
    settings.VAPID_CONTACT = "mailto:team@example.org"
    monkeypatch.setattr(posting, "open_address", lambda host: ("127.0.0.1", running.port))
    trust = ssl.create_default_context(cafile=running.certificate)
    monkeypatch.setattr(posting, "tls", lambda: trust)
    running.status = 201
    running.came.clear()
    return running


@pytest.fixture
def phone(host: User) -> Browser:
    client = Client()
    client.force_login(host)
    return Browser(client)


def choose(user: User, kind: NoticeKind = NoticeKind.REPLY, way: Way = Way.PUSH) -> None:
    NoticeChoice.objects.update_or_create(user=user, kind=kind, defaults={"way": way})


def sweep_all() -> int:
    """Both sweeps, as the worker runs them; returns how many devices were told."""
    mails.send_due()
    return send_due()


# Off ---------------------------------------------------------------------------------------------


def test_without_keys_there_is_no_trace_of_it(phone, host, guest, thread) -> None:
    assert not project.VAPID_PRIVATE_KEY
    page = phone.client.get(CHOICES).content.decode()
    for trace in ("your devices", "my devices", "push.js", 'id="push"', "data-key"):
        assert trace not in page
    assert phone.subscribe().status_code == 404
    assert b"push" not in phone.client.get(reverse("worker")).content
    choose(host)
    publish_reply(guest, thread, text="I do.")
    assert send_due() == 0


def test_a_way_that_was_chosen_before_it_was_switched_off_is_the_site(host) -> None:
    choose(host)
    page = Client()
    page.force_login(host)
    assert page.get(CHOICES).context["form"].fields["reply"].initial == Way.SITE


@pytest.mark.one_database
def test_a_command_prints_a_pair_that_belongs_together() -> None:
    out = StringIO()
    call_command("new_push_key", stdout=out)
    public, private = (line.split()[-1] for line in out.getvalue().strip().splitlines())
    key = private.removeprefix("VAPID_PRIVATE_KEY=")
    assert public_key_of(key) == public
    assert len(urlsafe_b64decode(public + "==")) == 65
    assert new_private_key() != new_private_key()


# Switching it on ---------------------------------------------------------------------------------


def test_a_browser_switches_it_on_and_sees_itself_in_the_list(service, phone, host) -> None:
    page = phone.client.get(CHOICES).content.decode()
    assert f'data-key="{public_key_of(KEY)}"' in page
    assert '<form id="push"' in page
    assert " hidden>" in page
    assert phone.subscribe()["Location"] == CHOICES
    device = PushDevice.objects.get()
    assert (device.user, device.name) == (host, "Firefox, Android")
    page = phone.client.get(CHOICES).content.decode()
    assert "Firefox, Android" in page
    assert device.endpoint not in page
    assert str(Way.PUSH.label) in page


def test_the_same_browser_again_is_still_one_device_and_of_who_is_signed_in(
    service, phone, guest
) -> None:
    phone.subscribe()
    phone.subscribe()
    assert PushDevice.objects.count() == 1
    phone.client.force_login(guest)
    phone.subscribe()
    assert PushDevice.objects.get().user == guest


def test_another_address_of_the_same_browser_takes_the_place_of_the_one_before(
    service, phone, host, guest, thread
) -> None:
    phone.subscribe()
    phone.client.get(CHOICES)
    choose(host)
    elsewhere = Client()
    elsewhere.force_login(host)
    Browser(elsewhere, name="other").subscribe()
    publish_reply(guest, thread, text="I do.")
    mails.send_due()
    before = PushDevice.objects.get(endpoint=phone.keys["endpoint"])
    assert before.due_at is not None
    phone.name = "renewed"
    answer = phone.subscribe(renewed="1")
    assert (answer.status_code, answer.content) == (204, b"")
    after = PushDevice.objects.get(endpoint=phone.keys["endpoint"])
    assert (after.due_at, after.told_until) == (before.due_at, before.told_until)
    assert PushDevice.objects.count() == 2
    assert "This device is on" not in phone.client.get(CHOICES).content.decode()
    assert sweep_all() == 2
    assert {path for path, _, _ in service.came} == {"/device/renewed?a=b", "/device/other?a=b"}


def test_what_the_worker_sends_that_is_no_device_changes_nothing(service, phone) -> None:
    phone.subscribe()
    assert phone.subscribe(endpoint="http://x/", renewed="1").status_code == 422
    assert PushDevice.objects.get().endpoint == phone.keys["endpoint"]


def test_no_other_site_can_renew_a_device(service, phone, host) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(host)
    phone.client = client
    assert phone.subscribe(renewed="1").status_code == 403
    assert not PushDevice.objects.exists()


def test_one_removes_ones_own_devices_alone(service, phone, guest) -> None:
    phone.subscribe()
    device = PushDevice.objects.get()
    address = reverse("forum:device_remove", args=[device.public_id])
    other = Client()
    other.force_login(guest)
    assert other.post(address).status_code == 404
    assert phone.client.post(address)["Location"] == CHOICES
    assert not PushDevice.objects.exists()
    assert phone.client.post(address).status_code == 404


def test_only_so_many_devices_are_kept(service, host) -> None:
    for number in range(12):
        client = Client()
        client.force_login(host)
        Browser(client, name=str(number)).subscribe()
    names = PushDevice.objects.values_list("endpoint", flat=True)
    assert [name.rpartition("/")[2] for name in names] == [f"{n}?a=b" for n in range(2, 12)]


@pytest.mark.one_database
@pytest.mark.parametrize(
    "changes",
    [
        {"endpoint": ""},
        {"endpoint": "http://push.example.org/x"},
        {"endpoint": "https://127.0.0.1/x"},
        {"p256dh": "AAAA"},
        {"p256dh": text(b"\x04" + b"\x01" * 64)},
        {"auth": "AAAA"},
        {"auth": "%%%"},
    ],
    ids=str,
)
def test_what_is_no_device_is_not_stored(changes, service, phone) -> None:
    answer = phone.subscribe(**changes)
    assert answer["Location"] == CHOICES
    assert not PushDevice.objects.exists()


def test_the_list_marks_the_device_that_one_sits_at(service, phone, host) -> None:
    phone.subscribe()
    other = Client()
    other.force_login(host)
    Browser(other, name="two").subscribe()
    devices = {device.endpoint: device.public_id for device in PushDevice.objects.all()}
    page = phone.client.get(CHOICES).content.decode()
    here = page[: page.index(" data-here>")].rpartition('action="')[2]
    assert here == f'{reverse("forum:device_remove", args=[devices[phone.keys["endpoint"]]])}"'
    assert page.count("data-here") == page.count("(this device)") == 1


# Messages ----------------------------------------------------------------------------------------


def test_a_reply_comes_as_a_message_that_says_nothing_about_it(
    service, phone, host, guest, thread
) -> None:
    phone.subscribe()
    choose(host)
    publish_reply(guest, thread, text="I do.")
    assert sweep_all() == 1
    assert mail.outbox == []
    path, headers, body = service.came[0]
    assert path == "/device/one?a=b"
    assert phone.read(body) == f"Something new on {project.SITE_NAME}"
    assert headers["Content-Encoding"] == "aes128gcm"
    assert headers["TTL"] == "86400"
    assert {"Topic", "Cookie", "Referer"} & set(headers) == set()
    assert send_due() == 0


def test_the_message_is_signed_with_our_key_for_that_service(
    service, phone, host, guest, thread
) -> None:
    phone.subscribe()
    choose(host)
    publish_reply(guest, thread, text="I do.")
    sweep_all()
    signed = service.came[0][1]["Authorization"]
    assert Vapid02.verify(signed)
    parts = dict(part.split("=", 1) for part in signed.removeprefix("vapid ").split(","))
    assert parts["k"] == public_key_of(KEY)
    claims = json.loads(urlsafe_b64decode(parts["t"].split(".")[1] + "=="))
    assert claims["aud"] == f"https://{HOST}"
    assert claims["sub"] == "mailto:team@example.org"
    now = timezone.now().timestamp()
    assert now < claims["exp"] <= now + 86400


def test_nobody_else_can_read_it_and_no_two_look_alike(service, phone, host, guest, thread) -> None:
    phone.subscribe()
    choose(host)
    for number in range(2):
        publish_reply(guest, thread, text=f"I do, {number}.")
        sweep_all()
    first, second = (body for _, _, body in service.came)
    assert first != second
    assert len(first) == len(second)
    with pytest.raises(http_ece.ECEException):
        Browser(phone.client).read(first)


def test_many_things_at_once_are_one_message(service, phone, host, guest, thread) -> None:
    phone.subscribe()
    choose(host)
    for number in range(3):
        publish_reply(guest, thread, text=f"Number {number}.")
    assert sweep_all() == 1
    assert sweep_all() == 0


@pytest.mark.parametrize("way", [Way.SITE, Way.EMAIL, Way.DIGEST])
def test_other_ways_send_no_message(way, service, phone, host, guest, thread) -> None:
    phone.subscribe()
    choose(host, way=way)
    publish_reply(guest, thread, text="I do.")
    assert sweep_all() == 0


def test_it_needs_no_yes_to_mails(service, phone, host, guest, thread) -> None:
    MailSettings.objects.create(user=host, refused_address=host.email, refusals=3)
    phone.subscribe()
    choose(host)
    publish_reply(guest, thread, text="I do.")
    assert sweep_all() == 1


def test_what_may_not_be_seen_any_more_is_not_told(service, phone, host, guest, thread) -> None:
    """Asked twice: when the notice is due, and when the device is."""
    phone.subscribe()
    choose(host)
    publish_reply(guest, thread, text="I do.")
    mails.send_due()
    assert PushDevice.objects.get().due_at is not None
    block = Block.objects.create(blocker=host, blocked=guest)
    assert send_due() == 0
    assert PushDevice.objects.get().due_at is None
    block.delete()
    publish_reply(guest, thread, text="I do, really.")
    Block.objects.create(blocker=host, blocked=guest)
    mails.send_due()
    assert PushDevice.objects.get().due_at is None
    assert service.came == []


def test_what_was_read_meanwhile_is_not_told(service, phone, host, guest, thread) -> None:
    phone.subscribe()
    choose(host)
    publish_reply(guest, thread, text="I do.")
    mails.send_due()
    Notice.objects.filter(recipient=host).update(read_at=timezone.now())
    assert send_due() == 0


def test_quiet_hours_hold_for_messages_too(service, phone, host, guest, thread) -> None:
    now = timezone.now()
    MailSettings.objects.create(
        user=host, quiet_from=now.hour, quiet_until=(now.hour + 2) % 24, time_zone="UTC"
    )
    phone.subscribe()
    choose(host)
    publish_reply(guest, thread, text="I do.")
    assert sweep_all() == 0
    due = PushDevice.objects.get().due_at
    assert due is not None
    assert due.hour == (now.hour + 2) % 24
    assert send_due(at=due) == 1


def test_people_who_may_not_read_get_none(service, phone, host, guest, thread) -> None:
    phone.subscribe()
    choose(host)
    publish_reply(guest, thread, text="I do.")
    mails.send_due()
    host.suspended_until = timezone.now() + timedelta(days=2)
    host.save()
    assert send_due() == 0


# Ends --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["signs out", "leaves now", "elsewhere", "everywhere"])
def test_signing_out_on_a_device_ends_its_messages(
    how, service, phone, host, guest, thread
) -> None:
    phone.subscribe()
    choose(host)
    if how == "signs out":
        phone.client.post(reverse("account_logout"))
    elif how == "leaves now":
        phone.client.session.flush()
    elif how == "elsewhere":
        UserSession.objects.get(user=host, pk=PushDevice.objects.get().session_id).end()
    else:
        end_sessions(host)
    publish_reply(guest, thread, text="I do.")
    assert sweep_all() == 0
    assert service.came == []
    assert not PushDevice.objects.exists()


@pytest.mark.parametrize("status", [404, 410])
def test_a_device_that_is_gone_is_forgotten(status, service, phone, host, guest, thread) -> None:
    phone.subscribe()
    choose(host)
    service.status = status
    publish_reply(guest, thread, text="I do.")
    assert sweep_all() == 0
    assert not PushDevice.objects.exists()


@pytest.mark.parametrize("status", [302, 400, 413, 429, 500, 503])
def test_what_fails_is_tried_again_later_and_not_for_ever(
    status, service, phone, host, guest, thread
) -> None:
    phone.subscribe()
    choose(host)
    service.status = status
    publish_reply(guest, thread, text="I do.")
    assert sweep_all() == 0
    due = PushDevice.objects.get().due_at
    assert due is not None
    assert due - timezone.now() + timedelta(minutes=1) >= RETRY
    for _ in range(MOST_TRIES - 1):
        at = PushDevice.objects.get().due_at
        assert at is not None
        send_due(at=at)
    assert PushDevice.objects.get().due_at is None
    assert len(service.came) == MOST_TRIES


def test_a_sweep_that_was_killed_is_made_up_for(service, phone, host, guest, thread) -> None:
    phone.subscribe()
    choose(host)
    publish_reply(guest, thread, text="I do.")
    mails.send_due()
    now = timezone.now()
    PushDevice.objects.update(leased_until=now + LEASE)
    assert send_due(at=now) == 0
    assert send_due(at=now + LEASE + timedelta(seconds=1)) == 1


# Where it never posts ----------------------------------------------------------------------------


@pytest.mark.one_database
@pytest.mark.parametrize(
    "endpoint",
    [
        "http://push.example.org/x",
        "ftp://push.example.org/x",
        "//push.example.org/x",
        "https://127.0.0.1/x",
        "https://[::1]/x",
        "https://169.254.169.254/latest/meta-data",
        "https://localhost/x",
        "https://printer/x",
        "https://printer.local/x",
        "https://metadata.google.internal/x",
        "https://push.example.org:8443/x",
        "https://user:secret@push.example.org/x",
        "https://push.example.org/x#y",
        "https://push.example.org/x y",
        "https://push.example.org/x\r\nHost: other",
        "https://push.example.org:99999/x",
        "https://[push/x",
        "https://push.example.org/" + "x" * 1000,
    ],
)
def test_addresses_that_are_never_posted_to(endpoint: str) -> None:
    with pytest.raises(NotAllowed):
        checked(endpoint)
    with pytest.raises(NotAllowed):
        post(endpoint, b"", {})


@pytest.mark.one_database
@pytest.mark.parametrize(
    "addresses",
    [
        ["127.0.0.1"],
        ["10.1.2.3"],
        ["192.168.0.1"],
        ["172.16.0.1"],
        ["169.254.169.254"],
        ["100.64.0.1"],
        ["0.0.0.0"],  # noqa: S104
        ["224.0.0.1"],
        ["::1"],
        ["fe80::1"],
        ["fd00::1"],
        ["::ffff:127.0.0.1"],
        ["2002:7f00:1::"],
        ["93.184.216.34", "10.0.0.1"],
    ],
    ids=str,
)
def test_names_that_lead_into_a_house_are_not_followed(
    addresses: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    found = [(0, 0, 0, "", (address, 443)) for address in addresses]
    monkeypatch.setattr(posting.socket, "getaddrinfo", lambda *args, **how: found)
    with pytest.raises(NotAllowed):
        open_address("push.example.org")


@pytest.mark.one_database
def test_a_name_in_the_open_internet_is_followed_to_what_was_checked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = [(0, 0, 0, "", ("93.184.216.34", 443))]
    monkeypatch.setattr(posting.socket, "getaddrinfo", lambda *args, **how: found)
    assert open_address("push.example.org") == ("93.184.216.34", 443)


@pytest.mark.one_database
def test_a_name_that_nobody_knows_is_asked_again_later(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*args: object, **how: object) -> None:
        raise OSError("no such name")

    monkeypatch.setattr(posting.socket, "getaddrinfo", unknown)
    with pytest.raises(NoAnswer):
        open_address("push.example.org")


@pytest.mark.one_database
def test_a_service_without_the_right_certificate_gets_nothing(
    service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(posting, "tls", ssl.create_default_context)
    with pytest.raises(NoAnswer):
        post(f"https://{HOST}/device/one", b"secret", {})
    assert service.came == []


def test_a_device_whose_name_leads_into_a_house_is_forgotten(
    service, phone, host, guest, thread, monkeypatch
) -> None:
    phone.subscribe()
    choose(host)
    publish_reply(guest, thread, text="I do.")

    def inside(host: str) -> None:
        raise NotAllowed

    monkeypatch.setattr(posting, "open_address", inside)
    assert sweep_all() == 0
    assert not PushDevice.objects.exists()
