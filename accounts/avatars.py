"""Pictures of people: two calm shapes and a tone, drawn from a keyed hash of their public id.

Nobody outside can work out which picture belongs to which id, and a picture says nothing about
anybody. The shapes are symbols of ``static/img/icons.svg``; ``templates/components/avatar.html``
puts them together. No faces, needles or letters of names.
"""

from dataclasses import dataclass
from functools import lru_cache

from django.utils.crypto import salted_hmac

from accounts.models import Role, User

# Symbols of the sprite: ``av-1`` ... and ``av-mug`` ...
GROUNDS = ("1", "2", "3", "4", "5")
SHAPES = (
    "mug",
    "plant",
    "sock",
    "lamp",
    "moon",
    "leaf",
    "wave",
    "cloud",
    "star",
    "umbrella",
    "boat",
    "kite",
    "sun",
    "hill",
)
# Tones of the sheet, ``.avatar-…``. Teal stays with health professionals.
TONES = ("violet", "plum", "amber", "moss", "ink", "peach")
HCP_TONE = "hcp"


@dataclass(frozen=True, slots=True)
class Avatar:
    """What a picture is made of: names of symbols, and of a tone."""

    ground: str
    shape: str
    tone: str


# For accounts that are closed or erased, and for whoever shall not be told apart.
NEUTRAL = Avatar("1", "pebble", "ink")


def avatar_of(user: User) -> Avatar:
    """The picture of this person; the neutral one where the account is closed."""
    if not user.is_active or user.closed_at is not None:
        return NEUTRAL
    drawn = drawn_from(f"{user.public_id}:{user.avatar}")
    if user.role == Role.HCP:
        return Avatar(drawn.ground, drawn.shape, HCP_TONE)
    return drawn


@lru_cache(maxsize=4096)
def drawn_from(words: str) -> Avatar:
    """The picture for an id and a number; the same each time, with the same secret key."""
    digest = salted_hmac("accounts.avatar", words, algorithm="sha256").digest()
    return Avatar(
        GROUNDS[digest[0] % len(GROUNDS)],
        SHAPES[digest[1] % len(SHAPES)],
        TONES[digest[2] % len(TONES)],
    )
