"""Randomness that is the same each time: all of it comes from the seed and a name."""

import base64
import hashlib
import random
from datetime import timedelta

from accounts.ids import ALPHABET, LENGTH


def dice(seed: int, *names: object) -> random.Random:
    """A random generator of its own for one purpose, so that one never disturbs another."""
    return random.Random("|".join(str(name) for name in (seed, *names)))  # noqa: S311


def random_id(rng: random.Random) -> str:
    """A public id from a generator; looks like those of accounts/ids.py."""
    return "".join(rng.choices(ALPHABET, k=LENGTH))


def public_id(seed: int, *names: object) -> str:
    """The public id of one thing, from the seed and what the thing is called."""
    return random_id(dice(seed, *names))


def some_time(rng: random.Random, least: timedelta, most: timedelta) -> timedelta:
    """A length of time between two others."""
    return least + (most - least) * rng.random()


def totp_secret(seed: int, name: str) -> str:
    """The secret of a persona's authenticator app (base32). Anybody can work it out: demo only."""
    digest = hashlib.sha256(f"{seed}|totp|{name}".encode()).digest()
    return base64.b32encode(digest[:20]).decode()
