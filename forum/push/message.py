"""Packing a message for one device: encrypted for it alone (RFC 8291), signed by us (RFC 8292).

Pure: keys in, headers and body out. The push service in between sees neither what it says nor whom
it is for, only that this site sent something to that device.
"""

import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import http_ece
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid import Vapid02

SIGNED_FOR = timedelta(hours=12)  # RFC 8292: a day at most
KEPT_FOR = timedelta(days=1)  # by the push service, while a device is off
# All messages have the same length, whatever the language.
LENGTH = 200
POINT, SECRET = 65, 16  # bytes of the two keys of a device


class BadKeys(ValueError):
    """What a browser sent is no key of a device."""


@dataclass(frozen=True, slots=True)
class Packed:
    """A message as it is posted to the push service."""

    headers: dict[str, str]
    body: bytes


def new_private_key() -> str:
    """A new key for ``VAPID_PRIVATE_KEY``: 32 bytes as base64url."""
    vapid = Vapid02()
    vapid.generate_keys()
    number = vapid.private_key.private_numbers().private_value
    return _text(number.to_bytes(32, "big"))


def public_key_of(private_key: str) -> str:
    """What browsers ask for: the public half, as base64url. Raises for what is no key."""
    public = Vapid02.from_raw(private_key.encode()).public_key
    return _text(public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))


def check_keys(p256dh: str, auth: str) -> None:
    """Raise ``BadKeys`` unless these are a point on the curve and a secret (RFC 8291, 3.1, 3.2)."""
    try:
        point, secret = _bytes(p256dh), _bytes(auth)
        if len(point) != POINT or len(secret) != SECRET:
            raise BadKeys
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    except ValueError as problem:
        raise BadKeys from problem


def pack(
    words: str,
    *,
    endpoint: str,
    p256dh: str,
    auth: str,
    private_key: str,
    contact: str,
    at: datetime,
) -> Packed:
    """Encrypt and sign a message. ``contact``: a ``mailto:`` or ``https:`` for the push service."""
    body = http_ece.encrypt(
        words.encode().ljust(LENGTH)[:LENGTH],
        salt=os.urandom(16),
        private_key=ec.generate_private_key(ec.SECP256R1()),
        dh=_bytes(p256dh),
        auth_secret=_bytes(auth),
        version="aes128gcm",
    )
    parts = urlsplit(endpoint)
    claims = {
        "aud": f"{parts.scheme}://{parts.netloc}",
        "exp": int((at + SIGNED_FOR).timestamp()),
        "sub": contact,
    }
    headers = {
        **Vapid02.from_raw(private_key.encode()).sign(claims),
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "TTL": str(int(KEPT_FOR.total_seconds())),
        "Urgency": "normal",
    }
    return Packed(headers, body)


def _bytes(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _text(content: bytes) -> str:
    return urlsafe_b64encode(content).decode().rstrip("=")
