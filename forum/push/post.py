"""Posting to a push service. Addresses come from browsers, so they may lead anywhere.

Only https on its own port, and only to hosts in the open internet: each name is looked up once, its
addresses are checked, and the connection goes to the address that was checked, so that a name which
answers differently the next time leads nowhere else. No redirect is followed and no answer read.
"""

import socket
import ssl
from http.client import HTTPException, HTTPSConnection
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

SECONDS = 5.0
PORT = 443
LONGEST = 1000  # characters of an address


class NotAllowed(Exception):
    """The address is none that we post to."""


class NoAnswer(Exception):
    """It cannot be reached now; it may be later."""


class _Pinned(HTTPSConnection):
    """A connection to an address that was checked, for the name that the certificate must have."""

    def __init__(self, host: str, address: tuple[str, int]) -> None:
        self.context = tls()
        super().__init__(host, address[1], timeout=SECONDS, context=self.context)
        self.address = address

    def connect(self) -> None:
        """Connect without looking the name up again."""
        plain = socket.create_connection(self.address, timeout=SECONDS)
        try:
            self.sock = self.context.wrap_socket(plain, server_hostname=self.host)
        except BaseException:
            plain.close()
            raise


def tls() -> ssl.SSLContext:
    """How connections are secured: certificates and names are checked."""
    return ssl.create_default_context()


def checked(endpoint: str) -> SplitResult:
    """The parts of an address. Raises ``NotAllowed`` unless it is plain https to a name."""
    try:
        parts = urlsplit(endpoint)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise NotAllowed from None
    named = "." in host and not _is_address(host) and not host.endswith((".local", ".internal"))
    plain = parts.username is None and parts.password is None and not parts.fragment
    written = endpoint.isascii() and endpoint.isprintable() and " " not in endpoint
    fits = len(endpoint) <= LONGEST and port in (None, PORT)
    if parts.scheme != "https" or not (named and plain and written and fits):
        raise NotAllowed
    return parts


def open_address(host: str) -> tuple[str, int]:
    """Where a name leads. Raises ``NotAllowed`` where any of it is not in the open internet."""
    try:
        found = socket.getaddrinfo(host, PORT, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise NoAnswer from None
    addresses = [str(entry[4][0]) for entry in found]
    if not addresses or not all(_is_open(address) for address in addresses):
        raise NotAllowed
    return addresses[0], PORT


def post(endpoint: str, body: bytes, headers: dict[str, str]) -> int:
    """POST and return the status. Raises ``NotAllowed`` and ``NoAnswer``."""
    parts = checked(endpoint)
    host = parts.hostname or ""
    connection = _Pinned(host, open_address(host))
    path = parts.path or "/"
    try:
        connection.request("POST", f"{path}?{parts.query}" if parts.query else path, body, headers)
        return connection.getresponse().status
    except (OSError, HTTPException):
        raise NoAnswer from None
    finally:
        connection.close()


def _is_open(address: str) -> bool:
    found = ip_address(address)
    inner = getattr(found, "ipv4_mapped", None) or getattr(found, "sixtofour", None)
    return found.is_global and not found.is_multicast and (inner is None or inner.is_global)


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
